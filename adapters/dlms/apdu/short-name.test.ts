import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { toHex } from "../../kit/bytes.ts";
import { EdgeError } from "../../kit/edge-error.ts";
import { hex } from "../vectors.testing.ts";
import type { Apdu } from "./apdu.ts";
import { decodeApdu } from "./decode-apdu.ts";
import { encodeApdu } from "./encode-apdu.ts";
import type { ReadResult, VariableSpecification, WriteResult } from "./short-name.ts";

/** Octets put together by hand from the ASN.1 of the standard. */
const BY_HAND: readonly (readonly [string, string, Apdu])[] = [
  [
    "a read of the object list of the association",
    "05 01 02 FA08",
    { kind: "read-request", variables: [{ kind: "variable-name", name: 0xfa08 }] },
  ],
  [
    "a read of two, the second by entries",
    "05 02 02 0008 04 0110 02 02 02 06 00000001 06 00000000",
    {
      kind: "read-request",
      variables: [
        { kind: "variable-name", name: 8 },
        {
          kind: "parameterized-access",
          name: 0x110,
          selection: {
            selector: 2,
            parameters: {
              kind: "structure",
              elements: [
                { kind: "double-long-unsigned", value: 1 },
                { kind: "double-long-unsigned", value: 0 },
              ],
            },
          },
        },
      ],
    },
  ],
  [
    "a value, and a refusal",
    "0C 02 00 12 1234 01 03",
    {
      kind: "read-response",
      results: [
        { kind: "data", data: { kind: "long-unsigned", value: 0x1234 } },
        { kind: "error", result: 3 },
      ],
    },
  ],
  [
    "the last block of a long value",
    "0C 01 02 01 0002 03 AABBCC",
    {
      kind: "read-response",
      results: [{ kind: "data-block-result", last: true, blockNumber: 2, rawData: hex("AABBCC") }],
    },
  ],
  [
    "a write",
    "06 01 02 0320 01 11 05",
    {
      kind: "write-request",
      variables: [{ kind: "variable-name", name: 0x320 }],
      values: [{ kind: "unsigned", value: 5 }],
    },
  ],
  [
    "a write nobody answers",
    "16 01 02 0320 01 00",
    {
      kind: "unconfirmed-write-request",
      variables: [{ kind: "variable-name", name: 0x320 }],
      values: [{ kind: "null-data" }],
    },
  ],
  [
    "what became of writes",
    "0D 03 00 01 02 02 0007",
    {
      kind: "write-response",
      results: [{ kind: "success" }, { kind: "error", result: 2 }, { kind: "block-number", blockNumber: 7 }],
    },
  ],
  [
    "a report without a time",
    "18 00 01 02 FA08 01 03 01",
    {
      kind: "information-report",
      time: undefined,
      variables: [{ kind: "variable-name", name: 0xfa08 }],
      values: [{ kind: "boolean", value: true }],
    },
  ],
];

describe("short name referencing", () => {
  it.each(BY_HAND)("%s", (_what, octets, apdu) => {
    const whole = hex(octets.replaceAll(" ", ""));
    expect(toHex(encodeApdu(apdu))).toBe(toHex(whole));
    expect(encodeApdu(decodeApdu(whole))).toEqual(whole);
    expect(decodeApdu(whole).kind).toBe(apdu.kind);
    for (let length = 0; length < whole.length; length++) {
      expect(() => decodeApdu(whole.subarray(0, length)), `${length} octets`).toThrow(EdgeError);
    }
  });

  it.each([
    ["a variable", "05 01 09 FA08"],
    ["a result of a read", "0C 01 04"],
    ["a result of a write", "0D 01 03"],
  ])("%s of an unknown choice is refused", (_what, octets) => {
    expect(() => decodeApdu(hex(octets.replaceAll(" ", "")))).toThrow(
      expect.objectContaining({ code: "dlms.apdu.malformed" }),
    );
  });

  it("goes around, whatever is asked and answered", () => {
    const u16 = fc.integer({ min: 0, max: 0xffff });
    const u8 = fc.integer({ min: 0, max: 0xff });
    const octets = fc.uint8Array({ maxLength: 300 });
    const variable: fc.Arbitrary<VariableSpecification> = fc.oneof(
      fc.record({ kind: fc.constant("variable-name" as const), name: u16 }),
      fc.record({ kind: fc.constant("block-number-access" as const), blockNumber: u16 }),
      fc.record({
        kind: fc.constant("read-data-block-access" as const),
        last: fc.boolean(),
        blockNumber: u16,
        rawData: octets,
      }),
      fc.record({ kind: fc.constant("write-data-block-access" as const), last: fc.boolean(), blockNumber: u16 }),
    );
    const read: fc.Arbitrary<ReadResult> = fc.oneof(
      fc.record({ kind: fc.constant("error" as const), result: u8 }),
      fc.record({
        kind: fc.constant("data-block-result" as const),
        last: fc.boolean(),
        blockNumber: u16,
        rawData: octets,
      }),
      fc.record({ kind: fc.constant("block-number" as const), blockNumber: u16 }),
    );
    const write: fc.Arbitrary<WriteResult> = fc.oneof(
      fc.record({ kind: fc.constant("success" as const) }),
      fc.record({ kind: fc.constant("error" as const), result: u8 }),
      fc.record({ kind: fc.constant("block-number" as const), blockNumber: u16 }),
    );
    const apdu: fc.Arbitrary<Apdu> = fc.oneof(
      fc.record({ kind: fc.constant("read-request" as const), variables: fc.array(variable) }),
      fc.record({ kind: fc.constant("read-response" as const), results: fc.array(read) }),
      fc.record({ kind: fc.constant("write-response" as const), results: fc.array(write) }),
    );
    fc.assert(
      fc.property(apdu, (one) => {
        expect(decodeApdu(encodeApdu(one))).toEqual(one);
      }),
      { seed: 5 },
    );
  });
});
