import type { CancelTimer, Timers } from "../../adapters/io/timers.ts";
import { earliest, type Instant, later } from "../../adapters/kit/time.ts";

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

/** Those who wait with one priority, in order; who was served in the middle leaves a gap until the front has passed it. */
interface Line {
  readonly waiters: (Waiter | undefined)[];
  front: number;
}

const SECOND_MS = 1_000;
/** Gaps at the front of a line are cut off when there are so many. */
const GAPS_MAX = 1_024;

/**
 * Permits for associations: one a meter, so many a cell and in all, and so many new ones a second. Whoever waits is served
 * by priority, then in order; one whose meter or cell is busy is passed over. Serving costs what is passed over, not what
 * waits: at two in the morning every meter does.
 */
export class DlmsThrottle {
  readonly #limits: ThrottleLimits;
  readonly #timers: Timers;
  readonly #lines: ReadonlyMap<Priority, Line> = new Map(
    PRIORITIES.map((priority): [Priority, Line] => [priority, { waiters: [], front: 0 }]),
  );
  readonly #busy = new Set<string>();
  readonly #perCell = new Map<string, number>();
  /** When the last connections began, for the rate: at most as many as may begin in a second. */
  #begun: Instant[] = [];
  #waiting = 0;
  /** Nobody's time is over before it. */
  #nextUntil: Instant | undefined;
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
    return this.#waiting;
  }

  /** Resolves with the permit, or `undefined` where there is none in time or too many wait. */
  take(request: PermitRequest): Promise<Release | undefined> {
    if (this.#ended || this.#waiting >= this.#limits.waiting) return Promise.resolve(undefined);
    return new Promise((grant) => {
      this.#lines.get(request.priority)?.waiters.push({ ...request, grant });
      this.#waiting += 1;
      if (this.#nextUntil === undefined || request.until < this.#nextUntil) this.#nextUntil = request.until;
      this.#serve();
    });
  }

  /** Nobody is given anything any more. */
  end(): void {
    this.#ended = true;
    this.#cancel?.();
    for (const line of this.#lines.values()) {
      for (const waiter of line.waiters.splice(0)) waiter?.grant(undefined);
      line.front = 0;
    }
    this.#waiting = 0;
  }

  #serve(): void {
    if (this.#ended) return;
    this.#cancel?.();
    this.#cancel = undefined;
    const now = this.#timers.now();
    while (this.#begun[0] !== undefined && now - this.#begun[0] >= SECOND_MS) this.#begun.shift();
    if (this.#nextUntil !== undefined && this.#nextUntil <= now) this.#giveUp(now);
    for (const line of this.#lines.values()) {
      if (this.#isFull()) break;
      this.#serveLine(line, now);
    }
    this.#wakeLater(now);
  }

  #serveLine(line: Line, now: Instant): void {
    const { waiters } = line;
    for (let at = line.front; at < waiters.length && !this.#isFull(); at++) {
      const waiter = waiters[at];
      if (waiter === undefined || !this.#mayBegin(waiter)) continue;
      waiters[at] = undefined;
      this.#begin(waiter, now);
    }
    while (line.front < waiters.length && waiters[line.front] === undefined) line.front += 1;
    if (line.front < GAPS_MAX && line.front < waiters.length) return;
    waiters.splice(0, line.front);
    line.front = 0;
  }

  /** Those whose time is over, and whose is over next. */
  #giveUp(now: Instant): void {
    this.#nextUntil = undefined;
    for (const line of this.#lines.values()) {
      const kept = line.waiters.filter((waiter) => {
        if (waiter === undefined) return false;
        if (waiter.until <= now) {
          this.#waiting -= 1;
          waiter.grant(undefined);
          return false;
        }
        if (this.#nextUntil === undefined || waiter.until < this.#nextUntil) this.#nextUntil = waiter.until;
        return true;
      });
      line.waiters.length = 0;
      for (const waiter of kept) line.waiters.push(waiter);
      line.front = 0;
    }
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
    this.#waiting -= 1;
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
    if (this.#waiting === 0) {
      this.#nextUntil = undefined;
      return;
    }
    const [first] = this.#begun;
    const limited = first !== undefined && this.#begun.length >= this.#limits.connectionsPerSecond;
    const next = earliest(this.#nextUntil, limited ? later(first, SECOND_MS) : undefined);
    if (next !== undefined) this.#cancel = this.#timers.at(next > now ? next : later(now, 1), () => this.#serve());
  }
}
