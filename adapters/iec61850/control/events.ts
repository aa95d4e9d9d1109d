import type { AccessResult, MmsData } from "../mms/data.ts";
import type { InformationReport } from "../mms/pdu.ts";

/** IEC 61850-8-1 table 45: LastApplError. */
export interface LastApplError {
  /** `LD/LN$CO$DO`: the attribute (`$Oper`, `$SBOw`, `$Cancel`) is taken off. */
  readonly object: string;
  /** 0 none, 1 unknown, 2 timeout-test, 3 operator-test. */
  readonly error: number;
  readonly orCat: number;
  readonly orIdent: Uint8Array;
  readonly ctlNum: number;
  readonly addCause: number;
}

/** What a device says of a control, outside the answers to our requests. */
export type ControlEvent =
  | { readonly kind: "last-appl-error"; readonly error: LastApplError }
  /** `error` is absent for a positive one: its presence decides, not its numbers. */
  | {
      readonly kind: "termination";
      readonly object: string;
      readonly ctlNum: number | undefined;
      readonly error: LastApplError | undefined;
    };

/** IEC 61850-7-2 table: why a control was not, or not fully, carried out. */
export const ADD_CAUSES = [
  "unknown",
  "not-supported",
  "blocked-by-switching-hierarchy",
  "select-failed",
  "invalid-position",
  "position-reached",
  "parameter-change-in-execution",
  "step-limit",
  "blocked-by-mode",
  "blocked-by-process",
  "blocked-by-interlocking",
  "blocked-by-synchrocheck",
  "command-already-in-execution",
  "blocked-by-health",
  "1-of-n-control",
  "abortion-by-cancel",
  "time-limit-over",
  "abortion-by-trip",
  "object-not-selected",
  "object-already-selected",
  "no-access-authority",
  "ended-with-overshoot",
  "abortion-due-to-deviation",
  "abortion-by-communication-loss",
  "blocked-by-command",
  "none",
  "inconsistent-parameters",
  "locked-by-other-client",
] as const;

export function addCauseText(addCause: number): string {
  return ADD_CAUSES[addCause] ?? `AddCause ${addCause}`;
}

const LAST_APPL_ERROR = "LastApplError";
const CONTROL_ATTRIBUTES = /\$(?:Oper|SBOw|Cancel|SBO)$/;

/** What an information report says of a control; `undefined` for reports of data sets and for what makes no sense. */
export function controlEventOf({ specification, results }: InformationReport): ControlEvent | undefined {
  if (specification.kind !== "variables") return undefined;
  let error: LastApplError | undefined;
  let terminated: { object: string; ctlNum: number | undefined } | undefined;
  for (const [at, { name }] of specification.variables.entries()) {
    const value = results[at];
    if (value === undefined) continue;
    if (name.item === LAST_APPL_ERROR) error = lastApplError(value);
    else if (name.scope === "domain" && name.item.endsWith("$Oper"))
      terminated = { object: `${name.domain}/${objectOf(name.item)}`, ctlNum: ctlNumOf(value) };
  }
  if (terminated !== undefined) return { kind: "termination", ...terminated, error };
  return error === undefined ? undefined : { kind: "last-appl-error", error };
}

/** `LN$CO$DO` of an item name that goes on to `$Oper` and the like. */
export function objectOf(item: string): string {
  return item.replace(CONTROL_ATTRIBUTES, "");
}

function lastApplError(value: AccessResult): LastApplError | undefined {
  if (value.type !== "structure") return undefined;
  const [object, error, origin, ctlNum, addCause] = value.items;
  if (object?.type !== "visible-string" && object?.type !== "mms-string") return undefined;
  const [orCat, orIdent] = origin?.type === "structure" ? origin.items : [];
  return {
    object: objectOf(object.value),
    error: wholeOf(error) ?? 0,
    orCat: wholeOf(orCat) ?? 0,
    orIdent: orIdent?.type === "octet-string" ? orIdent.value : new Uint8Array(0),
    ctlNum: wholeOf(ctlNum) ?? 0,
    addCause: wholeOf(addCause) ?? 0,
  };
}

/** The number is the one unsigned among the components: `operTm` may stand before it, or not. */
function ctlNumOf(value: AccessResult): number | undefined {
  if (value.type !== "structure") return undefined;
  const origin = value.items.findIndex((item, at) => at > 0 && isOrigin(item));
  return wholeOf(value.items[origin + 1]);
}

function isOrigin(item: MmsData): boolean {
  return item.type === "structure" && item.items.length === 2 && item.items[1]?.type === "octet-string";
}

function wholeOf(data: MmsData | undefined): number | undefined {
  return data?.type === "integer" || data?.type === "unsigned" ? Number(data.value) : undefined;
}
