import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ByteReader } from "./byte-reader.ts";
import { ByteWriter } from "./byte-writer.ts";

const CODE = "dlms.apdu.truncated";
const reader = (...values: number[]): ByteReader => new ByteReader(Uint8Array.from(values), CODE);

describe("a byte reader", () => {
  it("reads big-endian numbers of every width, signed and not", () => {
    const one = reader(0xff, 0xff, 0x12, 0x34, 0xff, 0xfe, 0x01, 0x02, 0x03, 0x04, 0x80, 0, 0, 0);
    expect([one.u8(), one.i8(), one.u16(), one.i16(), one.u32(), one.i32()]).toEqual([
      255, -1, 0x1234, -2, 0x01020304, -0x8000_0000,
    ]);
    const wide = reader(0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xfe);
    expect([wide.u64(), wide.i64()]).toEqual([2n ** 64n - 2n, -2n]);
    const real = reader(0x3f, 0xc0, 0, 0, 0xbf, 0xf8, 0, 0, 0, 0, 0, 0);
    expect([real.f32(), real.f64()]).toEqual([1.5, -1.5]);
    expect(reader(1, 2, 3, 4, 5, 6).uint(6)).toBe(0x0102_0304_0506);
    expect(reader(0xff, 0xff, 0xff, 0xff, 0xff, 0xff).uint(6)).toBe(2 ** 48 - 1);
  });

  it("refuses to run past the end, at the place where it stood, and takes nothing then", () => {
    const reads: readonly (readonly [string, number, (one: ByteReader) => unknown])[] = [
      ["u8", 1, (one) => one.u8()],
      ["u16", 2, (one) => one.u16()],
      ["i32", 4, (one) => one.i32()],
      ["u64", 8, (one) => one.u64()],
      ["f64", 8, (one) => one.f64()],
      ["uint", 5, (one) => one.uint(5)],
      ["bytes", 3, (one) => one.bytes(3)],
      ["slice", 3, (one) => one.slice(3)],
      ["skip", 3, (one) => one.skip(3)],
    ];
    for (const [name, width, read] of reads) {
      for (let length = 0; length <= width; length++) {
        const one = new ByteReader(new Uint8Array(length + 2), CODE);
        one.skip(2);
        if (length === width) {
          read(one);
          expect(one.remaining, name).toBe(0);
          continue;
        }
        expect(() => read(one), name).toThrow(
          expect.objectContaining({ code: CODE, offset: 2, blame: "device", retry: "never" }),
        );
        expect([one.offset, one.remaining]).toEqual([2, length]);
      }
    }
    expect(() => reader(1, 2).bytes(-1)).toThrow(expect.objectContaining({ code: CODE }));
    expect(() => reader(1, 2).bytes(Number.NaN)).toThrow(expect.objectContaining({ code: CODE }));
  });

  it("keeps to its part of a larger buffer", () => {
    const buffer = Uint8Array.of(9, 9, 1, 2, 3, 9).subarray(2, 5);
    const one = new ByteReader(buffer, CODE);
    expect([...one.rest()]).toEqual([1, 2, 3]);
    const part = new ByteReader(buffer, CODE, { start: 1, end: 2 });
    expect([part.offset, part.u8(), part.remaining]).toEqual([1, 2, 0]);
    expect(() => part.u8()).toThrow(expect.objectContaining({ offset: 2 }));
    expect(() => new ByteReader(buffer, CODE, { end: 4 })).toThrow("inside its bytes");
  });

  it("slices and forks with the offsets of the whole frame", () => {
    const one = reader(0, 1, 2, 3, 4, 5);
    one.skip(1);
    const inner = one.slice(3);
    expect(one.offset).toBe(4);
    expect([inner.offset, inner.remaining, inner.peek()]).toEqual([1, 3, 1]);
    const fork = inner.fork();
    fork.skip(3);
    expect([fork.peek(), inner.offset]).toEqual([undefined, 1]);
    expect(() => fork.u8()).toThrow(expect.objectContaining({ offset: 4 }));
    expect(() => one.expectEnd("dlms.apdu.trailing")).toThrow(
      expect.objectContaining({ code: "dlms.apdu.trailing", offset: 4 }),
    );
    one.rest();
    one.expectEnd("dlms.apdu.trailing");
  });

  it("gives views, not copies", () => {
    const frame = Uint8Array.of(1, 2, 3);
    const view = new ByteReader(frame, CODE).bytes(2);
    frame[0] = 7;
    expect(view[0]).toBe(7);
  });
});

describe("a byte writer", () => {
  interface Field {
    readonly write: (writer: ByteWriter) => unknown;
    readonly read: (reader: ByteReader) => unknown;
    readonly value: unknown;
  }
  type Name = "u8" | "u16" | "u32" | "i16" | "i32" | "f64";

  function numbers(name: Name, values: fc.Arbitrary<number>): fc.Arbitrary<Field> {
    return values.map((value) => ({ value, write: (writer) => writer[name](value), read: (reader) => reader[name]() }));
  }

  function wide(name: "u64" | "i64", low: bigint, high: bigint): fc.Arbitrary<Field> {
    const values = fc.bigInt({ min: low, max: high });
    return values.map((value) => ({ value, write: (writer) => writer[name](value), read: (reader) => reader[name]() }));
  }

  const field: fc.Arbitrary<Field> = fc.oneof(
    numbers("u8", fc.nat(0xff)),
    numbers("u16", fc.nat(0xffff)),
    numbers("u32", fc.nat(0xffff_ffff)),
    numbers("i16", fc.integer({ min: -0x8000, max: 0x7fff })),
    numbers("i32", fc.integer()),
    numbers("f64", fc.double()),
    wide("u64", 0n, 2n ** 64n - 1n),
    wide("i64", -(2n ** 63n), 2n ** 63n - 1n),
    fc.uint8Array({ maxLength: 100 }).map(
      (value): Field => ({
        value,
        write: (writer) => writer.bytes(value),
        read: (reader) => reader.bytes(value.length),
      }),
    ),
  );

  it("writes what a reader reads, whatever it has to grow to", () => {
    fc.assert(
      fc.property(fc.array(field, { maxLength: 50 }), fc.integer({ min: 0, max: 8 }), (fields, capacity) => {
        const writer = new ByteWriter(capacity);
        for (const { write } of fields) write(writer);
        const back = new ByteReader(writer.finish(), CODE);
        expect(back.remaining).toBe(writer.length);
        for (const { read, value } of fields) expect(read(back)).toEqual(value);
        expect(back.remaining).toBe(0);
      }),
    );
  });

  it("fills in lengths afterwards, and refuses values that do not fit their field", () => {
    const writer = new ByteWriter().u16(0).zeros(3).f32(0.5);
    expect([...writer.setU16(0, 0xabcd).finish()]).toEqual([0xab, 0xcd, 0, 0, 0, 0x3f, 0, 0, 0]);
    expect(() => new ByteWriter().u8(1).setU16(0, 1)).toThrow("bytes were written");
    for (const write of [
      () => new ByteWriter().u8(256),
      () => new ByteWriter().u8(-1),
      () => new ByteWriter().u16(65_536),
      () => new ByteWriter().u32(2 ** 32),
      () => new ByteWriter().u16(0).setU16(0, 70_000),
      () => new ByteWriter().u8(1.5),
    ]) {
      expect(write).toThrow("unsigned field");
    }
  });
});
