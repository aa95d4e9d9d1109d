import { createPublicKey, verify } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { concat, toHex } from "../kit/bytes.ts";
import { SeededRandom } from "../kit/random.ts";
import { decodeEnvelope, ENVELOPE_BYTES_MAX, HEADER_BYTES, sealEnvelope, signedPart } from "./envelope.ts";
import { EnvelopeFramer } from "./envelope-framer.ts";
import { decodeMessage } from "./message.ts";
import { signatureOf } from "./signature.ts";
import { faultOf, hex, vectorsOf } from "./vectors.testing.ts";

interface EnvelopeVector {
  readonly name: string;
  readonly hex: string;
  readonly fault?: string;
  readonly at?: number;
  readonly value?: {
    readonly signedBy: "device" | "platform";
    readonly sequenceNumber: number;
    readonly deviceId: string;
    readonly signature: string;
    readonly payload: string;
    readonly member: string;
  };
}
const file = vectorsOf<EnvelopeVector>("envelopes");
const good = file.vectors.flatMap(({ name, hex: text, value }) =>
  value === undefined ? [] : [{ name, bytes: hex(text), value }],
);

describe("envelope vectors", () => {
  it.each(good)("decodes, verifies and seals $name", ({ bytes, value }) => {
    const envelope = decodeEnvelope(bytes);
    expect(envelope.sequenceNumber).toBe(value.sequenceNumber);
    expect(toHex(envelope.deviceId, " ")).toBe(value.deviceId);
    expect(toHex(envelope.payload, " ")).toBe(value.payload);
    expect(decodeMessage(envelope.payload).member).toBe(value.member);

    const signature = signatureOf(envelope.securityKey);
    expect(toHex(signature, " ")).toBe(value.signature);
    expect(verify("sha256", envelope.signedBytes, keyOf(value.signedBy), signature)).toBe(true);
    const other = value.signedBy === "device" ? "platform" : "device";
    expect(verify("sha256", envelope.signedBytes, keyOf(other), signature)).toBe(false);

    expect(toHex(signedPart(envelope))).toBe(toHex(envelope.signedBytes));
    expect(toHex(sealEnvelope(signedPart(envelope), signature))).toBe(toHex(bytes));
  });

  it.each(file.vectors.filter((vector) => vector.fault !== undefined))("refuses $name", ({ hex: text, fault, at }) => {
    let thrown: unknown;
    try {
      signatureOf(decodeEnvelope(hex(text)).securityKey);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toMatchObject({ code: fault, offset: at, blame: "device" });
  });

  it("any changed byte of what was signed breaks the signature", () => {
    const first = good[0];
    if (first === undefined) throw new Error("no vector");
    for (let at = 128; at < first.bytes.length; at++) {
      const changed = first.bytes.slice();
      changed[at] = (changed[at] ?? 0) ^ 0x01;
      if (at === 142 || at === 143) {
        expect(faultOf(() => decodeEnvelope(changed))).toMatch(/^oslp\.envelope\.(truncated|trailing)$/);
        continue;
      }
      const envelope = decodeEnvelope(changed);
      expect(verify("sha256", envelope.signedBytes, keyOf("device"), signatureOf(envelope.securityKey))).toBe(false);
    }
  });

  it("every proper prefix is truncated when taken as a whole, and not yet complete on a stream", () => {
    for (const { bytes } of good) {
      for (let length = 0; length < bytes.length; length++) {
        expect(faultOf(() => decodeEnvelope(bytes.subarray(0, length)))).toBe("oslp.envelope.truncated");
        const framer = new EnvelopeFramer(ENVELOPE_BYTES_MAX);
        expect(framer.push(bytes.subarray(0, length))).toEqual({ envelopes: [], fault: undefined });
        expect(framer.pending).toBe(length);
      }
    }
  });
});

describe("a stream of envelopes", () => {
  const stream = concat(good.map((vector) => vector.bytes));
  const whole = good.map((vector) => toHex(vector.bytes));

  it("is cut the same whole, byte by byte and at random places", () => {
    expect(cut([stream]).envelopes).toEqual(whole);
    expect(cut([...stream].map((byte) => Uint8Array.of(byte))).envelopes).toEqual(whole);
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        expect(cut(split(stream, seed)).envelopes).toEqual(whole);
      }),
      { numRuns: 200 },
    );
  });

  it("keeps the good envelopes before an overlong one, however it is cut", () => {
    const overlong = new Uint8Array(HEADER_BYTES).fill(0xff);
    const bad = concat([stream, overlong, stream]);
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        expect(cut(split(bad, seed))).toEqual({ envelopes: whole, fault: "oslp.envelope.overlong" });
      }),
      { numRuns: 100 },
    );
    expect(cut([bad])).toEqual({ envelopes: whole, fault: "oslp.envelope.overlong" });
  });

  it("an envelope at the limit is taken, one byte more is refused by its header alone", () => {
    const envelope = new Uint8Array(HEADER_BYTES + 100);
    envelope[143] = 100;
    expect(new EnvelopeFramer(HEADER_BYTES + 100).push(envelope).envelopes).toHaveLength(1);
    const framer = new EnvelopeFramer(HEADER_BYTES + 99);
    expect(framer.push(envelope.subarray(0, HEADER_BYTES)).fault?.code).toBe("oslp.envelope.overlong");
    expect(framer.pending).toBeLessThanOrEqual(HEADER_BYTES);
  });

  function cut(chunks: readonly Uint8Array[]): { envelopes: string[]; fault?: string } {
    const framer = new EnvelopeFramer(4_096);
    const envelopes: string[] = [];
    let fault: string | undefined;
    for (const chunk of chunks) {
      const framed = framer.push(chunk);
      envelopes.push(...framed.envelopes.map((one) => toHex(one)));
      fault = framed.fault?.code ?? fault;
    }
    return fault === undefined ? { envelopes } : { envelopes, fault };
  }
});

