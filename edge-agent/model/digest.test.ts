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

describe("sha256 of one after another", () => {
  it("is not touched by what was digested before, at every edge of a block and of the scratch", () => {
    const edges = [0, 1, 55, 56, 63, 64, 65, 119, 120, 16_311, 16_312, 16_313, 16_384, 40_000];
    for (const length of [...edges].reverse().concat(edges)) {
      const bytes = new Uint8Array(length).fill(0xa5);
      expect(sha256(bytes), `${length} bytes`).toBe(createHash("sha256").update(bytes).digest("hex"));
    }
  });

  it("names a text the same whether it fits the scratch or not", () => {
    for (const text of ["", "x", "ü€😀", "€".repeat(5_400), "€".repeat(9_000), "\ud800"]) {
      const material = `s${text.length}:${text};`;
      expect(digest([text])).toBe(
        createHash("sha256").update(new TextEncoder().encode(material)).digest("hex").slice(0, 32),
      );
    }
  });
});

describe("digest", () => {
  it("names octets by their digits, whether they fit the scratch or not", () => {
    for (const length of [0, 1, 27, 200, 8_100, 8_142, 8_143, 8_200, 20_000]) {
      const bytes = Uint8Array.from({ length }, (_, at) => (at * 31) & 255);
      const material = `s2:ab;b${Buffer.from(bytes).toString("hex")};n7;s1:€;`;
      expect(digest(["ab", bytes, 7, "€"]), `${length} octets`).toBe(
        createHash("sha256").update(material).digest("hex").slice(0, 32),
      );
    }
  });

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
