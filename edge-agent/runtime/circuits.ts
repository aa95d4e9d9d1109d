import type { DurationMs } from "../../adapters/kit/time.ts";

export interface CircuitRules {
  /** Connections in a row that could not be made, after which nobody tries for a while. */
  readonly failures: number;
  /** For how long; each further failure doubles it. */
  readonly openMs: DurationMs;
  readonly longestMs: DurationMs;
}

/** Of protocols that have no setting for it. */
export const CIRCUIT_RULES: CircuitRules = { failures: 3, openMs: 5_000, longestMs: 120_000 };
/** 2^20 seconds are longer than anything. */
const MOST_DOUBLINGS = 20;

/** A device that cannot be reached, as people are told of it. Wall times, ms. */
export interface Circuit {
  /** In a row. */
  readonly failures: number;
  /** No connection is tried before; `undefined` while every command still tries. */
  readonly openUntil: number | undefined;
  /** What the last one failed with. */
  readonly reason: string;
}

interface Kept {
  failures: number;
  openUntil: number | undefined;
  reason: string;
  /** One conversation is trying whether the device is back. */
  trying: boolean;
}

/**
 * Circuit breakers: a device that several connections in a row did not reach is left alone for a while, so that its commands
 * do not each hold a place for the length of a connect timeout. When the time is over one conversation tries; it closes the
 * circuit or opens it for longer. Whatever is heard of the device closes it at once. Only devices in trouble are kept.
 */
export class Circuits {
  readonly #kept = new Map<string, Kept>();
  readonly #rulesOf: (device: string) => CircuitRules;
  /** Attempts that were not made, since the beginning. */
  spared = 0;

  constructor(rulesOf: (device: string) => CircuitRules) {
    this.#rulesOf = rulesOf;
  }

  /** Whether a connection may be tried now; who may has to say `failed` or `reached` after it. */
  mayTry(device: string, now: number): boolean {
    const kept = this.#kept.get(device);
    if (kept?.openUntil === undefined) return true;
    if (now < kept.openUntil || kept.trying) {
      this.spared += 1;
      return false;
    }
    kept.trying = true;
    return true;
  }

  /** No connection could be made. */
  failed(device: string, now: number, reason: string): void {
    const kept = this.#kept.get(device) ?? { failures: 0, openUntil: undefined, reason, trying: false };
    kept.failures += 1;
    kept.reason = reason;
    kept.trying = false;
    const { failures, openMs, longestMs } = this.#rulesOf(device);
    const beyond = kept.failures - failures;
    if (beyond >= 0) kept.openUntil = now + Math.min(longestMs, openMs * 2 ** Math.min(beyond, MOST_DOUBLINGS));
    this.#kept.set(device, kept);
  }

  /** It talks to us, or at least answered the connection. */
  reached(device: string): void {
    this.#kept.delete(device);
  }

  /** A try came to nothing that says anything about the device: the next one may try. */
  gaveUp(device: string): void {
    const kept = this.#kept.get(device);
    if (kept !== undefined) kept.trying = false;
  }

  /** Devices nobody tries to reach now. */
  get open(): number {
    let count = 0;
    for (const { openUntil } of this.#kept.values()) if (openUntil !== undefined) count += 1;
    return count;
  }

  /** `undefined` where nothing is wrong. */
  of(device: string): Circuit | undefined {
    const kept = this.#kept.get(device);
    if (kept === undefined) return undefined;
    const { failures, openUntil, reason } = kept;
    return { failures, openUntil, reason };
  }
}
