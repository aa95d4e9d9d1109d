/** The first octet of every APDU (IEC 62056-5-3 clause 9.5). */
export const APDU_TAGS = {
  "initiate-request": 0x01,
  "read-request": 0x05,
  "write-request": 0x06,
  "initiate-response": 0x08,
  "read-response": 0x0c,
  "write-response": 0x0d,
  "confirmed-service-error": 0x0e,
  "data-notification": 0x0f,
  "data-notification-confirm": 0x10,
  "unconfirmed-write-request": 0x16,
  "information-report": 0x18,
  aarq: 0x60,
  aare: 0x61,
  rlrq: 0x62,
  rlre: 0x63,
  "get-request": 0xc0,
  "set-request": 0xc1,
  "event-notification": 0xc2,
  "action-request": 0xc3,
  "get-response": 0xc4,
  "set-response": 0xc5,
  "action-response": 0xc7,
  "exception-response": 0xd8,
  "access-request": 0xd9,
  "access-response": 0xda,
  "general-glo-ciphering": 0xdb,
  "general-ded-ciphering": 0xdc,
  "general-ciphering": 0xdd,
  "general-signing": 0xdf,
  "general-block-transfer": 0xe0,
} as const;

export type ApduName = keyof typeof APDU_TAGS;

const NAMES: ReadonlyMap<number, ApduName> = new Map(
  Object.entries(APDU_TAGS).map(([name, tag]) => [tag, name as ApduName]),
);

export function apduName(tag: number): ApduName | undefined {
  return NAMES.get(tag);
}

/** Which key protects a service-specific ciphered APDU. */
export type CipheringKey = "global" | "dedicated";

/** Services that have a ciphered form of their own; all others are protected by the general ones only. */
const CIPHERED: ReadonlyMap<number, { readonly global: number; readonly dedicated: number }> = new Map(
  [0x01, 0x05, 0x06, 0x08, 0x0c, 0x0d, 0x0e, 0x16, 0x18]
    .map((tag): [number, { global: number; dedicated: number }] => [tag, { global: tag + 0x20, dedicated: tag + 0x40 }])
    .concat([0xc0, 0xc1, 0xc2, 0xc3, 0xc4, 0xc5, 0xc7].map((tag) => [tag, { global: tag + 8, dedicated: tag + 16 }])),
);

const PLAIN: ReadonlyMap<number, { readonly plain: number; readonly key: CipheringKey }> = new Map(
  [...CIPHERED].flatMap(([plain, { global, dedicated }]): [number, { plain: number; key: CipheringKey }][] => [
    [global, { plain, key: "global" }],
    [dedicated, { plain, key: "dedicated" }],
  ]),
);

/** The tag of the glo- or ded- form; `undefined` where the service has none. */
export function cipheredTag(plain: number, key: CipheringKey): number | undefined {
  return CIPHERED.get(plain)?.[key];
}

/** What is inside a glo- or ded- APDU, by its tag; `undefined` for every other tag. */
export function plainTag(ciphered: number): { readonly plain: number; readonly key: CipheringKey } | undefined {
  return PLAIN.get(ciphered);
}
