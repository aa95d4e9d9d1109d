import type { ByteReader } from "../../kit/byte-reader.ts";
import type { ByteWriter } from "../../kit/byte-writer.ts";
import { readOctets, writeOctets } from "../data/axdr.ts";

/** IEC 62056-5-3 clause 9.4.6.13: any APDU in blocks, confirmed in windows. */
export interface GeneralBlockTransfer {
  readonly kind: "general-block-transfer";
  readonly last: boolean;
  /** More blocks of the window follow without waiting. */
  readonly streaming: boolean;
  /** Blocks the sender of this one can receive at once, 0 to 63; 0 receives none. */
  readonly window: number;
  /** From 1 in each direction. */
  readonly blockNumber: number;
  /** The last block received in order; 0 before the first. */
  readonly blockNumberAck: number;
  readonly blockData: Uint8Array;
}

export function readGeneralBlockTransfer(reader: ByteReader): GeneralBlockTransfer {
  const control = reader.u8();
  return {
    kind: "general-block-transfer",
    last: (control & 0x80) !== 0,
    streaming: (control & 0x40) !== 0,
    window: control & 0x3f,
    blockNumber: reader.u16(),
    blockNumberAck: reader.u16(),
    blockData: readOctets(reader),
  };
}

export function writeGeneralBlockTransfer(writer: ByteWriter, block: GeneralBlockTransfer): void {
  writer
    .u8((block.last ? 0x80 : 0) | (block.streaming ? 0x40 : 0) | (block.window & 0x3f))
    .u16(block.blockNumber)
    .u16(block.blockNumberAck);
  writeOctets(writer, block.blockData);
}
