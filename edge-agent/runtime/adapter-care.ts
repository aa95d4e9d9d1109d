import type { Timers } from "../../adapters/io/timers.ts";
import type { EdgeError } from "../../adapters/kit/edge-error.ts";
import { type DurationMs, type Instant, later, MINUTE_MS } from "../../adapters/kit/time.ts";

export type AdapterNews =
  /** It runs again, the nth time within a minute. */
  | { readonly kind: "restarted"; readonly protocol: string; readonly restarts: number; readonly fault: EdgeError }
  /** It fails again and again: its sockets stay closed. */
  | { readonly kind: "held"; readonly protocol: string; readonly forMs: DurationMs; readonly fault: EdgeError }
  /** The hold is over: it is tried once more. */
  | { readonly kind: "released"; readonly protocol: string };

export interface AdapterCareParts {
  readonly timers: Timers;
  /** Closes the sockets and conversations of one protocol. Never rejects. */
  readonly close: (protocol: string) => Promise<void>;
  /** Opens them again. Never rejects. */
  readonly open: (protocol: string) => Promise<void>;
  readonly tell: (news: AdapterNews) => void;
}

/** Restarts within `WITHIN_MS` before an adapter is held. */
export const RESTARTS: number = 3;
export const WITHIN_MS: DurationMs = MINUTE_MS;
export const HOLD_MS: DurationMs = 10 * MINUTE_MS;
const RESTART_AFTER_MS = 100;

interface Patient {
  state: "running" | "restarting" | "held";
  restartedAt: Instant[];
}

/**
 * Looks after the adapters one by one: what breaks in one restarts that one alone, and the others do not notice. An adapter
 * that breaks more than three times a minute is held, and the group is better off elsewhere.
 *
 * What breaks within a conversation is not for this: it ends that conversation, so that no device can restart an adapter.
 */
export class AdapterCare {
  readonly #parts: AdapterCareParts;
  readonly #patients = new Map<string, Patient>();
  #stopped = false;

  constructor(parts: AdapterCareParts) {
    this.#parts = parts;
  }

  stateOf(protocol: string): Patient["state"] {
    return this.#patients.get(protocol)?.state ?? "running";
  }

  /** Something of the adapter itself threw. Everything that breaks until it runs again is the same failure. */
  broke(protocol: string, fault: EdgeError): void {
    const patient = this.#patients.get(protocol) ?? { state: "running", restartedAt: [] };
    this.#patients.set(protocol, patient);
    if (patient.state !== "running" || this.#stopped) return;
    const { timers } = this.#parts;
    patient.restartedAt = patient.restartedAt.filter((at) => timers.now() < later(at, WITHIN_MS));
    if (patient.restartedAt.length >= RESTARTS) this.#hold(protocol, patient, fault);
    else void this.#restart(protocol, patient, fault);
  }

  stop(): void {
    this.#stopped = true;
  }

  async #restart(protocol: string, patient: Patient, fault: EdgeError): Promise<void> {
    const { timers, close, open, tell } = this.#parts;
    patient.state = "restarting";
    await close(protocol);
    await this.#pause(RESTART_AFTER_MS);
    if (this.#stopped) return;
    patient.restartedAt.push(timers.now());
    patient.state = "running";
    await open(protocol);
    tell({ kind: "restarted", protocol, restarts: patient.restartedAt.length, fault });
  }

  #hold(protocol: string, patient: Patient, fault: EdgeError): void {
    const { close, open, tell } = this.#parts;
    patient.state = "held";
    tell({ kind: "held", protocol, forMs: HOLD_MS, fault });
    void close(protocol)
      .then(() => this.#pause(HOLD_MS))
      .then(async () => {
        if (this.#stopped) return;
        patient.state = "running";
        patient.restartedAt = [];
        await open(protocol);
        tell({ kind: "released", protocol });
      });
  }

  #pause(ms: DurationMs): Promise<void> {
    const { timers } = this.#parts;
    return new Promise((resolve) => {
      timers.at(later(timers.now(), ms), resolve);
    });
  }
}
