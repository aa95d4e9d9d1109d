import { BerReader } from "../../kit/ber-reader.ts";
import { BerWriter } from "../../kit/ber-writer.ts";
import { iec61850Fault } from "../codes.ts";
import { MMS_DEPTH_LIMIT, MMS_PDU_BYTES } from "../limits.ts";
import type { AccessResult, MmsData } from "../mms/data.ts";
import { decodeData, writeData } from "../mms/data-codec.ts";
import type { TypeDescription } from "../mms/types.ts";
import type { Library, Pointer } from "./library.ts";

/** `MmsType` of the library. */
const TYPE = {
  array: 0,
  structure: 1,
  boolean: 2,
  bitString: 3,
  integer: 4,
  unsigned: 5,
  float: 6,
  octetString: 7,
  visibleString: 8,
  binaryTime: 10,
  mmsString: 13,
  utcTime: 14,
  accessError: 15,
} as const;
/** Structures inside structures of a type: deeper than any model. */
const TYPE_DEPTH_LIMIT = 24;
const SINGLE_EXPONENT = 8;

/** One `MmsValue` as ours: it goes over as BER octets, so that nothing is rounded on its way. */
export function fromLibrary(library: Library, value: Pointer): AccessResult {
  if (value === null) return { type: "failure", error: 0 };
  if (library.call("MmsValue_getType", value) === TYPE.accessError)
    return { type: "failure", error: Math.max(0, Number(library.call("MmsValue_getDataAccessError", value))) };
  const size = Number(library.call("MmsValue_encodeMmsData", value, null, 0, false));
  if (!(size > 0 && size <= MMS_PDU_BYTES)) throw unexpected(`a value of ${size} octets`);
  const octets = new Uint8Array(size);
  library.call("MmsValue_encodeMmsData", value, octets, 0, true);
  return decodeData(new BerReader(octets, "mms.pdu", { depthLimit: MMS_DEPTH_LIMIT }).next());
}

/** The elements of an array or structure of the library's, each by itself: one may be an error among values. */
export function elementsOf(library: Library, list: Pointer): readonly AccessResult[] {
  if (list === null) return [];
  const count = Number(library.call("MmsValue_getArraySize", list));
  return Array.from({ length: count }, (_, at) =>
    fromLibrary(library, library.call("MmsValue_getElement", list, at) as Pointer),
  );
}

/** Ours as a new `MmsValue`; `MmsValue_delete` is the caller's. */
export function toLibrary(library: Library, data: MmsData): Pointer {
  const writer = new BerWriter();
  writeData(writer, data);
  const octets = writer.finish();
  const value = library.call("MmsValue_decodeMmsData", octets, 0, octets.length, [0]) as Pointer;
  if (value === null) throw unexpected("no value out of the octets we gave it");
  return value;
}

/** A `MmsVariableSpecification` as ours. */
export function typeFromLibrary(library: Library, specification: Pointer, depth: number = 0): TypeDescription {
  if (specification === null || depth > TYPE_DEPTH_LIMIT) throw unexpected("a type without an end");
  const size = Number(library.call("MmsVariableSpecification_getSize", specification));
  const inner = (one: unknown): TypeDescription => typeFromLibrary(library, one as Pointer, depth + 1);
  const type = Number(library.call("MmsVariableSpecification_getType", specification));
  switch (type) {
    case TYPE.array:
      return {
        type: "array",
        count: size,
        element: inner(library.call("MmsVariableSpecification_getArrayElementSpecification", specification)),
      };
    case TYPE.structure:
      return {
        type: "structure",
        components: Array.from({ length: size }, (_, at) => {
          const child = library.call("MmsVariableSpecification_getChildSpecificationByIndex", specification, at);
          return { name: String(library.call("MmsVariableSpecification_getName", child)), type: inner(child) };
        }),
      };
    case TYPE.boolean:
      return { type: "boolean" };
    case TYPE.bitString:
      return { type: "bit-string", size };
    case TYPE.integer:
      return { type: "integer", size };
    case TYPE.unsigned:
      return { type: "unsigned", size };
    case TYPE.float: {
      const exponent = Number(library.call("MmsVariableSpecification_getExponentWidth", specification));
      return { type: "float", width: exponent === SINGLE_EXPONENT ? 32 : 64, exponent };
    }
    case TYPE.octetString:
      return { type: "octet-string", size };
    case TYPE.visibleString:
      return { type: "visible-string", size };
    case TYPE.mmsString:
      return { type: "mms-string", size };
    case TYPE.binaryTime:
      return { type: "binary-time", days: size !== 4 };
    case TYPE.utcTime:
      return { type: "utc-time" };
    default:
      return { type: "other", tag: type, constructed: false, content: new Uint8Array(0) };
  }
}

/** The texts of a `LinkedList` of strings, which ends with this. */
export function textsFromLibrary(library: Library, list: Pointer): readonly string[] {
  const texts: string[] = [];
  // The first element is the head, which holds nothing.
  for (let one = next(library, list); one !== null; one = next(library, one))
    texts.push(library.text(library.call("LinkedList_getData", one) as Pointer));
  if (list !== null) library.call("LinkedList_destroy", list);
  return texts;
}

/** The elements of a `LinkedList` of anything else; the list and what it holds stay the caller's. */
export function pointersFromLibrary(library: Library, list: Pointer): readonly Pointer[] {
  const pointers: Pointer[] = [];
  for (let one = next(library, list); one !== null; one = next(library, one))
    pointers.push(library.call("LinkedList_getData", one) as Pointer);
  return pointers;
}

function next(library: Library, element: Pointer): Pointer {
  return element === null ? null : (library.call("LinkedList_getNext", element) as Pointer);
}

function unexpected(what: string): Error {
  return iec61850Fault("mms.data.unexpected", `libiec61850 made ${what}`, { blame: "us" });
}
