import type { ByteReader } from "../../kit/byte-reader.ts";
import type { ByteWriter } from "../../kit/byte-writer.ts";
import { readOctets, readOptional, writeOctets } from "../data/axdr.ts";
import { unknownChoice } from "./descriptor.ts";
import type { CipheringKey } from "./tags.ts";

/**
 * The APDUs that carry another one protected (IEC 62056-5-3 clause 9.2.7.2.4). `content` starts with the security control
 * octet and the invocation counter; `security/` opens it.
 */
export interface ServiceCiphered {
  readonly kind: "service-ciphered";
  /** Of the plain service inside: 0xC0 for a glo-get-request. */
  readonly service: number;
  readonly key: CipheringKey;
  readonly content: Uint8Array;
}

export interface GeneralCiphered {
  readonly kind: "general-glo-ciphering" | "general-ded-ciphering";
  /** Of the sender: 8 octets, or none where it is known from the association. */
  readonly systemTitle: Uint8Array;
  readonly content: Uint8Array;
}

/** The five fields that general-ciphering and general-signing begin with; each may be empty. */
export interface GeneralHeader {
  readonly transactionId: Uint8Array;
  readonly originatorSystemTitle: Uint8Array;
  readonly recipientSystemTitle: Uint8Array;
  readonly dateTime: Uint8Array;
  readonly otherInformation: Uint8Array;
}

/** Which key, and how the other side comes to it. */
export type KeyInfo =
  /** 0 global unicast encryption key, 1 global broadcast encryption key. */
  | { readonly kind: "identified-key"; readonly keyId: number }
  /** 0 the master key. */
  | { readonly kind: "wrapped-key"; readonly kekId: number; readonly keyCipheredData: Uint8Array }
  /** `01` one-pass Diffie-Hellman, `02` static unified. */
  | { readonly kind: "agreed-key"; readonly keyParameters: Uint8Array; readonly keyCipheredData: Uint8Array };

export interface GeneralCiphering extends GeneralHeader {
  readonly kind: "general-ciphering";
  readonly keyInfo: KeyInfo | undefined;
  readonly content: Uint8Array;
}

export interface GeneralSigning extends GeneralHeader {
  readonly kind: "general-signing";
  readonly content: Uint8Array;
  /** r || s. */
  readonly signature: Uint8Array;
}

export function readGeneralCiphered(reader: ByteReader, kind: GeneralCiphered["kind"]): GeneralCiphered {
  return { kind, systemTitle: readOctets(reader), content: readOctets(reader) };
}

export function writeGeneralCiphered(writer: ByteWriter, { systemTitle, content }: GeneralCiphered): void {
  writeOctets(writer, systemTitle);
  writeOctets(writer, content);
}

export function readGeneralHeader(reader: ByteReader): GeneralHeader {
  return {
    transactionId: readOctets(reader),
    originatorSystemTitle: readOctets(reader),
    recipientSystemTitle: readOctets(reader),
    dateTime: readOctets(reader),
    otherInformation: readOctets(reader),
  };
}

export function writeGeneralHeader(writer: ByteWriter, header: GeneralHeader): void {
  writeOctets(writer, header.transactionId);
  writeOctets(writer, header.originatorSystemTitle);
  writeOctets(writer, header.recipientSystemTitle);
  writeOctets(writer, header.dateTime);
  writeOctets(writer, header.otherInformation);
}

export function readGeneralCiphering(reader: ByteReader): GeneralCiphering {
  return {
    kind: "general-ciphering",
    ...readGeneralHeader(reader),
    keyInfo: readOptional(reader, () => readKeyInfo(reader)),
    content: readOctets(reader),
  };
}

export function writeGeneralCiphering(writer: ByteWriter, apdu: GeneralCiphering): void {
  writeGeneralHeader(writer, apdu);
  if (apdu.keyInfo === undefined) writer.u8(0);
  else writeKeyInfo(writer.u8(1), apdu.keyInfo);
  writeOctets(writer, apdu.content);
}

export function readGeneralSigning(reader: ByteReader): GeneralSigning {
  return {
    kind: "general-signing",
    ...readGeneralHeader(reader),
    content: readOctets(reader),
    signature: readOctets(reader),
  };
}

export function writeGeneralSigning(writer: ByteWriter, apdu: GeneralSigning): void {
  writeGeneralHeader(writer, apdu);
  writeOctets(writer, apdu.content);
  writeOctets(writer, apdu.signature);
}

function readKeyInfo(reader: ByteReader): KeyInfo {
  const choice = reader.u8();
  switch (choice) {
    case 0:
      return { kind: "identified-key", keyId: reader.u8() };
    case 1:
      return { kind: "wrapped-key", kekId: reader.u8(), keyCipheredData: readOctets(reader) };
    case 2:
      return { kind: "agreed-key", keyParameters: readOctets(reader), keyCipheredData: readOctets(reader) };
    default:
      throw unknownChoice(reader, "a key-info", choice);
  }
}

function writeKeyInfo(writer: ByteWriter, info: KeyInfo): void {
  switch (info.kind) {
    case "identified-key":
      writer.u8(0).u8(info.keyId);
      return;
    case "wrapped-key":
      writeOctets(writer.u8(1).u8(info.kekId), info.keyCipheredData);
      return;
    case "agreed-key":
      writeOctets(writer.u8(2), info.keyParameters);
      writeOctets(writer, info.keyCipheredData);
      return;
  }
}
