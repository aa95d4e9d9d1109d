import type { CancelTimer, Timers } from "../../adapters/io/timers.ts";
import { type Instant, later } from "../../adapters/kit/time.ts";

/** Who goes first: a person before a schedule, an urgent one before all. */
export const PRIORITIES = ["urgent", "normal", "bulk", "schedule"] as const;
export type Priority = (typeof PRIORITIES)[number];

export interface ThrottleLimits {
  /** Associations at once. */
  readonly associations: number;
  readonly perCell: number;
  readonly cells: Readonly<Record<string, number>>;
  /** New ones in a second. */
  readonly connectionsPerSecond: number;
  /** Requests that may wait; one more is refused at once. */
  readonly waiting: number;
}

export interface PermitRequest {
  readonly device: string;
  readonly cell: string | undefined;
  readonly priority: Priority;
  /** Given up after it. */
  readonly until: Instant;
}

/** Gives the permit back; calling it twice does nothing. */
export type Release = () => void;

interface Waiter extends PermitRequest {
  readonly grant: (release: Release | undefined) => void;
}

const SECOND_MS = 1_000;

/**
 * Permits for associations: one a meter, so many a cell and in all, and so many new ones a second. Whoever waits is served
 * by priority, then in order; one whose meter or cell is busy is passed over.
 */
export class DlmsThrottle {
  readonly #limits: ThrottleLimits;
  readonly #timers: Timers;
  readonly #lines = new Map<Priority, Waiter[]>(PRIORITIES.map((priority) => [priority, []]));
  readonly #busy = new Set<string>();
  readonly #perCell = new Map<string, number>();
  /** When the last connections began, for the rate: at most as many as may begin in a second. */
  #begun: Instant[] = [];
  #cancel: CancelTimer | undefined;
  #ended = false;

  constructor(limits: ThrottleLimits, timers: Timers) {
    this.#limits = limits;
    this.#timers = timers;
  }

  get open(): number {
    return this.#busy.size;
  }

  get waiting(): number {
    let count = 0;
    for (const line of this.#lines.values()) count += line.length;
    return count;
  }

  /** Resolves with the permit, or `undefined` where there is none in time or too many wait. */
  take(request: PermitRequest): Promise<Release | undefined> {
    if (this.#ended || this.waiting >= this.#limits.waiting) return Promise.resolve(undefined);
    return new Promise((grant) => {
      this.#lines.get(request.priority)?.push({ ...request, grant });
      this.#serve();
    });
  }

  /** Nobody is given anything any more. */
  end(): void {
    this.#ended = true;
    this.#cancel?.();
    for (const line of this.#lines.values()) for (const waiter of line.splice(0)) waiter.grant(undefined);
  }

  #serve(): void {
    if (this.#ended) return;
    this.#cancel?.();
    this.#cancel = undefined;
    const now = this.#timers.now();
    this.#begun = this.#begun.filter((at) => now - at < SECOND_MS);
    for (const line of this.#lines.values()) this.#serveLine(line, now);
    this.#wakeLater(now);
  }

  #serveLine(line: Waiter[], now: Instant): void {
    let kept = 0;
    for (let at = 0; at < line.length; at++) {
      const waiter = line[at];
      if (waiter === undefined) continue;
      if (waiter.until <= now) waiter.grant(undefined);
      else if (this.#isFull()) line[kept++] = waiter;
      else if (this.#mayBegin(waiter)) this.#begin(waiter, now);
      else line[kept++] = waiter;
    }
    line.length = kept;
  }

  #isFull(): boolean {
    return this.#busy.size >= this.#limits.associations || this.#begun.length >= this.#limits.connectionsPerSecond;
  }

  #mayBegin({ device, cell }: Waiter): boolean {
    if (this.#busy.has(device)) return false;
    if (cell === undefined) return true;
    const { cells, perCell } = this.#limits;
    const limit = Object.hasOwn(cells, cell) ? (cells[cell] ?? perCell) : perCell;
    return (this.#perCell.get(cell) ?? 0) < limit;
  }

  #begin({ device, cell, grant }: Waiter, now: Instant): void {
    this.#busy.add(device);
    if (cell !== undefined) this.#perCell.set(cell, (this.#perCell.get(cell) ?? 0) + 1);
    this.#begun.push(now);
    let held = true;
    grant(() => {
      if (!held) return;
      held = false;
      this.#busy.delete(device);
      const inCell = cell === undefined ? 0 : (this.#perCell.get(cell) ?? 1) - 1;
      if (cell !== undefined && inCell > 0) this.#perCell.set(cell, inCell);
      else if (cell !== undefined) this.#perCell.delete(cell);
      this.#serve();
    });
  }

  /** The rate lets somebody in, or somebody's time is over. */
  #wakeLater(now: Instant): void {
    let next: Instant | undefined;
    for (const line of this.#lines.values()) {
      for (const { until } of line) if (next === undefined || until < next) next = until;
    }
    if (next === undefined) return;
    const [first] = this.#begun;
    if (first !== undefined && this.#begun.length >= this.#limits.connectionsPerSecond) {
      const free = later(first, SECOND_MS);
      if (free < next) next = free;
    }
    this.#cancel = this.#timers.at(next > now ? next : later(now, 1), () => this.#serve());
  }
}
