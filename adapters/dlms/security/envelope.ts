import { ByteWriter } from "../../kit/byte-writer.ts";
import type { Ciphers, KeyMaterial } from "../../kit/ciphers.ts";
import type { GeneralCiphered, GeneralCiphering, GeneralHeader, KeyInfo, ServiceCiphered } from "../apdu/protection.ts";
import { writeGeneralHeader } from "../apdu/protection.ts";
import { APDU_TAGS, type CipheringKey, cipheredTag } from "../apdu/tags.ts";
import { dlmsFault } from "../codes.ts";
import { lengthOctets } from "../data/axdr.ts";
import { type CipheringKeys, open, seal, SEALED_HEAD_OCTETS, sealedOctets } from "./ciphering.ts";
import type { Protection, SecurityControl } from "./control.ts";
import type { SecuritySuite } from "./suite.ts";

/** The keys of one association, as both sides hold them. */
export interface SecurityMaterial {
  readonly suite: SecuritySuite;
  /** Global unicast encryption key. */
  readonly encryptionKey: KeyMaterial;
  /** Absent where only encryption is used, as with meters that push to whoever has one key. */
  readonly authenticationKey: KeyMaterial | undefined;
  /** Global broadcast encryption key. */
  readonly broadcastKey?: KeyMaterial | undefined;
  /** Of this association alone. */
  readonly dedicatedKey?: KeyMaterial | undefined;
}

/** How a protected APDU is wrapped: with a tag for each service, or in one form for all of them. */
export type ProtectionForm = "service-specific" | "general";

export interface EnvelopeSealing {
  readonly form: ProtectionForm;
  readonly key: CipheringKey;
  readonly protection: Protection;
  readonly systemTitle: Uint8Array;
  readonly counter: number;
  readonly material: SecurityMaterial;
}

/** A whole plain APDU protected; the general form where the service has none of its own. */
export function sealApdu(
  ciphers: Ciphers,
  sealing: EnvelopeSealing,
  plain: Uint8Array,
): ServiceCiphered | GeneralCiphered {
  const { form, key, protection, systemTitle, counter, material } = sealing;
  const { suite, encryptionKey, authenticationKey } = unicastKeys(material, key);
  const content = seal(ciphers, { suite, encryptionKey, authenticationKey, protection, systemTitle, counter }, plain);
  const service = plain[0] ?? 0;
  if (form === "service-specific" && cipheredTag(service, key) !== undefined) {
    return { kind: "service-ciphered", service, key, content };
  }
  return { kind: key === "global" ? "general-glo-ciphering" : "general-ded-ciphering", systemTitle, content };
}

/** As `encodeApdu` of `sealApdu`, without the copies in between: most of what is sent goes this way. */
export function sealToOctets(ciphers: Ciphers, sealing: EnvelopeSealing, plain: Uint8Array): Uint8Array {
  const { form, key, protection, systemTitle, counter, material } = sealing;
  const { suite, encryptionKey, authenticationKey } = unicastKeys(material, key);
  const tag = form === "service-specific" ? cipheredTag(plain[0] ?? 0, key) : undefined;
  const general = APDU_TAGS[key === "global" ? "general-glo-ciphering" : "general-ded-ciphering"];
  const length = sealedOctets(protection, plain.length);
  const before = tag === undefined ? headOf(general, systemTitle, length) : headOf(tag, undefined, length);
  return seal(ciphers, { suite, encryptionKey, authenticationKey, protection, systemTitle, counter }, plain, before);
}

/** Tag, system title where it is sent, length, and the room `seal` needs: made at its size, because each APDU has one. */
function headOf(tag: number, title: Uint8Array | undefined, length: number): Uint8Array {
  const at = title === undefined ? 1 : 2 + title.length;
  const octets = lengthOctets(length);
  const head = new Uint8Array(at + octets + SEALED_HEAD_OCTETS);
  head[0] = tag;
  if (title !== undefined) {
    head[1] = title.length;
    head.set(title, 2);
  }
  if (octets === 1) head[at] = length;
  else {
    head[at] = 0x80 | (octets - 1);
    for (let i = 1, rest = length; i < octets; i++) {
      head[at + octets - i] = rest & 0xff;
      rest >>>= 8;
    }
  }
  return head;
}

