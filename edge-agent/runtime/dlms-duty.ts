import type { CancelTimer } from "../../adapters/io/timers.ts";
import { SCHEDULE_ROLE } from "../../adapters/dlms/errand.ts";
import type { DlmsDevice } from "../../adapters/dlms/device.ts";
import { securityDraft } from "../../adapters/dlms/counter-events.ts";
import { EdgeError, toEdgeError } from "../../adapters/kit/edge-error.ts";
import type { Transport } from "../../adapters/kit/ports.ts";
import type { CommandConclusion } from "../../adapters/kit/session.ts";
import { type DurationMs, later, toRfc3339, toWall } from "../../adapters/kit/time.ts";
import { nextTime } from "../config/cron.ts";
import type { DlmsSchedule, DlmsSection } from "../config/dlms.ts";
import type { Command } from "../model/command.ts";
import { digest } from "../model/digest.ts";
import type { DlmsThrottle, Priority, Release } from "./dlms-throttle.ts";
import type { Duty, DutyPorts } from "./duty.ts";
import { carryOutAfter, type DeviceSession } from "./southbound.ts";

/** What a duty needs to know of a meter. */
export interface DutyMeter {
  readonly device: DlmsDevice;
  readonly cell: string | undefined;
  readonly poll: string;
}

export interface DlmsDutyParts {
  readonly ports: DutyPorts;
  readonly section: Pick<DlmsSection, "schedules" | "retry">;
  readonly throttle: DlmsThrottle;
  readonly meterOf: (uid: string) => DutyMeter | undefined;
  readonly dial: (uid: string) => DeviceSession;
  readonly connect: (uid: string) => Promise<Transport>;
  /** Opens what is shared by all groups, and closes it when the last one ends. */
  readonly listen: () => () => void;
  /** Meters whose keys cannot be used, by uid. */
  readonly troubles: ReadonlyMap<string, string>;
}

/** A command waits so long for its meter and a permit; then the runtime tries again as it sees fit. */
const COMMAND_WAITS_MS: DurationMs = 60_000;
/** A new reign takes up a slot that began so long ago: what the one before had read is recognised by its ids. */
const CATCH_UP_MS: DurationMs = 60_000;

/**
 * Everything the agent does with meters by itself in one reign: schedules, and permits for all associations, those of
 * commands included: one a meter, so many a cell and in all, a person's command before a nightly reading.
 */
export class DlmsDuty implements Duty {
  readonly #parts: DlmsDutyParts;
  readonly #timers = new Set<CancelTimer>();
  readonly #running = new Set<Promise<void>>();
  /** `schedule device` of readings that wait or are under way: a slot that comes meanwhile is left out. */
  readonly #pending = new Set<string>();
  readonly #placed = new Map<string, readonly Place[]>();
  #unlisten: (() => void) | undefined;
  #draining = false;
  skipped = 0;

  constructor(parts: DlmsDutyParts) {
    this.#parts = parts;
  }

  start(): Promise<void> {
    const { ports, section, troubles } = this.#parts;
    for (const [uid, why] of troubles) if (ports.devices.includes(uid)) ports.note("warn", `meter ${uid}: ${why}`);
    this.#unlisten = this.#parts.listen();
    for (const [name, schedule] of Object.entries(section.schedules)) this.#plan(name, schedule);
    return Promise.resolve();
  }

