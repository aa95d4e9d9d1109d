import type { EdgeError } from "../../adapters/kit/edge-error.ts";

/** What to look at first, for faults whose own words say only what came over the wire. */
const HINTS: Readonly<Record<string, string>> = {
  "dlms.association.rejected":
    "is it the meter's client (--client), authentication (--auth), protection and suite, and its own key file? busbar probe dlms scan tells who is let in without",
  "dlms.association.authentication-failed": "another password, secret or key than the meter has",
  "dlms.association.closed":
    "is it the right transport (--hdlc, --udp, or neither), client and logical device (--client, --server)? Most meters take one association at a time",
  "dlms.association.unanswered":
    "is it the right transport (--hdlc, --udp, or neither), client and logical device (--client, --server)? Meters are silent to clients they do not know",
  "dlms.security.deciphering-failed": "another key, or encryption and authentication key exchanged",
  "dlms.service.counter-rejected": "somebody else uses this client and key at the same time",
  "hdlc.link.unanswered":
    "is it HDLC, at that address (--server, --physical, --address-octets), for that client (--client)?",
};

/** Of an acse-service-user. */
const CONTEXT_NOT_SUPPORTED = 2;
const CONTEXT_HINT =
  "does it want ciphering (--keys, --protection), or the other way to name objects (--sn, or without it)?";

/** `undefined` where the message says enough. */
export function hintFor(fault: EdgeError | undefined): string | undefined {
  if (fault?.code === "dlms.association.rejected" && fault.native === CONTEXT_NOT_SUPPORTED) return CONTEXT_HINT;
  return fault === undefined ? undefined : HINTS[fault.code];
}
