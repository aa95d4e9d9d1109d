import type { Notice } from "../../firmware-sim/dlms/notice.ts";
import { sum } from "./simulate-books.ts";
import type { LogLine } from "./simulate-books.ts";

/** The books of simulated meters: what they saw and did, counted by them alone. */
export interface MeterBooks {
  readonly meters: number;
  /** Meters that were talked to at least once. */
  readonly reached: number;
  readonly associations: number;
  readonly refusedAssociations: number;
  readonly released: number;
  /** Carried out, by `get`, `set` and `action`; with the result the standard has for it. */
  readonly results: Readonly<Record<string, number>>;
  readonly refusedRequests: number;
  readonly events: number;
  readonly alarms: number;
  readonly pushed: number;
  /** Pushes that did not arrive, by the reason. */
  readonly pushFailures: Readonly<Record<string, number>>;
  readonly keysReplaced: number;
  readonly reboots: number;
  readonly seconds: number;
}

const REASONS_MAX = 100;

export class MeterCounts {
  readonly #meters: number;
  readonly #startedAt: number = performance.now();
  readonly #reached = new Set<string>();
  readonly #kinds = new Map<string, number>();
  readonly #results = new Map<string, number>();
  readonly #failures = new Map<string, number>();
  readonly #write: ((line: LogLine) => void) | undefined;

  constructor(parts: { readonly meters: number; readonly write: ((line: LogLine) => void) | undefined }) {
    this.#meters = parts.meters;
    this.#write = parts.write;
  }

  take(device: string, notice: Notice): void {
    add(this.#kinds, notice.kind);
    if (notice.kind === "associated") this.#reached.add(device);
    if (notice.kind === "got") add(this.#results, `get ${notice.result}`);
    if (notice.kind === "set") add(this.#results, `set ${notice.result}`);
    if (notice.kind === "invoked") add(this.#results, `action ${notice.result}`);
    if (notice.kind === "push-failed") add(this.#failures, notice.why);
    this.#write?.({ device, ...notice });
  }

  get books(): MeterBooks {
    const count = (kind: Notice["kind"]): number => this.#kinds.get(kind) ?? 0;
    return {
      meters: this.#meters,
      reached: this.#reached.size,
      associations: count("associated"),
      refusedAssociations: count("association-refused"),
      released: count("released"),
      results: Object.fromEntries(this.#results),
      refusedRequests: count("request-refused"),
      events: count("event"),
      alarms: count("alarm-raised"),
      pushed: count("pushed"),
      pushFailures: Object.fromEntries(this.#failures),
      keysReplaced: count("key-replaced"),
      reboots: count("powered-off"),
      seconds: Math.round((performance.now() - this.#startedAt) / 100) / 10,
    };
  }
}

export function carriedOut(books: MeterBooks): number {
  return sum(books.results);
}

function add(counts: Map<string, number>, what: string): void {
  const name = counts.has(what) || counts.size < REASONS_MAX ? what : "other";
  counts.set(name, (counts.get(name) ?? 0) + 1);
}
