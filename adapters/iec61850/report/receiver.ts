import type { MessageDraft } from "../../../edge-agent/model/draft.ts";
import type { EdgeError } from "../../kit/edge-error.ts";
import type { WallMs } from "../../kit/time.ts";
import { iec61850Fault } from "../codes.ts";
import type { IedDevice } from "../device.ts";
import { type Received, reportEvent } from "../mapping.ts";
import type { InformationReport } from "../mms/pdu.ts";
import { controlText } from "./candidates.ts";
import type { EnabledReport } from "./enable.ts";
import { type Report, readReport } from "./report.ts";
import { Segments } from "./segments.ts";

/** What one information report comes to. */
export interface Reception {
  readonly received: Received | undefined;
  /** What is to be told besides its values. */
  readonly events: readonly MessageDraft[];
  /** The report, or a part of it, could not be used. */
  readonly faults: readonly EdgeError[];
}

interface Open {
  readonly enabled: EnabledReport;
  readonly segments: Segments;
  lastSqNum: number | undefined;
  confRev: number | undefined;
  isResyncTold: boolean;
}

/** Reports whose block nobody knows are told of once each, up to so many. */
const STRANGERS_LIMIT = 64;
/** SqNum is INT16U in buffered blocks and INT8U in the others. */
const NUMBERS = { BR: 65_536, RP: 256 } as const;

/**
 * Which reports belong to which of our blocks: by RptID, and by the data set where several blocks share one. It joins
 * segments and notices what is missing.
 */
export class ReportReceiver {
  readonly #device: IedDevice;
  readonly #open = new Map<string, Open[]>();
  readonly #strangers = new Set<string>();

  constructor(device: IedDevice) {
    this.#device = device;
  }

  /** Known from now on: before RptEna is written, because the first report may come before the answer. */
  add(enabled: EnabledReport): void {
    const open: Open = {
      enabled,
      segments: new Segments(),
      lastSqNum: undefined,
      confRev: enabled.confRev,
      isResyncTold: !enabled.isResynchronized,
    };
    const others = (this.#open.get(enabled.rptId) ?? []).filter(
      (one) => controlText(one.enabled.control) !== controlText(enabled.control),
    );
    this.#open.set(enabled.rptId, [...others, open]);
  }

  /** The blocks that are ours. */
  enabled(): readonly EnabledReport[] {
    return [...this.#open.values()].flat().map((one) => one.enabled);
  }

  remove(enabled: EnabledReport): void {
    const left = (this.#open.get(enabled.rptId) ?? []).filter((one) => one.enabled !== enabled);
    if (left.length > 0) this.#open.set(enabled.rptId, left);
    else this.#open.delete(enabled.rptId);
  }

  /** Throws `iec61850.report.malformed` for what is no report. */
  take(information: InformationReport, receivedAt: WallMs): Reception {
    const report = readReport(information);
    const open = this.#find(report);
    if (open === undefined) return { received: undefined, events: [], faults: this.#stranger(report) };
    const { whole, fault } = open.segments.take(report);
    const faults = fault === undefined ? [] : [fault];
    if (whole === undefined) return { received: undefined, events: [], faults };
    const received: Received = { device: this.#device, enabled: open.enabled, report: whole, receivedAt };
    return { received, events: this.#events(open, received), faults };
  }

  #find(report: Report): Open | undefined {
    const open = this.#open.get(report.rptId) ?? [];
    if (open.length < 2) return open[0];
    const { dataSet } = report;
    const matching = dataSet === undefined ? open : open.filter((one) => one.enabled.dataSet === dataSet);
    // Two blocks with one RptID and one data set: the one whose numbers go on.
    return matching.find((one) => isNext(one, report)) ?? matching[0];
  }

  #events(open: Open, received: Received): readonly MessageDraft[] {
    const { report, enabled } = received;
    const events: MessageDraft[] = [];
    if (!open.isResyncTold) {
      open.isResyncTold = true;
      const text = "the device no longer knew our last EntryID: it replays what it has, and some may be missing";
      events.push(reportEvent(received, "report.resynchronized", text));
    }
    if (report.bufferOverflow)
      events.push(reportEvent(received, "report.buffer-overflow", "the device's buffer overflowed before this report"));
    if (report.sqNum !== undefined) {
      const last = open.lastSqNum;
      if (last !== undefined && !isNext(open, report)) {
        const expected = (last + 1) % NUMBERS[enabled.control.fc];
        events.push(reportEvent(received, "report.sequence-gap", `SqNum ${report.sqNum} where ${expected} should be`));
      }
      open.lastSqNum = report.sqNum;
    }
    if (report.confRev !== undefined && open.confRev !== undefined && report.confRev !== open.confRev) {
      const text = `ConfRev is ${report.confRev} and was ${open.confRev}: the data set may have changed`;
      events.push(reportEvent(received, "report.configuration-changed", text));
    }
    open.confRev = report.confRev ?? open.confRev;
    return events;
  }

  #stranger({ rptId }: Report): readonly EdgeError[] {
    if (this.#strangers.has(rptId) || this.#strangers.size >= STRANGERS_LIMIT) return [];
    this.#strangers.add(rptId);
    const message = `a report with RptID "${rptId}", which none of our report control blocks has`;
    return [iec61850Fault("iec61850.report.unknown", message, { native: rptId })];
  }
}

function isNext({ enabled, lastSqNum }: Open, { sqNum }: Report): boolean {
  if (lastSqNum === undefined || sqNum === undefined) return true;
  return sqNum === (lastSqNum + 1) % NUMBERS[enabled.control.fc];
}