describe("what does not fit an envelope is our mistake", () => {
  const deviceId = new Uint8Array(12);
  it.each([
    ["a sequence number of 17 bits", { sequenceNumber: 65_536, deviceId, payload: new Uint8Array(0) }],
    ["a device id of 11 bytes", { sequenceNumber: 0, deviceId: new Uint8Array(11), payload: new Uint8Array(0) }],
    ["a payload of 65536 bytes", { sequenceNumber: 0, deviceId, payload: new Uint8Array(65_536) }],
  ])("%s", (_what, content) => {
    expect(faultOf(() => signedPart(content))).toBe("oslp.message.unencodable");
  });

  it("a signature longer than the security key", () => {
    expect(faultOf(() => sealEnvelope(new Uint8Array(16), new Uint8Array(129)))).toBe("oslp.message.unencodable");
  });
});

describe("signatures", () => {
  it("of any bytes are cut out or refused, never read past their own length", () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 128, maxLength: 128 }), (bytes) => {
        const der = Uint8Array.from([0x30, ...bytes.subarray(1)]);
        const code = faultOf(() => {
          const signature = signatureOf(der);
          expect(signature.length).toBe((der[1] ?? 0) + 2);
        });
        expect(["none", "oslp.signature.malformed"]).toContain(code);
      }),
      { numRuns: 1_000 },
    );
  });

  it.each([
    ["three integers", "30 09 02 01 01 02 01 01 02 01 01"],
    ["one integer", "30 03 02 01 01"],
    ["an empty integer", "30 05 02 00 02 01 01"],
    ["a zero", "30 06 02 01 00 02 01 01"],
    ["a needless leading zero", "30 07 02 02 00 01 02 01 01"],
    ["an integer of 34 bytes", `30 27 02 22 ${"01 ".repeat(34)}02 01 01`],
    ["an integer beyond the sequence", "30 06 02 01 01 02 02 01 01"],
    ["nothing", ""],
  ])("with %s are malformed", (_what, der) => {
    const field = new Uint8Array(128);
    field.set(hex(der));
    expect(faultOf(() => signatureOf(field))).toBe("oslp.signature.malformed");
  });
});

function keyOf(role: "device" | "platform") {
  const text = file.context?.[`${role}PublicKey`] ?? "";
  return createPublicKey({ key: Buffer.from(text, "base64"), format: "der", type: "spki" });
}

function split(bytes: Uint8Array, seed: number): Uint8Array[] {
  const random = new SeededRandom(seed);
  const chunks: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; ) {
    const take = 1 + random.below(random.chance({ times: 1, of: 2 }) ? 8 : 400);
    chunks.push(bytes.subarray(at, at + take));
    at += take;
  }
  return chunks;
}
