import { type Blame, EdgeError, type EdgeFault, type Retry } from "../kit/edge-error.ts";

/** Every fault this room raises. */
export type OslpFaultCode =
  /** The length field announces more than the configured limit. */
  | "oslp.envelope.overlong"
  /** The stream ended inside an envelope, or the bytes given are not one whole envelope. */
  | "oslp.envelope.truncated"
  /** Bytes follow a whole envelope where one alone was expected. */
  | "oslp.envelope.trailing"
  /** A part of an envelope, and then nothing more in time. */
  | "oslp.envelope.stalled"
  | "oslp.signature.malformed"
  | "oslp.signature.invalid"
  | "oslp.payload.malformed"
  | "oslp.payload.field-missing"
  /** No member of `Message` that this contract knows. */
  | "oslp.message.empty"
  /** More than one member of `Message`. */
  | "oslp.message.ambiguous"
  /** A member that does not belong to this side of the conversation. */
  | "oslp.message.unexpected"
  /** A value that the contract cannot carry: our own mistake. */
  | "oslp.message.unencodable"
  /** A member or field that the device's contract version does not have. */
  | "oslp.message.not-in-version"
  | "oslp.device.unknown"
  | "oslp.device.unregistered"
  | "oslp.sequence.out-of-window"
  /** The randoms of a ConfirmRegisterDevice are not those of the registration under way. */
  | "oslp.registration.randoms"
  | "oslp.registration.address"
  | "oslp.event.too-many"
  /** More envelopes were sent ahead than may wait. */
  | "oslp.session.overfull"
  /** Something of ours broke while an envelope was answered. */
  | "oslp.session.failed"
  | "oslp.response.timeout"
  | "oslp.response.closed"
  | "oslp.response.unexpected"
  /** The response carries another device id than the request. */
  | "oslp.response.foreign"
  /** The device answered with a Status that is not OK; `native` is the number. */
  | "oslp.response.failure"
  | "oslp.response.rejected"
  | "oslp.command.unknown-action"
  | "oslp.command.invalid"
  | "oslp.command.busy"
  | "oslp.command.misdirected"
  | "oslp.command.expired"
  | "oslp.settings.invalid";

export interface OslpFaultFacts extends Omit<EdgeFault, "code" | "message" | "blame" | "retry"> {
  readonly blame?: Blame;
  readonly retry?: Retry;
}

/** A fault of this room; without facts the device is to blame and trying again does not help. */
export function oslpFault(code: OslpFaultCode, message: string, facts: OslpFaultFacts = {}): EdgeError {
  return new EdgeError({ blame: "device", retry: "never", ...facts, code, message });
}
