import type { EdgeError } from "../../kit/edge-error.ts";
import { iec61850Fault } from "../codes.ts";
import { bitAt, type AccessResult, type MmsData } from "../mms/data.ts";
import type { InformationReport } from "../mms/pdu.ts";
import { hasField, type Trigger, triggersOf } from "./fields.ts";

type BinaryTime = Extract<MmsData, { type: "binary-time" }>;

/** One value of a report. */
export interface ReportEntry {
  /** Position in the data set. */
  readonly member: number;
  /** `LD/LN$FC$DO…`, where the report says it. */
  readonly reference: string | undefined;
  readonly value: AccessResult;
  readonly reasons: readonly Trigger[];
}

/** A report as it came, or all its segments together. */
export interface Report {
  readonly rptId: string;
  readonly sqNum: number | undefined;
  readonly timeOfEntry: BinaryTime | undefined;
  /** `LD/LN$name`. */
  readonly dataSet: string | undefined;
  readonly bufferOverflow: boolean;
  readonly entryId: Uint8Array | undefined;
  readonly confRev: number | undefined;
  /** `undefined` where the report is not segmented. */
  readonly segment: { readonly number: number; readonly more: boolean } | undefined;
  readonly entries: readonly ReportEntry[];
}

const REPORT_LIST = "RPT";

/** Whether an information report is one of a report control block. */
export function isReport({ specification }: InformationReport): boolean {
  return specification.kind === "list" && specification.list.scope === "vmd" && specification.list.item === REPORT_LIST;
}

/**
 * Reads a report by the OptFlds in the report itself, which need not be those that were written (IEC 61850-8-1 17.2.2).
 * Throws `iec61850.report.malformed` where a field is missing, of another type, or too much.
 */
export function readReport({ results }: InformationReport): Report {
  const fields = new Fields(results);
  const rptId = fields.text("RptID");
  const optional = fields.bits("OptFlds");
  const sqNum = hasField(optional, "sequenceNumber") ? fields.whole("SqNum") : undefined;
  const timeOfEntry = hasField(optional, "timeStamp") ? fields.time("TimeOfEntry") : undefined;
  const dataSet = hasField(optional, "dataSet") ? fields.text("DatSet") : undefined;
  const bufferOverflow = hasField(optional, "bufferOverflow") && fields.truth("BufOvfl");
  const entryId = hasField(optional, "entryId") ? fields.octets("EntryID") : undefined;
  const confRev = hasField(optional, "confRev") ? fields.whole("ConfRev") : undefined;
  const segment = hasField(optional, "segmentation")
    ? { number: fields.whole("SubSqNum"), more: fields.truth("MoreSegmentsFollow") }
    : undefined;
  const inclusion = fields.bits("Inclusion-bitstring");
  const members: number[] = [];
  for (let at = 0; at < inclusion.length; at++) if (bitAt(inclusion, at)) members.push(at);
  const references = hasField(optional, "dataReference") ? members.map(() => fields.text("data-reference")) : undefined;
  const values = members.map(() => fields.next("value"));
  const reasons = hasField(optional, "reason") ? members.map(() => triggersOf(fields.bits("ReasonCode"))) : undefined;
  fields.expectEnd();
  const entries = members.map(
    (member, at): ReportEntry => ({
      member,
      reference: references?.[at],
      value: values[at] ?? { type: "failure", error: 0 },
      reasons: reasons?.[at] ?? [],
    }),
  );
  return { rptId, sqNum, timeOfEntry, dataSet, bufferOverflow, entryId, confRev, segment, entries };
}

/** The flat list of a report, field by field. */
class Fields {
  readonly #results: readonly AccessResult[];
  #at = 0;

  constructor(results: readonly AccessResult[]) {
    this.#results = results;
  }

  next(name: string): AccessResult {
    const result = this.#results[this.#at];
    if (result === undefined) throw malformed(`the report ends before its ${name}`, this.#at);
    this.#at += 1;
    return result;
  }

  text(name: string): string {
    const result = this.next(name);
    if (result.type === "visible-string" || result.type === "mms-string") return result.value;
    throw this.#wrong(name, result);
  }

  whole(name: string): number {
    const result = this.next(name);
    if (result.type === "unsigned" || result.type === "integer") return Number(result.value);
    throw this.#wrong(name, result);
  }

  truth(name: string): boolean {
    const result = this.next(name);
    if (result.type === "boolean") return result.value;
    throw this.#wrong(name, result);
  }

  bits(name: string): Extract<MmsData, { type: "bit-string" }> {
    const result = this.next(name);
    if (result.type === "bit-string") return result;
    throw this.#wrong(name, result);
  }

  octets(name: string): Uint8Array {
    const result = this.next(name);
    if (result.type === "octet-string") return result.value;
    throw this.#wrong(name, result);
  }

  time(name: string): BinaryTime {
    const result = this.next(name);
    if (result.type === "binary-time") return result;
    throw this.#wrong(name, result);
  }

  expectEnd(): void {
    const left = this.#results.length - this.#at;
    if (left > 0) throw malformed(`${left} fields follow the report's last value`, this.#at);
  }

  #wrong(name: string, result: AccessResult): EdgeError {
    return malformed(`${name} of a report is ${result.type}`, this.#at - 1);
  }
}

function malformed(message: string, field: number): EdgeError {
  return iec61850Fault("iec61850.report.malformed", message, { native: `field ${field}` });
}