  carry(command: Command, begin: () => Promise<void>): Promise<CommandConclusion> | undefined {
    if (this.#parts.meterOf(command.device) === undefined) return undefined;
    return this.#carryOne(command, begin);
  }

  async drain(forMs: DurationMs): Promise<void> {
    this.#stop();
    const { timers } = this.#parts.ports;
    const patience = new Promise<void>((resolve) => {
      timers.at(later(timers.now(), forMs), resolve);
    });
    await Promise.race([Promise.all(this.#running), patience]);
  }

  end(): void {
    this.#stop();
  }

  #stop(): void {
    this.#draining = true;
    for (const cancel of this.#timers) cancel();
    this.#timers.clear();
    this.#unlisten?.();
    this.#unlisten = undefined;
  }

  async #carryOne(command: Command, begin: () => Promise<void>): Promise<CommandConclusion> {
    const release = await this.#permit(command.device, command.priority, COMMAND_WAITS_MS);
    if (release === undefined) return { uid: command.uid, end: "unsent", fault: busy(command.device), result: {} };
    try {
      return await this.#converse(command, () => this.#parts.connect(command.device), begin);
    } finally {
      release();
    }
  }

  async #converse(
    command: Command,
    connect: () => Promise<Transport>,
    begin: () => Promise<void> = () => Promise.resolve(),
  ): Promise<CommandConclusion> {
    const { ports, dial } = this.#parts;
    const conversation = { session: dial(command.device), timers: ports.timers, southbound: ports.southbound };
    const conclusion = await carryOutAfter(begin, conversation, command, connect);
    await this.#alarm(command.device, conclusion.fault);
    return conclusion;
  }

  /** Keys that do not fit and counters that went back are for people to look at, once a day each. */
  async #alarm(uid: string, fault: EdgeError | undefined): Promise<void> {
    if (fault === undefined || !isSecurity(fault)) return;
    const meter = this.#parts.meterOf(uid);
    if (meter === undefined) return;
    const draft = securityDraft(meter.device, fault, this.#parts.ports.timers.wall());
    // The command has its result whatever becomes of this.
    await this.#parts.ports.southbound.store(uid, [draft], undefined).catch(() => {});
  }

  #permit(device: string, priority: Priority, forMs: DurationMs): Promise<Release | undefined> {
    const { throttle, ports, meterOf } = this.#parts;
    const until = later(ports.timers.now(), forMs);
    return throttle.take({ device, cell: meterOf(device)?.cell, priority, until });
  }

  /** The next slot of a schedule: each of its meters has its own moment within the jitter, the same every time. */
  #plan(name: string, schedule: DlmsSchedule, from?: number): void {
    const { ports } = this.#parts;
    if (this.#draining) return;
    const wall = ports.timers.wall();
    const slot = nextTime(schedule.cron, from ?? wall - CATCH_UP_MS);
    if (slot === undefined) {
      ports.note("warn", `the schedule ${name} (${schedule.cronText}) never comes`);
      return;
    }
    const places = this.#places(name, schedule);
    let next = 0;
    const step = (): void => {
      const now = ports.timers.wall();
      for (; next < places.length; next++) {
        const one = places[next];
        if (one === undefined || slot + one.after > now) break;
        if (slot + one.after > now - CATCH_UP_MS) this.#begin(name, schedule, one.uid, slot);
      }
      const waits = places[next]?.after;
      if (waits !== undefined) this.#at(slot + waits - now, step);
    };
    this.#at(slot - wall, () => {
      step();
      this.#plan(name, schedule, slot);
    });
  }

  /** Who is read by a schedule, and when after the slot: worked out once, for there may be many. */
  #places(name: string, schedule: DlmsSchedule): readonly Place[] {
    const known = this.#placed.get(name);
    if (known !== undefined) return known;
    const { ports, meterOf } = this.#parts;
    const places = ports.devices
      .filter((uid) => {
        const poll = meterOf(uid)?.poll;
        return poll !== undefined && (schedule.poll.length === 0 || schedule.poll.includes(poll));
      })
      .map((uid) => ({ uid, after: place(name, uid, schedule.jitterMs) }))
      .sort((a, b) => a.after - b.after);
    this.#placed.set(name, places);
    return places;
  }

  /** The wall clock may jump: whoever wakes looks again. */
  #at(inMs: number, then: () => void): void {
    const { timers } = this.#parts.ports;
    const cancel = timers.at(later(timers.now(), Math.max(1, inMs)), () => {
      this.#timers.delete(cancel);
      if (!this.#draining) then();
    });
    this.#timers.add(cancel);
  }

  #begin(name: string, schedule: DlmsSchedule, uid: string, slot: number): void {
    const key = `${name} ${uid}`;
    if (this.#pending.has(key)) {
      this.skipped += 1;
      return;
    }
    this.#pending.add(key);
    const running = this.#poll(name, schedule, uid, slot)
      .catch((thrown: unknown) => this.#parts.ports.broke(toEdgeError(thrown, "dlms.schedule.failed")))
      .finally(() => {
        this.#pending.delete(key);
        this.#running.delete(running);
      });
    this.#running.add(running);
  }

  /** One reading of one meter, tried again where that can help. */
  async #poll(name: string, schedule: DlmsSchedule, uid: string, slot: number): Promise<void> {
    const { ports, section, connect } = this.#parts;
    const deadline = ports.timers.wall() + schedule.deadlineMs;
    const command: Command = {
      uid: `poll-${digest([name, uid, slot])}`,
      device: uid,
      action: schedule.action,
      value: schedule.value,
      mode: "direct",
      priority: "bulk",
      deadline: toRfc3339(toWall(deadline)),
      maxAttempts: 1,
      idempotent: true,
      issuedBy: `schedule ${name}`,
      role: SCHEDULE_ROLE,
    };
    for (let attempt = 1; attempt <= section.retry.attempts && !this.#draining; attempt++) {
      const release = await this.#permit(uid, "schedule", deadline - ports.timers.wall());
      if (release === undefined || this.#draining) {
        release?.();
        this.skipped += 1;
        return;
      }
      const conclusion = await this.#converse(command, () => connect(uid)).finally(release);
      if (conclusion.end === "succeeded") {
        ports.southbound.heard(uid);
        return;
      }
      const { fault } = conclusion;
      if (conclusion.end === "failed") ports.southbound.heard(uid);
      else ports.failed(uid, fault?.code ?? conclusion.end);
      const waits = section.retry.firstMs * 2 ** (attempt - 1);
      const helps = fault !== undefined && fault.retry !== "never" && ports.timers.wall() + waits < deadline;
      if (!helps) {
        ports.note("info", `${name}: meter ${uid} was not read: ${fault?.message ?? conclusion.end}`);
        return;
      }
      await new Promise<void>((resolve) => this.#at(waits, resolve));
    }
  }
}

interface Place {
  readonly uid: string;
  /** Milliseconds after the slot. */
  readonly after: number;
}

/** A meter's own moment within the jitter: spread evenly, and the same on every agent (FNV-1a, for it is only a spread). */
export function place(schedule: string, uid: string, jitterMs: number): number {
  let hash = 0x811c9dc5;
  for (const text of [schedule, uid]) {
    for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
    hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  }
  return Math.floor(((hash >>> 0) / 0x1_0000_0000) * jitterMs);
}

function isSecurity({ code }: EdgeError): boolean {
  return code.startsWith("dlms.security.") || code === "dlms.association.authentication-failed";
}

function busy(device: string): EdgeError {
  return new EdgeError({
    code: "dlms.throttle.busy",
    blame: "us",
    retry: "backoff",
    message: `no association with meter ${device} was free within ${COMMAND_WAITS_MS / 1_000} s`,
  });
}
