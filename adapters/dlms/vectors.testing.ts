import { readFileSync } from "node:fs";
import { fromHex } from "../kit/bytes.ts";

/** One entry of `vectors/dlms.json`; octets as hex. */
export interface Vector {
  readonly id: string;
  readonly layer: "hdlc" | "wrapper" | "apdu" | "hls" | "keywrap";
  readonly hex: string;
  readonly meaning: string;
  readonly plaintext?: string;
  readonly system_title?: string;
  readonly encryption_key?: string;
  readonly authentication_key?: string;
  readonly [fact: string]: unknown;
}

const { vectors } = JSON.parse(readFileSync(new URL("./vectors/dlms.json", import.meta.url), "utf8")) as {
  vectors: readonly Vector[];
};

export function vectorsOf(layer: Vector["layer"]): readonly Vector[] {
  return vectors.filter((vector) => vector.layer === layer);
}

export function vector(id: string): Vector {
  const found = vectors.find((one) => one.id === id);
  if (found === undefined) throw new Error(`there is no vector ${id}`);
  return found;
}

export function hex(text: unknown): Uint8Array {
  const octets = fromHex(String(text));
  if (octets === undefined) throw new Error(`not hex: ${text}`);
  return octets;
}
