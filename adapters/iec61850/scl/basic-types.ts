import type { TypeDescription } from "../mms/types.ts";

/** The basic types of IEC 61850-6 (table 45) on MMS (8-1, clause 8): what a value of each looks like on the wire. */
const BASIC_TYPES: Readonly<Record<string, TypeDescription>> = {
  BOOLEAN: { type: "boolean" },
  INT8: { type: "integer", size: 8 },
  INT16: { type: "integer", size: 16 },
  INT24: { type: "integer", size: 24 },
  INT32: { type: "integer", size: 32 },
  INT64: { type: "integer", size: 64 },
  INT128: { type: "integer", size: 128 },
  INT8U: { type: "unsigned", size: 8 },
  INT16U: { type: "unsigned", size: 16 },
  INT24U: { type: "unsigned", size: 24 },
  INT32U: { type: "unsigned", size: 32 },
  FLOAT32: { type: "float", width: 32, exponent: 8 },
  FLOAT64: { type: "float", width: 64, exponent: 11 },
  Enum: { type: "integer", size: 8 },
  Dbpos: { type: "bit-string", size: 2 },
  Tcmd: { type: "bit-string", size: 2 },
  Check: { type: "bit-string", size: 2 },
  Quality: { type: "bit-string", size: -13 },
  TrgOps: { type: "bit-string", size: -6 },
  OptFlds: { type: "bit-string", size: -10 },
  SvOptFlds: { type: "bit-string", size: -5 },
  LogOptFlds: { type: "bit-string", size: -1 },
  Timestamp: { type: "utc-time" },
  EntryTime: { type: "binary-time", days: true },
  EntryID: { type: "octet-string", size: 8 },
  VisString32: { type: "visible-string", size: -32 },
  VisString64: { type: "visible-string", size: -64 },
  VisString65: { type: "visible-string", size: -65 },
  VisString129: { type: "visible-string", size: -129 },
  VisString255: { type: "visible-string", size: -255 },
  ObjRef: { type: "visible-string", size: -129 },
  Currency: { type: "visible-string", size: -3 },
  Unicode255: { type: "mms-string", size: -255 },
  Octet6: { type: "octet-string", size: -6 },
  Octet16: { type: "octet-string", size: -16 },
  Octet64: { type: "octet-string", size: -64 },
};

/** `undefined` for `Struct` and for a name that is no basic type. */
export function basicType(bType: string): TypeDescription | undefined {
  return Object.hasOwn(BASIC_TYPES, bType) ? BASIC_TYPES[bType] : undefined;
}
