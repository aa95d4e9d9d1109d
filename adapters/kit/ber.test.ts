import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { BerReader } from "./ber-reader.ts";
import {
  application,
  type BerTag,
  context,
  TAG_CLASSES,
  tagText,
  TAG_NUMBER_MAX,
  UNIVERSAL,
  universal,
} from "./ber-tag.ts";
import * as values from "./ber-values.ts";
import { BerWriter } from "./ber-writer.ts";
import { fromHex, toHex } from "./bytes.ts";
import { EdgeError } from "./edge-error.ts";

function bytes(hex: string): Uint8Array {
  const read = fromHex(hex);
  if (read === undefined) throw new Error(`not hex: ${hex}`);
  return read;
}

function reader(hex: string): BerReader {
  return new BerReader(bytes(hex), "mms.ber");
}

function fault(act: () => unknown): { code: string; offset: number | undefined } {
  try {
    act();
  } catch (thrown) {
    if (!(thrown instanceof EdgeError)) throw thrown;
    expect(thrown.blame).toBe("device");
    return { code: thrown.code, offset: thrown.offset };
  }
  throw new Error("nothing was refused");
}

const written = (write: (writer: BerWriter) => void): string => {
  const writer = new BerWriter();
  write(writer);
  return toHex(writer.finish());
};

describe("the examples of ITU-T X.690, by clause", () => {
  it("8.1.3.5: a length of 201", () => {
    const hex = `0481c9${"ab".repeat(201)}`;
    expect(reader(hex).next().content).toHaveLength(201);
    expect(written((w) => w.element(universal(UNIVERSAL.octetString), bytes("ab".repeat(201))))).toBe(hex);
  });

  it("8.2.2: TRUE", () => {
    expect(values.toBoolean(reader("0101ff").next())).toBe(true);
    expect(written((w) => w.boolean(universal(UNIVERSAL.boolean), true))).toBe("0101ff");
  });

  it("8.6.4.2: the bit string 0A3B5F291CD, primitive", () => {
    const bits = values.toBitString(reader("0307040a3b5f291cd0").next());
    expect(bits).toEqual({ octets: bytes("0a3b5f291cd0"), length: 44 });
    expect(written((w) => w.bitString(universal(UNIVERSAL.bitString), bits))).toBe("0307040a3b5f291cd0");
  });

  it("8.8.2: NULL", () => {
    expect(values.toNull(reader("0500").next())).toBeNull();
    expect(written((w) => w.null(universal(UNIVERSAL.null)))).toBe("0500");
  });

  it("8.9.3: a sequence of a name and a truth", () => {
    const inside = reader("300a1605536d6974680101ff").next().children();
    expect(values.toVisible(inside.next())).toBe("Smith");
    expect(values.toBoolean(inside.next())).toBe(true);
    inside.expectEnd();
  });

  it("8.14.3: Jones, tagged as application 3, context 2 and both", () => {
    expect(values.toVisible(reader("43054a6f6e6573").expect(application(3, "primitive")))).toBe("Jones");
    expect(values.toVisible(reader("a20743054a6f6e6573").expect(context(2, "constructed")).children().next())).toBe(
      "Jones",
    );
    expect(values.toVisible(reader("82054a6f6e6573").expect(context(2)))).toBe("Jones");
  });

  it("8.19.5: the object identifier {2 100 3}", () => {
    expect(values.toObjectIdentifier(reader("0603813403").next())).toBe("2.100.3");
    expect(written((w) => w.objectIdentifier(universal(UNIVERSAL.objectIdentifier), "2.100.3"))).toBe("0603813403");
  });
});

