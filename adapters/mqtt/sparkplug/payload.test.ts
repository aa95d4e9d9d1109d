import fc from "fast-check";
import { expect, test } from "vitest";
import { DataType, type Metric, type Payload } from "../../../proto/sparkplug/gen/types.ts";
import { EdgeError } from "../../kit/edge-error.ts";
import { fromHex, toHex } from "../../kit/bytes.ts";
import { METRICS_PER_PAYLOAD } from "./limits.ts";
import { readScalar, type Scalar, writeScalar } from "./metric-value.ts";
import { decodePayload, encodePayload } from "./payload.ts";

const u64 = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });

const typed: fc.Arbitrary<readonly [number, Scalar]> = fc.oneof(
  fc.tuple(fc.constant(DataType.Int8), fc.integer({ min: -128, max: 127 })),
  fc.tuple(fc.constant(DataType.Int16), fc.integer({ min: -32_768, max: 32_767 })),
  fc.tuple(fc.constant(DataType.Int32), fc.integer()),
  fc.tuple(fc.constant(DataType.Int64), fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })),
  fc.tuple(fc.constant(DataType.UInt8), fc.integer({ min: 0, max: 255 })),
  fc.tuple(fc.constant(DataType.UInt16), fc.integer({ min: 0, max: 65_535 })),
  fc.tuple(fc.constant(DataType.UInt32), fc.integer({ min: 0, max: 0xffff_ffff })),
  fc.tuple(fc.constant(DataType.UInt64), u64),
  fc.tuple(fc.constant(DataType.DateTime), u64),
  fc.tuple(fc.constant(DataType.Float), fc.float()),
  fc.tuple(fc.constant(DataType.Double), fc.double()),
  fc.tuple(fc.constant(DataType.Boolean), fc.boolean()),
  fc.tuple(fc.constant(DataType.String), fc.string({ unit: "grapheme" })),
  fc.tuple(fc.constant(DataType.Bytes), fc.uint8Array()),
);

const metric: fc.Arbitrary<Metric> = fc
  .record({
    name: fc.option(fc.string(), { nil: undefined }),
    alias: fc.option(u64, { nil: undefined }),
    timestamp: fc.option(u64, { nil: undefined }),
    is_historical: fc.option(fc.boolean(), { nil: undefined }),
    of: typed,
  })
  .map(({ of: [datatype, value], ...rest }) => ({ ...rest, datatype, ...writeScalar(datatype, value) }));

test("every payload is read as it was written", () => {
  const payload: fc.Arbitrary<Payload> = fc.record({
    timestamp: fc.option(u64, { nil: undefined }),
    seq: fc.option(u64, { nil: undefined }),
    uuid: fc.option(fc.string(), { nil: undefined }),
    body: fc.option(fc.uint8Array(), { nil: undefined }),
    metrics: fc.array(metric, { maxLength: 20 }),
  });
  fc.assert(
    fc.property(payload, (one) => {
      expect(decodePayload(encodePayload(one))).toEqual(one);
    }),
  );
});

test("values of every scalar type are exact on both sides", () => {
  fc.assert(
    fc.property(typed, ([datatype, value]) => {
      const { metrics } = decodePayload(encodePayload({ metrics: [{ datatype, ...writeScalar(datatype, value) }] }));
      expect(readScalar(datatype, metrics[0] ?? {})).toEqual(value);
    }),
  );
});

test("the bytes are those of the field table", () => {
  const payload: Payload = {
    timestamp: 1n,
    seq: 0n,
    metrics: [
      { name: "a", datatype: DataType.Int8, int_value: 0xffff_ffff },
      { alias: 2n ** 63n, datatype: DataType.Int64, long_value: 2n ** 64n - 1n },
    ],
  };
  const bytes = hex(
    "0801" +
      "120b" +
      "0a0161" +
      "2001" +
      "50ffffffff0f" +
      "1218" +
      "1080808080808080808001" +
      "2004" +
      "58ffffffffffffffffff01" +
      "1800",
  );
  expect(toHex(encodePayload(payload))).toBe(toHex(bytes));
  expect(decodePayload(bytes)).toEqual(payload);
  expect(readScalar(DataType.Int8, payload.metrics[0] ?? {})).toBe(-1);
  expect(readScalar(DataType.Int64, payload.metrics[1] ?? {})).toBe(-1n);
});

