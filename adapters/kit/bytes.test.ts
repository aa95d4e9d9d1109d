import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { concat, equalBytes, fromHex, fromUtf8, toHex, utf8 } from "./bytes.ts";

describe("bytes", () => {
  it("come back from hex, with and without separators", () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        expect(fromHex(toHex(bytes))).toEqual(bytes);
        expect(fromHex(toHex(bytes, " ").toUpperCase())).toEqual(bytes);
      }),
    );
    expect(toHex(Uint8Array.of(0, 10, 255), ":")).toBe("00:0a:ff");
    for (const wrong of ["0", "0g", "00:11", "0x00", "é"]) expect(fromHex(wrong)).toBeUndefined();
    expect(fromHex("")).toEqual(new Uint8Array(0));
  });

  it("come back from text, a byte order mark and a null included; other bytes are no text", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (text) => {
        expect(fromUtf8(utf8(text))).toBe(text);
      }),
    );
    expect(fromUtf8(Uint8Array.of(0xef, 0xbb, 0xbf, 0x00))).toBe("\ufeff\0");
    // Lone continuation, overlong slash, surrogate, truncated.
    for (const wrong of [[0x80], [0xc0, 0xaf], [0xed, 0xa0, 0x80], [0xe2, 0x82]])
      expect(fromUtf8(Uint8Array.from(wrong))).toBeUndefined();
    expect(fromUtf8(utf8("after a wrong one"))).toBe("after a wrong one");
  });

  it("are joined and compared", () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 20 })), (parts) => {
        const whole = concat(parts);
        expect([...whole]).toEqual(parts.flatMap((part) => [...part]));
        expect(equalBytes(whole, whole.slice())).toBe(true);
        expect(equalBytes(whole, concat([whole, Uint8Array.of(0)]))).toBe(false);
        if (whole.length === 0) return;
        const changed = whole.slice();
        changed[whole.length - 1] = (changed[whole.length - 1] ?? 0) ^ 0x10;
        expect(equalBytes(whole, changed)).toBe(false);
      }),
    );
  });
});
