import type { ByteReader } from "../../kit/byte-reader.ts";
import type { ByteWriter } from "../../kit/byte-writer.ts";
import { readList, readOctets, readOptional, writeList, writeOctets } from "../data/axdr.ts";
import type { DlmsData } from "../data/data.ts";
import {
  type AccessSelection,
  type ApduLimits,
  type AttributeDescriptor,
  type MethodDescriptor,
  readAttribute,
  readDataList,
  readMethod,
  readSelection,
  unknownChoice,
  writeAttribute,
  writeDataList,
  writeMethod,
  writeSelection,
} from "./descriptor.ts";

/** One entry of the list of an ACCESS (IEC 62056-5-3 clause 9.3.9). Its data are in a list of their own. */
export type AccessSpecification =
  | { readonly kind: "get"; readonly attribute: AttributeDescriptor }
  | { readonly kind: "set"; readonly attribute: AttributeDescriptor }
  | { readonly kind: "action"; readonly method: MethodDescriptor }
  | {
      readonly kind: "get-with-selection";
      readonly attribute: AttributeDescriptor;
      readonly selection: AccessSelection;
    }
  | {
      readonly kind: "set-with-selection";
      readonly attribute: AttributeDescriptor;
      readonly selection: AccessSelection;
    };

export interface AccessRequest {
  readonly kind: "access-request";
  /** Long-Invoke-Id-And-Priority. */
  readonly invoke: number;
  /** Empty, or 12 octets. */
  readonly dateTime: Uint8Array;
  readonly specifications: readonly AccessSpecification[];
  /** As many as specifications; null-data for a get. */
  readonly data: readonly DlmsData[];
}

/** Of one specification: a data-access-result for get and set, an action-result for action. */
export interface AccessResult {
  readonly kind: "get" | "set" | "action";
  readonly result: number;
}

export interface AccessResponse {
  readonly kind: "access-response";
  readonly invoke: number;
  readonly dateTime: Uint8Array;
  /** Repeated by some servers. */
  readonly specifications: readonly AccessSpecification[] | undefined;
  readonly data: readonly DlmsData[];
  readonly results: readonly AccessResult[];
}

export function readAccessRequest(reader: ByteReader, limits: ApduLimits): AccessRequest {
  return {
    kind: "access-request",
    invoke: reader.u32(),
    dateTime: readOctets(reader),
    specifications: readList(reader, () => readSpecification(reader, limits)),
    data: readDataList(reader, limits),
  };
}

export function writeAccessRequest(writer: ByteWriter, request: AccessRequest): void {
  writeOctets(writer.u32(request.invoke), request.dateTime);
  writeList(writer, request.specifications, (one) => writeSpecification(writer, one));
  writeDataList(writer, request.data);
}

export function readAccessResponse(reader: ByteReader, limits: ApduLimits): AccessResponse {
  return {
    kind: "access-response",
    invoke: reader.u32(),
    dateTime: readOctets(reader),
    specifications: readOptional(reader, () => readList(reader, () => readSpecification(reader, limits))),
    data: readDataList(reader, limits),
    results: readList(reader, () => readResult(reader)),
  };
}

export function writeAccessResponse(writer: ByteWriter, response: AccessResponse): void {
  writeOctets(writer.u32(response.invoke), response.dateTime);
  if (response.specifications === undefined) writer.u8(0);
  else writeList(writer.u8(1), response.specifications, (one) => writeSpecification(writer, one));
  writeDataList(writer, response.data);
  writeList(writer, response.results, ({ kind, result }) => writer.u8(RESULT_CHOICES.indexOf(kind) + 1).u8(result));
}

const RESULT_CHOICES = ["get", "set", "action"] as const;

function readResult(reader: ByteReader): AccessResult {
  const choice = reader.u8();
  const kind = RESULT_CHOICES[choice - 1];
  if (kind === undefined) throw unknownChoice(reader, "a result of an ACCESS", choice);
  return { kind, result: reader.u8() };
}

function readSpecification(reader: ByteReader, limits: ApduLimits): AccessSpecification {
  const choice = reader.u8();
  switch (choice) {
    case 1:
      return { kind: "get", attribute: readAttribute(reader) };
    case 2:
      return { kind: "set", attribute: readAttribute(reader) };
    case 3:
      return { kind: "action", method: readMethod(reader) };
    case 4:
    case 5:
      return {
        kind: choice === 4 ? "get-with-selection" : "set-with-selection",
        attribute: readAttribute(reader),
        selection: readSelection(reader, limits),
      };
    default:
      throw unknownChoice(reader, "a specification of an ACCESS", choice);
  }
}

function writeSpecification(writer: ByteWriter, one: AccessSpecification): void {
  switch (one.kind) {
    case "get":
      writeAttribute(writer.u8(1), one.attribute);
      return;
    case "set":
      writeAttribute(writer.u8(2), one.attribute);
      return;
    case "action":
      writeMethod(writer.u8(3), one.method);
      return;
    case "get-with-selection":
    case "set-with-selection":
      writeAttribute(writer.u8(one.kind === "get-with-selection" ? 4 : 5), one.attribute);
      writeSelection(writer, one.selection);
      return;
  }
}
