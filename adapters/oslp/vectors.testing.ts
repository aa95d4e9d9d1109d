import { readFileSync } from "node:fs";
import { fromHex, toHex } from "../kit/bytes.ts";

/** A vector file as the tests read it. */
export interface VectorFile<Vector> {
  readonly unit: string;
  readonly source: { readonly kind: string; readonly where: string };
  readonly context?: Readonly<Record<string, string>>;
  readonly vectors: readonly Vector[];
}

export function vectorsOf<Vector>(name: string): VectorFile<Vector> {
  return JSON.parse(readFileSync(new URL(`./vectors/${name}.json`, import.meta.url), "utf8"));
}

export function hex(text: string): Uint8Array {
  const bytes = fromHex(text);
  if (bytes === undefined) throw new Error(`not hex: ${text}`);
  return bytes;
}

/** A value as the vector files write it: bytes as spaced hex, 64-bit numbers as decimal strings. */
export function written(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value, (_key, one) => {
      if (typeof one === "bigint") return String(one);
      return one instanceof Uint8Array ? toHex(one, " ") : one;
    }),
  );
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
