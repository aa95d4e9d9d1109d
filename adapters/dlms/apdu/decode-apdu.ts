import { ByteReader } from "../../kit/byte-reader.ts";
import { dlmsFault } from "../codes.ts";
import { readOctets } from "../data/axdr.ts";
import { readAccessRequest, readAccessResponse } from "./access.ts";
import { acseTrailing, decodeAare, decodeAarq } from "./acse.ts";
import { readActionRequest, readActionResponse } from "./action.ts";
import type { Apdu } from "./apdu.ts";
import { APDU_LIMITS, type ApduLimits } from "./descriptor.ts";
import { readConfirmedServiceError, readExceptionResponse } from "./errors.ts";
import { readGeneralBlockTransfer } from "./general-block-transfer.ts";
import { readGetRequest, readGetResponse } from "./get.ts";
import { readInitiateRequest, readInitiateResponse } from "./initiate.ts";
import { readDataNotification, readDataNotificationConfirm, readEventNotification } from "./notification.ts";
import { readGeneralCiphered, readGeneralCiphering, readGeneralSigning } from "./protection.ts";
import { decodeRelease } from "./release.ts";
import { readSetRequest, readSetResponse } from "./set.ts";
import {
  readInformationReport,
  readReadRequest,
  readReadResponse,
  readWriteRequest,
  readWriteResponse,
} from "./short-name.ts";
import { APDU_TAGS, type ApduName, apduName, type CipheringKey, plainTag } from "./tags.ts";

/**
 * One whole APDU and nothing behind it. Octets in it are views into what was given. Throws `dlms.apdu.*`, `dlms.data.*`,
 * `dlms.acse.*` and `dlms.axdr.*`, and nothing else, whatever the octets.
 */
export function decodeApdu(octets: Uint8Array, limits: ApduLimits = APDU_LIMITS): Apdu {
  const { apdu, trailing } = decodeLeniently(octets, limits);
  if (trailing === 0) return apdu;
  throw dlmsFault("dlms.apdu.trailing", `${trailing} octets follow the ${apdu.kind}`, {
    offset: octets.length - trailing,
  });
}

/** As `decodeApdu`, for what servers in the field send: octets behind a whole APDU are counted and left out. */
export function decodeLeniently(
  octets: Uint8Array,
  limits: ApduLimits = APDU_LIMITS,
): { readonly apdu: Apdu; readonly trailing: number } {
  const [tag] = octets;
  switch (tag) {
    case APDU_TAGS.aarq:
      return { apdu: decodeAarq(octets), trailing: acseTrailing(octets) };
    case APDU_TAGS.aare:
      return { apdu: decodeAare(octets), trailing: acseTrailing(octets) };
    case APDU_TAGS.rlrq:
      return { apdu: decodeRelease(octets, "rlrq"), trailing: acseTrailing(octets) };
    case APDU_TAGS.rlre:
      return { apdu: decodeRelease(octets, "rlre"), trailing: acseTrailing(octets) };
  }
  const reader = new ByteReader(octets, "dlms.apdu.truncated");
  const apdu = readApdu(reader, limits);
  return { apdu, trailing: reader.remaining };
}

type ReadApdu = (reader: ByteReader, limits: ApduLimits) => Apdu;

/** By the first octet. */
const READERS: readonly (ReadApdu | undefined)[] = (() => {
  const readers: (ReadApdu | undefined)[] = new Array(256).fill(undefined);
  const known: Partial<Record<ApduName, ReadApdu>> = {
    "get-request": readGetRequest,
    "get-response": readGetResponse,
    "set-request": readSetRequest,
    "set-response": readSetResponse,
    "action-request": readActionRequest,
    "action-response": readActionResponse,
    "access-request": readAccessRequest,
    "access-response": readAccessResponse,
    "data-notification": readDataNotification,
    "data-notification-confirm": readDataNotificationConfirm,
    "event-notification": readEventNotification,
    "exception-response": readExceptionResponse,
    "confirmed-service-error": readConfirmedServiceError,
    "initiate-request": readInitiateRequest,
    "initiate-response": readInitiateResponse,
    "general-glo-ciphering": (reader) => readGeneralCiphered(reader, "general-glo-ciphering"),
    "general-ded-ciphering": (reader) => readGeneralCiphered(reader, "general-ded-ciphering"),
    "general-ciphering": readGeneralCiphering,
    "general-signing": readGeneralSigning,
    "general-block-transfer": readGeneralBlockTransfer,
    "read-request": readReadRequest,
    "read-response": readReadResponse,
    "write-request": (reader, limits) => readWriteRequest(reader, limits, "write-request"),
    "unconfirmed-write-request": (reader, limits) => readWriteRequest(reader, limits, "unconfirmed-write-request"),
    "write-response": readWriteResponse,
    "information-report": readInformationReport,
  };
  for (let tag = 0; tag < readers.length; tag++) {
    const name = apduName(tag);
    const ciphered = plainTag(tag);
    if (name !== undefined) readers[tag] = known[name];
    else if (ciphered !== undefined) readers[tag] = (reader) => readServiceCiphered(reader, ciphered);
  }
  return readers;
})();

function readApdu(reader: ByteReader, limits: ApduLimits): Apdu {
  const tag = reader.u8();
  const read = READERS[tag];
  if (read !== undefined) return read(reader, limits);
  throw dlmsFault("dlms.apdu.unknown-tag", `an APDU with the tag 0x${tag.toString(16)}`, { offset: 0, native: tag });
}

function readServiceCiphered(
  reader: ByteReader,
  { plain, key }: { readonly plain: number; readonly key: CipheringKey },
): Apdu {
  return { kind: "service-ciphered", service: plain, key, content: readOctets(reader) };
}
