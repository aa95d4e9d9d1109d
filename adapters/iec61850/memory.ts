import { fromHex, toHex } from "../kit/bytes.ts";
import type { DeviceMemory } from "../kit/session.ts";

/** Where the last EntryID of a buffered block is remembered. */
const ENTRY = "entry:";
/** The address a street-light device registered from. */
const ADDRESS = "address";

/** The EntryID of the last report of that block whose messages are durable. */
export function entryIdOf(memory: DeviceMemory | undefined, control: string): Uint8Array | undefined {
  const text = memory?.[`${ENTRY}${control}`];
  return typeof text === "string" ? fromHex(text) : undefined;
}

/** Blocks of which an EntryID is remembered, as `LD/LN$BR$name`. */
export function rememberedControls(memory: DeviceMemory | undefined): readonly string[] {
  return Object.keys(memory ?? {}).flatMap((key) => (key.startsWith(ENTRY) ? [key.slice(ENTRY.length)] : []));
}

export function withEntryId(memory: DeviceMemory | undefined, control: string, entryId: Uint8Array): DeviceMemory {
  return { ...memory, [`${ENTRY}${control}`]: toHex(entryId) };
}

export function addressOf(memory: DeviceMemory | undefined): string | undefined {
  const address = memory?.[ADDRESS];
  return typeof address === "string" ? address : undefined;
}

export function withAddress(memory: DeviceMemory | undefined, address: string): DeviceMemory {
  return { ...memory, [ADDRESS]: address };
}
