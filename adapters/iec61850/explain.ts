import { toHex } from "../kit/bytes.ts";
import { EdgeError } from "../kit/edge-error.ts";
import { bitsText, dataAccessErrorText, type AccessResult } from "./mms/data.ts";
import { decodeMms } from "./mms/decode.ts";
import { decodeFrame, decodeTsdu } from "./layers.ts";
import { TPKT_HEADER_BYTES, tpktFramer } from "./stack/tpkt.ts";
import { TsduAssembler } from "./stack/cotp.ts";
import { isReport, readReport } from "./report/report.ts";
import type { MmsPdu } from "./mms/pdu.ts";

/** One thing that was found, and how deep inside the others. */
export interface ExplainedLine {
  readonly depth: number;
  readonly name: string;
  readonly value: string;
}

export interface Explanation {
  readonly lines: readonly ExplainedLine[];
  readonly faults: readonly string[];
}

const VALUE_LENGTH = 200;

/** Names every layer of what a capture has: TPKTs one after the other, or one bare MMS PDU. */
export function explain(octets: Uint8Array): Explanation {
  const lines: ExplainedLine[] = [];
  const faults: string[] = [];
  if (octets[0] !== 3 || octets[1] !== 0) {
    attempt(faults, () => explainMms(decodeMms(octets), 0, lines));
    return { lines, faults };
  }
  const framer = tpktFramer();
  const { frames, fault } = framer.cut(octets);
  const assembler = new TsduAssembler();
  for (const frame of frames) attempt(faults, () => explainFrame(frame, assembler, lines));
  if (fault !== undefined) faults.push(fault.message);
  if (framer.pending > 0) faults.push(`${framer.pending} octets of a TPKT that is not whole`);
  return { lines, faults };
}

function explainFrame(frame: Uint8Array, assembler: TsduAssembler, lines: ExplainedLine[]): void {
  lines.push({ depth: 0, name: "TPKT", value: `${frame.length} octets` });
  const cotp = decodeFrame(frame);
  if (cotp.kind !== "data") {
    const { kind, ...rest } = cotp;
    lines.push({ depth: 1, name: "COTP", value: kind });
    fields(rest, 2, lines);
    return;
  }
  const inside = frame.length - TPKT_HEADER_BYTES;
  lines.push({
    depth: 1,
    name: "COTP",
    value: cotp.last ? "data, end of TSDU" : `data of ${inside} octets, more follows`,
  });
  const tsdu = assembler.take(cotp);
  if (tsdu === undefined) return;
  const { spdu, ppdu, acse, mms } = decodeTsdu(tsdu);
  lines.push({ depth: 2, name: "session", value: spdu.kind });
  const {
    kind: _session,
    userData: _data,
    ...session
  } = spdu.kind === "abort-accept" ? { ...spdu, userData: undefined } : spdu;
  fields(session, 3, lines);
  if (ppdu === undefined) return;
  lines.push({ depth: 3, name: "presentation", value: ppdu.kind });
  const { kind: _presentation, ...presentation } = ppdu;
  fields({ ...presentation, pdvs: undefined }, 4, lines);
  if ("pdvs" in ppdu)
    for (const { context } of ppdu.pdvs) lines.push({ depth: 4, name: "context", value: String(context) });
  if (acse !== undefined) {
    lines.push({ depth: 4, name: "ACSE", value: acse.kind });
    // A password is nobody's to read off a screen.
    fields(
      {
        ...acse,
        kind: undefined,
        authentication: "authentication" in acse ? "(hidden)" : undefined,
        userInformation: undefined,
      },
      5,
      lines,
    );
  }
  if (mms !== undefined) explainMms(mms, 4, lines);
}

function explainMms(pdu: MmsPdu, depth: number, lines: ExplainedLine[]): void {
  const { kind, ...rest } = pdu;
  lines.push({ depth, name: "MMS", value: kind });
  if (pdu.kind === "information-report" && isReport(pdu.report)) {
    const { entries, ...head } = readReport(pdu.report);
    fields(head, depth + 1, lines);
    for (const { member, value, reasons } of entries)
      lines.push({
        depth: depth + 1,
        name: `member ${member}`,
        value: `${valueText(value)} ${reasons.join(" ")}`.trim(),
      });
    return;
  }
  fields(rest, depth + 1, lines);
}

/** Fields of a value by name, values of MMS as their text. */
function fields(value: object, depth: number, lines: ExplainedLine[]): void {
  for (const [name, inner] of Object.entries(value)) {
    if (inner === undefined) continue;
    if (Array.isArray(inner)) {
      lines.push({ depth, name, value: `${inner.length}` });
      for (const [at, one] of inner.entries()) field(`${at}`, one, depth + 1, lines);
    } else field(name, inner, depth, lines);
  }
}

function field(name: string, value: unknown, depth: number, lines: ExplainedLine[]): void {
  if (typeof value === "object" && value !== null && !(value instanceof Uint8Array)) {
    if ("type" in value && isData(value)) {
      lines.push({ depth, name, value: valueText(value) });
      return;
    }
    lines.push({ depth, name, value: "" });
    fields(value, depth + 1, lines);
    return;
  }
  const text = value instanceof Uint8Array ? toHex(value) : String(value);
  lines.push({ depth, name, value: text.slice(0, VALUE_LENGTH) });
}

const DATA_TYPES = new Set([
  ...["array", "structure", "boolean", "bit-string", "integer", "unsigned", "float", "octet-string", "visible-string"],
  ...["mms-string", "binary-time", "utc-time", "other", "failure"],
]);

function isData(value: object): value is AccessResult {
  if (!("type" in value) || !DATA_TYPES.has(String(value.type))) return false;
  return (
    "value" in value || "items" in value || "octets" in value || "error" in value || "seconds" in value || "ms" in value
  );
}

function valueText(value: AccessResult): string {
  switch (value.type) {
    case "failure":
      return `failure ${dataAccessErrorText(value.error)}`;
    case "array":
    case "structure":
      return `{${value.items.map(valueText).join(", ")}}`.slice(0, VALUE_LENGTH);
    case "bit-string":
      return `bits ${bitsText(value)}`;
    case "octet-string":
      return `octets ${toHex(value.value)}`;
    case "binary-time":
      return `day ${value.days ?? "-"} ${value.ms} ms`;
    case "utc-time":
      return `utc ${value.seconds}+${value.fraction}/2^24 q ${value.quality}`;
    case "other":
      return `[${value.tag}] ${toHex(value.content)}`;
    default:
      return `${value.type} ${JSON.stringify(typeof value.value === "bigint" ? String(value.value) : value.value)}`;
  }
}

function attempt(faults: string[], act: () => void): void {
  try {
    act();
  } catch (thrown) {
    if (!(thrown instanceof EdgeError)) throw thrown;
    faults.push(`${thrown.code}: ${thrown.message}`);
  }
}
