import { ByteReader } from "../../kit/byte-reader.ts";
import { ByteWriter } from "../../kit/byte-writer.ts";
import { concat } from "../../kit/bytes.ts";
import { iec61850Fault } from "../codes.ts";

/** What CONNECT and ACCEPT say about the session (ISO 8327-1 §8.3.1, §8.3.2). */
interface SessionSettings {
  /** PI 19: bit 0 set means that concatenated SPDUs can be received; 0 everywhere in the field. */
  readonly protocolOptions: number;
  /** PI 22 as a bit mask: 2 is version 2. */
  readonly version: number;
  /** PI 20: functional units; 2 is duplex. */
  readonly requirements?: number;
}

/** A session PDU. `userData` is what PGI 193 carries, or what follows the header of a data transfer; a view. */
export type Spdu =
  | ({
      readonly kind: "connect";
      readonly callingSelector?: Uint8Array;
      readonly calledSelector?: Uint8Array;
      readonly userData: Uint8Array;
    } & SessionSettings)
  | ({
      readonly kind: "accept";
      readonly respondingSelector?: Uint8Array;
      readonly userData: Uint8Array;
    } & SessionSettings)
  /** `reason` is PI 50, its first octet: 2 is "rejected by the called user, data follow". */
  | { readonly kind: "refuse"; readonly reason: number | undefined; readonly userData: Uint8Array }
  | { readonly kind: "finish"; readonly userData: Uint8Array }
  | { readonly kind: "disconnect"; readonly userData: Uint8Array }
  /** `transportDisconnect` is PI 17; bit 0 releases the transport connection. */
  | { readonly kind: "abort"; readonly transportDisconnect: number | undefined; readonly userData: Uint8Array }
  | { readonly kind: "abort-accept" }
  /** GIVE TOKENS and DATA TRANSFER, both without parameters. */
  | { readonly kind: "data"; readonly userData: Uint8Array };

const SI = {
  data: 0x01,
  finish: 0x09,
  disconnect: 0x0a,
  refuse: 0x0c,
  connect: 0x0d,
  accept: 0x0e,
  abort: 0x19,
  abortAccept: 0x1a,
} as const;
const PI = {
  connectAccept: 5,
  transportDisconnect: 17,
  protocolOptions: 19,
  requirements: 20,
  version: 22,
  reason: 50,
  calling: 51,
  called: 52,
  userData: 193,
  extendedUserData: 194,
} as const;
const DATA_HEADER = Uint8Array.of(SI.data, 0, SI.data, 0);
const NONE = new Uint8Array(0);

/** @param tsdu one whole TSDU. */
export function decodeSpdu(tsdu: Uint8Array): Spdu {
  if (tsdu[0] === SI.data && tsdu[1] === 0 && tsdu[2] === SI.data && tsdu[3] === 0)
    return { kind: "data", userData: tsdu.subarray(DATA_HEADER.length) };
  const reader = new ByteReader(tsdu, "iec61850.session.truncated");
  const identifier = reader.u8();
  const found = parameters(lengthed(reader));
  reader.expectEnd("iec61850.session.malformed");
  const userData = found.get(PI.userData) ?? found.get(PI.extendedUserData) ?? NONE;
  switch (identifier) {
    case SI.connect: {
      const callingSelector = found.get(PI.calling);
      const calledSelector = found.get(PI.called);
      return {
        kind: "connect",
        ...settings(found),
        ...(callingSelector !== undefined && { callingSelector: callingSelector.slice() }),
        ...(calledSelector !== undefined && { calledSelector: calledSelector.slice() }),
        userData,
      };
    }
    case SI.accept: {
      const respondingSelector = found.get(PI.called);
      return {
        kind: "accept",
        ...settings(found),
        ...(respondingSelector !== undefined && { respondingSelector: respondingSelector.slice() }),
        userData,
      };
    }
    case SI.refuse:
      return { kind: "refuse", reason: found.get(PI.reason)?.[0], userData };
    case SI.finish:
      return { kind: "finish", userData };
    case SI.disconnect:
      return { kind: "disconnect", userData };
    case SI.abort:
      return { kind: "abort", transportDisconnect: found.get(PI.transportDisconnect)?.[0], userData };
    case SI.abortAccept:
      return { kind: "abort-accept" };
    default:
      throw malformed(`session SPDU ${identifier} is not of the kernel`, 0);
  }
}