describe("tags and lengths", () => {
  const anyTag: fc.Arbitrary<BerTag> = fc.record({
    class: fc.constantFrom(...TAG_CLASSES),
    constructed: fc.boolean(),
    number: fc.oneof(
      fc.nat(40),
      fc.nat(TAG_NUMBER_MAX),
      fc.constantFrom(30, 31, 127, 128, 16_383, 16_384, TAG_NUMBER_MAX),
    ),
  });

  it("come back as they were written, in the shortest form", () => {
    fc.assert(
      fc.property(anyTag, fc.uint8Array({ maxLength: 300 }), (tag, content) => {
        const hex = written((w) => w.element(tag, content));
        const one = reader(hex);
        expect(one.peek()).toEqual(tag);
        const element = one.next();
        expect([element.tag, element.content, element.offset, one.done]).toEqual([tag, content, 0, true]);
        expect(element.contentOffset).toBe(hex.length / 2 - content.length);
      }),
    );
  });

  it("have lengths of one to four octets, at every border", () => {
    for (const [length, octets] of [
      [0, 1],
      [127, 1],
      [128, 2],
      [255, 2],
      [256, 3],
      [65_535, 3],
      [65_536, 4],
      [0x1_00_00_00, 5],
    ] as const) {
      const writer = new BerWriter().element(context(1), new Uint8Array(length));
      expect(writer.length).toBe(1 + octets + length);
      expect(new BerReader(writer.finish(), "mms.ber").next().content).toHaveLength(length);
    }
    // BER allows a length in more octets than it needs (X.690 8.1.3.5 note 2).
    expect(reader("048400000001aa").next().content).toEqual(bytes("aa"));
  });

  it.each([
    ["a length that is not given", "3080020101 0000", "mms.ber.indefinite-length", 1],
    ["a length in five octets", "04850000000001aa", "mms.ber.length-too-long", 1],
    ["the reserved length 0xff", "04ff", "mms.ber.length-too-long", 1],
    ["a length beyond the end", "0403aabb", "mms.ber.truncated", 0],
    ["a length of 4 GiB", "0484ffffffffaa", "mms.ber.truncated", 0],
    ["no length", "04", "mms.ber.truncated", 1],
    ["half a length", "0482aa", "mms.ber.truncated", 2],
    ["half a tag", "1f81", "mms.ber.truncated", 2],
    ["a tag number that starts with zeros", "1f801f00", "mms.ber.tag-malformed", 0],
    ["a small tag number in the long form", "1f1e00", "mms.ber.tag-malformed", 0],
    ["a tag number of 29 bits", "1f8180808000 00", "mms.ber.tag-malformed", 0],
  ])("refuse %s", (_what, hex, code, offset) => {
    expect(fault(() => reader(hex).next())).toEqual({ code, offset });
  });

  it("say where they are wanted, in the whole frame", () => {
    const inside = reader("30053003020101").next().children().next().children();
    expect(fault(() => inside.expect(context(1)))).toEqual({ code: "mms.ber.unexpected-tag", offset: 4 });
    expect(inside.done).toBe(true);
    expect(fault(() => inside.expect(context(1)))).toEqual({ code: "mms.ber.truncated", offset: 7 });
    expect(inside.peek()).toBeUndefined();
    expect(fault(() => reader("3003300104").next().children().next().children().next())).toEqual({
      code: "mms.ber.truncated",
      offset: 5,
    });
    const two = reader("800101810102");
    expect(two.optional(context(1))).toBeUndefined();
    expect(two.optional(context(0))?.content).toEqual(bytes("01"));
    expect(fault(() => two.expectEnd())).toEqual({ code: "mms.ber.trailing", offset: 3 });
    expect(fault(() => reader("0401aa").next().children())).toEqual({ code: "mms.ber.unexpected-tag", offset: 0 });
    expect(tagText(application(40))).toBe("[APPLICATION 40] constructed");
    expect(tagText(context(3))).toBe("[3] primitive");
  });

  it("nest as deep as allowed and no deeper", () => {
    const nested = (levels: number): string => {
      let hex = "";
      for (let i = 0; i < levels; i++) hex = written((w) => w.element(universal(UNIVERSAL.sequence), bytes(hex)));
      return hex;
    };
    const descend = (hex: string, depthLimit: number): number => {
      let inside = new BerReader(bytes(hex), "mms.ber", { depthLimit });
      let levels = 1;
      for (; !inside.done; levels++) inside = inside.next().children();
      return levels;
    };
    expect(descend(nested(3), 4)).toBe(4);
    expect(fault(() => descend(nested(4), 4)).code).toBe("mms.ber.too-deep");
    expect(fault(() => descend(nested(300), 16)).code).toBe("mms.ber.too-deep");
  });

  it("are total: any bytes are read or refused, by an EdgeError", () => {
    const walk = (one: BerReader): void => {
      while (!one.done) {
        const element = one.next();
        if (element.tag.constructed) walk(element.children());
      }
    };
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (any) => {
        try {
          walk(new BerReader(any, "mms.ber"));
        } catch (thrown) {
          expect(thrown).toBeInstanceOf(EdgeError);
        }
      }),
      { numRuns: 1_000 },
    );
  });
});

