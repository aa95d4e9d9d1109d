import { equalBytes } from "../../adapters/kit/bytes.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Uids kept; beyond it the table starts anew. It is a cache: nothing depends on what is in it. */
export const UIDS_KEPT = 65_536;

/**
 * Device uids as bytes and as text, each converted once: a recovery reads millions of records of a few thousand devices,
 * and a text decoder takes longer than everything else it does for one.
 */
export class Uids {
  readonly #bytes = new Map<string, Uint8Array>();
  readonly #texts = new Map<number, { readonly bytes: Uint8Array; readonly text: string }>();

  bytesOf(text: string): Uint8Array {
    const known = this.#bytes.get(text);
    if (known !== undefined) return known;
    const bytes = encoder.encode(text);
    if (this.#bytes.size >= UIDS_KEPT) this.#bytes.clear();
    this.#bytes.set(text, bytes);
    return bytes;
  }

  textOf(bytes: Uint8Array): string {
    let hash = 0x811c9dc5;
    for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193);
    const known = this.#texts.get(hash);
    if (known !== undefined && equalBytes(known.bytes, bytes)) return known.text;
    const text = decoder.decode(bytes);
    if (this.#texts.size >= UIDS_KEPT) this.#texts.clear();
    this.#texts.set(hash, { bytes: bytes.slice(), text });
    return text;
  }
}
