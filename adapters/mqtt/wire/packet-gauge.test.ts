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
            const bytes = Uint8Array.from(stream.slice(at, at + step));
            expect(gauge.take(bytes, 1_000)).toBe(bytes.length);
          }
        },
      ),
    );
  });

  it.each([301, 16_384, 2_097_152])("refuses %s bytes at the header", (length) => {
    expect(new PacketGauge(300).take(packet(length).subarray(0, 5), 1)).toBeUndefined();
  });

  it("refuses a length of five bytes", () => {
    expect(new PacketGauge(300).take(Uint8Array.of(0x30, 0x80, 0x80, 0x80, 0x80), 1)).toBeUndefined();
  });

  it("is cut behind so many packets, wherever the bytes before it were cut", () => {
    const lengths = fc.array(fc.integer({ min: 0, max: 300 }), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(lengths, fc.integer({ min: 1, max: 5 }), fc.nat(400), (all, packets, first) => {
        const stream = Uint8Array.from(all.flatMap((length) => [...packet(length)]));
        const ends = all.map((_, index) => all.slice(0, index + 1).reduce((sum, one) => sum + packet(one).length, 0));
        const gauge = new PacketGauge(300);
        let from = 0;
        const sizes: number[] = [];
        for (let rest = stream.subarray(0, Math.max(1, first)); from < stream.length; rest = stream.subarray(from)) {
          const whole = gauge.take(rest, packets) ?? fail();
          from += whole;
          if (whole < rest.length) expect(ends).toContain(from);
          sizes.push(ends.filter((end) => end > from - whole && end <= from).length);
        }
        expect(Math.max(...sizes)).toBeLessThanOrEqual(packets);
      }),
    );
  });
});

function fail(): never {
  throw new Error("no packet is too long");
}
