import { ByteWriter } from "../../kit/byte-writer.ts";
import { dlmsFault } from "../codes.ts";
import { writeOctets } from "../data/axdr.ts";
import { writeAccessRequest, writeAccessResponse } from "./access.ts";
import { encodeAare, encodeAarq } from "./acse.ts";
import { writeActionRequest, writeActionResponse } from "./action.ts";
import type { Apdu } from "./apdu.ts";
import { writeConfirmedServiceError, writeExceptionResponse } from "./errors.ts";
import { writeGeneralBlockTransfer } from "./general-block-transfer.ts";
import { writeGetRequest, writeGetResponse } from "./get.ts";
import { writeInitiateRequest, writeInitiateResponse } from "./initiate.ts";
import { writeDataNotification, writeDataNotificationConfirm, writeEventNotification } from "./notification.ts";
import { writeGeneralCiphered, writeGeneralCiphering, writeGeneralSigning } from "./protection.ts";
import { encodeRelease } from "./release.ts";
import { writeSetRequest, writeSetResponse } from "./set.ts";
import {
  writeInformationReport,
  writeReadRequest,
  writeReadResponse,
  writeWriteRequest,
  writeWriteResponse,
} from "./short-name.ts";
import { type ApduName, APDU_TAGS, cipheredTag } from "./tags.ts";

/** Throws `dlms.apdu.unencodable` and `dlms.data.unencodable`, both ours to blame. */
export function encodeApdu(apdu: Apdu): Uint8Array {
  switch (apdu.kind) {
    case "aarq":
      return encodeAarq(apdu);
    case "aare":
      return encodeAare(apdu);
    case "rlrq":
    case "rlre":
      return encodeRelease(apdu);
  }
  // What carries another APDU has a size that is known; growing to it would copy it once more.
  const writer = "content" in apdu ? new ByteWriter(apdu.content.length + AROUND_CONTENT_OCTETS) : new ByteWriter();
  writer.u8(tagOf(apdu));
  // The table pairs every kind with the writer of that kind, which the compiler checks there and cannot follow here.
  (WRITERS[apdu.kind] as (writer: ByteWriter, apdu: Apdu) => void)(writer, apdu);
  return writer.finish();
}

/** The first octet. Variants of a service share it. */
export function tagOf(apdu: Apdu): number {
  const tag = apdu.kind === "service-ciphered" ? cipheredTag(apdu.service, apdu.key) : TAGS.get(apdu.kind);
  if (tag !== undefined) return tag;
  throw dlmsFault("dlms.apdu.unencodable", `a ${apdu.kind} of a service that has no such form`, { blame: "us" });
}

/** Tag, system title and two lengths: the forms without a header. */
const AROUND_CONTENT_OCTETS = 16;

type Axdr = Exclude<Apdu, { kind: "aarq" | "aare" | "rlrq" | "rlre" }>;

const WRITERS: { readonly [Kind in Axdr["kind"]]: (writer: ByteWriter, apdu: Extract<Axdr, { kind: Kind }>) => void } =
  {
    "get-request-normal": writeGetRequest,
    "get-request-next": writeGetRequest,
    "get-request-with-list": writeGetRequest,
    "get-response-normal": writeGetResponse,
    "get-response-with-datablock": writeGetResponse,
    "get-response-with-list": writeGetResponse,
    "set-request-normal": writeSetRequest,
    "set-request-with-first-datablock": writeSetRequest,
    "set-request-with-datablock": writeSetRequest,
    "set-request-with-list": writeSetRequest,
    "set-request-with-list-and-first-datablock": writeSetRequest,
    "set-response-normal": writeSetResponse,
    "set-response-datablock": writeSetResponse,
    "set-response-last-datablock": writeSetResponse,
    "set-response-last-datablock-with-list": writeSetResponse,
    "set-response-with-list": writeSetResponse,
    "action-request-normal": writeActionRequest,
    "action-request-next-pblock": writeActionRequest,
    "action-request-with-list": writeActionRequest,
    "action-request-with-first-pblock": writeActionRequest,
    "action-request-with-list-and-first-pblock": writeActionRequest,
    "action-request-with-pblock": writeActionRequest,
    "action-response-normal": writeActionResponse,
    "action-response-with-pblock": writeActionResponse,
    "action-response-with-list": writeActionResponse,
    "action-response-next-pblock": writeActionResponse,
    "access-request": writeAccessRequest,
    "access-response": writeAccessResponse,
    "data-notification": writeDataNotification,
    "data-notification-confirm": writeDataNotificationConfirm,
    "event-notification": writeEventNotification,
    "exception-response": writeExceptionResponse,
    "confirmed-service-error": writeConfirmedServiceError,
    "initiate-request": writeInitiateRequest,
    "initiate-response": writeInitiateResponse,
    "service-ciphered": (writer, { content }) => writeOctets(writer, content),
    "general-glo-ciphering": writeGeneralCiphered,
    "general-ded-ciphering": writeGeneralCiphered,
    "general-ciphering": writeGeneralCiphering,
    "general-signing": writeGeneralSigning,
    "general-block-transfer": writeGeneralBlockTransfer,
    "read-request": writeReadRequest,
    "read-response": writeReadResponse,
    "write-request": writeWriteRequest,
    "unconfirmed-write-request": writeWriteRequest,
    "write-response": writeWriteResponse,
    "information-report": writeInformationReport,
  };

/** The tag of each kind: variants of a service are named after it. */
const TAGS: ReadonlyMap<string, number> = new Map(
  [...Object.keys(WRITERS), "aarq", "aare", "rlrq", "rlre"].map((kind): [string, number] => {
    const service = kind.replace(/^((?:get|set|action)-(?:request|response))-.*$/, "$1");
    return [kind, APDU_TAGS[service as ApduName]];
  }),
);
