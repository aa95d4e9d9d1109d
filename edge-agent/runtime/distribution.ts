import type { Distribution } from "../model/agent-status.ts";

/** Of something that takes milliseconds: a renewal, a takeover, a command. */
export const MILLISECOND_BOUNDS: readonly number[] = [
  1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 30_000, 60_000, 300_000,
];

/** Counts values into classes. */
export class Tally implements Distribution {
  readonly bounds: readonly number[];
  readonly counts: number[];
  sum = 0;
  count = 0;

  constructor(bounds: readonly number[] = MILLISECOND_BOUNDS) {
    this.bounds = bounds;
    this.counts = new Array<number>(bounds.length + 1).fill(0);
  }

  add(value: number): void {
    const found = this.bounds.findIndex((bound) => value <= bound);
    const index = found === -1 ? this.bounds.length : found;
    this.counts[index] = (this.counts[index] ?? 0) + 1;
    this.sum += value;
    this.count += 1;
  }
}

/** Everything counted in any of them. All must have the same bounds; without any, an empty one with `bounds`. */
export function added(all: readonly Distribution[], bounds: readonly number[] = MILLISECOND_BOUNDS): Distribution {
  const [first] = all;
  if (first === undefined) return new Tally(bounds);
  const counts = first.counts.map((_, index) => all.reduce((sum, one) => sum + (one.counts[index] ?? 0), 0));
  return {
    bounds: first.bounds,
    counts,
    sum: all.reduce((sum, one) => sum + one.sum, 0),
    count: all.reduce((sum, one) => sum + one.count, 0),
  };
}
