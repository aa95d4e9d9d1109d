import type { SclEnumType, SclVal } from "../../../adapters/iec61850/scl/document.ts";
import { type SclPlace, sclFault } from "../../../adapters/iec61850/scl/place.ts";
import { type MmsData, mmsBits } from "../../../adapters/iec61850/mms/data.ts";
import type { TypeDescription } from "../../../adapters/iec61850/mms/types.ts";
import { fromHex, utf8 } from "../../../adapters/kit/bytes.ts";
import { zeroOf } from "./zero.ts";

export interface ValueParts {
  readonly bType: string;
  readonly type: TypeDescription;
  readonly enumeration: SclEnumType | undefined;
  readonly place: SclPlace;
}

/** Positions and steps as SCL names them (IEC 61850-6, table 45). */
const CODED: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  Dbpos: { "intermediate-state": "00", intermediate: "00", off: "01", on: "10", bad: "11", "bad-state": "11" },
  Tcmd: { stop: "00", lower: "01", higher: "10", reserved: "11" },
};

/** The value an SCL file gives an attribute. An empty text is no value; throws `iec61850.scl.value` on one that cannot be. */
export function initialValue(parts: ValueParts, val: SclVal | undefined): MmsData {
  const { bType, type, enumeration, place } = parts;
  const text = val?.text ?? "";
  if (text === "") return firstOf(parts);
  const wrong = (): Error =>
    sclFault("iec61850.scl.value", place, `has the value "${text.slice(0, 60)}", which no ${bType} can have`);
  switch (type.type) {
    case "boolean":
      if (!["true", "false", "1", "0"].includes(text)) throw wrong();
      return { type: "boolean", value: text === "true" || text === "1" };
    case "integer":
    case "unsigned": {
      const ordinal = enumeration?.ordinals.get(text);
      if (ordinal !== undefined) return { type: "integer", value: ordinal };
      if (!/^[+-]?\d{1,19}$/.test(text)) throw wrong();
      const value = Number(text);
      return { type: type.type, value: Number.isSafeInteger(value) ? value : BigInt(text) };
    }
    case "float": {
      const value = Number(text);
      if (Number.isNaN(value) && text !== "NaN") throw wrong();
      return { type: "float", value, width: type.width === 64 ? 64 : 32 };
    }
    case "bit-string": {
      const bits = CODED[bType]?.[text] ?? (/^[01]+$/.test(text) ? text : undefined);
      if (bits === undefined || bits.length > Math.abs(type.size)) throw wrong();
      return mmsBits(bits);
    }
    case "visible-string":
    case "mms-string":
      return { type: type.type, value: text };
    case "octet-string":
      return { type: "octet-string", value: fromHex(text) ?? utf8(text) };
    default:
      // Times in files are those of an engineer's desk: a device starts with its own.
      return zeroOf(type);
  }
}

/** An enumeration starts with 0 where it has it, otherwise with its first: a value it cannot have is a lie. */
function firstOf({ type, enumeration }: ValueParts): MmsData {
  if (enumeration === undefined || [...enumeration.ordinals.values()].includes(0)) return zeroOf(type);
  const [first = 0] = enumeration.ordinals.values();
  return { type: "integer", value: first };
}
