import { formatPosition, type PositionRange, runOf, runStart } from "./position.ts";

/** What a recovery found that is not as it was written. It goes on after each of them. */
export type SpoolFinding =
  /** Bytes at the end that were being written when the power went; nobody was told "received" for them. */
  | { readonly kind: "torn-tail"; readonly segment: number; readonly bytes: number }
  /** Records that were durable, or may have been, and are not there any more. */
  | { readonly kind: "records-lost"; readonly lost: PositionRange; readonly records: number; readonly durable: boolean }
  | { readonly kind: "bytes-damaged"; readonly segment: number; readonly bytes: number; readonly markers: number }
  | { readonly kind: "header-damaged"; readonly segment: number }
  | { readonly kind: "segment-short"; readonly segment: number; readonly bytes: number; readonly wanted: number }
  | { readonly kind: "segment-missing"; readonly segment: number }
  | { readonly kind: "blocks-unreadable"; readonly segment: number; readonly blocks: number }
  /** The newest segment could not be synced on opening: it is read and never written again. */
  | { readonly kind: "segment-unsynced"; readonly segment: number }
  | { readonly kind: "state-damaged" }
  | { readonly kind: "lifted-damaged"; readonly name: string };

export const FINDINGS_KEPT = 256;

/** Records a range can hold: exact within a run, at least that many where it spans several. */
export function recordsIn(range: PositionRange): number {
  return runOf(range.after) === runOf(range.through)
    ? range.through - range.after
    : range.through - runStart(runOf(range.through));
}

/** One line for a log or an operator. */
export function describeFinding(finding: SpoolFinding): string {
  switch (finding.kind) {
    case "torn-tail":
      return `segment ${finding.segment}: ${finding.bytes} bytes at its end were still being written`;
    case "records-lost": {
      const range = `${formatPosition(finding.lost.after)} and ${formatPosition(finding.lost.through)}`;
      const kind = finding.durable ? "durable records" : "records that may not have been durable";
      return `${finding.records} ${kind} are gone: after ${range.replace(" and ", " through ")}`;
    }
    case "bytes-damaged":
      return `segment ${finding.segment}: ${finding.bytes} damaged bytes, ${finding.markers} damaged block markers`;
    case "header-damaged":
      return `segment ${finding.segment}: its header is damaged, its records are read`;
    case "segment-short":
      return `segment ${finding.segment}: ${finding.bytes} bytes of ${finding.wanted}`;
    case "segment-missing":
      return `segment ${finding.segment}: the file is missing`;
    case "blocks-unreadable":
      return `segment ${finding.segment}: the disk does not return ${finding.blocks} blocks`;
    case "segment-unsynced":
      return `segment ${finding.segment}: it could not be synced and is not written again`;
    case "state-damaged":
      return "the state file is damaged: everything on the disk is delivered again";
    case "lifted-damaged":
      return `${finding.name}: damaged records in it are gone`;
  }
}
