import { type BerTag, universal, UNIVERSAL } from "../../kit/ber-tag.ts";
import { constructed, primitive } from "../tags.ts";

/** The numbers of `MMSpdu` (ISO 9506-2). */
export const PDU = {
  confirmedRequest: 0,
  confirmedResponse: 1,
  confirmedError: 2,
  unconfirmed: 3,
  reject: 4,
  cancelRequest: 5,
  cancelResponse: 6,
  cancelError: 7,
  initiateRequest: 8,
  initiateResponse: 9,
  initiateError: 10,
  concludeRequest: 11,
  concludeResponse: 12,
  concludeError: 13,
} as const;

/** Universal in requests and responses, `[0]` in errors and rejects. */
export const INVOKE_ID: BerTag = universal(UNIVERSAL.integer);
export const INVOKE_ID_IN_ERROR: BerTag = primitive(0);
export const INFORMATION_REPORT: BerTag = constructed(0);
