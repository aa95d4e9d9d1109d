import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { concat, fromHex, toHex, utf8 } from "../../kit/bytes.ts";
import { EdgeError } from "../../kit/edge-error.ts";
import { clientAddress, serverAddress, sameStation } from "./address.ts";
import { type Control, controlOctet, toControl } from "./control.ts";
import { checkSequence } from "./fcs.ts";
import { decodeFrame, encodeFrame, type HdlcFrame } from "./frame.ts";
import { HdlcFramer } from "./framer.ts";
import { agree, decodeParameters, DEFAULT_PARAMETERS, encodeParameters } from "./negotiation.ts";

/** Frames checked with an independent CRC and with Gurux's translator; the numbers are those of the reference. */
const VECTORS: Readonly<Record<string, { hex: string; frame: HdlcFrame }>> = {
  "SNRM without parameters": vector("7EA0070321930F017E", { kind: "SNRM", poll: true }),
  "UA with parameters": {
    hex: "7EA01E210373C37A818012050180060180070400000001080400000001533B7E",
    frame: {
      destination: clientAddress(16),
      source: serverAddress(1),
      control: { kind: "UA", poll: true },
      segmented: false,
      information: bytes("818012050180060180070400000001080400000001"),
    },
  },
  "SNRM to a physical device, four octets": {
    hex: "7EA00A000244D12193CF2C7E",
    frame: {
      destination: serverAddress(1, 4456),
      source: clientAddress(16),
      control: { kind: "SNRM", poll: true },
      segmented: false,
      information: new Uint8Array(0),
    },
  },
  "I with an AARQ": vector(
    "7EA02B032110FBAFE6E600601DA109060760857405080101BE10040E01000000065F1F0400621E5DFFFF88557E",
    { kind: "I", sendNumber: 0, receiveNumber: 0, poll: true },
    "E6E600601DA109060760857405080101BE10040E01000000065F1F0400621E5DFFFF",
  ),
  RR: vector("7EA00703215111E47E", { kind: "RR", receiveNumber: 2, poll: true }),
  DISC: vector("7EA00703215303C77E", { kind: "DISC", poll: true }),
};

function bytes(hex: string): Uint8Array {
  const value = fromHex(hex);
  if (value === undefined) throw new Error(`not hex: ${hex}`);
  return value;
}

function vector(hex: string, control: Control, information: string = ""): { hex: string; frame: HdlcFrame } {
  return {
    hex,
    frame: {
      destination: serverAddress(1),
      source: clientAddress(16),
      control,
      segmented: false,
      information: bytes(information),
    },
  };
}

const anyControl: fc.Arbitrary<Control> = fc.oneof(
  fc.record({ kind: fc.constant("I" as const), sendNumber: fc.nat(7), receiveNumber: fc.nat(7), poll: fc.boolean() }),
  fc.record({
    kind: fc.constantFrom("RR" as const, "RNR" as const, "REJ" as const),
    receiveNumber: fc.nat(7),
    poll: fc.boolean(),
  }),
  fc.record({ kind: fc.constantFrom("SNRM", "DISC", "UA", "DM", "FRMR", "UI" as const), poll: fc.boolean() }),
) as fc.Arbitrary<Control>;
const anyAddress = fc.oneof(
  fc.nat(127).map((upper) => serverAddress(upper)),
  fc.tuple(fc.nat(127), fc.nat(127)).map(([upper, lower]) => serverAddress(upper, lower, 2)),
  fc.tuple(fc.nat(0x3fff), fc.nat(0x3fff)).map(([upper, lower]) => serverAddress(upper, lower, 4)),
);
const anyFrame: fc.Arbitrary<HdlcFrame> = fc.record({
  destination: anyAddress,
  source: anyAddress,
  control: anyControl,
  segmented: fc.boolean(),
  information: fc.uint8Array({ maxLength: 300 }).map((octets) => new Uint8Array(octets)),
});

describe("a frame", () => {
  it("has the check sequence of ISO/IEC 13239", () => {
    expect(checkSequence(utf8("123456789"))).toBe(0x906e);
  });

  it.each(Object.entries(VECTORS))("%s reads and writes the same octets", (_name, { hex, frame }) => {
    expect(decodeFrame(bytes(hex).slice(1, -1))).toEqual(frame);
    expect(toHex(encodeFrame(frame)).toUpperCase()).toBe(hex);
  });

  it("of every vector file entry gives its octets back", () => {
    const file = new URL("../vectors/hdlc.json", import.meta.url);
    const { vectors }: { vectors: { id: string; hex: string }[] } = JSON.parse(readFileSync(file, "utf8"));
    expect(vectors.length).toBeGreaterThan(8);
    for (const { id, hex } of vectors) {
      const octets = bytes(hex);
      expect([id, toHex(encodeFrame(decodeFrame(octets.slice(1, -1)))).toUpperCase()]).toEqual([id, hex]);
    }
  });

  it("of any kind survives the line", () => {
    fc.assert(
      fc.property(anyFrame, (frame) => {
        expect(decodeFrame(encodeFrame(frame).slice(1, -1))).toEqual(frame);
      }),
    );
  });

  it("with any octet changed is refused", () => {
    const good = bytes(VECTORS["I with an AARQ"]?.hex ?? "").slice(1, -1);
    for (let at = 0; at < good.length; at++) {
      const bad = good.slice();
      bad[at] = (bad[at] ?? 0) ^ 0x10;
      expect(() => decodeFrame(bad)).toThrow(EdgeError);
    }
  });

  it("knows every control field it may have, and refuses the others", () => {
    let known = 0;
    for (let octet = 0; octet < 256; octet++) {
      try {
        expect(controlOctet(toControl(octet, 0))).toBe(octet);
        known++;
      } catch (thrown) {
        expect(thrown).toBeInstanceOf(EdgeError);
      }
    }
    // 128 I, 3 × 16 supervisory, 6 × 2 unnumbered.
    expect(known).toBe(128 + 48 + 12);
  });

  it("with an address of three octets is refused", () => {
    const raw = bytes("A0 09 00 02 03 21 93 00 00");
    expect(() => decodeFrame(raw)).toThrow(/three/);
  });
});

