import type { WallMs } from "../../adapters/kit/time.ts";
import { DROP_REASONS, type DropReason, GapLedger } from "./gap.ts";
import { disjoint, ORIGIN, type Position, type PositionRange, runStart, toPosition } from "./position.ts";
import type { SpoolRecord } from "./record.ts";
import type { Recovered } from "./recovery.ts";
import { LOST_KEPT, type SpoolState, WANTED_KEPT } from "./state-file.ts";

/** Everything about records that did not get through: how many and why, who is still to be told, what a mirror may have. */
export class LossBook {
  readonly gaps: GapLedger;
  readonly #dropped: Map<DropReason, number>;
  #wanted: readonly PositionRange[];
  #lost: readonly PositionRange[];
  #restored: number;
  /** Something was written here that is not on the medium. */
  isDirty = true;

  /** @param run the run that begins: what may be missing ends before it. */
  constructor(state: SpoolState | undefined, recovered: Pick<Recovered, "lost" | "last">, run: number, now: WallMs) {
    this.gaps = GapLedger.of(state?.gaps.taken ?? [], state?.gaps.pending ?? []);
    this.#dropped = new Map(DROP_REASONS.map((reason) => [reason, state?.dropped[reason] ?? 0]));
    this.#restored = state?.restored ?? 0;
    const lost = recovered.lost.map((loss) => loss.range);
    // Whether more was lost at the very end, nobody here can know; the mirror can.
    const end = recovered.last > ORIGIN ? [{ after: recovered.last, through: runStart(run) }] : [];
    this.#lost = [...(state?.lost ?? []), ...lost].slice(-LOST_KEPT);
    this.#wanted = disjoint([...(state?.wanted ?? []), ...lost, ...end]).slice(-WANTED_KEPT);
    for (const loss of recovered.lost) if (loss.durable) this.#countDamaged(loss.records, now);
  }

  get wanted(): readonly PositionRange[] {
    return this.#wanted;
  }

  get restored(): number {
    return this.#restored;
  }

  /** Messages by reason, ever. */
  get dropped(): Record<DropReason, number> {
    const count = (reason: DropReason): number => this.#dropped.get(reason) ?? 0;
    return {
      full: count("full"),
      evicted: count("evicted"),
      age: count("age"),
      damaged: count("damaged"),
      undeliverable: count("undeliverable"),
    };
  }

  drop(record: SpoolRecord, reason: DropReason, now: WallMs): void {
    this.gaps.add(record, reason, now);
    this.#dropped.set(reason, (this.#dropped.get(reason) ?? 0) + record.messages);
    this.isDirty = true;
  }

  /** Records that were there and cannot be read any more. */
  unreadable(positions: readonly Position[], now: WallMs): void {
    if (positions.length === 0) return;
    this.#countDamaged(positions.length, now);
    const ranges = positions.map((at) => ({ after: toPosition(at - 1), through: at }));
    this.#lost = [...this.#lost, ...ranges].slice(-LOST_KEPT);
    this.#wanted = [...this.#wanted, ...ranges].slice(-WANTED_KEPT);
  }

  restore(records: number): void {
    this.#restored += records;
    this.isDirty = true;
  }

  /** The mirror has answered. */
  wantNothing(): void {
    this.#wanted = [];
    this.isDirty = true;
  }

  /** @param delivered losses before it no longer matter. */
  toState(delivered: Position): Pick<SpoolState, "gaps" | "dropped" | "restored" | "lost" | "wanted"> {
    return {
      gaps: { taken: this.gaps.taken, pending: this.gaps.pending },
      dropped: this.dropped,
      restored: this.#restored,
      lost: this.#lost.filter((range) => range.through > delivered),
      wanted: this.#wanted,
    };
  }

  #countDamaged(records: number, now: WallMs): void {
    this.gaps.addUnknown(records, "damaged", now);
    this.#dropped.set("damaged", (this.#dropped.get("damaged") ?? 0) + records);
    this.isDirty = true;
  }
}
