/** Where a bench says what it measures, for a person. */
export interface BenchOutput {
  line(text: string): void;
  /** Aligned columns; the first row is the head. */
  table(rows: readonly (readonly (string | number)[])[]): void;
}

/** One measurement, run by hand. It brings its own Redis and leaves nothing behind. */
export interface Bench {
  /** What it is called on the command line. */
  readonly name: string;
  /** One sentence. */
  readonly summary: string;
  /**
   * @param args what followed the name on the command line.
   * Resolves with the figures, flat: the keys are what others compare, so they do not change.
   */
  run(args: readonly string[], out: BenchOutput): Promise<Record<string, unknown>>;
}
