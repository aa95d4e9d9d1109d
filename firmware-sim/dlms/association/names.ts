import type { Referencing } from "../../../adapters/dlms/association/names.ts";

/** Object identifiers of IEC 62056-5-3 9.4.2.2: 2.16.756.5.8.a.b. */
export const CONTEXT = {
  ln: "2.16.756.5.8.1.1",
  sn: "2.16.756.5.8.1.2",
  lnCiphered: "2.16.756.5.8.1.3",
  snCiphered: "2.16.756.5.8.1.4",
} as const;

export function contextName(referencing: Referencing, isCiphered: boolean): string {
  if (referencing === "short-name") return isCiphered ? CONTEXT.snCiphered : CONTEXT.sn;
  return isCiphered ? CONTEXT.lnCiphered : CONTEXT.ln;
}

const MECHANISMS = "2.16.756.5.8.2.";

export function mechanismName(mechanism: number): string {
  return `${MECHANISMS}${mechanism}`;
}

/** 0 where the client named none; `undefined` for a name of somebody else's. */
export function mechanismOf(name: string | undefined): number | undefined {
  if (name === undefined) return 0;
  if (!name.startsWith(MECHANISMS)) return undefined;
  const mechanism = Number(name.slice(MECHANISMS.length));
  return Number.isInteger(mechanism) ? mechanism : undefined;
}

/** A name as class 15 attributes have it: the seven octets of its encoding. */
export function nameOctets(name: string): Uint8Array {
  const [, , , , , , a = "0", b = "0"] = ["", ...name.split(".")].map(String);
  return Uint8Array.of(0x60, 0x85, 0x74, 0x05, 0x08, Number(a), Number(b));
}

/** acse-service-user diagnostics. */
export const DIAGNOSTIC = {
  none: 0,
  noReason: 1,
  contextNotSupported: 2,
  callingTitleNotRecognised: 3,
  mechanismNotRecognised: 11,
  mechanismRequired: 12,
  authenticationFailed: 13,
  authenticationRequired: 14,
} as const;
