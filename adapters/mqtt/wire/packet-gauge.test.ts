import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { PacketGauge } from "./packet-gauge.ts";

function packet(length: number): Uint8Array {
  const header = [0x30];
  let rest = length;
  do {
    const byte = rest % 128;
    rest = Math.floor(rest / 128);
    header.push(rest > 0 ? byte | 0x80 : byte);
  } while (rest > 0);
  return Uint8Array.from([...header, ...Array(length).fill(0xff)]);
}

describe("the length of packets", () => {
  it("passes up to its limit, however the stream is cut", () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 300 }), { maxLength: 10 }),
        fc.integer({ min: 1, max: 7 }),
        (lengths, step) => {
          const stream = lengths.flatMap((length) => [...packet(length)]);
          const gauge = new PacketGauge(300);
          for (let at = 0; at < stream.length; at += step) {
            expect(gauge.take(Uint8Array.from(stream.slice(at, at + step)))).toBe(true);
          }
        },
      ),
    );
  });

  it.each([301, 16_384, 2_097_152])("refuses %s bytes at the header", (length) => {
    expect(new PacketGauge(300).take(packet(length).subarray(0, 5))).toBe(false);
  });

  it("refuses a length of five bytes", () => {
    expect(new PacketGauge(300).take(Uint8Array.of(0x30, 0x80, 0x80, 0x80, 0x80))).toBe(false);
  });
});
