import { equalBytes } from "../../../adapters/kit/bytes.ts";
import type { WallMs } from "../../../adapters/kit/time.ts";
import type { ReportedMember } from "./encode-report.ts";

export interface Entry {
  readonly id: Uint8Array;
  readonly time: WallMs;
  readonly members: readonly ReportedMember[];
}

/**
 * What a buffered report control block keeps, sent or not: a client that comes back names the last entry it has, and goes on
 * after it. IEC 61850-7-2, 17.2.2.
 */
export class ReportBuffer {
  readonly #limit: number;
  #entries: Entry[] = [];
  /** Into `#entries`: the first that was not sent to the present client. */
  #next = 0;
  #overflowed = false;

  /** @param limit entries kept; the oldest goes when there is one more. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  get length(): number {
    return this.#entries.length;
  }

  get last(): Entry | undefined {
    return this.#entries.at(-1);
  }

  /** What had to go, and whether it had been sent. */
  push(entry: Entry): { readonly lost: Entry; readonly wasSent: boolean } | undefined {
    this.#entries.push(entry);
    if (this.#entries.length <= this.#limit) return undefined;
    const lost = this.#entries.shift();
    const wasSent = this.#next > 0;
    if (wasSent) this.#next -= 1;
    else this.#overflowed = true;
    return lost === undefined ? undefined : { lost, wasSent };
  }

  /** The next entry to send. */
  take(): Entry | undefined {
    const entry = this.#entries[this.#next];
    if (entry !== undefined) this.#next += 1;
    return entry;
  }

  /** Whether something was lost unsent since the last report said so. */
  takeOverflow(): boolean {
    const overflowed = this.#overflowed;
    this.#overflowed = false;
    return overflowed;
  }

  /** Goes on after that entry; all zero is before the first. `false` where there is no such entry. */
  resumeAfter(id: Uint8Array): boolean {
    if (id.every((octet) => octet === 0)) {
      this.#next = 0;
      return true;
    }
    const at = this.#entries.findIndex((entry) => equalBytes(entry.id, id));
    if (at < 0) return false;
    this.#next = at + 1;
    return true;
  }

  rewind(): void {
    this.#next = 0;
  }

  /** @returns how many there were. */
  purge(): number {
    const entries = this.#entries.length;
    this.#entries = [];
    this.#next = 0;
    this.#overflowed = false;
    return entries;
  }
}
