import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { toHex, utf8 } from "../../adapters/kit/bytes.ts";
import { EdgeError } from "../../adapters/kit/edge-error.ts";
import { decodeFrame, encodeFrame } from "./codec.ts";
import { FrameCutter } from "./frame-cutter.ts";
import { PAIR_LIMITS, type PairFrame } from "./frames.ts";
import { anyFrame } from "./frames.testing.ts";

function frameOf(kind: number, body: Uint8Array): Uint8Array {
  const length = body.length + 1;
  const frame = new Uint8Array(5 + body.length);
  frame.set([length >>> 24, (length >>> 16) & 255, (length >>> 8) & 255, length & 255, kind]);
  frame.set(body, 5);
  return frame;
}

function faultOf(act: () => unknown): string {
  try {
    act();
  } catch (thrown) {
    if (thrown instanceof EdgeError) return thrown.code;
    throw thrown;
  }
  return "none";
}

describe("the codec of the pair link", () => {
  it("reads back every frame it writes", () => {
    fc.assert(
      fc.property(anyFrame, (frame) => {
        expect(decodeFrame(encodeFrame(frame))).toEqual(frame);
      }),
    );
  });

  it("writes what two versions of this software must agree on", () => {
    const data: PairFrame = { kind: "forward-data", channel: 7, bytes: Uint8Array.of(1, 2) };
    expect(toHex(encodeFrame(data), " ")).toBe("00 00 00 07 07 00 00 00 07 01 02");
    const records: PairFrame = { kind: "replicate", stream: "s", position: 258, records: Uint8Array.of(255) };
    expect(toHex(encodeFrame(records), " ")).toBe("00 00 00 0d 04 00 01 73 00 00 00 00 00 00 01 02 ff");
    const bye: PairFrame = { kind: "bye", reason: "stopping", message: "" };
    expect(encodeFrame(bye)).toEqual(frameOf(10, utf8('{"reason":"stopping","message":""}')));
  });

  it("has room for a beat about as many groups as there may be, of the longest names", () => {
    const groups = Array.from({ length: PAIR_LIMITS.groups }, (_, index) => ({
      group: `g${index}`.padEnd(40, "x"),
      role: "stepping-down" as const,
      epoch: Number.MAX_SAFE_INTEGER,
      health: "failing" as const,
      highestEpoch: Number.MAX_SAFE_INTEGER,
      configHash: "0".repeat(32),
      able: false,
      hears: false,
      spoolBytes: Number.MAX_SAFE_INTEGER,
    }));
    const beat: PairFrame = { kind: "beat", sequence: Number.MAX_SAFE_INTEGER, groups };
    expect(decodeFrame(encodeFrame(beat))).toEqual(beat);
    expect(encodeFrame(beat).length).toBeLessThanOrEqual(PAIR_LIMITS.frameBytes);
  });

  it("leaves unknown fields alone, and refuses missing, ill-typed and oversized ones", () => {
    const credit = (json: string): string => faultOf(() => decodeFrame(frameOf(8, utf8(json))));
    expect(credit('{"channel":1,"bytes":2,"later":[]}')).toBe("none");
    for (const json of [
      "",
      "{",
      "[]",
      "null",
      '{"channel":1}',
      '{"channel":1,"bytes":-1}',
      '{"channel":1,"bytes":1.5}',
    ]) {
      expect(credit(json), json).toBe("link.frame.malformed");
    }
    expect(credit('{"channel":4294967296,"bytes":1}')).toBe("link.frame.malformed");
    expect(credit('{"__proto__":{"channel":1,"bytes":1}}')).toBe("link.frame.malformed");
    expect(credit(`{"channel":1,"bytes":1,"x":"${"y".repeat(PAIR_LIMITS.controlBytes)}"}`)).toBe(
      "link.frame.malformed",
    );
    expect(credit("[".repeat(10_000))).toBe("link.frame.malformed");
  });

  it("keeps to its limits on both sides of the edge", () => {
    const data = (length: number): string => faultOf(() => decodeFrame(frameOf(7, new Uint8Array(4 + length))));
    expect(data(PAIR_LIMITS.dataBytes)).toBe("none");
    expect(data(PAIR_LIMITS.dataBytes + 1)).toBe("link.frame.malformed");
    const records = (length: number): string =>
      faultOf(() =>
        decodeFrame(encodeFrame({ kind: "replicate", stream: "s", position: 0, records: new Uint8Array(length) })),
      );
    expect(records(PAIR_LIMITS.recordsBytes)).toBe("none");
    expect(records(PAIR_LIMITS.recordsBytes + 1)).toBe("link.frame.malformed");
    expect(faultOf(() => decodeFrame(frameOf(0, new Uint8Array(3))))).toBe("link.frame.malformed");
    expect(faultOf(() => decodeFrame(frameOf(11, new Uint8Array(3))))).toBe("link.frame.malformed");
  });

  it("decodes any bytes to a frame or to a fault", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 255 }), fc.uint8Array({ maxLength: 200 }), (kind, body) => {
        expect(["none", "link.frame.malformed"]).toContain(faultOf(() => decodeFrame(frameOf(kind, body))));
      }),
    );
  });
});

describe("the cutter of frames", () => {
  it("finds the same frames however the stream is cut", () => {
    fc.assert(
      fc.property(
        fc.array(anyFrame, { maxLength: 6 }),
        fc.infiniteStream(fc.integer({ min: 1, max: 40 })),
        (frames, cuts) => {
          const bytes = Uint8Array.from(frames.flatMap((frame) => [...encodeFrame(frame)]));
          const cutter = new FrameCutter();
          const found: PairFrame[] = [];
          let at = 0;
          for (const cut of cuts) {
            if (at >= bytes.length) break;
            for (const frame of cutter.cut(bytes.subarray(at, at + cut))) found.push(decodeFrame(frame.slice()));
            at += cut;
          }
          expect(found).toEqual(frames);
        },
      ),
    );
  });

  it("refuses an impossible length with its fourth byte, and never before", () => {
    const announce = (follows: number): string =>
      faultOf(() => [
        ...new FrameCutter().cut(
          Uint8Array.of(follows >>> 24, (follows >>> 16) & 255, (follows >>> 8) & 255, follows & 255, 0),
        ),
      ]);
    expect(announce(PAIR_LIMITS.frameBytes - 4)).toBe("none");
    expect(announce(PAIR_LIMITS.frameBytes - 3)).toBe("link.frame.oversized");
    expect(announce(0xffff_ffff)).toBe("link.frame.oversized");
    expect(announce(0)).toBe("link.frame.oversized");
    expect(faultOf(() => [...new FrameCutter().cut(Uint8Array.of(255, 255, 255))])).toBe("none");
  });
});
