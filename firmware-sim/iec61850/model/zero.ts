import { type MmsData, mmsBits } from "../../../adapters/iec61850/mms/data.ts";
import type { TypeDescription } from "../../../adapters/iec61850/mms/types.ts";

/** What a variable of that type holds while nobody gave it a value. */
export function zeroOf(type: TypeDescription): MmsData {
  switch (type.type) {
    case "array":
      return { type: "array", items: Array.from({ length: type.count }, () => zeroOf(type.element)) };
    case "structure":
      return { type: "structure", items: type.components.map((one) => zeroOf(one.type)) };
    case "boolean":
      return { type: "boolean", value: false };
    case "bit-string":
      return mmsBits("0".repeat(Math.abs(type.size)));
    case "integer":
    case "unsigned":
      return { type: type.type, value: 0 };
    case "float":
      return { type: "float", value: 0, width: type.width === 64 ? 64 : 32 };
    case "octet-string":
      return { type: "octet-string", value: new Uint8Array(Math.max(0, type.size)) };
    case "visible-string":
    case "mms-string":
      return { type: type.type, value: "" };
    case "binary-time":
      return { type: "binary-time", ms: 0, days: type.days ? 0 : undefined };
    case "utc-time":
      return { type: "utc-time", seconds: 0, fraction: 0, quality: 0x20 };
    case "other":
      return { type: "other", tag: type.tag, content: new Uint8Array(0) };
  }
}