describe("values", () => {
  const one = (hex: string) => reader(hex).next();

  it("are integers of any sign, in as few octets as they need", () => {
    const vectors: readonly (readonly [number, string])[] = [
      [0, "020100"],
      [127, "02017f"],
      [128, "02020080"],
      [256, "02020100"],
      [-1, "0201ff"],
      [-128, "020180"],
      [-129, "0202ff7f"],
      [Number.MAX_SAFE_INTEGER, "02071fffffffffffff"],
    ];
    for (const [value, hex] of vectors) {
      expect(values.toInteger(one(hex))).toBe(value);
      expect(written((w) => w.integer(universal(UNIVERSAL.integer), value))).toBe(hex);
    }
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 127n), max: 2n ** 127n - 1n }), (value) => {
        const hex = written((w) => w.integer(context(0), value));
        expect(values.toBigInteger(one(hex), 16)).toBe(value);
      }),
    );
  });

  it.each([
    ["an integer without octets", "0200", values.toInteger],
    ["an integer with a zero too many", "0202007f", values.toInteger],
    ["a negative integer with an octet too many", "0202ff80", values.toInteger],
    ["an integer of 54 bits", "020720000000000000", values.toInteger],
    ["an integer of nine octets", "0209010000000000000000", values.toInteger],
    ["a truth of two octets", "01020000", values.toBoolean],
    ["a truth of none", "0100", values.toBoolean],
    ["a null that says something", "050100", values.toNull],
    ["a bit string without its count", "0300", values.toBitString],
    ["eight unused bits", "030208ff", values.toBitString],
    ["unused bits of nothing", "030101", values.toBitString],
    ["an arc that starts with zeros", "0603558001", values.toObjectIdentifier],
    ["an arc that does not end", "06025581", values.toObjectIdentifier],
    ["an identifier of nothing", "0600", values.toObjectIdentifier],
    ["an arc of 56 bits", "0609ffffffffffffffff7f", values.toObjectIdentifier],
    ["a control character", "1a0107", values.toVisible],
    ["text that is not UTF-8", "0c02c328", values.toUtf8],
  ])("refuse %s", (_what, hex, read) => {
    expect(fault(() => read(one(hex)))).toEqual({ code: "mms.ber.value-malformed", offset: 2 });
  });

  it("are bits counted from the left; missing ones are zero, and unused ones do not matter", () => {
    const bits = values.toBitString(one("030204b7"));
    expect(bits).toEqual({ octets: bytes("b0"), length: 4 });
    expect([0, 1, 2, 3, 4, 99].map((n) => values.hasBit(bits, n))).toEqual([true, false, true, true, false, false]);
    expect(values.toBitString(one("030100"))).toEqual({ octets: bytes(""), length: 0 });
  });

  it("are object identifiers of every root", () => {
    // MMS over IEC 61850 (1.0.9506.2.3), a DLMS application context, and the borders of the first octet.
    for (const dotted of [
      "1.0.9506.2.3",
      "2.16.756.5.8.1.1",
      "0.0",
      "0.39",
      "1.39",
      "2.0",
      "2.39",
      "2.40",
      `2.5.${2 ** 48}`,
    ]) {
      const hex = written((w) => w.objectIdentifier(universal(UNIVERSAL.objectIdentifier), dotted));
      expect(values.toObjectIdentifier(one(hex))).toBe(dotted);
    }
    expect(written((w) => w.objectIdentifier(universal(UNIVERSAL.objectIdentifier), "2.16.756.5.8.1.1"))).toBe(
      "060760857405080101",
    );
    for (const dotted of ["1", "1.40", "3.1", "1.2.x", ""]) {
      expect(() => new BerWriter().objectIdentifier(universal(UNIVERSAL.objectIdentifier), dotted)).toThrow(
        "two arcs or more",
      );
    }
  });

  it("are written inside one another", () => {
    const hex = written((w) =>
      w.constructed(application(1), (inside) =>
        inside.integer(context(0), 5).constructed(context(1, "constructed"), (deep) => deep.utf8(context(2), "é")),
      ),
    );
    expect(hex).toBe("6109800105a1048202c3a9");
    expect(() => new BerWriter().constructed(context(1), () => {})).toThrow("constructed tag");
  });
});
