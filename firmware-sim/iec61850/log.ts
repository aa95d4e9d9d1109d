import type { MmsData } from "../../adapters/iec61850/mms/data.ts";

/**
 * What an IED writes down of itself: the judge of tests, so it is written where a thing happens and nowhere else. `association`
 * is a number of the simulation; EntryIDs are hex.
 */
export type LogLine =
  | { readonly kind: "started"; readonly ied: string; readonly bootId: string }
  | { readonly kind: "associated"; readonly association: number; readonly client: string; readonly pduBytes: number }
  | { readonly kind: "refused"; readonly association: number; readonly why: string }
  | {
      readonly kind: "ended";
      readonly association: number;
      readonly how: "concluded" | "aborted" | "closed" | "fault" | "cut";
    }
  | { readonly kind: "executed"; readonly association: number; readonly service: string; readonly about: string }
  | { readonly kind: "written"; readonly association: number; readonly name: string; readonly value: MmsData }
  | ControlLine
  | ReportLine
  | { readonly kind: "changed"; readonly name: string; readonly value: MmsData; readonly by: string }
  | {
      readonly kind: "file";
      readonly action: "read" | "deleted" | "renamed" | "stored";
      readonly name: string;
      readonly bytes: number;
    }
  | { readonly kind: "misbehaved"; readonly behaviour: string; readonly what: string };

export interface ControlLine {
  readonly kind: "control";
  readonly association: number;
  readonly object: string;
  readonly action: "select" | "operate" | "cancel" | "terminate" | "release";
  readonly ctlNum: number;
  readonly orCat: number;
  readonly ctlVal: MmsData | undefined;
  /** 0: done; otherwise the AddCause. */
  readonly addCause: number;
}

export type ReportLine =
  /** An entry of a buffered block came to be: the core must see it, whatever happens. */
  | {
      readonly kind: "entry";
      readonly rcb: string;
      readonly entryId: string;
      readonly reason: string;
      readonly members: readonly number[];
    }
  | {
      readonly kind: "entry-sent";
      readonly rcb: string;
      readonly entryId: string;
      readonly sqNum: number;
      readonly association: number;
    }
  | {
      readonly kind: "report-sent";
      readonly rcb: string;
      readonly sqNum: number;
      readonly association: number;
      readonly reason: string;
    }
  /** A client said with EntryID how far it has come. */
  | { readonly kind: "resumed"; readonly rcb: string; readonly entryId: string; readonly association: number }
  | { readonly kind: "enabled" | "disabled"; readonly rcb: string; readonly association: number }
  | { readonly kind: "purged"; readonly rcb: string; readonly entries: number }
  /** The oldest had to go. */
  | { readonly kind: "overflowed"; readonly rcb: string; readonly entryId: string; readonly wasSent: boolean };

export type IedLog = (line: LogLine) => void;
