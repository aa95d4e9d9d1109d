import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { hex } from "./vectors.testing.ts";
import { obisFromOctets, obisOctets, obisText, parseObis, toObis } from "./obis.ts";

describe("OBIS codes", () => {
  it.each([
    ["1.0.1.8.0.255", "1.0.1.8.0.255"],
    ["1-0:1.8.0*255", "1.0.1.8.0.255"],
    ["1-0:1.8.0", "1.0.1.8.0.255"],
    ["0-1:24.2.1", "0.1.24.2.1.255"],
    ["1-0:1.8", "1.0.1.8.0.255"],
    ["1-0:1.8.0&1", "1.0.1.8.0.1"],
    ["0100010800FF", "1.0.1.8.0.255"],
    [" 0-0:1.0.0*255 ", "0.0.1.0.0.255"],
  ])("%s", (text, name) => {
    expect(parseObis(text)).toBe(name);
  });

  it.each([
    "",
    "1.8.0",
    "1.0.1.8.0.256",
    "1-0:1.8.0*256",
    "0100010800F",
    "1.0.1.8.0.255.1",
    "a.b.c.d.e.f",
    "999-0:1.8.0",
  ])("%o is none", (text) => {
    expect(parseObis(text)).toBeUndefined();
    expect(() => toObis(text)).toThrow(expect.objectContaining({ code: "dlms.obis.malformed" }));
  });

  it("octets, name and text are one", () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 6, maxLength: 6 }), (octets) => {
        const name = obisFromOctets(octets);
        expect([...obisOctets(name)]).toEqual([...octets]);
        expect(parseObis(name)).toBe(name);
        expect(parseObis(obisText(name))).toBe(name);
      }),
    );
    expect(() => obisFromOctets(hex("0102030405"))).toThrow(expect.objectContaining({ code: "dlms.obis.malformed" }));
  });
});
