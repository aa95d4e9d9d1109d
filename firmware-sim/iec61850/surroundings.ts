import type { InformationReport } from "../../adapters/iec61850/mms/pdu.ts";
import type { Random } from "../../adapters/kit/ports.ts";
import type { Instant, WallMs } from "../../adapters/kit/time.ts";
import type { Agenda } from "./agenda.ts";
import type { IedLog } from "./log.ts";
import type { DataSet } from "./model/ied-model.ts";

/** What the parts of an IED see of the rest of it. */
export interface Surroundings {
  readonly now: Instant;
  readonly wall: WallMs;
  readonly agenda: Agenda;
  readonly log: IedLog;
  readonly random: Random;
}

/** An association as control blocks and controls see it. */
export interface Client {
  /** Unique in the simulation. */
  readonly id: number;
  /** Who it is, over several associations: the AP title and the host it came from. */
  readonly name: string;
  /** The negotiated size of a PDU. */
  readonly pduBytes: number;
  /** Data sets that live as long as the association, by name without `@`. */
  readonly dataSets: ReadonlyMap<string, DataSet>;
  /** Unconfirmed. Before the answer that is being made go LastApplErrors, everything else after it. */
  report(report: InformationReport, order: "before-answer" | "after-answer"): void;
}
