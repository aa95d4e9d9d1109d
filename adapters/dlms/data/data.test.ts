import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { concat } from "../../kit/bytes.ts";
import { EdgeError } from "../../kit/edge-error.ts";
import { hex } from "../vectors.testing.ts";
import { type DlmsData, numberOf, octetString, textOf, type TypeDescription } from "./data.ts";
import { decodeData } from "./decode-data.ts";
import { encodeData } from "./encode-data.ts";

const octets = (length?: number) =>
  fc
    .uint8Array(length === undefined ? { maxLength: 40 } : { minLength: length, maxLength: length })
    .map((one) => one.slice());
const whole = (kind: string, min: number, max: number) =>
  fc.integer({ min, max }).map((value) => ({ kind, value }) as DlmsData);

const SIMPLE = fc.oneof(
  fc.constant<DlmsData>({ kind: "null-data" }),
  fc.constant<DlmsData>({ kind: "dont-care" }),
  fc.boolean().map((value): DlmsData => ({ kind: "boolean", value })),
  octets().chain((bits) =>
    fc
      .integer({ min: Math.max(0, bits.length * 8 - 7), max: bits.length * 8 })
      .map((length): DlmsData => ({ kind: "bit-string", octets: bits, length })),
  ),
  whole("integer", -128, 127),
  whole("delta-integer", -128, 127),
  whole("unsigned", 0, 255),
  whole("delta-unsigned", 0, 255),
  whole("enum", 0, 255),
  whole("bcd", 0, 255),
  whole("long", -32_768, 32_767),
  whole("delta-long", -32_768, 32_767),
  whole("long-unsigned", 0, 65_535),
  whole("delta-long-unsigned", 0, 65_535),
  whole("double-long", -(2 ** 31), 2 ** 31 - 1),
  whole("delta-double-long", -(2 ** 31), 2 ** 31 - 1),
  whole("double-long-unsigned", 0, 2 ** 32 - 1),
  whole("delta-double-long-unsigned", 0, 2 ** 32 - 1),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map((value): DlmsData => ({ kind: "long64", value })),
  fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map((value): DlmsData => ({ kind: "long64-unsigned", value })),
  fc.float({ noNaN: true }).map((value): DlmsData => ({ kind: "float32", value })),
  fc.double({ noNaN: true }).map((value): DlmsData => ({ kind: "float64", value })),
  octets().map((one): DlmsData => ({ kind: "octet-string", octets: one })),
  octets().map((one): DlmsData => ({ kind: "utf8-string", octets: one })),
  octets().map((one): DlmsData => ({ kind: "visible-string", text: String.fromCharCode(...one) })),
  octets(12).map((one): DlmsData => ({ kind: "date-time", octets: one })),
  octets(5).map((one): DlmsData => ({ kind: "date", octets: one })),
  octets(4).map((one): DlmsData => ({ kind: "time", octets: one })),
);

const ANY: fc.Arbitrary<DlmsData> = fc.letrec<{ data: DlmsData }>((tie) => ({
  data: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    SIMPLE,
    fc.array(tie("data"), { maxLength: 5 }).map((elements): DlmsData => ({ kind: "array", elements })),
    fc.array(tie("data"), { maxLength: 5 }).map((elements): DlmsData => ({ kind: "structure", elements })),
  ),
})).data;

/** Structures of two fields, and as many elements as you like. */
const COMPACT: fc.Arbitrary<DlmsData> = fc
  .array(fc.tuple(fc.integer({ min: 0, max: 2 ** 32 - 1 }), octets(3)), { maxLength: 20 })
  .map((rows) => {
    const description: TypeDescription = {
      kind: "structure",
      fields: [{ kind: "double-long-unsigned" }, { kind: "array", count: 2, of: { kind: "octet-string" } }],
    };
    const elements = rows.map(
      ([value, some]): DlmsData => ({
        kind: "structure",
        elements: [
          { kind: "double-long-unsigned", value },
          { kind: "array", elements: [octetString(some), octetString(some)] },
        ],
      }),
    );
    return { kind: "compact-array", description, elements };
  });