describe("an address", () => {
  it("means the same in every width", () => {
    expect(sameStation(serverAddress(1, 17), serverAddress(1, 17, 4))).toBe(true);
    expect(sameStation(serverAddress(1), serverAddress(1, 17, 4))).toBe(true);
    expect(sameStation(serverAddress(1, 18), serverAddress(1, 17, 4))).toBe(false);
    expect(sameStation(serverAddress(0x7f), serverAddress(0x3fff, 0x3fff, 4))).toBe(true);
  });
});

describe("a framer", () => {
  const frames = Object.values(VECTORS).map(({ frame }) => frame);
  const stream = concat(frames.map(encodeFrame));
  const shared = concat([Uint8Array.of(0x7e), ...frames.map((frame) => encodeFrame(frame).slice(1))]);

  it.each([
    ["flags of their own", stream],
    ["shared flags", shared],
    ["many flags between", concat(frames.map((frame) => concat([Uint8Array.of(0x7e, 0x7e), encodeFrame(frame)])))],
  ])("finds frames with %s, however they are cut", (_name, octets) => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 }), (sizes) => {
        const framer = new HdlcFramer({ onCorruption: "fault" });
        const found: HdlcFrame[] = [];
        for (let at = 0, i = 0; at < octets.length; i++) {
          const size = sizes[i % sizes.length] ?? 1;
          found.push(...framer.cut(octets.subarray(at, at + size)).frames);
          at += size;
        }
        expect(found).toEqual(frames);
      }),
    );
  });

  it("finds the frame behind noise and inside a frame that is none", () => {
    const good = encodeFrame(frames[0] as HdlcFrame);
    const noise = bytes("00 FF 7E A0 30 11 22 7E 33");
    const framer = new HdlcFramer();
    expect(framer.cut(concat([noise, good])).frames).toEqual([]);
    // The false start announces 48 octets; given up, the frame within is found.
    const { frames: found, noise: skipped } = framer.giveUpHeld();
    expect([found, skipped]).toEqual([[frames[0]], 7]);
  });

  it("gives up a line of nothing but noise", () => {
    const framer = new HdlcFramer({ onCorruption: "resynchronise", noiseMax: 1_000 });
    expect(framer.cut(new Uint8Array(1_000)).fault).toBeUndefined();
    expect(framer.cut(new Uint8Array(1)).fault?.code).toBe("hdlc.frame.overfull");
  });

  it("that may not resynchronise ends at the first corrupt octet", () => {
    const framer = new HdlcFramer({ onCorruption: "fault" });
    const bad = encodeFrame(frames[0] as HdlcFrame);
    bad[6] = 0;
    expect(framer.cut(bad).fault?.code).toBe("hdlc.frame.checksum");
    expect(framer.cut(stream).frames).toEqual([]);
  });

  it("survives any octets", () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 200 }), { maxLength: 20 }), (chunks) => {
        const framer = new HdlcFramer();
        for (const chunk of chunks) framer.cut(new Uint8Array(chunk));
        framer.giveUpHeld();
        expect(framer.pending).toBeLessThanOrEqual(2_049);
      }),
    );
  });
});

describe("the negotiation of a link", () => {
  it("takes the least both can, each from its side", () => {
    const client = { informationTransmitMax: 512, informationReceiveMax: 1_024, windowTransmit: 7, windowReceive: 3 };
    const server = { informationTransmitMax: 256, informationReceiveMax: 128, windowTransmit: 1, windowReceive: 7 };
    expect(agree(client, server)).toEqual({
      informationTransmitMax: 128,
      informationReceiveMax: 256,
      windowTransmit: 7,
      windowReceive: 1,
    });
  });

  it("reads windows of one octet, sizes of two, and defaults for what is not there", () => {
    expect(decodeParameters(bytes("8180 0A 05020200 0601FE 070107"))).toEqual({
      informationTransmitMax: 512,
      informationReceiveMax: 254,
      windowTransmit: 7,
      windowReceive: 1,
    });
    expect(decodeParameters(new Uint8Array(0))).toEqual(DEFAULT_PARAMETERS);
    expect(decodeParameters(encodeParameters(DEFAULT_PARAMETERS))).toEqual(DEFAULT_PARAMETERS);
    expect(() => decodeParameters(bytes("8180 20 0501"))).toThrow(EdgeError);
    expect(() => decodeParameters(bytes("8280 00"))).toThrow(EdgeError);
  });
});