test("negative numbers come in their own width from some", () => {
  expect(readScalar(DataType.Int8, { int_value: 0xff })).toBe(-1);
  expect(readScalar(DataType.Int16, { int_value: 0x8000 })).toBe(-32_768);
  expect(() => readScalar(DataType.Int8, { int_value: 0x1ff })).toThrow(/does not fit/);
  expect(() => readScalar(DataType.UInt16, { int_value: 0x1_0000 })).toThrow(/does not fit/);
  expect(readScalar(DataType.UInt32, { long_value: 4_000_000_000n })).toBe(4_000_000_000);
});

test("types of a DataSet are read packed and unpacked", () => {
  const unpacked = "1804" + "1805";
  const packed = "1a02" + "0405";
  for (const types of [unpacked, packed]) {
    const payload = decodePayload(hex(dataset(types)));
    expect(payload.metrics[0]?.dataset_value?.types).toEqual([4, 5]);
  }
});

test("whatever the bytes are, they are read or refused as unreadable", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      try {
        decodePayload(bytes);
      } catch (thrown) {
        expect(thrown).toBeInstanceOf(EdgeError);
        expect((thrown as EdgeError).code).toBe("mqtt.sparkplug.unreadable");
      }
    }),
    { numRuns: 2_000 },
  );
});

test("cut and damaged payloads are read or refused, never hang", () => {
  fc.assert(
    fc.property(fc.array(metric, { minLength: 1, maxLength: 5 }), fc.nat(), fc.nat(255), (metrics, at, value) => {
      const bytes = encodePayload({ seq: 1n, metrics });
      const damaged = bytes.slice(0, (at % bytes.length) + 1);
      damaged[damaged.length - 1] = value;
      try {
        decodePayload(damaged);
      } catch (thrown) {
        expect((thrown as EdgeError).code).toBe("mqtt.sparkplug.unreadable");
      }
    }),
    { numRuns: 1_000 },
  );
});

test("too many metrics and too deep a nest are refused", () => {
  const crowd = new Uint8Array((METRICS_PER_PAYLOAD + 1) * 2);
  for (let i = 0; i < crowd.length; i += 2) crowd[i] = 0x12;
  expect(() => decodePayload(crowd)).toThrow(/5001 metrics/);
  expect(decodePayload(crowd.subarray(2)).metrics.length).toBe(METRICS_PER_PAYLOAD);

  let nest: Metric = { name: "m" };
  for (let i = 0; i < 7; i++) nest = { template_value: { metrics: [nest], parameters: [] } };
  const inside = encodePayload({ metrics: [nest] });
  expect(decodePayload(inside).metrics).toEqual([nest]);
  expect(() => encodePayload({ metrics: [{ template_value: { metrics: [nest], parameters: [] } }] })).toThrow(/nested/);
  // One template more, written by hand: 0x9a01 is field 18 of a metric, 0x12 field 2 of a template and of a payload.
  let bytes: Uint8Array = inside.slice(2);
  bytes = framed([0x12], bytes);
  for (let i = 0; i < 2; i++) bytes = framed([0x12], framed([0x92, 0x01], bytes));
  expect(() => decodePayload(bytes)).toThrow(/nested/);
});

function hex(text: string): Uint8Array {
  const bytes = fromHex(text);
  if (bytes === undefined) throw new Error(`not hex: ${text}`);
  return bytes;
}

function framed(tag: readonly number[], body: Uint8Array): Uint8Array {
  const length = body.length < 128 ? [body.length] : [(body.length & 0x7f) | 0x80, body.length >> 7];
  return new Uint8Array([...tag, ...length, ...body]);
}

function dataset(types: string): string {
  const set = framed([0x8a, 0x01], hex(types));
  return toHex(framed([0x12], set));
}