export interface OpenedApdu {
  readonly plain: Uint8Array;
  readonly control: SecurityControl;
  readonly counter: number;
  readonly form: ProtectionForm;
  readonly key: CipheringKey;
  readonly systemTitle: Uint8Array;
}

/**
 * The plain APDU. Throws `dlms.security.*`; a replay is for the caller to see, who knows whose counter it is.
 *
 * @param peerTitle as the association has it; for where the APDU does not name its sender.
 */
export function openApdu(
  ciphers: Ciphers,
  { material, peerTitle }: { readonly material: SecurityMaterial; readonly peerTitle: Uint8Array },
  apdu: ServiceCiphered | GeneralCiphered,
): OpenedApdu {
  const key = keyOf(apdu);
  const named = apdu.kind === "service-ciphered" ? peerTitle : apdu.systemTitle;
  const systemTitle = named.length > 0 ? named : peerTitle;
  const opening = { systemTitle, keysFor: (control: SecurityControl) => keysFor(material, key, control) };
  const { control, counter, information } = open(ciphers, opening, apdu.content);
  if (apdu.kind === "service-ciphered" && information[0] !== apdu.service) {
    throw dlmsFault("dlms.security.deciphering-failed", "what is inside is not the service that the tag names");
  }
  const form = apdu.kind === "service-ciphered" ? "service-specific" : "general";
  return { plain: information, control, counter, form, key, systemTitle };
}

export interface GeneralSealing extends GeneralHeader {
  readonly keyInfo: KeyInfo | undefined;
  readonly protection: Protection;
  readonly broadcast?: boolean;
  readonly counter: number;
  /** The key that `keyInfo` names, wraps or stands for. */
  readonly keys: CipheringKeys;
}

/** general-ciphering: the tag covers the header too (Green Book, additional authenticated data). */
export function sealGeneral(ciphers: Ciphers, sealing: GeneralSealing, plain: Uint8Array): GeneralCiphering {
  const { keyInfo, protection, broadcast = false, counter, keys, ...header } = sealing;
  const content = seal(
    ciphers,
    {
      ...keys,
      protection,
      broadcast,
      counter,
      systemTitle: header.originatorSystemTitle,
      header: headerOctets(header),
    },
    plain,
  );
  return { kind: "general-ciphering", ...header, keyInfo, content };
}

/** @param keysFor finds the key that `apdu.keyInfo` speaks of; for `undefined` that of the association. */
export function openGeneral(
  ciphers: Ciphers,
  apdu: GeneralCiphering,
  keysFor: (control: SecurityControl) => CipheringKeys,
): OpenedApdu {
  const systemTitle = apdu.originatorSystemTitle;
  const opening = { systemTitle, keysFor, header: headerOctets(apdu) };
  const { control, counter, information } = open(ciphers, opening, apdu.content);
  return { plain: information, control, counter, form: "general", key: "global", systemTitle };
}

/** The five fields with their lengths, as they are sent. */
export function headerOctets(header: GeneralHeader): Uint8Array {
  const writer = new ByteWriter();
  writeGeneralHeader(writer, header);
  return writer.finish();
}

function keyOf(apdu: ServiceCiphered | GeneralCiphered): CipheringKey {
  if (apdu.kind === "service-ciphered") return apdu.key;
  return apdu.kind === "general-glo-ciphering" ? "global" : "dedicated";
}

function keysFor(material: SecurityMaterial, key: CipheringKey, { broadcast }: SecurityControl): CipheringKeys {
  // The bit says nothing where the key is the association's own.
  if (!broadcast || key === "dedicated") return unicastKeys(material, key);
  const { suite, broadcastKey, authenticationKey } = material;
  if (broadcastKey === undefined) throw missing("a broadcast key");
  return { suite, encryptionKey: broadcastKey, authenticationKey };
}

function unicastKeys(
  { suite, encryptionKey, authenticationKey, dedicatedKey }: SecurityMaterial,
  key: CipheringKey,
): CipheringKeys {
  if (key === "global") return { suite, encryptionKey, authenticationKey };
  if (dedicatedKey === undefined) throw missing("a dedicated key");
  return { suite, encryptionKey: dedicatedKey, authenticationKey };
}

function missing(what: string): Error {
  return dlmsFault("dlms.security.key-missing", `the APDU is protected with ${what}, and there is none`, {
    blame: "operator",
  });
}
