import { equalBytes } from "../../kit/bytes.ts";
import type { EdgeError } from "../../kit/edge-error.ts";
import { read, write, writeAll } from "../acsi/variables.ts";
import { OBJECT_VALUE_INVALID } from "../association/refusal.ts";
import { iec61850Fault } from "../codes.ts";
import {
  bitAt,
  dataAccessErrorText,
  mmsBoolean,
  mmsInteger,
  type MmsData,
  mmsOctets,
  mmsUnsigned,
  mmsVisible,
} from "../mms/data.ts";
import type { Reference } from "../model/reference.ts";
import type { Procedure } from "../procedure.ts";
import { controlText, type ReportControl } from "./candidates.ts";
import { type Member, dataSetView } from "./data-set-view.ts";
import { hasField, optionalFields, TRIGGERS, triggerOptions } from "./fields.ts";
import type { ReportPlan } from "./plan.ts";

type BinaryTime = Extract<MmsData, { type: "binary-time" }>;

/** A block that is ours and about to report. */
export interface EnabledReport {
  readonly control: ReportControl;
  readonly plan: ReportPlan;
  /** What its reports carry: an empty RptID in the block stands for its reference. */
  readonly rptId: string;
  /** `LD/LN$name`. */
  readonly dataSet: string;
  readonly members: readonly Member[];
  readonly confRev: number | undefined;
  /** Of the newest entry in the buffer before it was enabled: what is not later than this was buffered. */
  readonly bufferedUntil: BinaryTime | undefined;
  /** The EntryID asked for is not in the buffer any more: it is replayed from its beginning, and there may be a hole. */
  readonly isResynchronized: boolean;
}

/** What happens between "it is configured" and "it reports": the receiver must know it before the first report. */
export type OnReady = (report: EnabledReport) => void;

const WANTED_FIELDS = optionalFields(
  "sequenceNumber",
  "timeStamp",
  "reason",
  "dataSet",
  "bufferOverflow",
  "entryId",
  "confRev",
);
/** An unbuffered block masks what only a buffer has. */
const WANTED_UNBUFFERED = optionalFields("sequenceNumber", "timeStamp", "reason", "dataSet", "confRev");
const ZERO_ENTRY = new Uint8Array(8);

/**
 * Reserves, configures and enables one block. Settings that are as they should be are not written: writing most of them
 * empties the buffer. Throws `iec61850.report.reserved` where the block is another client's.
 *
 * @param entryId of the last report that is durable; `undefined` where nothing is remembered
 */
export function* enableReport(
  control: ReportControl,
  plan: ReportPlan,
  entryId: Uint8Array | undefined,
  onReady: OnReady,
): Procedure<EnabledReport> {
  const block = yield* readBlock(control);
  if (truth(block.get("RptEna")) || truth(block.get("Resv"))) throw reserved(control, "it is enabled or reserved");
  yield* reserve(control, plan);
  yield* configure(control, plan, block);
  const dataSet = plan.dataSet === undefined ? text(block.get("DatSet")) : plan.dataSet.replace(".", "$");
  if (dataSet === "")
    throw iec61850Fault("iec61850.report.unknown", `${controlText(control)} has no data set`, { blame: "operator" });
  const members = yield* dataSetView(dataSet);
  const isResynchronized = control.fc === "BR" ? yield* resume(control, plan, entryId) : false;
  const bufferedUntil = block.get("TimeofEntry") ?? block.get("TimeOfEntry");
  const enabled: EnabledReport = {
    control,
    plan,
    rptId: text(block.get("RptID")) || controlText(control),
    dataSet,
    members,
    confRev: whole(block.get("ConfRev")),
    bufferedUntil: bufferedUntil?.type === "binary-time" ? bufferedUntil : undefined,
    isResynchronized,
  };
  onReady(enabled);
  yield* writeOrReserved(control, "RptEna", mmsBoolean(true));
  if (plan.interrogate && interrogates(control, plan, block)) yield* interrogateReport(control);
  return enabled;
}

/** GI. */
export function* interrogateReport(control: ReportControl): Procedure<void> {
  yield* write(attribute(control, "GI"), mmsBoolean(true));
}

export function* purgeReport(control: ReportControl): Procedure<void> {
  yield* write(attribute(control, "PurgeBuf"), mmsBoolean(true));
}

/** Ends the reporting and, of an unbuffered block, the reservation. */
export function* disableReport(control: ReportControl): Procedure<void> {
  yield* write(attribute(control, "RptEna"), mmsBoolean(false));
  if (control.attributes.includes("Resv")) yield* write(attribute(control, "Resv"), mmsBoolean(false));
}

/** The attributes of a block by their names. */
export function* readBlock(control: ReportControl): Procedure<ReadonlyMap<string, MmsData>> {
  const value = yield* read({ ld: control.ld, ln: control.ln, fc: control.fc, path: [control.name] });
  if (value.type !== "structure") throw iec61850Fault("mms.data.unexpected", `${controlText(control)} is no structure`);
  return new Map(value.items.map((item, at) => [control.attributes[at] ?? String(at), item]));
}

