import { ByteReader } from "../../kit/byte-reader.ts";
import { ByteWriter } from "../../kit/byte-writer.ts";
import { invariant } from "../../kit/invariant.ts";
import { type HdlcAddress, readAddress, writeAddress } from "./address.ts";
import { type Control, controlOctet, toControl } from "./control.ts";
import { hdlcFault } from "./faults.ts";
import { checkSequence, isChecked } from "./fcs.ts";
import { FRAME_OCTETS_MAX, FRAME_OCTETS_MIN } from "./limits.ts";

/** One HDLC frame of format type 3 (IEC 62056-46 6.4): what stands between two flags. */
export interface HdlcFrame {
  readonly destination: HdlcAddress;
  readonly source: HdlcAddress;
  readonly control: Control;
  /** More segments of the same APDU follow. */
  readonly segmented: boolean;
  /** Empty where there is no information field. When decoded: a view into the frame's octets. */
  readonly information: Uint8Array;
}

export const FLAG = 0x7e;
const FORMAT_TYPE_3 = 0xa000;
const SEGMENTED = 0x0800;
const EMPTY = new Uint8Array(0);

/** The frame with both flags, ready for the line. */
export function encodeFrame(frame: HdlcFrame): Uint8Array {
  const { destination, source, control, segmented, information } = frame;
  const header = 2 + destination.size + source.size + 1 + 2;
  const length = header + (information.length === 0 ? 0 : information.length + 2);
  invariant(length <= FRAME_OCTETS_MAX, "an information field fits into one frame");
  const into = new ByteWriter(length + 2);
  into.u8(FLAG).u16(FORMAT_TYPE_3 | (segmented ? SEGMENTED : 0) | length);
  writeAddress(into, destination);
  writeAddress(into, source);
  into.u8(controlOctet(control));
  check(into);
  if (information.length > 0) {
    into.bytes(information);
    check(into);
  }
  return into.u8(FLAG).finish();
}

/** What the first two octets after a flag announce: octets between the flags, or `undefined` where no frame begins so. */
export function announcedLength(high: number, low: number): number | undefined {
  const length = ((high & 0x07) << 8) | low;
  return high >>> 4 === 0xa && length >= FRAME_OCTETS_MIN ? length : undefined;
}

/** Decodes the octets between the flags. Throws `hdlc.frame.*`; offsets count from the format field. */
export function decodeFrame(octets: Uint8Array): HdlcFrame {
  const from = new ByteReader(octets, "hdlc.frame.malformed");
  const format = from.u16();
  const announced = announcedLength(format >>> 8, format & 0xff);
  if (announced !== octets.length) {
    const message = `${octets.length} octets between the flags, and the format field ${format.toString(16)} is not theirs`;
    throw hdlcFault("hdlc.frame.malformed", message, { offset: 0 });
  }
  const destination = readAddress(from);
  const source = readAddress(from);
  const control = toControl(from.u8(), from.offset - 1);
  const header = from.offset;
  const end = octets.length - 2;
  if (!isChecked(octets, 0, end)) throw wrongCheck("FCS", end);
  let information: Uint8Array = EMPTY;
  if (from.remaining !== 2) {
    from.skip(2);
    if (!isChecked(octets, 0, header)) throw wrongCheck("HCS", header);
    information = from.bytes(from.remaining - 2);
  }
  return { destination, source, control, segmented: (format & SEGMENTED) !== 0, information };
}

/** Writes the check sequence of everything after the opening flag, low octet first. */
function check(into: ByteWriter): void {
  const written = into.finish();
  const sequence = checkSequence(written, 1, written.length);
  into.u8(sequence & 0xff).u8(sequence >>> 8);
}

function wrongCheck(which: "HCS" | "FCS", offset: number): Error {
  return hdlcFault("hdlc.frame.checksum", `the ${which} is not that of the frame`, { offset, blame: "network" });
}
