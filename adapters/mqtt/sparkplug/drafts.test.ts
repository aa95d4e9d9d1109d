import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readingSchema } from "../../../edge-agent/model/data.ts";
import { MESSAGE_BYTES } from "../../../edge-agent/model/limits.ts";
import { DataType, type Metric, type Payload } from "../../../proto/sparkplug/gen/types.ts";
import { utf8 } from "../../kit/bytes.ts";
import { toInstant } from "../../kit/time.ts";
import { readings } from "./drafts.ts";
import { EdgeNode } from "./edge-node.ts";
import { decodePayload, encodePayload } from "./payload.ts";

const topic = { type: "NBIRTH", group: "g", node: "n", device: undefined } as const;

function drafts(metrics: readonly Metric[], timestamp: bigint | undefined = 5n) {
  const payload: Payload = decodePayload(encodePayload({ timestamp, seq: 0n, metrics }));
  const node = new EdgeNode({ group: "g", node: "n" }, { reorderMs: 1, rebirthMs: 1 });
  return node.receive(topic, payload, toInstant(0)).flatMap((one) =>
    one.kind === "points"
      ? readings({
          subject: "s1",
          protocolId: "g/n",
          publish: { topic: "spBv1.0/g/NBIRTH/n", payload: new Uint8Array([1]), qos: 0, retain: false, by: undefined },
          cause: "integrity",
          historical: one.historical,
          points: one.points,
          time: timestamp === undefined ? undefined : "2025-11-21T10:00:00.000Z",
          nonce: "1",
        })
      : [],
  );
}

describe("the readings of a birth", () => {
  it("are valid whatever its metrics hold", () => {
    const optional = <T>(of: fc.Arbitrary<T>) => fc.option(of, { nil: undefined });
    const metric: fc.Arbitrary<Omit<Metric, "name">> = fc.record({
      datatype: fc.integer({ min: 0, max: 40 }),
      timestamp: optional(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n })),
      is_historical: optional(fc.boolean()),
      is_null: optional(fc.boolean()),
      properties: optional(
        fc.record({
          keys: fc.array(fc.constantFrom("Quality", "engUnit", "x"), { maxLength: 3 }),
          values: fc.array(
            fc.record({ int_value: optional(fc.nat()), string_value: optional(fc.constantFrom("W", "kW", "")) }),
            { maxLength: 3 },
          ),
        }),
      ),
      int_value: optional(fc.integer({ min: 0, max: 0xffff_ffff })),
      long_value: optional(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n })),
      float_value: optional(fc.float()),
      double_value: optional(fc.double()),
      boolean_value: optional(fc.boolean()),
      string_value: optional(fc.string({ unit: "binary", maxLength: 30 })),
      bytes_value: optional(fc.uint8Array({ maxLength: 40 })),
    });
    const metrics = fc
      .array(metric, { maxLength: 12 })
      .map((list) => list.map((one, index): Metric => ({ ...one, name: `m~/${index}` })));
    fc.assert(
      fc.property(metrics, (given) => {
        for (const draft of drafts(given)) {
          const checked = readingSchema.safeParse(JSON.parse(JSON.stringify(draft.data)));
          expect(checked.error?.issues).toBeUndefined();
        }
      }),
      { numRuns: 500 },
    );
  });

  it("are as many as the bounds of a message ask for", () => {
    const text = (length: number, unit: string) => unit.repeat(length);
    const found = drafts([
      ...Array.from({ length: 1_200 }, (_, at) => ({ name: `n${at}`, datatype: DataType.Int8, int_value: 1 })),
      ...Array.from({ length: 8 }, (_, at) => ({
        name: `t${at}`,
        datatype: DataType.String,
        string_value: text(16_000, "\u20ac"),
      })),
      { name: "swells", datatype: DataType.String, string_value: text(16_000, "\u0001") },
      { name: "long", datatype: DataType.String, string_value: text(16_385, "a") },
    ]);
    const points = found.flatMap((draft) => draft.data.points);
    expect(points).toHaveLength(1_210);
    for (const draft of found) expect(utf8(JSON.stringify(draft)).length).toBeLessThan(MESSAGE_BYTES);
    expect(new Set(found.map((draft) => draft.id)).size).toBe(found.length);
    expect(points.slice(-2).map(({ value, q }) => [value, q?.reason])).toEqual([
      [null, "decode-error"],
      [null, "decode-error"],
    ]);
  });

  it("have one id where the same payload comes again", () => {
    const metrics = [{ name: "a", datatype: DataType.Int8, int_value: 1 }];
    expect(drafts(metrics).map((draft) => draft.id)).toEqual(drafts(metrics).map((draft) => draft.id));
  });
});