function* reserve(control: ReportControl, plan: ReportPlan): Procedure<void> {
  if (control.attributes.includes("Resv")) yield* writeOrReserved(control, "Resv", mmsBoolean(true));
  if (control.attributes.includes("ResvTms") && plan.reserveSeconds !== undefined)
    yield* writeOrReserved(control, "ResvTms", mmsInteger(plan.reserveSeconds));
}

function* configure(control: ReportControl, plan: ReportPlan, block: ReadonlyMap<string, MmsData>): Procedure<void> {
  if (plan.asConfigured) return;
  const wanted: [string, MmsData][] = [];
  const want = (name: string, data: MmsData | undefined): void => {
    const has = block.get(name);
    if (data !== undefined && control.attributes.includes(name) && !sameData(has, data)) wanted.push([name, data]);
  };
  want("DatSet", plan.dataSet === undefined ? undefined : mmsVisible(plan.dataSet.replace(".", "$")));
  want("TrgOps", plan.triggers === undefined ? undefined : triggerOptions(...plan.triggers));
  want("IntgPd", plan.integrityMs === undefined ? undefined : mmsUnsigned(plan.integrityMs));
  want("BufTm", plan.bufferMs === undefined ? undefined : mmsUnsigned(plan.bufferMs));
  if (!hasWantedFields(control, block.get("OptFlds")))
    want("OptFlds", control.fc === "BR" ? WANTED_FIELDS : WANTED_UNBUFFERED);
  if (wanted.length === 0) return;
  const faults = yield* writeAll(wanted.map(([name, data]) => ({ reference: attribute(control, name), data })));
  for (const [at, fault] of faults.entries()) {
    if (fault === undefined) continue;
    // Optional fields may be fixed: the report says which it has.
    if (wanted[at]?.[0] !== "OptFlds") throw asReserved(control, fault);
  }
}

/** Everything we want is on; what is on besides does not matter. */
function hasWantedFields(control: ReportControl, has: MmsData | undefined): boolean {
  if (has?.type !== "bit-string") return false;
  const wanted = ["sequenceNumber", "timeStamp", "reason", "dataSet", "confRev"] as const;
  const buffered = ["bufferOverflow", "entryId"] as const;
  return [...wanted, ...(control.fc === "BR" ? buffered : [])].every((field) => hasField(has, field));
}

/** Tells the buffer where we got to. `true`: it does not know that place, and begins at its beginning. */
function* resume(control: ReportControl, plan: ReportPlan, entryId: Uint8Array | undefined): Procedure<boolean> {
  if (!control.attributes.includes("EntryID")) return false;
  if (entryId === undefined) {
    if (plan.withoutEntryId === "purge") yield* purgeReport(control);
    else yield* tryWrite(control, "EntryID", mmsOctets(ZERO_ENTRY));
    return false;
  }
  const fault = yield* tryWrite(control, "EntryID", mmsOctets(entryId));
  if (fault === undefined) return false;
  if (fault.native !== dataAccessErrorText(OBJECT_VALUE_INVALID)) throw asReserved(control, fault);
  yield* tryWrite(control, "EntryID", mmsOctets(ZERO_ENTRY));
  return !equalBytes(entryId, ZERO_ENTRY);
}

/** GI is answered only where the block has it among its triggers. */
function interrogates(control: ReportControl, plan: ReportPlan, block: ReadonlyMap<string, MmsData>): boolean {
  if (!control.attributes.includes("GI")) return false;
  if (plan.triggers !== undefined) return plan.triggers.includes("interrogation");
  const triggers = block.get("TrgOps");
  return triggers?.type === "bit-string" && bitAt(triggers, TRIGGERS.interrogation);
}

function* writeOrReserved(control: ReportControl, name: string, data: MmsData): Procedure<void> {
  const fault = yield* tryWrite(control, name, data);
  if (fault !== undefined) throw asReserved(control, fault);
}

function* tryWrite(control: ReportControl, name: string, data: MmsData): Procedure<EdgeError | undefined> {
  const [fault] = yield* writeAll([{ reference: attribute(control, name), data }]);
  return fault;
}

/** temporarily-unavailable and object-access-denied are how devices say that a block is another's. */
function asReserved(control: ReportControl, fault: EdgeError): EdgeError {
  const taken = fault.native === dataAccessErrorText(2) || fault.native === dataAccessErrorText(3);
  return taken ? reserved(control, fault.message) : fault;
}

function reserved(control: ReportControl, why: string): EdgeError {
  return iec61850Fault("iec61850.report.reserved", `${controlText(control)} is another client's: ${why}`, {
    retry: "backoff",
  });
}

function attribute({ ld, ln, fc, name }: ReportControl, part: string): Reference {
  return { ld, ln, fc, path: [name, part] };
}

function sameData(has: MmsData | undefined, wanted: MmsData): boolean {
  if (has === undefined || has.type !== wanted.type) return false;
  if (has.type === "bit-string" && wanted.type === "bit-string") return equalBytes(has.octets, wanted.octets);
  return "value" in has && "value" in wanted && has.value === wanted.value;
}

function truth(data: MmsData | undefined): boolean {
  return data?.type === "boolean" && data.value;
}

function text(data: MmsData | undefined): string {
  return data?.type === "visible-string" || data?.type === "mms-string" ? data.value : "";
}

function whole(data: MmsData | undefined): number | undefined {
  return data?.type === "unsigned" || data?.type === "integer" ? Number(data.value) : undefined;
}
