import type { ByteReader } from "../../kit/byte-reader.ts";
import type { ByteWriter } from "../../kit/byte-writer.ts";
import { invariant } from "../../kit/invariant.ts";
import { hdlcFault } from "./faults.ts";

/**
 * An HDLC address (IEC 62056-46 6.4.2). A server has an upper part, its logical device, and mostly a lower part, its
 * physical device; a client has one octet. Where an address has one octet there is no lower part and `lower` is 0.
 */
export interface HdlcAddress {
  readonly size: 1 | 2 | 4;
  /** 0–127 with 1 or 2 octets, 0–16383 with 4. */
  readonly upper: number;
  readonly lower: number;
}

/** All-station, one octet: frames to it are carried out and never answered. */
export const ALL_STATION = 0x7f;
export const ALL_STATION_WIDE = 0x3fff;

export function clientAddress(client: number): HdlcAddress {
  return { size: 1, upper: client, lower: 0 };
}

/** The shortest coding that holds both parts, unless a size is asked for; meters differ in what they understand. */
export function serverAddress(logical: number, physical?: number | undefined, size?: 1 | 2 | 4): HdlcAddress {
  const narrow = logical <= 0x7f && (physical ?? 0) <= 0x7f;
  const fitting = narrow ? (physical === undefined ? 1 : 2) : 4;
  return { size: size ?? fitting, upper: logical, lower: size === 1 ? 0 : (physical ?? 0) };
}

/** Compares what is meant and not how it was coded: some answer with four octets when asked with two. */
export function sameStation(a: HdlcAddress, b: HdlcAddress): boolean {
  const lowerMeansNothing = a.size === 1 || b.size === 1;
  return (
    plain(a.upper, a.size) === plain(b.upper, b.size) &&
    (lowerMeansNothing || plain(a.lower, a.size) === plain(b.lower, b.size))
  );
}

export function isAllStation(address: HdlcAddress): boolean {
  return address.size === 4 ? address.upper === ALL_STATION_WIDE : address.upper === ALL_STATION;
}

export function writeAddress(into: ByteWriter, { size, upper, lower }: HdlcAddress): void {
  const max = size === 4 ? 0x3fff : 0x7f;
  invariant(upper >= 0 && upper <= max && lower >= 0 && lower <= max, "an address part fits the octets it is coded in");
  if (size === 1) into.u8((upper << 1) | 1);
  else if (size === 2) into.u8(upper << 1).u8((lower << 1) | 1);
  else {
    into.u8((upper >>> 7) << 1).u8((upper & 0x7f) << 1);
    into.u8((lower >>> 7) << 1).u8(((lower & 0x7f) << 1) | 1);
  }
}

/** Reads 1, 2 or 4 octets; the lowest bit of an octet marks the last one. */
export function readAddress(from: ByteReader): HdlcAddress {
  const start = from.offset;
  const parts: number[] = [];
  for (let more = true; more; ) {
    const octet = from.u8();
    parts.push(octet >>> 1);
    more = (octet & 1) === 0;
    if (more && parts.length === 4) throw malformed(start, "more than four");
  }
  const [a = 0, b = 0, c = 0, d = 0] = parts;
  if (parts.length === 1) return { size: 1, upper: a, lower: 0 };
  if (parts.length === 2) return { size: 2, upper: a, lower: b };
  if (parts.length === 4) return { size: 4, upper: (a << 7) | b, lower: (c << 7) | d };
  throw malformed(start, "three");
}

export function addressText({ size, upper, lower }: HdlcAddress): string {
  return size === 1 ? String(upper) : `${upper}/${lower}`;
}

/** The special addresses have the same meaning in both widths. */
function plain(part: number, size: 1 | 2 | 4): number {
  if (size !== 4) return part;
  if (part === ALL_STATION_WIDE) return ALL_STATION;
  return part === 0x3ffe ? 0x7e : part;
}

function malformed(offset: number, count: string): Error {
  return hdlcFault("hdlc.frame.malformed", `an address has one, two or four octets; this one has ${count}`, { offset });
}
