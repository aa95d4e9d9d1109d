import type { CommitEntry } from "../model/commit.ts";
import { type Position, toPosition } from "../spool/position.ts";

/**
 * How far a spool is drained, kept among the device memories of its group under a name no device has: so it is stored in
 * the same atomic step as what was drained, under the same fence, and never goes back. The agent whose disk has the spool
 * and the one that has the mirror both start behind it.
 */
const PREFIX = "spool.";

export function cursorEntry(incarnation: string, through: Position): CommitEntry {
  return { device: `${PREFIX}${incarnation}`, messages: [], memory: { through } };
}

/** The incarnation and position of a stored cursor, or `undefined` for the memory of a device. */
export function readCursor(
  device: string,
  memory: Readonly<Record<string, unknown>>,
): { readonly incarnation: string; readonly through: Position } | undefined {
  const through = memory["through"];
  if (!device.startsWith(PREFIX) || typeof through !== "number" || !Number.isSafeInteger(through)) return undefined;
  return { incarnation: device.slice(PREFIX.length), through: toPosition(through) };
}
