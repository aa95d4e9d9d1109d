import { bitsText, type MmsData, mmsBits, mmsOctets } from "../../../adapters/iec61850/mms/data.ts";
import type { InformationReport } from "../../../adapters/iec61850/mms/pdu.ts";
import { toHex } from "../../../adapters/kit/bytes.ts";
import { later } from "../../../adapters/kit/time.ts";
import { referenceOf } from "../model/data-sets.ts";
import { DENIED, type Denied } from "../model/fits.ts";
import type { DataSet, ReportBlock } from "../model/ied-model.ts";
import type { Trigger } from "../model/node.ts";
import type { Client, Surroundings } from "../surroundings.ts";
import { entryTime } from "../times.ts";
import { BlockValues } from "./block-values.ts";
import { Collection } from "./collection.ts";
import { encodeReport, OPT, type ReportedMember } from "./encode-report.ts";
import { type Reason, reasonOf } from "./reason.ts";
import { type Entry, ReportBuffer } from "./report-buffer.ts";
import { Reservation } from "./reservation.ts";

export interface ReportParts {
  readonly block: ReportBlock;
  readonly around: Surroundings;
  /** The data set of that reference, as that client sees it. */
  readonly dataSetOf: (reference: string, client: Client | undefined) => DataSet | undefined;
  /** Makes the eight octets of the next EntryID. */
  readonly nextEntryId: () => Uint8Array;
  /** Entries a buffered block keeps. */
  readonly bufferEntries: number;
  /** Changes were made: `settle` wants to be called when the update is over. */
  readonly stirred: (control: ReportControl) => void;
  /** A last look at the information reports of one report. */
  readonly leaving: (reports: readonly InformationReport[]) => readonly InformationReport[];
  /** A device that replays its whole buffer to everybody, whatever EntryID says. */
  readonly replaysAlways: () => boolean;
}

const TRIGGER_BIT: Readonly<Record<Trigger | "integrity" | "gi", number>> = {
  dchg: 1,
  qchg: 2,
  dupd: 3,
  integrity: 4,
  gi: 5,
};
/** What may be written while reports are enabled. */
const LIVE: readonly string[] = ["RptEna", "GI"];
/** Changing one of these makes what is buffered meaningless (IEC 61850-7-2, 17.2.2.5). */
const PURGING: readonly string[] = ["RptID", "DatSet", "BufTm", "TrgOps", "IntgPd"];
const READ_ONLY: readonly string[] = ["ConfRev", "SqNum", "TimeOfEntry", "Owner"];

/** One report control block, buffered or not: IEC 61850-7-2 clause 17, on MMS as 8-1 clause 17 has it. */
export class ReportControl {
  readonly reference: string;
  readonly buffer: ReportBuffer | undefined;
  readonly reservation: Reservation;
  readonly #parts: ReportParts;
  readonly #values: BlockValues;
  #collection: Collection | undefined;
  #client: Client | undefined;
  #forgetBufTm: (() => void) | undefined;
  #forgetIntegrity: (() => void) | undefined;

