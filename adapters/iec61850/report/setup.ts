import { EdgeError } from "../../kit/edge-error.ts";
import { iec61850Fault } from "../codes.ts";
import { REPORT_CONTROL_LIMIT } from "../limits.ts";
import type { Procedure } from "../procedure.ts";
import { candidates, controlText, type ReportControl } from "./candidates.ts";
import { type EnabledReport, enableReport, type OnReady } from "./enable.ts";
import { baseOf, type ReportPlan } from "./plan.ts";

export interface SetupParts {
  readonly plan: ReportPlan;
  /** The EntryID of the last durable report of a block, by `LD/LN$BR$name`. */
  readonly entryIdOf: (control: string) => Uint8Array | undefined;
  /**
   * Whether an instance whose EntryID we remember may be given up for another: its buffer is the one with what we have not
   * seen, and who holds it may well be our own association that the device has not missed yet.
   */
  readonly mayGiveUp: boolean;
  /** The blocks that are ours already. */
  readonly ours: () => readonly EnabledReport[];
  readonly onReady: OnReady;
  /** It was announced by `onReady` and does not report after all. */
  readonly onFailed: (report: EnabledReport) => void;
}

/** What a plan came to: the faults of the blocks that could not be had. */
export interface SetupResult {
  readonly enabled: readonly EnabledReport[];
  readonly faults: readonly EdgeError[];
}

/**
 * Enables one instance of every block a plan means. The instance we had before goes first: its buffer is the one our
 * EntryID belongs to. One that is another client's falls to the next.
 */
export function* setUpReports(parts: SetupParts): Procedure<SetupResult> {
  const { plan, ours } = parts;
  const groups = yield* candidates(plan.pattern);
  if (groups.length === 0)
    throw iec61850Fault("iec61850.report.unknown", `the device has no report control block ${plan.pattern.text}`, {
      blame: "operator",
    });
  const enabled: EnabledReport[] = [];
  const faults: EdgeError[] = [];
  for (const group of groups) {
    const [first] = group;
    if (first === undefined || ours().some(({ control }) => isSameBlock(control, first))) continue;
    if (ours().length >= REPORT_CONTROL_LIMIT) {
      faults.push(tooMany(first));
      break;
    }
    const got = yield* enableOne(group, parts);
    if (got instanceof EdgeError) faults.push(got);
    else enabled.push(got);
  }
  return { enabled, faults };
}

function* enableOne(group: readonly ReportControl[], parts: SetupParts): Procedure<EnabledReport | EdgeError> {
  const { plan, entryIdOf, mayGiveUp, onReady, onFailed } = parts;
  const known = (one: ReportControl): boolean => entryIdOf(controlText(one)) !== undefined;
  const inOrder = [...group.filter(known), ...group.filter((one) => !known(one))];
  let fault: EdgeError | undefined;
  for (const control of inOrder) {
    let announced: EnabledReport | undefined;
    try {
      return yield* enableReport(control, plan, entryIdOf(controlText(control)), (report) => {
        announced = report;
        onReady(report);
      });
    } catch (thrown) {
      if (!(thrown instanceof EdgeError)) throw thrown;
      if (announced !== undefined) onFailed(announced);
      fault = thrown;
      if (thrown.code !== "iec61850.report.reserved" || (known(control) && !mayGiveUp)) break;
    }
  }
  return fault ?? iec61850Fault("iec61850.report.unknown", `no instance of ${plan.pattern.text}`);
}

function tooMany(control: ReportControl): EdgeError {
  const message = `${REPORT_CONTROL_LIMIT} report control blocks are ours already: ${controlText(control)} is one too many`;
  return iec61850Fault("iec61850.report.overlong", message, { blame: "operator" });
}

function isSameBlock(a: ReportControl, b: ReportControl): boolean {
  return a.ld === b.ld && a.ln === b.ln && baseOf(a.name) === baseOf(b.name);
}
