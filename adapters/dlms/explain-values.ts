import { toHex } from "../kit/bytes.ts";
import { conformanceNames } from "./apdu/conformance.ts";
import { SERVICE_ERRORS, STATE_ERRORS } from "./apdu/errors.ts";
import { readInvokeId } from "./apdu/invoke-id.ts";
import { ACTION_RESULTS, DATA_ACCESS_RESULTS } from "./apdu/results.ts";
import { SERVICE_PROVIDER_DIAGNOSTICS, SERVICE_USER_DIAGNOSTICS } from "./association/names.ts";
import { bitsText } from "./cosem/data-text.ts";
import { dateTimeText, readDateTime } from "./cosem/date-time.ts";
import { DATA_TAGS, type DlmsData } from "./data/data.ts";
import { obisFromOctets, obisText, parseObis } from "./obis.ts";

/** One line of an explanation: `depth` levels in. */
export interface ExplainedLine {
  readonly depth: number;
  readonly name: string;
  readonly value: string;
}

/** Lines of one explanation; nested things of more are cut off, with a line that says so. */
export const EXPLAINED_LINES_MAX = 5_000;

/** Everything in a decoded APDU, field by field, in the order it was read. */
export function explainFields(value: object, depth: number, lines: ExplainedLine[]): void {
  for (const [name, field] of Object.entries(value)) {
    if (name !== "kind" && field !== undefined) explainField(spaced(name), field, depth, lines, value);
  }
}

function explainField(name: string, field: unknown, depth: number, lines: ExplainedLine[], around: object): void {
  if (lines.length >= EXPLAINED_LINES_MAX) return;
  if (isData(field)) explainData(name, field, depth, lines);
  else if (field instanceof Uint8Array) lines.push({ depth, name, value: octetsText(field) });
  else if (Array.isArray(field)) {
    lines.push({ depth, name, value: `${field.length}` });
    field.forEach((one, i) => {
      explainField(`${i + 1}`, one, depth + 1, lines, around);
    });
  } else if (typeof field === "object" && field !== null) {
    lines.push({ depth, name, value: String(Reflect.get(field, "kind") ?? "") });
    explainFields(field, depth + 1, lines);
  } else lines.push({ depth, name, value: scalarText(name, field, around) });
}

/** A value of the Data type as a tree. */
export function explainData(name: string, data: DlmsData, depth: number, lines: ExplainedLine[]): void {
  if (lines.length >= EXPLAINED_LINES_MAX) return;
  lines.push({ depth, name, value: `${data.kind}${dataText(data)}` });
  if (!("elements" in data)) return;
  data.elements.forEach((element, i) => {
    explainData(`${i + 1}`, element, depth + 1, lines);
  });
}

function dataText(data: DlmsData): string {
  if ("elements" in data) return ` of ${data.elements.length}`;
  if (data.kind === "bit-string") return ` ${bitsText(data)}`;
  if (data.kind === "visible-string") return ` ${JSON.stringify(data.text)}`;
  if ("octets" in data) return ` ${octetsText(data.octets)}`;
  return "value" in data ? ` ${data.value}` : "";
}

/** Hex, and what it reads as where it plainly is something. */
function octetsText(octets: Uint8Array): string {
  if (octets.length === 0) return "(empty)";
  const text = toHex(octets);
  const printable = octets.length > 1 && octets.every((octet) => octet >= 0x20 && octet < 0x7f);
  if (printable) return `${text}  ${JSON.stringify(String.fromCharCode(...octets))}`;
  if (octets.length === 6) return `${text}  ${obisText(obisFromOctets(octets))}`;
  if (octets.length !== 12) return text;
  try {
    return `${text}  ${dateTimeText(readDateTime(octets))}`;
  } catch (_noDateTime) {
    return text;
  }
}

function scalarText(name: string, value: unknown, around: object): string {
  if (typeof value === "string") {
    const obis = name === "instance" ? parseObis(value) : undefined;
    return obis === undefined ? value : obisText(obis);
  }
  if (typeof value !== "number") return String(value);
  const meaning = meaningOf(name, value, around);
  return meaning === undefined ? String(value) : `${value}  ${meaning}`;
}

function meaningOf(name: string, value: number, around: object): string | undefined {
  const kind = String(Reflect.get(around, "kind"));
  switch (name) {
    case "result":
      if (kind === "aare") return ["accepted", "rejected-permanent", "rejected-transient"][value];
      return (kind.startsWith("action") ? ACTION_RESULTS : DATA_ACCESS_RESULTS)[value];
    case "diagnostic":
      return Reflect.get(around, "diagnosticSource") === "service-user"
        ? SERVICE_USER_DIAGNOSTICS[value]
        : SERVICE_PROVIDER_DIAGNOSTICS[value];
    case "conformance":
      return conformanceNames(value).join(" ");
    case "state error":
      return STATE_ERRORS[value];
    case "service error":
      return SERVICE_ERRORS[value];
    case "invoke":
      return value <= 0xff ? invokeText(value) : `0x${value.toString(16)}`;
    default:
      return undefined;
  }
}

function invokeText(octet: number): string {
  const { id, confirmed, highPriority } = readInvokeId(octet);
  return `id ${id}, ${confirmed ? "confirmed" : "unconfirmed"}, ${highPriority ? "high" : "normal"} priority`;
}

/** `maxReceivePduSize` as `max receive pdu size`. */
function spaced(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}

function isData(field: unknown): field is DlmsData {
  if (typeof field !== "object" || field === null || !("kind" in field)) return false;
  const { kind } = field;
  return typeof kind === "string" && Object.hasOwn(DATA_TAGS, kind) && !("classId" in field);
}