  constructor(parts: ReportParts) {
    const { domain, ln, name, scl } = parts.block;
    this.#parts = parts;
    this.#values = new BlockValues(parts.block.tree);
    this.reference = `${domain}/${ln}$${scl.buffered ? "BR" : "RP"}$${name}`;
    this.buffer = scl.buffered ? new ReportBuffer(parts.bufferEntries) : undefined;
    this.reservation = new Reservation(this.#values, parts.around);
    // A buffered block collects from the first moment, whether anybody asked for it or not.
    if (this.buffer !== undefined) this.#follow(parts.dataSetOf(this.#values.text("DatSet"), undefined));
  }

  get enabledFor(): Client | undefined {
    return this.#client;
  }

  write(name: string, data: MmsData, by: Client): Denied | undefined {
    if (READ_ONLY.includes(name)) return DENIED.objectAccessDenied;
    if (!this.reservation.allows(by)) return DENIED.temporarilyUnavailable;
    if (this.#client !== undefined && !LIVE.includes(name)) return DENIED.temporarilyUnavailable;
    switch (name) {
      case "RptEna":
        return data.type === "boolean" && data.value ? this.#enable(by) : this.#disable(by);
      case "GI":
        return data.type === "boolean" && data.value ? this.#interrogate() : undefined;
      case "Resv":
      case "ResvTms":
        return this.reservation.write(name, data, by);
      case "PurgeBuf":
        if (data.type === "boolean" && data.value) this.#purge();
        return undefined;
      case "EntryID":
        return this.#resume(data, by);
      default:
        return this.#configure(name, data, by);
    }
  }

  /** The update in which something changed is over. */
  settle(): void {
    const collection = this.#collection;
    if (collection === undefined) return;
    const before = collection.settle();
    if (before.length > 0) {
      this.#forgetBufTm?.();
      this.#forgetBufTm = undefined;
      this.#tell(before);
    }
    const bufTm = this.#values.number("BufTm");
    if (bufTm === 0) this.#flush();
    else if (this.#forgetBufTm === undefined) {
      const { around } = this.#parts;
      this.#forgetBufTm = around.agenda.at(later(around.now, bufTm), () => this.#flush());
    }
  }

  /** The association is gone. */
  released(client: Client): void {
    if (this.#client === client) this.#disable(client);
    this.reservation.released(client);
  }

  /** The device starts anew: nothing that was buffered is left. */
  restart(): void {
    if (this.#client !== undefined) this.#disable(this.#client);
    this.#purge();
    this.reservation.clear();
  }

  #follow(dataSet: DataSet | undefined): void {
    this.#collection?.end();
    const wants = (trigger: Trigger): boolean =>
      this.#values.bit("TrgOps", TRIGGER_BIT[trigger]) && (this.buffer !== undefined || this.#client !== undefined);
    this.#collection =
      dataSet === undefined ? undefined : new Collection(dataSet, wants, () => this.#parts.stirred(this));
  }

  #enable(by: Client): Denied | undefined {
    if (this.#client !== undefined) return this.#client === by ? undefined : DENIED.temporarilyUnavailable;
    const dataSet = this.#parts.dataSetOf(this.#values.text("DatSet"), by);
    if (dataSet === undefined) return DENIED.objectValueInvalid;
    if (this.#collection?.dataSet !== dataSet) this.#follow(dataSet);
    this.#client = by;
    this.reservation.take(by);
    this.#values.setFlag("RptEna", true);
    this.#values.setNumber("SqNum", 0);
    if (this.buffer === undefined) this.#collection?.forget();
    this.#parts.around.log({ kind: "enabled", rcb: this.reference, association: by.id });
    if (this.#parts.replaysAlways()) this.buffer?.rewind();
    this.#planIntegrity();
    this.#pump();
    return undefined;
  }

  #disable(by: Client): Denied | undefined {
    if (this.#client === undefined) return undefined;
    this.#flush();
    this.#client = undefined;
    this.#forgetIntegrity?.();
    this.#forgetIntegrity = undefined;
    this.#values.setFlag("RptEna", false);
    this.reservation.disabled();
    this.#parts.around.log({ kind: "disabled", rcb: this.reference, association: by.id });
    return undefined;
  }

  #interrogate(): Denied | undefined {
    if (this.#client === undefined) return DENIED.temporarilyUnavailable;
    if (!this.#values.bit("TrgOps", TRIGGER_BIT.gi)) return DENIED.objectAccessUnsupported;
    this.#tellAll(reasonOf("gi"));
    return undefined;
  }

  #resume(data: MmsData, by: Client): Denied | undefined {
    if (data.type !== "octet-string" || this.buffer?.resumeAfter(data.value) !== true) return DENIED.objectValueInvalid;
    this.reservation.take(by);
    this.#values.set("EntryID", data);
    this.#parts.around.log({ kind: "resumed", rcb: this.reference, entryId: toHex(data.value), association: by.id });
    return undefined;
  }

  #configure(name: string, data: MmsData, by: Client): Denied | undefined {
    const { value: before } = this.#values.leaf(name);
    if (name === "DatSet" && data.type === "visible-string" && data.value !== "") {
      const dataSet = this.#parts.dataSetOf(data.value, by);
      if (dataSet === undefined) return DENIED.objectValueInvalid;
      data = { type: "visible-string", value: referenceOf(dataSet) };
    }
    const kept = name === "OptFlds" && data.type === "bit-string" ? this.#maskFields(data) : data;
    this.reservation.take(by);
    this.#values.set(name, kept);
    const isChanged = JSON.stringify(before, plain) !== JSON.stringify(kept, plain);
    if (!isChanged) return undefined;
    if (PURGING.includes(name)) this.#purge();
    if (name === "DatSet") {
      this.#values.setNumber("ConfRev", this.#values.number("ConfRev") + 1);
      this.#follow(this.#parts.dataSetOf(this.#values.text("DatSet"), by));
    }
    return undefined;
  }

  /** Segmentation is the server's; an unbuffered block has neither overflow nor EntryID. */
  #maskFields(data: MmsData & { readonly type: "bit-string" }): MmsData {
    const masked: readonly number[] =
      this.buffer === undefined ? [0, OPT.bufOvfl, OPT.entryId, OPT.segmentation] : [0, OPT.segmentation];
    const bits = bitsText(data).padEnd(10, "0").slice(0, 10);
    return mmsBits([...bits].map((bit, number) => (masked.includes(number) ? "0" : bit)).join(""));
  }

  #planIntegrity(): void {
    const period = this.#values.number("IntgPd");
    if (period === 0 || !this.#values.bit("TrgOps", TRIGGER_BIT.integrity)) return;
    const { around } = this.#parts;
    this.#forgetIntegrity = around.agenda.at(later(around.now, period), () => {
      this.#tellAll(reasonOf("integrity"));
      this.#planIntegrity();
    });
  }

  #purge(): void {
    this.#collection?.forget();
    this.#forgetBufTm?.();
    this.#forgetBufTm = undefined;
    if (this.buffer === undefined) return;
    const entries = this.buffer.purge();
    if (entries > 0) this.#parts.around.log({ kind: "purged", rcb: this.reference, entries });
  }

  /** Changes go first, so that what is told with all members is not older than what follows it. */
  #tellAll(reason: Reason): void {
    this.#flush();
    this.#tell(this.#collection?.all(reason) ?? []);
  }

