import { toHex } from "../../kit/bytes.ts";

/** IEC 62056-5-3 clause 4.3.4: three letters of the manufacturer (FLAG) and five octets of his. */
export const SYSTEM_TITLE_OCTETS = 8;

/** `KFM1000000000001` style: the letters where they are some, the rest in hex. */
export function systemTitleText(title: Uint8Array): string {
  const letters = String.fromCharCode(...title.subarray(0, 3));
  return /^[A-Za-z0-9]{3}$/.test(letters) ? `${letters} ${toHex(title.subarray(3))}` : toHex(title);
}
