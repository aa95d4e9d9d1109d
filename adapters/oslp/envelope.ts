import { ByteWriter } from "../kit/byte-writer.ts";
import { oslpFault } from "./codes.ts";

/**
 * The envelope around every payload. All numbers are big endian; there is no version field and no delimiter.
 *
 *     0  128  security key: DER signature, zero padded
 *   128    2  sequence number
 *   130   12  device id: manufacturer (2), device uid (10)
 *   142    2  length of the payload alone
 *   144    …  payload
 *
 * The signature covers everything from byte 128 on.
 */
export const SECURITY_KEY_BYTES = 128;
export const DEVICE_ID_BYTES = 12;
export const HEADER_BYTES = 144;
export const PAYLOAD_BYTES_MAX = 0xffff;
export const ENVELOPE_BYTES_MAX: number = HEADER_BYTES + PAYLOAD_BYTES_MAX;

const SEQUENCE_AT = 128;
const DEVICE_ID_AT = 130;
const LENGTH_AT = 142;

export interface EnvelopeContent {
  /** 0 … 65535 */
  readonly sequenceNumber: number;
  /** 12 bytes, opaque to us. */
  readonly deviceId: Uint8Array;
  readonly payload: Uint8Array;
}

export interface Envelope extends EnvelopeContent {
  /** 128 bytes: the signature with its padding. */
  readonly securityKey: Uint8Array;
  /** What was signed, exactly as it was received: never encoded again for verification. */
  readonly signedBytes: Uint8Array;
}

/** The whole length of an envelope, by its first `HEADER_BYTES` bytes. */
export function envelopeLength(header: Uint8Array): number {
  return HEADER_BYTES + u16(header, LENGTH_AT);
}

/** Reads exactly one whole envelope. The parts are views of `bytes`. Throws `oslp.envelope.*`. */
export function decodeEnvelope(bytes: Uint8Array): Envelope {
  if (bytes.length < HEADER_BYTES) {
    throw oslpFault(
      "oslp.envelope.truncated",
      `an envelope has ${HEADER_BYTES} bytes at least, here are ${bytes.length}`,
      {
        offset: bytes.length,
      },
    );
  }
  const length = envelopeLength(bytes);
  if (bytes.length < length) {
    throw oslpFault("oslp.envelope.truncated", `${length} bytes are announced, here are ${bytes.length}`, {
      offset: bytes.length,
    });
  }
  if (bytes.length > length) {
    throw oslpFault("oslp.envelope.trailing", `${bytes.length - length} bytes follow the envelope`, { offset: length });
  }
  return {
    securityKey: bytes.subarray(0, SECURITY_KEY_BYTES),
    sequenceNumber: u16(bytes, SEQUENCE_AT),
    deviceId: bytes.subarray(DEVICE_ID_AT, LENGTH_AT),
    payload: bytes.subarray(HEADER_BYTES),
    signedBytes: bytes.subarray(SECURITY_KEY_BYTES),
  };
}

/** The bytes to sign: sequence number, device id, length, payload. Throws `oslp.message.unencodable`. */
export function signedPart(content: EnvelopeContent): Uint8Array {
  const { sequenceNumber, deviceId, payload } = content;
  const fits =
    Number.isInteger(sequenceNumber) &&
    sequenceNumber >= 0 &&
    sequenceNumber <= 0xffff &&
    deviceId.length === DEVICE_ID_BYTES &&
    payload.length <= PAYLOAD_BYTES_MAX;
  if (!fits) {
    throw oslpFault("oslp.message.unencodable", "sequence number, device id or payload do not fit an envelope", {
      blame: "us",
    });
  }
  return new ByteWriter(HEADER_BYTES - SECURITY_KEY_BYTES + payload.length)
    .u16(sequenceNumber)
    .bytes(deviceId)
    .u16(payload.length)
    .bytes(payload)
    .finish();
}

/** Puts the signature (1 to 128 bytes) in front, padded with zeros, of what `signedPart` gave. */
export function sealEnvelope(signed: Uint8Array, signature: Uint8Array): Uint8Array {
  if (signature.length === 0 || signature.length > SECURITY_KEY_BYTES) {
    throw oslpFault(
      "oslp.message.unencodable",
      `a signature of ${signature.length} bytes does not fit the security key`,
      {
        blame: "us",
      },
    );
  }
  return new ByteWriter(SECURITY_KEY_BYTES + signed.length)
    .bytes(signature)
    .zeros(SECURITY_KEY_BYTES - signature.length)
    .bytes(signed)
    .finish();
}

/** Content, signed and sealed. */
export function encodeEnvelope(content: EnvelopeContent, sign: (bytes: Uint8Array) => Uint8Array): Uint8Array {
  const signed = signedPart(content);
  return sealEnvelope(signed, sign(signed));
}

function u16(bytes: Uint8Array, at: number): number {
  return ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
}