/** One TSDU. */
export function encodeSpdu(spdu: Spdu): Uint8Array {
  const content = new ByteWriter(256);
  switch (spdu.kind) {
    case "data":
      return concat([DATA_HEADER, spdu.userData]);
    case "connect":
      writeSettings(content, spdu);
      if (spdu.callingSelector !== undefined) write(content, PI.calling, spdu.callingSelector);
      if (spdu.calledSelector !== undefined) write(content, PI.called, spdu.calledSelector);
      write(content, PI.userData, spdu.userData);
      return framed(SI.connect, content);
    case "accept":
      writeSettings(content, spdu);
      if (spdu.respondingSelector !== undefined) write(content, PI.called, spdu.respondingSelector);
      write(content, PI.userData, spdu.userData);
      return framed(SI.accept, content);
    case "refuse":
      if (spdu.reason !== undefined) write(content, PI.reason, Uint8Array.of(spdu.reason));
      if (spdu.userData.length > 0) write(content, PI.userData, spdu.userData);
      return framed(SI.refuse, content);
    case "finish":
    case "disconnect":
      write(content, PI.userData, spdu.userData);
      return framed(spdu.kind === "finish" ? SI.finish : SI.disconnect, content);
    case "abort":
      if (spdu.transportDisconnect !== undefined)
        write(content, PI.transportDisconnect, Uint8Array.of(spdu.transportDisconnect));
      if (spdu.userData.length > 0) write(content, PI.userData, spdu.userData);
      return framed(SI.abort, content);
    case "abort-accept":
      return framed(SI.abortAccept, content);
  }
}

/** The octets of data transfer's header, for whoever builds a whole TSDU in one buffer. */
export function dataHeader(): Uint8Array {
  return DATA_HEADER;
}

/** The parameters by their identifier, those inside a connect-accept item beside the others. */
function parameters(reader: ByteReader): Map<number, Uint8Array> {
  const found = new Map<number, Uint8Array>();
  while (reader.remaining > 0) {
    const identifier = reader.u8();
    const value = lengthed(reader);
    if (identifier === PI.connectAccept) {
      while (value.remaining > 0) found.set(value.u8(), lengthed(value).rest());
    } else if (identifier === PI.userData || identifier === PI.extendedUserData) found.set(identifier, value.rest());
    else if (!found.has(identifier)) found.set(identifier, value.rest());
  }
  return found;
}

/** ISO 8327-1 §8.2.5: one octet, or 0xFF and two. */
function lengthed(reader: ByteReader): ByteReader {
  const first = reader.u8();
  return reader.slice(first === 0xff ? reader.u16() : first);
}

function settings(found: ReadonlyMap<number, Uint8Array>): SessionSettings {
  const requirements = found.get(PI.requirements);
  return {
    protocolOptions: found.get(PI.protocolOptions)?.[0] ?? 0,
    version: found.get(PI.version)?.[0] ?? 0,
    ...(requirements?.length === 2 && { requirements: ((requirements[0] ?? 0) << 8) | (requirements[1] ?? 0) }),
  };
}

function writeSettings(writer: ByteWriter, { protocolOptions, version, requirements }: SessionSettings): void {
  write(writer, PI.connectAccept, Uint8Array.of(PI.protocolOptions, 1, protocolOptions, PI.version, 1, version));
  if (requirements !== undefined) write(writer, PI.requirements, Uint8Array.of(requirements >> 8, requirements & 0xff));
}

function write(writer: ByteWriter, identifier: number, value: Uint8Array): void {
  writer.u8(identifier);
  writeLength(writer, value.length);
  writer.bytes(value);
}

/** The one-octet form wherever it is enough: libiec61850 understands no other in CONNECT and ACCEPT. */
function writeLength(writer: ByteWriter, length: number): void {
  if (length < 0xff) writer.u8(length);
  else if (length <= 0xffff) writer.u8(0xff).u16(length);
  else throw iec61850Fault("iec61850.session.unencodable", `a session parameter of ${length} octets`, { blame: "us" });
}

function framed(identifier: number, content: ByteWriter): Uint8Array {
  const body = content.finish();
  const writer = new ByteWriter(body.length + 4).u8(identifier);
  writeLength(writer, body.length);
  return writer.bytes(body).finish();
}

function malformed(message: string, offset: number): Error {
  return iec61850Fault("iec61850.session.malformed", message, { offset });
}
