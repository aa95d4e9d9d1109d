import { Driver } from "../../adapters/io/drive.ts";
import type { CancelTimer } from "../../adapters/io/timers.ts";
import type { IedSession } from "../../adapters/iec61850/session.ts";
import { type BackoffSettings, pauseBefore } from "../../adapters/kit/backoff.ts";
import { EdgeError, toEdgeError } from "../../adapters/kit/edge-error.ts";
import type { Random, Transport } from "../../adapters/kit/ports.ts";
import type { CommandConclusion } from "../../adapters/kit/session.ts";
import { type DurationMs, later } from "../../adapters/kit/time.ts";
import type { Command } from "../model/command.ts";
import type { DutyPorts } from "./duty.ts";
import type { DeviceOutcome } from "./southbound.ts";

export interface StandingParts {
  readonly uid: string;
  readonly ports: DutyPorts;
  readonly random: Random;
  readonly backoff: BackoffSettings;
  readonly makeSession: () => IedSession;
  readonly connect: () => Promise<Transport>;
  /** How long a command waits for an association that does not stand yet. */
  readonly patienceMs: DurationMs;
}

const UNREGISTERED = "iec61850.device.unregistered";

interface Open {
  readonly session: IedSession;
  readonly driver: Driver<DeviceOutcome>;
  readonly transport: Transport;
  /** Commands on their way, by uid. */
  readonly commands: Map<string, (conclusion: CommandConclusion) => void>;
}

/**
 * One association with one IED, kept for a whole reign: it is opened again, ever less hastily, when it ends. Commands go over
 * it side by side; what it says goes southbound's way.
 */
export class StandingAssociation {
  readonly #parts: StandingParts;
  /** Commands that wait for it to stand. */
  readonly #waiting = new Set<() => void>();
  #open: Open | undefined;
  #attempt = 0;
  #wasUnregistered = false;
  #cancel: CancelTimer | undefined;
  #isStopped = false;

  constructor(parts: StandingParts) {
    this.#parts = parts;
  }

  /** @param afterMs so that a thousand IEDs are not dialled in the same moment */
  start(afterMs: DurationMs): void {
    this.#after(afterMs);
  }

