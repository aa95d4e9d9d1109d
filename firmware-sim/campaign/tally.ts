/** What the devices saw of one kind of fault, in milliseconds without an acknowledgement. */
export interface GapFigures {
  readonly n: number;
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

export function figuresOf(gaps: readonly number[]): GapFigures {
  const sorted = [...gaps].sort((a, b) => a - b);
  // Nearest rank: the smallest value that so many percent do not exceed.
  const rank = (percent: number): number =>
    Math.round(sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)] ?? Number.NaN);
  return { n: sorted.length, p50: rank(50), p99: rank(99), max: rank(100) };
}

/** Gaps by kind of fault. */
export class Tally {
  readonly #gaps = new Map<string, number[]>();

  note(kind: string, gapMs: number): void {
    const list = this.#gaps.get(kind);
    if (list === undefined) this.#gaps.set(kind, [gapMs]);
    else list.push(gapMs);
  }

  figures(): Readonly<Record<string, GapFigures>> {
    const kinds = [...this.#gaps].sort(([a], [b]) => (a < b ? -1 : 1));
    return Object.fromEntries(kinds.map(([kind, gaps]) => [kind, figuresOf(gaps)]));
  }
}
