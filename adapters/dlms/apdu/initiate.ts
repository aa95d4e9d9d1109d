import type { ByteReader } from "../../kit/byte-reader.ts";
import type { ByteWriter } from "../../kit/byte-writer.ts";
import { dlmsFault } from "../codes.ts";
import { readBoolean, readOctets, readOptional, writeOctets } from "../data/axdr.ts";
import type { Conformance } from "./conformance.ts";

/** IEC 62056-5-3 clause 9.4.6: what the xDLMS contexts of both sides are negotiated with. */
export interface InitiateRequest {
  readonly kind: "initiate-request";
  /** Lives with the association. Only ever sent ciphered. */
  readonly dedicatedKey: Uint8Array | undefined;
  readonly responseAllowed: boolean;
  readonly qualityOfService: number | undefined;
  readonly dlmsVersion: number;
  readonly conformance: Conformance;
  /** Octets; 0 means no limit, 1 to 11 are reserved. */
  readonly maxReceivePduSize: number;
}

export interface InitiateResponse {
  readonly kind: "initiate-response";
  readonly qualityOfService: number | undefined;
  readonly dlmsVersion: number;
  readonly conformance: Conformance;
  readonly maxReceivePduSize: number;
  /** 0x0007 for logical names; for short names the base name of the association, 0xFA00. */
  readonly vaaName: number;
}

export const DLMS_VERSION = 6;
export const VAA_LOGICAL_NAMES = 0x0007;
export const VAA_SHORT_NAMES = 0xfa00;

/** The tag is taken already. */
export function readInitiateRequest(reader: ByteReader): InitiateRequest {
  return {
    kind: "initiate-request",
    dedicatedKey: readOptional(reader, () => readOctets(reader)),
    responseAllowed: readOptional(reader, () => readBoolean(reader)) ?? true,
    qualityOfService: readOptional(reader, () => reader.u8()),
    dlmsVersion: reader.u8(),
    conformance: readConformance(reader),
    maxReceivePduSize: reader.u16(),
  };
}

export function writeInitiateRequest(writer: ByteWriter, request: InitiateRequest): void {
  if (request.dedicatedKey === undefined) writer.u8(0);
  else writeOctets(writer.u8(1), request.dedicatedKey);
  if (request.responseAllowed) writer.u8(0);
  else writer.u8(1).u8(0);
  writeQualityOfService(writer, request.qualityOfService);
  writer.u8(request.dlmsVersion);
  writeConformance(writer, request.conformance);
  writer.u16(request.maxReceivePduSize);
}

export function readInitiateResponse(reader: ByteReader): InitiateResponse {
  return {
    kind: "initiate-response",
    qualityOfService: readOptional(reader, () => reader.u8()),
    dlmsVersion: reader.u8(),
    conformance: readConformance(reader),
    maxReceivePduSize: reader.u16(),
    vaaName: reader.u16(),
  };
}

export function writeInitiateResponse(writer: ByteWriter, response: InitiateResponse): void {
  writeQualityOfService(writer, response.qualityOfService);
  writer.u8(response.dlmsVersion);
  writeConformance(writer, response.conformance);
  writer.u16(response.maxReceivePduSize).u16(response.vaaName);
}

function writeQualityOfService(writer: ByteWriter, quality: number | undefined): void {
  if (quality === undefined) writer.u8(0);
  else writer.u8(1).u8(quality);
}

/** BER inside A-XDR: [APPLICATION 31] BIT STRING of 24 bits. Old meters write the tag in one octet. */
function readConformance(reader: ByteReader): Conformance {
  const at = reader.offset;
  const first = reader.u8();
  if (reader.peek() === 0x1f) reader.skip(1);
  const length = reader.u8();
  const unused = reader.u8();
  if (first !== 0x5f || length !== 4 || unused !== 0) {
    throw dlmsFault("dlms.apdu.malformed", "the conformance block is no bit string of 24 bits", { offset: at });
  }
  return reader.uint(3);
}

function writeConformance(writer: ByteWriter, block: Conformance): void {
  writer
    .u16(0x5f1f)
    .u16(0x0400)
    .u8(block >>> 16)
    .u16(block & 0xffff);
}
