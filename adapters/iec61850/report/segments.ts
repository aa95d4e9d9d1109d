import type { EdgeError } from "../../kit/edge-error.ts";
import { iec61850Fault } from "../codes.ts";
import { SEGMENTED_REPORT_LIMIT_VALUES } from "../limits.ts";
import type { Report } from "./report.ts";

/**
 * Joins the segments of the reports of one control block. Each segment names the members in it; all have one SqNum and
 * count SubSqNum from 0. A segment that does not follow the one before drops what was held: a report with a hole in it is
 * no report.
 */
export class Segments {
  #held: Report | undefined;
  #next = 0;

  get isWaiting(): boolean {
    return this.#held !== undefined;
  }

  /** The whole report when this was its last segment, or the only one. */
  take(report: Report): { readonly whole: Report | undefined; readonly fault: EdgeError | undefined } {
    const { segment } = report;
    const held = this.#held;
    if (segment === undefined) return { whole: report, fault: held === undefined ? undefined : this.#drop(held) };
    const follows = held !== undefined && segment.number === this.#next && held.sqNum === report.sqNum;
    if (held !== undefined && !follows && segment.number !== 0) return { whole: undefined, fault: this.#drop(held) };
    const dropped = held !== undefined && !follows ? this.#drop(held) : undefined;
    if (held === undefined && segment.number !== 0)
      return { whole: undefined, fault: torn(report, `segment ${segment.number} came first`) };
    const joined = follows ? { ...held, entries: [...held.entries, ...report.entries] } : report;
    if (!segment.more) {
      this.#held = undefined;
      return { whole: { ...joined, segment: undefined }, fault: dropped };
    }
    if (joined.entries.length > SEGMENTED_REPORT_LIMIT_VALUES) {
      this.#held = undefined;
      const message = `report ${report.rptId} of more than ${SEGMENTED_REPORT_LIMIT_VALUES} values`;
      return { whole: undefined, fault: iec61850Fault("iec61850.report.overlong", message) };
    }
    this.#held = joined;
    this.#next = segment.number + 1;
    return { whole: undefined, fault: dropped };
  }

  #drop(held: Report): EdgeError {
    this.#held = undefined;
    return torn(held, `segment ${this.#next} never came`);
  }
}

function torn({ rptId, sqNum }: Report, what: string): EdgeError {
  return iec61850Fault("iec61850.report.malformed", `report ${rptId} number ${sqNum ?? "?"}: ${what}`, {
    native: "segment",
  });
}
