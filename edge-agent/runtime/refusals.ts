import type { EdgeError } from "../../adapters/kit/edge-error.ts";

/** One refused connection or message, as an operator asks for it: "why did this device not register?" */
export interface Refusal {
  readonly at: string;
  readonly protocol: string;
  readonly peer: string;
  readonly device: string | undefined;
  readonly code: string;
  readonly reason: string;
}

const KEPT = 200;

/** Counts what was refused by reason for ever, and keeps the last ones with their circumstances. */
export class Refusals {
  readonly #counts = new Map<string, number>();
  readonly #last: Refusal[] = [];

  note(where: { at: string; protocol: string; peer: string; device: string | undefined }, fault: EdgeError): void {
    this.#counts.set(fault.code, (this.#counts.get(fault.code) ?? 0) + 1);
    this.#last.push({ ...where, code: fault.code, reason: fault.message });
    if (this.#last.length > KEPT) this.#last.shift();
  }

  /** Newest first. */
  last(): readonly Refusal[] {
    return [...this.#last].reverse();
  }

  counts(): ReadonlyMap<string, number> {
    return this.#counts;
  }
}
