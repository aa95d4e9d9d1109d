import { type BerElement, BerReader } from "../../kit/ber-reader.ts";
import { tagText } from "../../kit/ber-tag.ts";
import { MMS_DEPTH_LIMIT } from "../limits.ts";
import { constructed, primitive } from "../tags.ts";
import { decodeAccessResult, decodeList } from "./data-codec.ts";
import { decodeServiceError } from "./error-codec.ts";
import { decodeInitiate } from "./initiate-codec.ts";
import { toCount, toNumber } from "./integers.ts";
import { decodeSpecification } from "./names-codec.ts";
import { type MmsPdu, REJECTED } from "./pdu.ts";
import { INFORMATION_REPORT, INVOKE_ID, INVOKE_ID_IN_ERROR, PDU } from "./pdu-tags.ts";
import { decodeRequest } from "./request-codec.ts";
import { decodeResponse } from "./response-codec.ts";

/**
 * One MMS PDU. Nothing in the value refers to `bytes`. Throws an EdgeError `mms.pdu.*` that blames the device; a service
 * we do not know is no fault.
 */
export function decodeMms(bytes: Uint8Array): MmsPdu {
  const reader = new BerReader(bytes, "mms.pdu", { depthLimit: MMS_DEPTH_LIMIT });
  const element = reader.next();
  const pdu = decodePdu(element);
  reader.expectEnd();
  return pdu;
}

function decodePdu(element: BerElement): MmsPdu {
  const { tag } = element;
  if (tag.class !== "context") throw element.refuse(`${tagText(tag)} is no MMS PDU`);
  switch (tag.number) {
    case PDU.confirmedRequest: {
      const inside = element.children();
      const invokeId = toCount(inside.expect(INVOKE_ID));
      return { kind: "confirmed-request", invokeId, request: decodeRequest(inside.next()) };
    }
    case PDU.confirmedResponse: {
      const inside = element.children();
      const invokeId = toCount(inside.expect(INVOKE_ID));
      return { kind: "confirmed-response", invokeId, response: decodeResponse(inside.next()) };
    }
    case PDU.confirmedError: {
      const inside = element.children();
      const invokeId = toCount(inside.expect(INVOKE_ID_IN_ERROR));
      const modifier = inside.optional(primitive(1));
      const error = decodeServiceError(inside.expect(constructed(2)));
      return {
        kind: "confirmed-error",
        invokeId,
        ...(modifier !== undefined && { modifierPosition: toNumber(modifier) }),
        error,
      };
    }
    case PDU.unconfirmed:
      return decodeReport(element);
    case PDU.reject: {
      const inside = element.children();
      const invokeId = inside.optional(INVOKE_ID_IN_ERROR);
      const reason = inside.next();
      const rejected = REJECTED[reason.tag.number - 1];
      if (rejected === undefined || reason.tag.class !== "context")
        throw reason.refuse(`${tagText(reason.tag)} is no reason to reject`);
      return {
        kind: "reject",
        invokeId: invokeId === undefined ? undefined : toCount(invokeId),
        rejected,
        reason: toNumber(reason),
      };
    }
    case PDU.cancelRequest:
      return { kind: "cancel-request", invokeId: toCount(element) };
    case PDU.cancelResponse:
      return { kind: "cancel-response", invokeId: toCount(element) };
    case PDU.cancelError: {
      const inside = element.children();
      const invokeId = toCount(inside.expect(INVOKE_ID_IN_ERROR));
      return { kind: "cancel-error", invokeId, error: decodeServiceError(inside.expect(constructed(1))) };
    }
    case PDU.initiateRequest:
      return { kind: "initiate-request", initiate: decodeInitiate(element) };
    case PDU.initiateResponse:
      return { kind: "initiate-response", initiate: decodeInitiate(element) };
    case PDU.initiateError:
      return { kind: "initiate-error", error: decodeServiceError(element) };
    case PDU.concludeRequest:
      return { kind: "conclude-request" };
    case PDU.concludeResponse:
      return { kind: "conclude-response" };
    case PDU.concludeError:
      return { kind: "conclude-error", error: decodeServiceError(element) };
    default:
      throw element.refuse(`${tagText(tag)} is no MMS PDU`);
  }
}

function decodeReport(element: BerElement): MmsPdu {
  const report = element.children().expect(INFORMATION_REPORT).children();
  const specification = decodeSpecification(report.next());
  const results = decodeList(report.expect(constructed(0)).children(), decodeAccessResult);
  return { kind: "information-report", report: { specification, results } };
}
