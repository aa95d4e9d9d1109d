import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { DlmsData } from "../data/data.ts";
import { bitString, dataText, parseDataText } from "./data-text.ts";

const scalar: fc.Arbitrary<DlmsData> = fc.oneof(
  fc.constant<DlmsData>({ kind: "null-data" }),
  fc.boolean().map((value): DlmsData => ({ kind: "boolean", value })),
  fc.integer({ min: -128, max: 127 }).map((value): DlmsData => ({ kind: "integer", value })),
  fc.integer({ min: 0, max: 0xffff_ffff }).map((value): DlmsData => ({ kind: "double-long-unsigned", value })),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map((value): DlmsData => ({ kind: "long64", value })),
  fc.integer({ min: 0, max: 255 }).map((value): DlmsData => ({ kind: "enum", value })),
  fc.uint8Array({ maxLength: 12 }).map((octets): DlmsData => ({ kind: "octet-string", octets })),
  fc.uint8Array({ minLength: 12, maxLength: 12 }).map((octets): DlmsData => ({ kind: "date-time", octets })),
  fc.string({ maxLength: 8, unit: "binary-ascii" }).map((text): DlmsData => ({ kind: "visible-string", text })),
  fc.array(fc.constantFrom("0", "1"), { maxLength: 20 }).map((bits): DlmsData => bitString(bits.join(""))),
  fc.double({ noNaN: true }).map((value): DlmsData => ({ kind: "float64", value: value === 0 ? 0 : value })),
);
const value = fc.letrec<{ data: DlmsData }>((tie) => ({
  data: fc.oneof(
    { maxDepth: 4 },
    scalar,
    fc.array(tie("data"), { maxLength: 4 }).map((elements): DlmsData => ({ kind: "structure", elements })),
    fc.array(tie("data"), { maxLength: 4 }).map((elements): DlmsData => ({ kind: "array", elements })),
  ),
})).data;

describe("values as text", () => {
  it("come back as they were written", () => {
    fc.assert(
      fc.property(value, (data) => {
        expect(parseDataText(dataText(data))).toEqual(data);
      }),
    );
  });

  it("read as people write them", () => {
    expect(dataText(parseDataText('structure { long-unsigned: 8 , octet-string:"0.1" ,array[ ] }'))).toBe(
      "structure{long-unsigned:8, octet-string:302e31, array[]}",
    );
  });

  it.each([
    ["", "a type such as"],
    ["long-unsigned", ": is expected"],
    ["long-unsigned:65536", "fits long-unsigned"],
    ["unsigned:-1", "fits unsigned"],
    ["long64:9223372036854775808", "fits long64"],
    ["boolean:1", "true or false"],
    ["octet-string:0g", "in hex"],
    ["bit-string:012", "0 and 1"],
    ["date:07ea", "has 5 octets"],
    ["structure{unsigned:1", "} is expected"],
    ["array[unsigned:1}", "] is expected"],
    ["unsigned:1 unsigned:2", "after the value"],
    ["array[".repeat(40), "more than 16 levels"],
    ["toString:1", "a type such as"],
  ])("refuses %j", (text, why) => {
    expect(() => parseDataText(text)).toThrow(why);
  });
});
