import { digest } from "../../edge-agent/model/digest.ts";
import { fromHex, toHex } from "../kit/bytes.ts";
import type { DeviceMemory } from "../kit/session.ts";
import { REPORT_CONTROL_LIMIT } from "./limits.ts";

/** Where the last EntryID of a buffered block is remembered. */
const ENTRY = "entry:";
/** The address a street-light device registered from. */
const ADDRESS = "address";

/** A longer name is remembered by its beginning and a digest: every block of an IED has to fit into the device memory. */
const NAME_LENGTH = 48;

/** The EntryID of the last report of that block whose messages are durable. */
export function entryIdOf(memory: DeviceMemory | undefined, control: string): Uint8Array | undefined {
  const text = memory?.[keyOf(control)];
  return typeof text === "string" ? fromHex(text) : undefined;
}

/**
 * The memory with that EntryID in it. Of an IED that was given other blocks over the years only the last ones are kept: the
 * one written last is the youngest.
 */
export function withEntryId(memory: DeviceMemory | undefined, control: string, entryId: Uint8Array): DeviceMemory {
  const { [keyOf(control)]: _before, ...rest } = memory ?? {};
  const entries = Object.keys(rest).filter((key) => key.startsWith(ENTRY));
  const oldest = entries.slice(0, Math.max(0, entries.length - REPORT_CONTROL_LIMIT + 1));
  const kept =
    oldest.length === 0 ? rest : Object.fromEntries(Object.entries(rest).filter(([key]) => !oldest.includes(key)));
  return { ...kept, [keyOf(control)]: toHex(entryId) };
}

function keyOf(control: string): string {
  if (control.length <= NAME_LENGTH) return `${ENTRY}${control}`;
  return `${ENTRY}${control.slice(0, NAME_LENGTH - 17)}~${digest([control]).slice(0, 16)}`;
}

export function addressOf(memory: DeviceMemory | undefined): string | undefined {
  const address = memory?.[ADDRESS];
  return typeof address === "string" ? address : undefined;
}

export function withAddress(memory: DeviceMemory | undefined, address: string): DeviceMemory {
  return { ...memory, [ADDRESS]: address };
}