describe("values", () => {
  it("come back as they were, and as no other value", () => {
    fc.assert(
      fc.property(fc.oneof(ANY, COMPACT), (data) => {
        expect(decodeData(encodeData(data))).toEqual(data);
      }),
      { numRuns: 1_000 },
    );
  });

  it("cut short or with octets behind them are refused", () => {
    fc.assert(
      fc.property(ANY, fc.nat(), (data, at) => {
        const encoded = encodeData(data);
        expect(() => decodeData(encoded.subarray(0, at % encoded.length))).toThrow(EdgeError);
        expect(() => decodeData(concat([encoded, Uint8Array.of(0)]))).toThrow(
          expect.objectContaining({ code: "dlms.data.trailing" }),
        );
      }),
    );
  });

  it("any octets are a value or a fault, and nothing else happens", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (some) => {
        try {
          decodeData(some);
        } catch (thrown) {
          expect(thrown).toBeInstanceOf(EdgeError);
        }
      }),
      { numRuns: 3_000 },
    );
  });

  it("the compact array of two structures that other implementations read", () => {
    const text = "1302020612" + "0C" + "000000010002" + "000000030004";
    const data = decodeData(hex(text));
    expect(data).toMatchObject({
      kind: "compact-array",
      elements: [{ elements: [{ value: 1 }, { value: 2 }] }, { elements: [{ value: 3 }, { value: 4 }] }],
    });
    expect(encodeData(data)).toEqual(hex(text));
  });

  it("texts and numbers are read where they are some", () => {
    expect(textOf(decodeData(hex("0C02C3A4")))).toBe("ä");
    expect(textOf(decodeData(hex("0C02FFFF")))).toBeUndefined();
    expect(textOf(decodeData(hex("0A02E441")))).toBe("äA");
    expect(numberOf(decodeData(hex("14FFFFFFFFFFFFFFFF")))).toBe(-1);
    expect(numberOf(decodeData(hex("15FFFFFFFFFFFFFFFF")))).toBeUndefined();
    expect(numberOf(decodeData(hex("0301")))).toBeUndefined();
  });
});

describe("hostile octets", () => {
  const nested = (levels: number) =>
    concat([...Array.from({ length: levels }, () => Uint8Array.of(2, 1)), Uint8Array.of(0)]);

  it.each([
    ["an array of 2^32 - 1 elements", hex("0184FFFFFFFF00"), "dlms.data.truncated"],
    ["a string of 2^32 - 1 octets", hex("0984FFFFFFFF00"), "dlms.data.truncated"],
    ["bits of 2^32 - 1", hex("0484FFFFFFFF00"), "dlms.data.truncated"],
    ["a length in 127 octets", hex("09FF00"), "dlms.axdr.length-too-long"],
    ["1,000 levels", nested(1_000), "dlms.data.too-deep"],
    ["100,000 levels", nested(100_000), "dlms.data.too-deep"],
    ["33 levels", nested(33), "dlms.data.too-deep"],
    ["a tag that is none", hex("07"), "dlms.data.unknown-type"],
    [
      "types nested 1,000 deep",
      concat([hex("13"), ...Array.from({ length: 1_000 }, () => hex("0201"))]),
      "dlms.data.too-deep",
    ],
    ["a compact array of compact arrays", hex("131300"), "dlms.data.malformed"],
    ["a compact array of nothing", hex("130001FF"), "dlms.data.malformed"],
    ["2^32 elements in eleven octets", hex("1301FFFF01FFFF00" + "0100"), "dlms.data.too-many-elements"],
    ["a structure of 2^32 - 1 types", hex("130284FFFFFFFF00"), "dlms.data.truncated"],
    ["nothing", new Uint8Array(0), "dlms.data.truncated"],
  ])("%s", (_name, some, code) => {
    expect(() => decodeData(some)).toThrow(expect.objectContaining({ code }));
  });

  it("the limits are edges", () => {
    expect(decodeData(nested(32)).kind).toBe("structure");
    const three = hex("0103000000");
    expect(decodeData(three, { depth: 1, elements: 3 })).toMatchObject({ elements: { length: 3 } });
    expect(() => decodeData(three, { depth: 1, elements: 2 })).toThrow(
      expect.objectContaining({ code: "dlms.data.too-many-elements" }),
    );
    expect(() => decodeData(three, { depth: 0, elements: 3 })).toThrow(
      expect.objectContaining({ code: "dlms.data.too-deep" }),
    );
  });
});

describe("what cannot be encoded is our mistake", () => {
  it.each<DlmsData>([
    { kind: "unsigned", value: 256 },
    { kind: "integer", value: -129 },
    { kind: "long", value: 1.5 },
    { kind: "double-long-unsigned", value: Number.NaN },
    { kind: "long64", value: 2n ** 63n },
    { kind: "long64-unsigned", value: -1n },
    { kind: "date-time", octets: new Uint8Array(11) },
    { kind: "bit-string", length: 9, octets: new Uint8Array(1) },
    { kind: "visible-string", text: "€" },
    { kind: "compact-array", description: { kind: "unsigned" }, elements: [{ kind: "long", value: 1 }] },
  ])("%o", (data) => {
    expect(() => encodeData(data)).toThrow(expect.objectContaining({ code: "dlms.data.unencodable", blame: "us" }));
  });
});
