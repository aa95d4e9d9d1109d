import type { EdgeError } from "../../kit/edge-error.ts";
import { dlmsFault } from "../codes.ts";

/** IEC 62056-5-3 clause 9.5. Numbers that are not here stay numbers. */
export const DATA_ACCESS_RESULTS: Readonly<Record<number, string>> = {
  0: "success",
  1: "hardware-fault",
  2: "temporary-failure",
  3: "read-write-denied",
  4: "object-undefined",
  9: "object-class-inconsistent",
  11: "object-unavailable",
  12: "type-unmatched",
  13: "scope-of-access-violated",
  14: "data-block-unavailable",
  15: "long-get-aborted",
  16: "no-long-get-in-progress",
  17: "long-set-aborted",
  18: "no-long-set-in-progress",
  19: "data-block-number-invalid",
  250: "other-reason",
};

export const ACTION_RESULTS: Readonly<Record<number, string>> = {
  ...DATA_ACCESS_RESULTS,
  15: "long-action-aborted",
  16: "no-long-action-in-progress",
  17: "result-17",
  18: "result-18",
  19: "result-19",
};

export const SUCCESS = 0;
const BUSY = new Set([1, 2, 250]);
const DENIED = new Set([3, 13]);
const BLOCKS = new Set([14, 15, 16, 17, 18, 19]);

/**
 * The fault of a result that is not success: transient ones may be tried again, denied access is the operator's to settle,
 * everything else is permanent. `native` is the number.
 *
 * @param what for a person: `read of 0-0:1.0.0*255 attribute 2`.
 */
export function resultFault(service: "get" | "set" | "action", result: number, what: string): EdgeError {
  const names = service === "action" ? ACTION_RESULTS : DATA_ACCESS_RESULTS;
  const message = `${what}: ${names[result] ?? `result ${result}`}`;
  if (BUSY.has(result)) {
    return dlmsFault("dlms.service.temporary-failure", message, { retry: "backoff", native: result });
  }
  if (DENIED.has(result)) {
    return dlmsFault("dlms.service.access-denied", message, { blame: "operator", native: result });
  }
  if (BLOCKS.has(result)) return dlmsFault("dlms.block.aborted", message, { retry: "backoff", native: result });
  return dlmsFault("dlms.service.refused", message, { native: result });
}
