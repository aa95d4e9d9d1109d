/** What happened, as one number: two runs with the same seed have the same hash, or something is not deterministic. */
export class Trace {
  readonly #keep: number;
  readonly #last: string[] = [];
  #hash = 0x811c9dc5;
  #hash2 = 0x9747b28c;
  #lines = 0;

  /** @param keep how many of the last lines stay readable, to show where two runs part. */
  constructor(keep: number = 0) {
    this.#keep = keep;
  }

  note(line: string): void {
    for (let i = 0; i < line.length; i++) {
      const unit = line.charCodeAt(i);
      this.#hash = Math.imul(this.#hash ^ unit, 0x01000193);
      this.#hash2 = Math.imul(this.#hash2 + unit, 0x85ebca6b) ^ (this.#hash2 >>> 13);
    }
    this.#hash = Math.imul(this.#hash ^ 0x0a, 0x01000193);
    this.#lines += 1;
    if (this.#keep === 0) return;
    this.#last.push(line);
    if (this.#last.length > 2 * this.#keep) this.#last.splice(0, this.#keep);
  }

  get lines(): number {
    return this.#lines;
  }

  get hash(): string {
    return (this.#hash >>> 0).toString(16).padStart(8, "0") + (this.#hash2 >>> 0).toString(16).padStart(8, "0");
  }

  last(): readonly string[] {
    return this.#last.slice(-this.#keep);
  }
}
