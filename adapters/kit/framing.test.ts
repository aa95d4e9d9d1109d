import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { EdgeError } from "./edge-error.ts";
import { PrefixFramer, type PrefixFraming } from "./framing.ts";

/** TPKT (RFC 1006, 6): version 3, reserved, length of the whole in two bytes. */
const TPKT: PrefixFraming = {
  prefix: 4,
  lengthOf: ([version = 0, , high = 0, low = 0]) => {
    if (version !== 3)
      throw new EdgeError({ code: "framing.version", blame: "device", retry: "never", message: `version ${version}` });
    return high * 256 + low;
  },
  limit: 100,
  tooLong: "framing.too-long",
};

function frame(length: number, fill: number = length): Uint8Array {
  return Uint8Array.of(3, 0, 0, length, ...new Array<number>(length - 4).fill(fill));
}

function join(...parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

/** What comes of a stream that is cut at those places. */
function cutAt(
  stream: Uint8Array,
  places: readonly number[],
  framing: PrefixFraming = TPKT,
): { frames: string[]; fault: string | undefined } {
  const framer = new PrefixFramer(framing);
  const borders = [0, ...places.map((place) => Math.min(place, stream.length)).sort((a, b) => a - b), stream.length];
  const frames: string[] = [];
  let fault: string | undefined;
  for (const [i, start] of borders.slice(0, -1).entries()) {
    const framed = framer.cut(stream.subarray(start, borders[i + 1]));
    frames.push(...framed.frames.map(String));
    fault = framed.fault?.code;
  }
  return { frames, fault };
}

describe("frames with a length in front", () => {
  const stream = join(frame(4), frame(7), frame(100), frame(5));

  it("are the same at every pair of cuts, and byte by byte", () => {
    const whole = cutAt(stream, []);
    expect(whole).toEqual({ frames: [frame(4), frame(7), frame(100), frame(5)].map(String), fault: undefined });
    for (let a = 0; a <= stream.length; a++) expect(cutAt(stream, [a])).toEqual(whole);
    for (let a = 0; a <= 20; a++) for (let b = a; b <= 20; b++) expect(cutAt(stream, [a, b])).toEqual(whole);
    expect(cutAt(stream, [...stream.keys()])).toEqual(whole);
  });

  it("come out whole before a fault in the same chunk, whatever the cuts", () => {
    const bad = join(frame(6), frame(9), Uint8Array.of(4, 0, 0, 9), frame(6));
    const whole = cutAt(bad, []);
    expect(whole).toEqual({ frames: [frame(6), frame(9)].map(String), fault: "framing.version" });
    fc.assert(
      fc.property(fc.array(fc.nat(bad.length), { maxLength: 10 }), (places) => {
        expect(cutAt(bad, places)).toEqual(whole);
      }),
    );
  });

  it("are refused by their announcement, before their bytes are awaited", () => {
    const framer = new PrefixFramer(TPKT);
    expect(framer.cut(Uint8Array.of(3, 0, 0)).fault).toBeUndefined();
    expect(framer.pending).toBe(3);
    const { frames, fault } = framer.cut(Uint8Array.of(101));
    expect([frames, fault?.code, fault?.blame]).toEqual([[], "framing.too-long", "device"]);
    expect(framer.cut(frame(4))).toEqual({ frames: [], fault });
    expect(() => framer.push(frame(4))).toThrow(fault);
  });

  it("cannot be shorter than their prefix", () => {
    for (const length of [0, 3])
      expect(cutAt(Uint8Array.of(3, 0, 0, length, 1, 2, 3), [])).toEqual({ frames: [], fault: "framing.too-long" });
  });

  it("are copies: the chunk may be used again, and so may the framer", () => {
    const framer = new PrefixFramer(TPKT);
    const chunk = join(frame(6), frame(8));
    const [first, second] = framer.push(chunk);
    chunk.fill(0);
    framer.push(frame(8, 0x55));
    expect([first, second]).toEqual([frame(6), frame(8)]);
  });

  it("hold back one frame at most", () => {
    const framer = new PrefixFramer({ ...TPKT, limit: 60_000 });
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 4, max: 90 }), { minLength: 1, maxLength: 20 }),
        fc.nat(89),
        (lengths, more) => {
          framer.cut(join(...lengths.map((length) => frame(length)), frame(90).subarray(0, more)));
          expect(framer.pending).toBe(more);
          framer.cut(frame(90).subarray(more));
          expect(framer.pending).toBe(0);
        },
      ),
    );
  });

  it("let a bug in the length function through as what it is", () => {
    const framer = new PrefixFramer({ ...TPKT, lengthOf: () => unfinished() });
    expect(() => framer.cut(frame(4))).toThrow(RangeError);
    expect(() => new PrefixFramer({ ...TPKT, limit: 3 })).toThrow("room for its prefix");
  });
});

function unfinished(): number {
  throw new RangeError("a bug");
}
