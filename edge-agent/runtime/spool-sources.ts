import type { DropReason, Gap } from "../spool/gap.ts";
import { type Position, toPosition } from "../spool/position.ts";
import type { StoredRecord } from "../spool/record.ts";
import type { Spool } from "../spool/spool.ts";

/**
 * All spools of a group on this agent as one that can be drained: the own one and the mirrors of the peers'. The oldest
 * reign goes first, whoever wrote it, so that the records of a device come in the order it sent them.
 */
export class SpoolSources {
  readonly #own: Spool;
  readonly #mirrors: () => Iterable<Spool>;
  /** Where the last read came from: what is trimmed next. */
  #from: Spool | undefined;
  #gapsOf: readonly Spool[] = [];

  constructor(own: Spool, mirrors: () => Iterable<Spool>) {
    this.#own = own;
    this.#mirrors = mirrors;
  }

  get isEmpty(): boolean {
    if (!this.#own.isEmpty) return false;
    for (const spool of this.#mirrors()) if (!spool.isEmpty) return false;
    return true;
  }

  holds(device: string): boolean {
    if (this.#own.holds(device)) return true;
    for (const spool of this.#mirrors()) if (spool.holds(device)) return true;
    return false;
  }

  *all(): IterableIterator<Spool> {
    yield this.#own;
    yield* this.#mirrors();
  }

  /** The spool the last `read` came from. */
  get current(): Spool | undefined {
    return this.#from;
  }

  /** The end of the spool being drained, or beyond every end while another one is not empty. */
  get last(): Position {
    const current = this.#from ?? this.#own;
    for (const spool of this.all()) if (spool !== current && !spool.isEmpty) return toPosition(Number.MAX_SAFE_INTEGER);
    return current.last;
  }

  read(request: { readonly maxRecords: number; readonly maxBytes: number }): readonly StoredRecord[] {
    let best: { readonly spool: Spool; readonly epoch: number } | undefined;
    for (const spool of this.all()) {
      if (spool.isEmpty) continue;
      const [head] = spool.read({ maxRecords: 1, maxBytes: 1 });
      // Nothing of what is left there can be read: never synced and so never acknowledged, or counted as lost by the read.
      if (head === undefined && spool.isAway) {
        // What it does not give for a moment may be older than what the others have.
        this.#from = undefined;
        return [];
      }
      if (head === undefined) spool.trim(spool.last);
      if (head !== undefined && (best === undefined || head.epoch < best.epoch)) best = { spool, epoch: head.epoch };
    }
    this.#from = best?.spool;
    if (best === undefined) return [];
    const records = best.spool.read(request);
    const epoch = best.epoch;
    // Another reign's records begin: perhaps another spool has its turn now.
    const end = records.findIndex((record) => record.epoch !== epoch);
    return end <= 0 ? records : records.slice(0, end);
  }

  trim(through: Position): void {
    this.#from?.trim(through);
  }

  discard(through: Position, reason: DropReason): void {
    this.#from?.discard(through, reason);
  }

  takeGaps(): readonly Gap[] {
    const spools = [...this.all()];
    const gaps = spools.map((spool) => spool.takeGaps());
    this.#gapsOf = spools.filter((_, index) => (gaps[index]?.length ?? 0) > 0);
    return gaps.flat();
  }

  gapsForwarded(): void {
    for (const spool of this.#gapsOf) spool.gapsForwarded();
    this.#gapsOf = [];
  }
}
