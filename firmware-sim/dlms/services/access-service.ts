import type {
  AccessRequest,
  AccessResponse,
  AccessResult,
  AccessSpecification,
} from "../../../adapters/dlms/apdu/access.ts";
import { readLongInvokeId } from "../../../adapters/dlms/apdu/invoke-id.ts";
import { type DlmsData, NULL_DATA } from "../../../adapters/dlms/data/data.ts";
import { RESULT } from "../objects/cosem-object.ts";
import { type Bearings, getAttribute, invokeMethod, setAttribute } from "./object-access.ts";

interface Done {
  readonly data: DlmsData;
  readonly result: AccessResult;
}

/** ACCESS of IEC 62056-5-3 9.3.9: one after the other; with break-on-error the rest is refused after the first refusal. */
export function serveAccess(request: AccessRequest, bearings: Bearings): AccessResponse {
  const { breakOnError } = readLongInvokeId(request.invoke);
  const done: Done[] = [];
  let broken = false;
  for (const [at, one] of request.specifications.entries()) {
    const next = broken ? refusedAs(one) : carryOut(one, request.data[at] ?? NULL_DATA, bearings);
    done.push(next);
    if (breakOnError && next.result.result !== RESULT.success) broken = true;
  }
  return {
    kind: "access-response",
    invoke: request.invoke,
    dateTime: new Uint8Array(0),
    specifications: undefined,
    data: done.map(({ data }) => data),
    results: done.map(({ result }) => result),
  };
}

function carryOut(one: AccessSpecification, data: DlmsData, bearings: Bearings): Done {
  switch (one.kind) {
    case "get":
    case "get-with-selection": {
      const value = getAttribute(bearings, one.attribute, one.kind === "get" ? undefined : one.selection);
      if (value.kind === "refused") return { data: NULL_DATA, result: { kind: "get", result: value.result } };
      return { data: value, result: { kind: "get", result: RESULT.success } };
    }
    case "set":
    case "set-with-selection": {
      const result = setAttribute(bearings, one.attribute, data, one.kind === "set" ? undefined : one.selection);
      return { data: NULL_DATA, result: { kind: "set", result } };
    }
    case "action": {
      const { result, returned } = invokeMethod(bearings, one.method, data);
      return { data: returned ?? NULL_DATA, result: { kind: "action", result } };
    }
  }
}

function refusedAs(one: AccessSpecification): Done {
  const kind = one.kind === "action" ? "action" : one.kind.startsWith("get") ? "get" : "set";
  return { data: NULL_DATA, result: { kind, result: RESULT.otherReason } };
}
