import { type Blame, EdgeError, type Retry } from "../../kit/edge-error.ts";

/** Why a push is refused. Nothing of it is kept, and the meter hears nothing. */
export type PushFaultCode =
  /** Neither a wrapper nor the DSMR 4 form, or a body no meter we know sends. */
  | "dlms.push.malformed"
  | "dlms.push.stalled"
  | "dlms.push.overfull"
  /** No device is configured or known that it could be of. */
  | "dlms.device.unknown"
  /** Without protection, where that is not allowed. */
  | "dlms.push.unprotected"
  /** An APDU that is no notification. */
  | "dlms.push.unexpected";

export function pushFault(
  code: PushFaultCode,
  message: string,
  facts: { readonly blame?: Blame; readonly retry?: Retry; readonly native?: string | number } = {},
): EdgeError {
  return new EdgeError({ blame: "device", retry: "never", ...facts, code, message });
}
