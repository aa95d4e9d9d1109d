import type { ByteReader } from "../../kit/byte-reader.ts";
import type { ByteWriter } from "../../kit/byte-writer.ts";

/** IEC 62056-5-3 clause 9.4.6.7: the server could not do with what it was sent. Unknown numbers stay as they are. */
export interface ExceptionResponse {
  readonly kind: "exception-response";
  readonly stateError: number;
  readonly serviceError: number;
  /** With `invocation-counter-error`: the value the server expects next. */
  readonly expectedCounter: number | undefined;
}

export const STATE_ERRORS: Readonly<Record<number, string>> = { 1: "service-not-allowed", 2: "service-unknown" };

export const SERVICE_ERRORS: Readonly<Record<number, string>> = {
  1: "operation-not-possible",
  2: "service-not-supported",
  3: "other-reason",
  4: "pdu-too-long",
  5: "deciphering-error",
  6: "invocation-counter-error",
};

export const INVOCATION_COUNTER_ERROR = 6;
export const DECIPHERING_ERROR = 5;

export interface ConfirmedServiceError {
  readonly kind: "confirmed-service-error";
  /** 1 initiateError, 2 getStatus, 5 read, 6 write … */
  readonly service: number;
  readonly error: number;
  readonly value: number;
}

export const CONFIRMED_SERVICES: Readonly<Record<number, string>> = {
  1: "initiate",
  2: "get-status",
  3: "get-name-list",
  4: "get-variable-attribute",
  5: "read",
  6: "write",
  7: "get-data-set-attribute",
  19: "initiate-load",
  20: "load-segment",
  21: "terminate-load",
};

export const SERVICE_ERROR_CHOICES: Readonly<Record<number, string>> = {
  0: "application-reference",
  1: "hardware-resource",
  2: "vde-state-error",
  3: "service",
  4: "definition",
  5: "access",
  6: "initiate",
  7: "load-data-set",
  9: "task",
  10: "other",
};

export const INITIATE_ERRORS: Readonly<Record<number, string>> = {
  0: "other",
  1: "dlms-version-too-low",
  2: "incompatible-conformance",
  3: "pdu-size-too-short",
  4: "refused-by-the-vde-handler",
};

export function readExceptionResponse(reader: ByteReader): ExceptionResponse {
  const stateError = reader.u8();
  const serviceError = reader.u8();
  // Some servers say that the counter was wrong and not which one they want.
  const told = serviceError === INVOCATION_COUNTER_ERROR && reader.remaining >= 4;
  return { kind: "exception-response", stateError, serviceError, expectedCounter: told ? reader.u32() : undefined };
}

export function writeExceptionResponse(writer: ByteWriter, response: ExceptionResponse): void {
  writer.u8(response.stateError).u8(response.serviceError);
  if (response.expectedCounter !== undefined) writer.u32(response.expectedCounter);
}

export function readConfirmedServiceError(reader: ByteReader): ConfirmedServiceError {
  return { kind: "confirmed-service-error", service: reader.u8(), error: reader.u8(), value: reader.u8() };
}

export function writeConfirmedServiceError(writer: ByteWriter, { service, error, value }: ConfirmedServiceError): void {
  writer.u8(service).u8(error).u8(value);
}
