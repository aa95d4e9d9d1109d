import type { EdgeError } from "../../kit/edge-error.ts";
import { iec61850Fault } from "../codes.ts";
import { dataAccessErrorText } from "../mms/data.ts";
import { serviceErrorText } from "../mms/error-codec.ts";
import type { Rejected, ServiceError } from "../mms/pdu.ts";

/** A confirmed error: the device understood and said no. */
export function refusedService(error: ServiceError): EdgeError {
  const text = serviceErrorText(error);
  return iec61850Fault("mms.service.refused", `the device answered ${text}`, { native: text, retry: retryOf(error) });
}

/** A reject: the device did not understand, or does not offer it. */
export function rejectedService(rejected: Rejected, reason: number): EdgeError {
  const unsupported = rejected === "confirmed-request" && reason === 1;
  return iec61850Fault(
    unsupported ? "mms.service.unsupported" : "mms.service.rejected",
    unsupported ? "the device does not offer this service" : `the device rejected it: ${rejected} reason ${reason}`,
    { native: `${rejected}/${reason}` },
  );
}

/** A value that could not be read or written. */
export function refusedData(error: number, what: string): EdgeError {
  const text = dataAccessErrorText(error);
  return iec61850Fault("mms.data.refused", `${what}: ${text}`, {
    native: text,
    // temporarily-unavailable: a control block that is enabled, a device that is busy.
    retry: error === TEMPORARILY_UNAVAILABLE ? "backoff" : "never",
  });
}

export const TEMPORARILY_UNAVAILABLE = 2;
export const OBJECT_ACCESS_DENIED = 3;
export const OBJECT_NON_EXISTENT = 10;
export const OBJECT_VALUE_INVALID = 11;

function retryOf(error: ServiceError): "backoff" | "never" {
  return error.errorClass === "resource" || (error.errorClass === "file" && error.code === 2) ? "backoff" : "never";
}