  #flush(): void {
    this.#forgetBufTm?.();
    this.#forgetBufTm = undefined;
    const members = this.#collection?.take() ?? [];
    if (members.length > 0) this.#tell(members);
  }

  #tell(members: readonly ReportedMember[]): void {
    const { around, nextEntryId } = this.#parts;
    if (this.buffer === undefined) {
      this.#send({ id: NO_ID, time: around.wall, members }, false);
      return;
    }
    const entry: Entry = { id: nextEntryId(), time: around.wall, members };
    const rcb = this.reference;
    around.log({
      ...{ kind: "entry", rcb, entryId: toHex(entry.id), reason: members[0]?.reason ?? "" },
      members: members.map(({ index }) => index),
    });
    const gone = this.buffer.push(entry);
    if (gone !== undefined)
      around.log({ kind: "overflowed", rcb, entryId: toHex(gone.lost.id), wasSent: gone.wasSent });
    this.#values.set("EntryID", mmsOctets(entry.id));
    this.#values.set("TimeOfEntry", entryTime(entry.time));
    this.#pump();
  }

  #pump(): void {
    if (this.#client === undefined || this.buffer === undefined) return;
    for (let entry = this.buffer.take(); entry !== undefined; entry = this.buffer.take())
      this.#send(entry, this.buffer.takeOverflow());
  }

  #send(entry: Entry, bufferOverflow: boolean): void {
    const client = this.#client;
    const collection = this.#collection;
    if (client === undefined || collection === undefined) return;
    const values = this.#values;
    const sqNum = values.number("SqNum");
    const rptId = values.text("RptID");
    const reports = encodeReport(
      {
        ...{ rptId: rptId === "" ? this.reference : rptId, optFlds: values.bits("OptFlds"), sqNum, time: entry.time },
        ...{ dataSet: values.text("DatSet"), bufferOverflow, confRev: values.number("ConfRev") },
        ...{ entryId: this.buffer === undefined ? undefined : entry.id, size: collection.dataSet.members.length },
        members: entry.members,
      },
      client.pduBytes,
    );
    for (const report of this.#parts.leaving(reports)) client.report(report, "after-answer");
    values.setNumber("SqNum", (sqNum + 1) % (this.buffer === undefined ? 0x100 : 0x1_0000));
    const sent = { rcb: this.reference, sqNum, association: client.id };
    const { log } = this.#parts.around;
    if (this.buffer === undefined) log({ kind: "report-sent", ...sent, reason: entry.members[0]?.reason ?? "" });
    else log({ kind: "entry-sent", ...sent, entryId: toHex(entry.id) });
  }
}

const NO_ID = new Uint8Array(0);

function plain(_key: string, value: unknown): unknown {
  return typeof value === "bigint" ? String(value) : value;
}
