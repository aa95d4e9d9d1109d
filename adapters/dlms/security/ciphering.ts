import { concat } from "../../kit/bytes.ts";
import type { Ciphers, KeyMaterial } from "../../kit/ciphers.ts";
import { invariant } from "../../kit/invariant.ts";
import { dlmsFault } from "../codes.ts";
import { type Protection, readControl, type SecurityControl, controlOctet } from "./control.ts";
import type { SecuritySuite } from "./suite.ts";
import { SYSTEM_TITLE_OCTETS } from "./system-title.ts";

/** Octets of the truncated tag. */
export const TAG_OCTETS = 12 as const;
/** Security control and invocation counter. */
const HEADER_OCTETS = 5;
/** Room that `seal` needs behind the head it is given. */
export const SEALED_HEAD_OCTETS: number = HEADER_OCTETS;
const NOTHING = new Uint8Array(0);
/** Every octet as an array of its own: each APDU begins what is authenticated with one. */
const ONE_OCTET: readonly Uint8Array[] = Array.from({ length: 256 }, (_, octet) => Uint8Array.of(octet));

/** The key of one direction of the ciphering, and what is mixed into the tag with it. */
export interface CipheringKeys {
  readonly suite: SecuritySuite;
  readonly encryptionKey: KeyMaterial;
  /** Absent where none is configured: then nothing of it is in the tag. */
  readonly authenticationKey: KeyMaterial | undefined;
}

export interface Sealing extends CipheringKeys {
  readonly protection: Protection;
  readonly broadcast?: boolean;
  /** Of whom sends. */
  readonly systemTitle: Uint8Array;
  readonly counter: number;
  /** The header of a general-ciphering APDU, which its tag covers. */
  readonly header?: Uint8Array;
}

/**
 * `SC | IC | information protected` (IEC 62056-5-3 clause 5.3.7.3).
 *
 * @param head octets of an APDU that the result is to follow, with `SEALED_HEAD_OCTETS` of room behind them; part of what is
 *   returned.
 */
export function seal(
  ciphers: Ciphers,
  sealing: Sealing,
  information: Uint8Array,
  head: Uint8Array = new Uint8Array(SEALED_HEAD_OCTETS),
): Uint8Array {
  const { suite, counter, broadcast = false } = sealing;
  const { authenticated, encrypted } = sealing.protection;
  invariant(Number.isInteger(counter) && counter >= 0 && counter <= 0xffff_ffff, "an invocation counter has 32 bits");
  const at = head.length - HEADER_OCTETS;
  head[at] = controlOctet({ suite, authenticated, encrypted, broadcast });
  for (let i = 1, rest = counter; i < HEADER_OCTETS; i++, rest <<= 8) head[at + i] = rest >>> 24;
  if (!authenticated && !encrypted) return concat([head, information]);
  const clear = encrypted ? NOTHING : information;
  return ciphers.gcmSeal({
    key: sealing.encryptionKey,
    iv: initialVector(sealing.systemTitle, head, at),
    aad: authenticated ? additionalData(sealing, sealing.header, head[at], clear) : [],
    plaintext: encrypted ? information : NOTHING,
    tagOctets: sealedTagOctets(sealing.protection),
    prefix: encrypted ? head : concat([head, information]),
  });
}

/** Octets of sealed content around `information` octets of plain information. */
export function sealedOctets(protection: Protection, information: number): number {
  return HEADER_OCTETS + information + sealedTagOctets(protection);
}

function sealedTagOctets({ authenticated }: Protection): 0 | 12 {
  return authenticated ? TAG_OCTETS : 0;
}

export interface Opening {
  /** Of whom sent it. */
  readonly systemTitle: Uint8Array;
  /** The keys for what the control octet says. */
  readonly keysFor: (control: SecurityControl) => CipheringKeys;
  readonly header?: Uint8Array;
}

export interface Opened {
  readonly control: SecurityControl;
  readonly counter: number;
  readonly information: Uint8Array;
}

/**
 * Throws `dlms.security.deciphering-failed` where the tag does not verify, and for content that cannot be one. What was
 * only encrypted proves nothing: `control` says so, and whether that suffices is for the association to say.
 */
export function open(ciphers: Ciphers, opening: Opening, content: Uint8Array): Opened {
  const { control, counter } = readSecurityHeader(content);
  const { authenticated, encrypted } = control;
  const rest = content.subarray(HEADER_OCTETS);
  if (!authenticated && !encrypted) return { control, counter, information: rest };
  const keys = opening.keysFor(control);
  if (keys.suite !== control.suite) {
    throw dlmsFault(
      "dlms.security.suite-unsupported",
      `an APDU of security suite ${control.suite}; suite ${keys.suite} is configured`,
      { native: control.suite },
    );
  }
  const tagOctets = authenticated ? TAG_OCTETS : 0;
  const end = rest.length - tagOctets;
  if (end < 0) throw undeciphered(`${rest.length} octets behind the counter have no room for a tag of ${TAG_OCTETS}`);
  const clear = encrypted ? NOTHING : rest.subarray(0, end);
  const information = ciphers.gcmOpen({
    key: keys.encryptionKey,
    iv: initialVector(opening.systemTitle, content, 0),
    aad: authenticated ? additionalData(keys, opening.header, content[0], clear) : [],
    sealed: encrypted ? rest : rest.subarray(end),
    tagOctets,
  });
  if (information === undefined) throw undeciphered("the tag does not verify: another key, or changed octets");
  return { control, counter, information: encrypted ? information : clear };
}

/** What protected content says of itself before any key is used. */
export function readSecurityHeader(content: Uint8Array): {
  readonly control: SecurityControl;
  readonly counter: number;
} {
  if (content.length < HEADER_OCTETS) {
    throw dlmsFault("dlms.security.control-malformed", `protected content of ${content.length} octets`);
  }
  let counter = 0;
  for (let i = 1; i < HEADER_OCTETS; i++) counter = counter * 256 + (content[i] ?? 0);
  return { control: readControl(content[0] ?? 0), counter };
}

/** System title and invocation counter, which follows the control octet at `at`. */
function initialVector(systemTitle: Uint8Array, octets: Uint8Array, at: number): Uint8Array {
  if (systemTitle.length !== SYSTEM_TITLE_OCTETS) {
    throw dlmsFault(
      systemTitle.length === 0 ? "dlms.security.title-missing" : "dlms.security.title-malformed",
      `a system title of ${systemTitle.length} octets; it has ${SYSTEM_TITLE_OCTETS}`,
    );
  }
  const iv = new Uint8Array(12);
  iv.set(systemTitle);
  for (let i = 1; i < HEADER_OCTETS; i++) iv[SYSTEM_TITLE_OCTETS + i - 1] = octets[at + i] ?? 0;
  return iv;
}

function additionalData(
  { authenticationKey }: CipheringKeys,
  header: Uint8Array | undefined,
  control: number | undefined,
  clear: Uint8Array,
): KeyMaterial[] {
  const parts: KeyMaterial[] = [ONE_OCTET[control ?? 0] ?? NOTHING];
  if (authenticationKey !== undefined) parts.push(authenticationKey);
  if (header !== undefined) parts.push(header);
  if (clear.length > 0) parts.push(clear);
  return parts;
}

function undeciphered(why: string): Error {
  return dlmsFault("dlms.security.deciphering-failed", why);
}
