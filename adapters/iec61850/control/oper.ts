import type { Json } from "../../../edge-agent/model/bounded-json.ts";
import type { WallMs } from "../../kit/time.ts";
import { iec61850Fault } from "../codes.ts";
import { mmsBits, type MmsData } from "../mms/data.ts";
import type { TypeDescription } from "../mms/types.ts";
import { encodeValue } from "../model/encode-value.ts";
import { toBinaryTime, toUtcTime } from "../model/time.ts";

/** IEC 61850-7-3 Originator categories, by the words of the standard. */
export const ORIGINATOR_CATEGORIES = [
  "not-supported",
  "bay-control",
  "station-control",
  "remote-control",
  "automatic-bay",
  "automatic-station",
  "automatic-remote",
  "maintenance",
  "process",
] as const;

/** The longest orIdent we send: longer ones are lawful to 64 octets and have crashed IEDs in the field. */
export const OR_IDENT_LIMIT = 20;

/** Everything the structures of a control (SBOw, Oper, Cancel) are filled with. */
export interface ControlParameters {
  readonly value: Json;
  readonly orCat: number;
  readonly orIdent: Uint8Array;
  readonly ctlNum: number;
  /** When we say it. */
  readonly now: WallMs;
  readonly test: boolean;
  readonly synchroCheck: boolean;
  readonly interlockCheck: boolean;
  /** When the device shall do it; `undefined`: at once. */
  readonly activateAt: WallMs | undefined;
}

/**
 * Fills a control structure in the device's own order and types: field sets differ, `operTm` is there or not, and T is a
 * binary time on Edition 1 devices. A partial write would be refused, so whatever else is in it is zero.
 */
export function fillControl(type: TypeDescription, parameters: ControlParameters, where: string): MmsData {
  if (type.type !== "structure") throw unexpected(where);
  const names = new Set(type.components.map((one) => one.name));
  if (!names.has("ctlVal")) throw unexpected(where);
  if (parameters.activateAt !== undefined && !names.has("operTm"))
    throw iec61850Fault("iec61850.command.invalid", `${where} cannot be told a time to operate (it has no operTm)`, {
      blame: "operator",
    });
  return {
    type: "structure",
    items: type.components.map((one) => fieldOf(one.name ?? "", one.type, parameters, where)),
  };
}

function fieldOf(name: string, type: TypeDescription, parameters: ControlParameters, where: string): MmsData {
  switch (name) {
    case "ctlVal":
      return controlValue(type, parameters.value, `${where}.ctlVal`);
    case "operTm":
      return timeOf(type, parameters.activateAt);
    case "origin":
      return originOf(type, parameters);
    case "ctlNum":
      return { type: type.type === "integer" ? "integer" : "unsigned", value: parameters.ctlNum };
    case "T":
      return timeOf(type, parameters.now);
    case "Test":
      return { type: "boolean", value: parameters.test };
    case "Check":
      return mmsBits(`${parameters.synchroCheck ? 1 : 0}${parameters.interlockCheck ? 1 : 0}`);
    default:
      return zeroOf(type);
  }
}

/** An analogue set point (APC) is a structure of `i` and `f`: a number goes into whichever is there. */
function controlValue(type: TypeDescription, value: Json, where: string): MmsData {
  if (type.type !== "structure" || typeof value === "object") return encodeValue(value, type, where);
  return {
    type: "structure",
    items: type.components.map((one) =>
      one.name === "i" && typeof value === "number"
        ? encodeValue(Math.round(value), one.type, `${where}.i`)
        : encodeValue(value, one.type, `${where}.${one.name ?? ""}`),
    ),
  };
}

function originOf(type: TypeDescription, { orCat, orIdent }: ControlParameters): MmsData {
  const ident: MmsData = { type: "octet-string", value: orIdent.subarray(0, OR_IDENT_LIMIT) };
  if (type.type !== "structure") return { type: "structure", items: [{ type: "integer", value: orCat }, ident] };
  return {
    type: "structure",
    items: type.components.map((one) => {
      if (one.name === "orCat") return { type: "integer", value: orCat };
      return one.name === "orIdent" ? ident : zeroOf(one.type);
    }),
  };
}

function timeOf(type: TypeDescription, at: WallMs | undefined): MmsData {
  if (at === undefined) return zeroOf(type);
  if (type.type !== "binary-time") return toUtcTime(at);
  const time = toBinaryTime(at);
  return type.days ? time : { ...time, days: undefined };
}

/** Nothing, as a value of that type. */
export function zeroOf(type: TypeDescription): MmsData {
  switch (type.type) {
    case "boolean":
      return { type: "boolean", value: false };
    case "integer":
    case "unsigned":
      return { type: type.type, value: 0 };
    case "float":
      return { type: "float", value: 0, width: type.width === 64 ? 64 : 32 };
    case "bit-string":
      return mmsBits("0".repeat(Math.abs(type.size)));
    case "octet-string":
      return { type: "octet-string", value: new Uint8Array(Math.max(0, type.size)) };
    case "visible-string":
    case "mms-string":
      return { type: type.type, value: "" };
    case "utc-time":
      return { type: "utc-time", seconds: 0, fraction: 0, quality: 0 };
    case "binary-time":
      return { type: "binary-time", ms: 0, days: type.days ? 0 : undefined };
    case "structure":
      return { type: "structure", items: type.components.map((one) => zeroOf(one.type)) };
    case "array":
      return { type: "array", items: Array.from({ length: type.count }, () => zeroOf(type.element)) };
    case "other":
      return { type: "other", tag: type.tag, content: new Uint8Array(0) };
  }
}

function unexpected(where: string): Error {
  return iec61850Fault("mms.data.unexpected", `${where} is no control: its structure has no ctlVal`);
}
