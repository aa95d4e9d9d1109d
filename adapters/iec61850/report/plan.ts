import { iec61850Fault } from "../codes.ts";
import type { Trigger } from "./fields.ts";

/** Which report control block to have, and how it shall report. What is `undefined` stays as the device has it. */
export interface ReportPlan {
  /**
   * `LD/LN.name`; each part may have `*` and `?`. The name stands for its indexed instances too: `brcbEvents` is
   * `brcbEvents01`, `02`, …, whichever is free.
   */
  readonly pattern: ReportPattern;
  /** `LD/LN.name` of the data set. */
  readonly dataSet: string | undefined;
  readonly triggers: readonly Trigger[] | undefined;
  /** 0 switches it off. */
  readonly integrityMs: number | undefined;
  readonly bufferMs: number | undefined;
  /** General interrogation when it is enabled. */
  readonly interrogate: boolean;
  /** Seconds a buffered block stays ours after the association is lost; `undefined`: it is not asked for. */
  readonly reserveSeconds: number | undefined;
  /** Leave every setting as it is: for blocks whose configuration nobody may write. */
  readonly asConfigured: boolean;
  /** Reports that were buffered while nobody listened: all of them, or none where there is no EntryID to go on from. */
  readonly withoutEntryId: "replay" | "purge";
}

export interface ReportPattern {
  readonly text: string;
  readonly ld: string;
  readonly ln: string;
  readonly name: string;
  /** `undefined`: buffered ones and, where there is none of the name, unbuffered ones. */
  readonly fc: "BR" | "RP" | undefined;
}

/** What an operator writes who wants a block as it is, with an interrogation first. */
export const PLAN_DEFAULTS: Omit<ReportPlan, "pattern"> = {
  dataSet: undefined,
  triggers: undefined,
  integrityMs: undefined,
  bufferMs: undefined,
  interrogate: true,
  reserveSeconds: undefined,
  asConfigured: false,
  withoutEntryId: "replay",
};

const PATTERN = /^([A-Za-z0-9_*?]{1,64})\/([A-Za-z0-9_*?]{1,64})\.([A-Za-z0-9_*?]{1,64})(?:\[(BR|RP)\])?$/;

/** Throws an operator's fault for what is no pattern. */
export function reportPattern(text: string): ReportPattern {
  const match = PATTERN.exec(text);
  const [, ld, ln, name, fc] = match ?? [];
  if (ld === undefined || ln === undefined || name === undefined)
    throw iec61850Fault(
      "iec61850.model.reference",
      `"${text.slice(0, 129)}" names no report control block; write LD/LN.name, with * and ? where several are meant`,
      { blame: "operator" },
    );
  return { text, ld, ln, name, fc: fc === "BR" || fc === "RP" ? fc : undefined };
}

export function isReportPattern(text: string): boolean {
  return PATTERN.test(text);
}

/** `*` any characters, `?` one. */
export function matches(pattern: string, name: string): boolean {
  if (!isGlob(pattern)) return pattern === name;
  // Only letters, digits, underscores, `*` and `?` can be in a pattern.
  const expression = pattern.replaceAll("*", "[A-Za-z0-9_]*").replaceAll("?", "[A-Za-z0-9_]");
  return new RegExp(`^${expression}$`).test(name);
}

export function isGlob(pattern: string): boolean {
  return /[*?]/.test(pattern);
}

/** The name without its two-digit index, which tells the instances of one block apart. */
export function baseOf(name: string): string {
  return name.replace(/\d\d$/, "");
}
