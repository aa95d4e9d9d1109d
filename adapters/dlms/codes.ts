import { type Blame, EdgeError, type EdgeFault, type Retry } from "../kit/edge-error.ts";

/** Every fault of the codec, the security and the association of this room; other parts of it own further unions. */
export type DlmsFaultCode =
  /** A length or count reaches past the end of what it is in. */
  | "dlms.data.truncated"
  /** Octets follow a whole value where it alone was expected. */
  | "dlms.data.trailing"
  | "dlms.data.unknown-type"
  | "dlms.data.too-deep"
  | "dlms.data.too-many-elements"
  | "dlms.data.malformed"
  /** A value that its own type cannot carry: our mistake. */
  | "dlms.data.unencodable"
  /** Text that is no OBIS code, or a logical name that has not six octets. */
  | "dlms.obis.malformed"
  /** A length in more than four octets. */
  | "dlms.axdr.length-too-long"
  | "dlms.apdu.truncated"
  | "dlms.apdu.trailing"
  | "dlms.apdu.unknown-tag"
  /** A choice, enumeration or version that the standard does not have. */
  | "dlms.apdu.malformed"
  | "dlms.apdu.too-long"
  | "dlms.apdu.unencodable"
  | "dlms.wrapper.version"
  | "dlms.wrapper.too-long"
  | "dlms.wrapper.truncated"
  | "dlms.wrapper.empty"
  /** Addressed to, or from, another wPort than the association's. */
  | "dlms.wrapper.misdirected"
  | "dlms.security.control-malformed"
  | "dlms.security.suite-unsupported"
  | "dlms.security.compression-unsupported"
  /** Less protection than was agreed. */
  | "dlms.security.unprotected"
  /** The tag does not verify: a wrong key, or changed octets. */
  | "dlms.security.deciphering-failed"
  | "dlms.security.signature-invalid"
  /** An invocation counter that is not above the last accepted one. */
  | "dlms.security.replayed"
  | "dlms.security.counter-exhausted"
  /** No reserved invocation counters are left: more must be made durable first. */
  | "dlms.security.counter-unreserved"
  | "dlms.security.title-missing"
  | "dlms.security.title-malformed"
  | "dlms.security.key-missing"
  | "dlms.security.key-unsuitable"
  | "dlms.security.key-wrap-invalid"
  | "dlms.security.key-agreement-invalid"
  /** The server did not prove that it knows the secret. */
  | "dlms.security.server-unauthenticated"
  | "dlms.association.rejected"
  | "dlms.association.authentication-failed"
  | "dlms.association.unexpected-apdu"
  | "dlms.association.not-open"
  | "dlms.association.incompatible"
  | "dlms.association.unanswered"
  | "dlms.association.closed"
  | "dlms.association.aborted"
  | "dlms.service.busy"
  | "dlms.service.unanswered"
  | "dlms.service.not-negotiated"
  | "dlms.service.too-long"
  /** The server refused: `native` is the data-access-result or action-result. */
  | "dlms.service.refused"
  | "dlms.service.temporary-failure"
  | "dlms.service.access-denied"
  | "dlms.service.exception"
  | "dlms.service.counter-rejected"
  | "dlms.service.confirmed-error"
  | "dlms.service.result-count"
  | "dlms.block.out-of-order"
  | "dlms.block.no-progress"
  | "dlms.block.too-long"
  | "dlms.block.aborted"
  | "dlms.settings.invalid";

export interface DlmsFaultFacts extends Omit<EdgeFault, "code" | "message" | "blame" | "retry"> {
  readonly blame?: Blame;
  readonly retry?: Retry;
}

/** A fault of this room; without facts the device is to blame and trying again does not help. */
export function dlmsFault(code: DlmsFaultCode, message: string, facts: DlmsFaultFacts = {}): EdgeError {
  return new EdgeError({ blame: "device", retry: "never", ...facts, code, message });
}