  /** Resolves always, as `Duty.carry` has it; rejects only as `begin` does. */
  async carry(command: Command, begin: () => Promise<void>): Promise<CommandConclusion> {
    await this.#standing();
    const open = this.#open;
    if (open === undefined || !open.session.isAssociated) return unsent(command, this.#parts.uid);
    await begin();
    // It may have ended while the command was begun.
    if (this.#open !== open) return unsent(command, this.#parts.uid);
    return new Promise((resolve) => {
      open.commands.set(command.uid, resolve);
      open.driver.input((now) => open.session.submit(command, now));
    });
  }

  /** Releases it in good order; nothing is opened again. */
  release(): void {
    this.#isStopped = true;
    this.#cancel?.();
    const open = this.#open;
    if (open !== undefined) open.driver.input((now) => open.session.release(now));
    this.#wakeWaiting();
  }

  /** Ends it at once. */
  end(): void {
    this.#isStopped = true;
    this.#cancel?.();
    this.#open?.transport.destroy();
    this.#wakeWaiting();
  }

  /** Whether commands could go over it now. */
  get isStanding(): boolean {
    return this.#open?.session.isAssociated === true;
  }

  #after(ms: DurationMs): void {
    const { timers } = this.#parts.ports;
    this.#cancel?.();
    this.#cancel = timers.at(later(timers.now(), ms), () => void this.#converse());
  }

  async #converse(): Promise<void> {
    const { uid, ports, connect, backoff, random } = this.#parts;
    if (this.#isStopped) return;
    let stood = false;
    let reason: EdgeError | "done";
    try {
      const transport = await connect();
      if (this.#isStopped || !ports.southbound.permit()) {
        transport.destroy();
        return;
      }
      const ended = await this.#run(transport);
      stood = ended.stood;
      reason = ended.reason;
    } catch (thrown) {
      reason = toEdgeError(thrown, "transport.failed");
    }
    if (this.#isStopped) return;
    // Looking whether a device has registered by now costs nobody anything, and it may be waiting for us.
    const isUnregistered = reason !== "done" && reason.code === UNREGISTERED;
    const isNews = this.#attempt === 0 || stood || this.#wasUnregistered !== isUnregistered;
    this.#wasUnregistered = isUnregistered;
    this.#attempt = stood || isUnregistered ? 1 : this.#attempt + 1;
    const why = reason === "done" ? "the association was released" : `${reason.code}: ${reason.message}`;
    const code = reason === "done" ? "iec61850.association.closed" : reason.code;
    if (stood) ports.lost(uid, code);
    else ports.failed(uid, code);
    // The first of a row says why; what follows is the same again.
    ports.note(isNews ? "info" : "debug", `${uid}: ${why}`);
    this.#after(pauseBefore(this.#attempt, backoff, random));
  }

  async #run(transport: Transport): Promise<{ readonly stood: boolean; readonly reason: EdgeError | "done" }> {
    const { uid, ports, makeSession } = this.#parts;
    const session = makeSession();
    const commands: Open["commands"] = new Map();
    let stood = false;
    const driver: Driver<DeviceOutcome> = new Driver<DeviceOutcome>({
      machine: session,
      transport,
      timers: ports.timers,
      permit: () => ports.southbound.permit(),
      // Requests and reports cross each other; how many requests wait is bounded by what was negotiated.
      isDuplex: true,
      take: (outcome): Promise<void> | undefined => {
        switch (outcome.kind) {
          case "store":
            return ports.southbound
              .store(outcome.device, outcome.drafts, outcome.memory)
              .then(() => driver.input((now) => session.stored(outcome.token, now)));
          case "concluded":
            commands.get(outcome.conclusion.uid)?.(outcome.conclusion);
            commands.delete(outcome.conclusion.uid);
            return undefined;
          case "refused":
            ports.southbound.refused(outcome.device, transport.peer, outcome.fault);
            return undefined;
          case "heard":
            if (session.isAssociated && !stood) {
              stood = true;
              this.#attempt = 0;
              this.#wakeWaiting();
            }
            if (session.isAssociated) ports.southbound.heard(outcome.device);
            return undefined;
          case "reconnect":
            return undefined;
        }
      },
    });
    const open: Open = { session, driver, transport, commands };
    this.#open = open;
    const reason = await driver.run();
    this.#open = undefined;
    // A run that was cut off has not asked the session how its commands end, and the session knows best.
    for (const outcome of session.close(ports.timers.now()).outcomes) {
      if (outcome.kind !== "concluded") continue;
      commands.get(outcome.conclusion.uid)?.(outcome.conclusion);
      commands.delete(outcome.conclusion.uid);
    }
    for (const [command, conclude] of commands) conclude(interrupted(command, uid, reason));
    return { stood, reason };
  }

  /** Resolves when it stands, or when nobody should wait any longer. */
  #standing(): Promise<void> {
    if (this.isStanding || this.#isStopped) return Promise.resolve();
    const { ports, patienceMs } = this.#parts;
    return new Promise((resolve) => {
      const done = (): void => {
        cancel();
        this.#waiting.delete(done);
        resolve();
      };
      const cancel = ports.timers.at(later(ports.timers.now(), patienceMs), done);
      this.#waiting.add(done);
    });
  }

  #wakeWaiting(): void {
    for (const wake of [...this.#waiting]) wake();
  }
}

function unsent(command: Command, uid: string): CommandConclusion {
  const fault = new EdgeError({
    code: "iec61850.association.closed",
    blame: "device",
    retry: "backoff",
    message: `there is no association with ${uid} at the moment`,
  });
  return { uid: command.uid, end: "unsent", fault, result: {} };
}

/** The session says how its commands end; this is for a command it never got to hear of. */
function interrupted(command: string, uid: string, reason: EdgeError | "done"): CommandConclusion {
  const fault =
    reason === "done"
      ? new EdgeError({
          code: "iec61850.association.closed",
          blame: "us",
          retry: "backoff",
          message: `the association with ${uid} was released`,
        })
      : reason;
  return { uid: command, end: "unanswered", fault, result: {} };
}
