import type { Random } from "../../adapters/kit/ports.ts";

declare const position: unique symbol;

/**
 * The name of a record in its stream, larger for every later record and never used twice: the number of the run (how
 * often the spool was opened) in the upper bits, the ordinal within the run in the lower 32. A new run starts a new range,
 * so that what a damaged disk lost at its end can never be confused with what was written after it, here or at the peer.
 */
export type Position = number & { readonly [position]: true };

export const RUN_SPAN = 0x1_0000_0000;
/** Runs that fit beside the ordinal in 53 bits: one opening a minute for four years. */
export const RUN_LIMIT = 0x20_0000;

/** Before the first record of any stream. */
export const ORIGIN: Position = toPosition(0);

export function toPosition(value: number): Position {
  return value as Position;
}

export function nextPosition(at: Position): Position {
  return toPosition(at + 1);
}

export function runOf(at: Position): number {
  return Math.floor(at / RUN_SPAN);
}

/** Just before the first record of a run. */
export function runStart(run: number): Position {
  return toPosition(run * RUN_SPAN);
}

/** `3.17`: the seventeenth record of the third run. What people see. */
export function formatPosition(at: Position): string {
  return `${runOf(at)}.${at - runStart(runOf(at))}`;
}

/** Positions after `after` up to and including `through`. */
export interface PositionRange {
  readonly after: Position;
  readonly through: Position;
}

/** The name of one life of a spool directory: a directory made anew is another one, whatever its stream is called. */
export function newIncarnation(random: Random): string {
  let text = "";
  for (const byte of random.bytes(8)) text += byte.toString(16).padStart(2, "0");
  return text;
}

/** What of `range` is in none of `known`. */
export function beyondKnown(range: PositionRange, known: readonly PositionRange[]): readonly PositionRange[] {
  let left: PositionRange[] = [range];
  for (const { after, through } of known) {
    left = left.flatMap((part) => {
      if (through <= part.after || after >= part.through) return [part];
      const before = after > part.after ? [{ after: part.after, through: after }] : [];
      const behind = through < part.through ? [{ after: through, through: part.through }] : [];
      return [...before, ...behind];
    });
  }
  return left;
}

/** The same positions, each in one range only. */
export function disjoint(ranges: readonly PositionRange[]): readonly PositionRange[] {
  const all: PositionRange[] = [];
  for (const range of ranges) all.push(...beyondKnown(range, all));
  return all;
}
