import { readFileSync } from "node:fs";
import { fromHex } from "../kit/bytes.ts";

export interface FrameVector {
  readonly name: string;
  readonly direction: string;
  readonly hex: string;
  readonly meaning: string;
}

/** The observed frames; those without bytes are observations that nothing was answered. */
export const FRAMES: readonly FrameVector[] = JSON.parse(
  readFileSync(new URL("./vectors/frames.json", import.meta.url), "utf8"),
).vectors;

export function hex(text: string): Uint8Array {
  const bytes = fromHex(text);
  if (bytes === undefined) throw new Error(`not hex: ${text}`);
  return bytes;
}

export function frame(name: string): Uint8Array {
  const found = FRAMES.find((one) => one.name === name);
  if (found === undefined) throw new Error(`no vector ${name}`);
  return hex(found.hex);
}

/** The frames of one recording, in wire order. */
export function recording(prefix: string): readonly FrameVector[] {
  return FRAMES.filter((one) => one.name.startsWith(`${prefix}/`));
}

/** The code of the fault a call throws; the text `none` where it returns. */
export function faultOf(call: () => unknown): string {
  try {
    call();
    return "none";
  } catch (thrown) {
    return String(Reflect.get(Object(thrown), "code"));
  }
}
