import type { Ciphers, KeyMaterial } from "../../kit/ciphers.ts";
import { invariant } from "../../kit/invariant.ts";
import { dlmsFault } from "../codes.ts";
import { type Protection, readControl, type SecurityControl, controlOctet } from "./control.ts";
import type { SecuritySuite } from "./suite.ts";
import { SYSTEM_TITLE_OCTETS } from "./system-title.ts";

/** Octets of the truncated tag. */
export const TAG_OCTETS = 12;
/** Security control and invocation counter. */
const HEADER_OCTETS = 5;
const NOTHING = new Uint8Array(0);

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

/** `SC | IC | information protected` (IEC 62056-5-3 clause 5.3.7.3). */
export function seal(ciphers: Ciphers, sealing: Sealing, information: Uint8Array): Uint8Array {
  const { protection, suite, counter } = sealing;
  invariant(Number.isInteger(counter) && counter >= 0 && counter <= 0xffff_ffff, "an invocation counter has 32 bits");
  const control = controlOctet({ ...protection, suite, broadcast: sealing.broadcast ?? false });
  const { authenticated, encrypted } = protection;
  const tagOctets = authenticated ? TAG_OCTETS : 0;
  const content = new Uint8Array(HEADER_OCTETS + information.length + tagOctets);
  content[0] = control;
  new DataView(content.buffer).setUint32(1, counter);
  if (!authenticated && !encrypted) {
    content.set(information, HEADER_OCTETS);
    return content;
  }
  const sealed = ciphers.gcmSeal({
    key: sealing.encryptionKey,
    iv: initialVector(sealing.systemTitle, content),
    aad: authenticated ? additionalData(sealing, content.subarray(0, 1), encrypted ? NOTHING : information) : [],
    plaintext: encrypted ? information : NOTHING,
    tagOctets,
  });
  if (!encrypted) content.set(information, HEADER_OCTETS);
  content.set(sealed, encrypted ? HEADER_OCTETS : HEADER_OCTETS + information.length);
  return content;
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
    iv: initialVector(opening.systemTitle, content),
    aad: authenticated ? additionalData({ ...keys, ...headerOf(opening) }, content.subarray(0, 1), clear) : [],
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
  const view = new DataView(content.buffer, content.byteOffset, HEADER_OCTETS);
  return { control: readControl(view.getUint8(0)), counter: view.getUint32(1) };
}

/** System title and invocation counter, which `content` has behind its control octet. */
function initialVector(systemTitle: Uint8Array, content: Uint8Array): Uint8Array {
  if (systemTitle.length !== SYSTEM_TITLE_OCTETS) {
    throw dlmsFault(
      systemTitle.length === 0 ? "dlms.security.title-missing" : "dlms.security.title-malformed",
      `a system title of ${systemTitle.length} octets; it has ${SYSTEM_TITLE_OCTETS}`,
    );
  }
  const iv = new Uint8Array(12);
  iv.set(systemTitle);
  iv.set(content.subarray(1, HEADER_OCTETS), SYSTEM_TITLE_OCTETS);
  return iv;
}

function additionalData(
  { authenticationKey, header }: { readonly authenticationKey: KeyMaterial | undefined; readonly header?: Uint8Array },
  control: Uint8Array,
  clear: Uint8Array,
): KeyMaterial[] {
  const parts: KeyMaterial[] = [control];
  if (authenticationKey !== undefined) parts.push(authenticationKey);
  if (header !== undefined) parts.push(header);
  if (clear.length > 0) parts.push(clear);
  return parts;
}

function headerOf({ header }: Opening): { readonly header?: Uint8Array } {
  return header === undefined ? {} : { header };
}

function undeciphered(why: string): Error {
  return dlmsFault("dlms.security.deciphering-failed", why);
}
