import { type Blame, EdgeError, type EdgeFault, type Retry } from "../kit/edge-error.ts";

/** Every fault this room raises, besides those of BER (`mms.pdu.*`, `iec61850.presentation.*`, `iec61850.acse.*`). */
export type Iec61850FaultCode =
  | "iec61850.tpkt.overlong"
  | "iec61850.tpkt.malformed"
  | "iec61850.tpkt.truncated"
  | "iec61850.cotp.malformed"
  | "iec61850.cotp.truncated"
  /** Fragments that never end, or end in more than a TSDU may be. */
  | "iec61850.cotp.overlong"
  /** The peer refused or ended the transport connection; `native` is the reason. */
  | "iec61850.cotp.disconnected"
  | "iec61850.cotp.error"
  | "iec61850.session.malformed"
  | "iec61850.session.truncated"
  | "iec61850.session.refused"
  | "iec61850.session.unencodable"
  | "iec61850.presentation.malformed"
  | "iec61850.presentation.refused"
  | "iec61850.acse.malformed"
  /** The AARE says no; `native` is the diagnostic. */
  | "iec61850.acse.rejected"
  | "iec61850.association.unanswered"
  /** TCP was closed during the association: how libiec61850 refuses a password, a selector or one client too many. */
  | "iec61850.association.refused"
  | "iec61850.association.aborted"
  | "iec61850.association.closed"
  | "iec61850.association.unexpected"
  | "iec61850.association.overfull"
  | "mms.pdu.malformed"
  | "mms.pdu.unencodable"
  /** A request of ours larger than what was negotiated. */
  | "mms.pdu.overlong"
  | "mms.initiate.refused"
  | "mms.service.refused"
  | "mms.service.rejected"
  | "mms.service.unanswered"
  /** The association ended before the request left. */
  | "mms.service.unsent"
  | "mms.service.cancelled"
  | "mms.service.unexpected"
  | "mms.service.unsupported"
  | "mms.data.refused"
  | "mms.data.unexpected"
  | "mms.file.overlong"
  | "iec61850.model.reference"
  | "iec61850.model.unknown"
  | "iec61850.model.overfull"
  | "iec61850.report.malformed"
  | "iec61850.report.unknown"
  | "iec61850.report.overlong"
  | "iec61850.report.reserved"
  | "iec61850.control.status-only"
  | "iec61850.control.not-selected"
  /** The device ended the control badly; `native` is the AddCause. */
  | "iec61850.control.refused"
  | "iec61850.control.failed"
  | "iec61850.control.unterminated"
  | "iec61850.command.unknown-action"
  | "iec61850.command.invalid"
  | "iec61850.command.busy"
  | "iec61850.command.expired"
  | "iec61850.command.misdirected"
  | "iec61850.registration.malformed"
  /** A registration with a serial number nobody has. */
  | "iec61850.device.unknown"
  /** Neither a configured address nor a registration. */
  | "iec61850.device.unregistered"
  | "iec61850.settings.invalid"
  /** The optional libiec61850, or the package that binds it, is not there or cannot be used. */
  | "iec61850.native.missing"
  /** The process the library runs in ended by itself; `native` is its exit code or signal. */
  | "iec61850.native.crashed"
  | "iec61850.native.malformed"
  /** An answer of the device that a procedure of ours cannot cope with. */
  | "iec61850.procedure.failed";

export interface Iec61850FaultFacts extends Omit<EdgeFault, "code" | "message" | "blame" | "retry"> {
  readonly blame?: Blame;
  readonly retry?: Retry;
}

/** A fault of this room; without facts the device is to blame and trying again does not help. */
export function iec61850Fault(code: Iec61850FaultCode, message: string, facts: Iec61850FaultFacts = {}): EdgeError {
  return new EdgeError({ blame: "device", retry: "never", ...facts, code, message });
}
