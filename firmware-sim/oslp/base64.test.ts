import { describe, expect, it } from "vitest";
import { fromBase64 } from "./base64.ts";

describe("Base64", () => {
  it("is what everybody else reads, at every length", () => {
    for (let length = 1; length <= 100; length++) {
      const bytes = Uint8Array.from({ length }, (_, at) => (at * 37 + length) & 0xff);
      expect(fromBase64(Buffer.from(bytes).toString("base64"))).toEqual(bytes);
    }
  });

  it("is nothing else", () => {
    for (const text of ["", "A", "AB", "ABC", "AB=C", "ABCD=", "AB==CD==", "A-_D", " ABCD"]) {
      expect(fromBase64(text)).toBeUndefined();
    }
  });
});
