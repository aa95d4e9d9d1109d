import { type Blame, EdgeError, type Retry } from "../../kit/edge-error.ts";

export type HdlcFaultCode =
  /** Octets that cannot be a frame: format, length, address or control field, missing flag. */
  | "hdlc.frame.malformed"
  | "hdlc.frame.checksum"
  /** Nothing but noise, or an APDU longer than anybody sends. */
  | "hdlc.frame.overfull"
  | "hdlc.negotiation.malformed"
  /** A frame that has no place in the present state. */
  | "hdlc.link.unexpected"
  /** DM where UA was expected, or a link that was given up by the other side. */
  | "hdlc.link.refused"
  | "hdlc.link.rejected"
  | "hdlc.link.unanswered"
  | "hdlc.llc.malformed"
  | "hdlc.mode-e.refused"
  | "hdlc.mode-e.unanswered";

export function hdlcFault(
  code: HdlcFaultCode,
  message: string,
  facts: {
    readonly blame?: Blame;
    readonly retry?: Retry;
    readonly offset?: number;
    readonly native?: string | number;
  } = {},
): EdgeError {
  const { blame = "device", retry = "backoff", offset, native } = facts;
  return new EdgeError({ code, blame, retry, message, offset, native });
}
