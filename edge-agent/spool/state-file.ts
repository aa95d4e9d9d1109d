import { fromUtf8, utf8 } from "../../adapters/kit/bytes.ts";
import type { Crc32 } from "./crc32.ts";
import type { DropReason, Gap } from "./gap.ts";
import type { Position, PositionRange } from "./position.ts";
import { FORMAT_VERSION, type SpoolIdentity } from "./segment-header.ts";

/**
 * The small file beside the segments: how far everybody has read, and what else must survive a restart and is not a
 * record. Replaced as a whole; its first line is the CRC-32 of the rest in hex, the rest is JSON.
 */
export interface SpoolState {
  readonly format: number;
  readonly identity: SpoolIdentity;
  readonly incarnation: string;
  /** The number of the last opening. */
  readonly run: number;
  /** Durable through, when this was written: if the segments end before it, their end was lost. */
  readonly settled: Position;
  /** What segments hold up to here was evicted; what survived of it is in the lifted files. */
  readonly floor: Position;
  readonly cursors: Readonly<Record<string, Position>>;
  /** Numbers of the lifted files, oldest first. */
  readonly lifted: readonly number[];
  readonly gaps: { readonly taken: readonly Gap[]; readonly pending: readonly Gap[] };
  /** Messages, ever. */
  readonly dropped: Readonly<Partial<Record<DropReason, number>>>;
  /** Records got back from the peer, ever. */
  readonly restored: number;
  /** Losses already counted, not yet behind every cursor. */
  readonly lost: readonly PositionRange[];
  /** What this directory lost and a mirror may still have. */
  readonly wanted: readonly PositionRange[];
}

export const STATE_FILE = "state";
export const WANTED_KEPT = 64;
export const LOST_KEPT = 256;

export function encodeState(state: SpoolState, crc32: Crc32): Uint8Array {
  const text = JSON.stringify(state);
  return utf8(`${hex(crc32(utf8(text)))}\n${text}`);
}

/** `undefined` where it is damaged. The version is not checked here: it decides whether the rest is ours to read. */
export function decodeState(bytes: Uint8Array, crc32: Crc32): SpoolState | "future" | undefined {
  const text = fromUtf8(bytes);
  const newline = text?.indexOf("\n") ?? -1;
  if (text === undefined || newline < 0) return undefined;
  const body = text.slice(newline + 1);
  if (text.slice(0, newline) !== hex(crc32(utf8(body)))) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch (_notJson) {
    return undefined;
  }
  if (typeof value !== "object" || value === null || !("format" in value)) return undefined;
  if (typeof value.format !== "number" || value.format > FORMAT_VERSION) return "future";
  return value as SpoolState;
}

function hex(value: number): string {
  return value.toString(16).padStart(8, "0");
}
