import type { EdgeError } from "../../kit/edge-error.ts";
import {
  type ConfirmedServiceError,
  DECIPHERING_ERROR,
  type ExceptionResponse,
  INVOCATION_COUNTER_ERROR,
  SERVICE_ERRORS,
  STATE_ERRORS,
} from "../apdu/errors.ts";
import { dlmsFault } from "../codes.ts";
import { serviceErrorText } from "./handshake.ts";

/** Of these, the same request may go well another time. */
const TRANSIENT = new Set([1, 3]);

/**
 * A wrong counter may be tried again at once, with a higher one; a key that does not fit is the operator's to settle; what
 * the server does not know it will not know tomorrow; anything else is worth another try. `native` is the counter the
 * server expects, or the service-error.
 */
export function exceptionFault({ stateError, serviceError, expectedCounter }: ExceptionResponse): EdgeError {
  const names = [STATE_ERRORS[stateError] ?? stateError, SERVICE_ERRORS[serviceError] ?? serviceError];
  const message = `the server answers with an exception: ${names.join(", ")}`;
  if (serviceError === INVOCATION_COUNTER_ERROR) {
    const told = expectedCounter === undefined ? "" : ` (it expects ${expectedCounter})`;
    return dlmsFault("dlms.service.counter-rejected", `${message}${told}`, { retry: "now", native: expectedCounter });
  }
  if (serviceError === DECIPHERING_ERROR) {
    return dlmsFault("dlms.security.deciphering-failed", message, { blame: "operator", native: serviceError });
  }
  const retry = TRANSIENT.has(serviceError) ? "backoff" : "never";
  return dlmsFault("dlms.service.exception", message, { retry, native: serviceError });
}

export function confirmedServiceFault(error: ConfirmedServiceError): EdgeError {
  // application-reference, hardware-resource, vde-state, other: a state of the server that may pass.
  const retry = [0, 1, 2, 10].includes(error.error) ? "backoff" : "never";
  return dlmsFault("dlms.service.confirmed-error", serviceErrorText(error), { retry, native: error.value });
}
