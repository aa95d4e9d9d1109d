/** ITU-T X.690 8.1.2: the identifier octets. */
export const TAG_CLASSES = ["universal", "application", "context", "private"] as const;
export type TagClass = (typeof TAG_CLASSES)[number];

export interface BerTag {
  readonly class: TagClass;
  readonly constructed: boolean;
  /** 0 to 2^28 − 1. */
  readonly number: number;
}

/** Universal tag numbers (X.680 table 1), those the protocols here use. */
export const UNIVERSAL = {
  boolean: 1,
  integer: 2,
  bitString: 3,
  octetString: 4,
  null: 5,
  objectIdentifier: 6,
  external: 8,
  real: 9,
  enumerated: 10,
  utf8String: 12,
  sequence: 16,
  set: 17,
  graphicString: 25,
  visibleString: 26,
  generalString: 27,
} as const;

/** Four octets of seven bits: more than any protocol here has. */
export const TAG_NUMBER_MAX: number = 2 ** 28 - 1;

export function universal(number: number): BerTag {
  return { class: "universal", constructed: number === UNIVERSAL.sequence || number === UNIVERSAL.set, number };
}

export function context(number: number, form: "primitive" | "constructed" = "primitive"): BerTag {
  return { class: "context", constructed: form === "constructed", number };
}

export function application(number: number, form: "primitive" | "constructed" = "constructed"): BerTag {
  return { class: "application", constructed: form === "constructed", number };
}

export function sameTag(a: BerTag, b: BerTag): boolean {
  return a.class === b.class && a.number === b.number && a.constructed === b.constructed;
}

/** As ASN.1 writes it, with the form: `[3] constructed`, `[APPLICATION 0] constructed`, `[UNIVERSAL 2] primitive`. */
export function tagText(tag: BerTag): string {
  const name = tag.class === "context" ? "" : `${tag.class.toUpperCase()} `;
  return `[${name}${tag.number}] ${tag.constructed ? "constructed" : "primitive"}`;
}
