import { type BerTag, context } from "../kit/ber-tag.ts";

const PRIMITIVE: readonly BerTag[] = Array.from({ length: 128 }, (_, n) => context(n));
const CONSTRUCTED: readonly BerTag[] = Array.from({ length: 128 }, (_, n) => context(n, "constructed"));

/** `[n]` without elements inside, n below 128. */
export function primitive(n: number): BerTag {
  return PRIMITIVE[n] ?? context(n);
}

/** `[n]` with elements inside, n below 128. */
export function constructed(n: number): BerTag {
  return CONSTRUCTED[n] ?? context(n, "constructed");
}
