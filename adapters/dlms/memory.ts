import type { Ciphers } from "../kit/ciphers.ts";
import type { KeyRef } from "../kit/adapter.ts";
import { toHex, utf8 } from "../kit/bytes.ts";
import type { DeviceMemory } from "../kit/session.ts";

/** What must survive a takeover about a meter. */
export interface DlmsMemory {
  /** No invocation counter at or above it was ever used with this meter; `undefined`: nothing is known. */
  readonly counter: number | undefined;
  /** What the meter's invocation counter object last said: a smaller value later is a security event. */
  readonly meterCounter: number | undefined;
  /** The last invocation counter the meter used towards us in an association. */
  readonly received: number | undefined;
  /** The same of its pushes, for themselves: one may be overtaken by an answer on another connection. */
  readonly pushed: number | undefined;
  /** System title of the meter, hex. */
  readonly title: string | undefined;
  /** Mark of the encryption key it had when it last proved it: see `keyMark`. */
  readonly keyMark: string | undefined;
  /** Digest of the firmware image that is on its way. */
  readonly image: string | undefined;
}

/** Memory fields by which a meter is found. */
export const MEMORY_INDEXES = ["title"] as const;

export function readMemory(memory: DeviceMemory | undefined): DlmsMemory {
  const number = (name: string) => {
    const value = memory?.[name];
    return typeof value === "number" && Number.isSafeInteger(value) && value >= 0 ? value : undefined;
  };
  const text = (name: string) => {
    const value = memory?.[name];
    return typeof value === "string" ? value : undefined;
  };
  return {
    counter: number("counter"),
    meterCounter: number("meterCounter"),
    received: number("received"),
    pushed: number("pushed"),
    title: text("title"),
    keyMark: text("keyMark"),
    image: text("image"),
  };
}

/** The record that is stored; fields without a value are left out. */
export function writeMemory(memory: DlmsMemory): DeviceMemory {
  const flat: Record<string, string | number> = {};
  for (const [name, value] of Object.entries(memory)) if (value !== undefined) flat[name] = value;
  return flat;
}

/** Tells keys apart without saying anything of them: 32 bits of a digest of a random key. */
export function keyMark(ciphers: Ciphers, key: KeyRef): string {
  return toHex(ciphers.digest("sha256", [utf8("busbar dlms key mark "), key])).slice(0, 8);
}
