import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { digest, sha256 } from "./digest.ts";

describe("sha256", () => {
  it("gives FIPS 180-4's answer for `abc`", () => {
    expect(sha256(new TextEncoder().encode("abc"))).toBe(
      "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
    );
  });

  it("agrees with node:crypto on any bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        expect(sha256(bytes)).toBe(createHash("sha256").update(bytes).digest("hex"));
      }),
    );
  });
});

describe("digest", () => {
  it("keeps its parts apart", () => {
    expect(digest(["ab", "c"])).not.toBe(digest(["a", "bc"]));
    expect(digest([1])).not.toBe(digest(["1"]));
    expect(digest([undefined])).not.toBe(digest([""]));
    expect(digest([undefined])).not.toBe(digest([]));
    expect(digest(["s1:a;"])).not.toBe(digest(["s1:a", ""]));
    expect(digest([new Uint8Array([0x61])])).not.toBe(digest(["61"]));
  });

  it("is injective on lists of texts and numbers", () => {
    const list = fc.array(fc.oneof(fc.string({ maxLength: 6 }), fc.integer()), { maxLength: 5 });
    fc.assert(
      fc.property(list, list, (a, b) => {
        expect(digest(a) === digest(b)).toBe(JSON.stringify(a) === JSON.stringify(b));
      }),
    );
  });
});
