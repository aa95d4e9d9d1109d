import { type Conformance, LN_CONFORMANCE, SN_CONFORMANCE } from "../../adapters/dlms/apdu/conformance.ts";
import type { Referencing } from "../../adapters/dlms/association/names.ts";
import type { EventLog } from "../../adapters/dlms/config/events.ts";
import type { Ciphers } from "../../adapters/kit/ciphers.ts";
import { Fifo } from "../../adapters/kit/fifo.ts";
import type { Random } from "../../adapters/kit/ports.ts";
import { earliest, type Instant, later, type WallMs } from "../../adapters/kit/time.ts";
import { Agenda } from "./agenda.ts";
import type { Behaviour, Habit } from "./behaviour.ts";
import type { MeterClient } from "./meter-client.ts";
import type { MeterKeys } from "./meter-keys.ts";
import { logicalDeviceName, type MeterIdentity, type MeterState } from "./meter-state.ts";
import type { Notice } from "./notice.ts";
import { ObjectStore } from "./objects/object-store.ts";
import type { SecurityState } from "./security-state.ts";
import { MeterClock } from "./values/meter-clock.ts";

export interface MeterParts {
  readonly identity: MeterIdentity;
  readonly keys: MeterKeys;
  readonly security: Pick<SecurityState, "suite" | "policy">;
  readonly clients: readonly MeterClient[];
  readonly behaviours: readonly Behaviour[];
  readonly random: Random;
  readonly ciphers: Ciphers;
  readonly wall: () => WallMs;
  readonly log?: (notice: Notice) => void;
  /** 0 for no limit; 1,200 where not given. */
  readonly pduMax?: number;
  /** Logical names where not given. */
  readonly referencing?: Referencing;
  readonly conformance?: Conformance;
  readonly pushTo?: string;
  readonly protectsPushes?: boolean;
}

const PDU_MAX = 1_200;
/** A meter that was never talked to. */
const FIRST_COUNTER = 1;

/** One simulated meter: objects, habits and a clock. What connects to it is a `Conversation`. */
export class SimulatedMeter {
  readonly #state: MeterState;
  /** The same list for as long as the meter lives: what is in it may change. */
  readonly #habits: Habit[];
  readonly #adopted = new Map<string, readonly Habit[]>();
  readonly #ticks = new Map<Habit, Instant>();
  readonly #log: (notice: Notice) => void;
  #started = false;
  #backAt: Instant | undefined;
  #neighbours: MeterState["neighbours"];

  constructor(parts: MeterParts) {
    this.#log = parts.log ?? (() => {});
    const own = { sap: parts.identity.logicalDevice, name: logicalDeviceName(parts.identity) };
    this.#neighbours = () => [own];
    this.#state = {
      identity: parts.identity,
      random: parts.random,
      ciphers: parts.ciphers,
      wall: parts.wall,
      clock: new MeterClock(parts.wall),
      objects: new ObjectStore(),
      keys: { ...parts.keys },
      security: { ...parts.security, serverCounter: FIRST_COUNTER, clientCounter: FIRST_COUNTER },
      clients: parts.clients,
      neighbours: () => this.#neighbours(),
      agenda: new Agenda(),
      oddities: {
        firstBlock: 1,
        leavesOutRepeats: false,
        pushesAsMx382: false,
        pushesInHdlc: false,
        pushesInBlocks: false,
      },
      afterAnswer: [],
      pushes: new Fifo(),
      notice: (notice, now) => this.#tell(notice, now),
      isOn: true,
      startups: 0,
      pduMax: parts.pduMax ?? PDU_MAX,
      referencing: parts.referencing ?? "logical-name",
      conformance: parts.conformance ?? (parts.referencing === "short-name" ? SN_CONFORMANCE : LN_CONFORMANCE),
      pushTo: parts.pushTo,
      protectsPushes: parts.protectsPushes ?? false,
    };
    this.#habits = parts.behaviours.flatMap((one) => one.begins?.(this.#state) ?? []);
  }

  /** For tests and displays; the meter alone changes it. */
  get state(): MeterState {
    return this.#state;
  }

  get habits(): readonly Habit[] {
    return this.#habits;
  }

  /** Several logical devices at one address know of each other. */
  standsBeside(neighbours: MeterState["neighbours"]): void {
    this.#neighbours = neighbours;
  }

  /** Lets time pass. Returns when it wants to be called again. */
  tick(now: Instant): Instant | undefined {
    const state = this.#state;
    if (!state.isOn) {
      if (this.#backAt === undefined || now < this.#backAt) return this.#backAt;
      this.#backAt = undefined;
      state.isOn = true;
      this.#started = false;
    }
    if (!this.#started) {
      this.#started = true;
      state.startups += 1;
      for (const habit of this.#habits) if (habit.ticks !== undefined) this.#ticks.set(habit, now);
      if (state.startups > 1) state.notice({ kind: "powered-on" }, now);
      for (const habit of this.#habits) habit.starts?.(now);
    }
    state.agenda.run(now);
    let first: Instant | undefined;
    for (const habit of this.#habits) {
      const at = this.#ticks.get(habit);
      if (at === undefined) continue;
      const next = at <= now ? habit.ticks?.(now) : at;
      if (next === undefined) this.#ticks.delete(habit);
      else {
        this.#ticks.set(habit, next);
        if (first === undefined || next < first) first = next;
      }
    }
    return earliest(first, state.agenda.next);
  }

  /** Loses power and comes back after `awayMs`, with the next `tick`. */
  reboot(now: Instant, awayMs: number): void {
    const state = this.#state;
    if (!state.isOn) return;
    state.notice({ kind: "powered-off" }, now);
    state.isOn = false;
    state.afterAnswer.length = 0;
    this.#backAt = later(now, awayMs);
  }

  /** From now on it does this too, before everything else: a fault by hand. */
  adopt(behaviour: Behaviour): void {
    this.shed(behaviour.name);
    const habits = behaviour.begins === undefined ? [] : [behaviour.begins(this.#state)];
    this.#adopted.set(behaviour.name, habits);
    this.#habits.unshift(...habits);
  }

  /** It does not any more; `false` where it did not by hand. */
  shed(name: string): boolean {
    const habits = this.#adopted.get(name);
    for (const habit of habits ?? []) this.#habits.splice(this.#habits.indexOf(habit), 1);
    return this.#adopted.delete(name);
  }

  /** Something happened to it: logged, and an alarm where it is one. */
  raise(log: EventLog, code: number, now: Instant): void {
    this.#state.notice({ kind: "event", log, code }, now);
  }

  /** As method 1 of its push setup. */
  push(setup: string, now: Instant): boolean {
    const object = this.#state.objects.all.find(({ classId, name }) => classId === 40 && name === setup);
    const method = object?.methods[1];
    if (method === undefined) return false;
    const client: MeterClient = { sap: 0, mechanism: 0, rights: "all" };
    const association = { ...BY_HAND, client };
    method(undefined, { meter: this.#state, now, at: this.#state.clock.now(), association, selection: undefined });
    return true;
  }

  #tell(notice: Notice, now: Instant): void {
    this.#log(notice);
    for (const habit of this.#habits) habit.notices?.(notice, now);
  }
}

const BY_HAND = {
  logicalDevice: 1,
  contextName: "",
  mechanismName: "",
  conformance: 0,
  clientPduMax: 0,
  serverPduMax: 0,
  status: 2,
  replyToHls: () => ({ kind: "null-data" }) as const,
  changeSecret: () => {},
} as const;
