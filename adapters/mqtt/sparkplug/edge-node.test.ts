import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DataType, type Metric, type Payload } from "../../../proto/sparkplug/gen/types.ts";
import { EdgeError } from "../../kit/edge-error.ts";
import { type Instant, toInstant } from "../../kit/time.ts";
import { EdgeNode, type EdgeNodeOutcome } from "./edge-node.ts";
import { decodePayload } from "./payload.ts";
import type { DeviceMessageType, NodeMessageType, SparkplugTopic } from "./topic.ts";

const SETTINGS = { reorderMs: 2_000, rebirthMs: 10_000 };
const at = (ms: number): Instant => toInstant(ms);
const T = 1_763_719_200_000n;

function topic(type: NodeMessageType | DeviceMessageType, device?: string): Extract<SparkplugTopic, { node: string }> {
  return { type, group: "g", node: "n", device } as Extract<SparkplugTopic, { node: string }>;
}

const bdSeq = (value: bigint): Metric => ({ name: "bdSeq", datatype: DataType.Int64, long_value: value });
const nbirth = (bd: bigint = 7n, seq: bigint = 0n, ...more: readonly Metric[]): Payload => ({
  timestamp: T,
  seq,
  metrics: [
    bdSeq(bd),
    { name: "Node Control/Rebirth", datatype: DataType.Boolean, boolean_value: false },
    { name: "Volts", alias: 1n, datatype: DataType.Int16, int_value: 0xffff_fffe },
    ...more,
  ],
});
const dbirth = (seq: bigint): Payload => ({
  timestamp: T,
  seq,
  metrics: [{ name: "Energy", alias: 2n, datatype: DataType.UInt64, long_value: 2n ** 63n + 1n }],
});
const data = (seq: bigint, ...metrics: readonly Metric[]): Payload => ({ timestamp: T + seq, seq, metrics });
const volts = (value: number, more: Partial<Metric> = {}): Metric => ({ alias: 1n, int_value: value, ...more });

const kinds = (found: readonly EdgeNodeOutcome[]): readonly string[] =>
  found.map((one) =>
    one.kind === "refused"
      ? one.fault.code
      : "device" in one && one.device !== undefined
        ? `${one.kind} ${one.device}`
        : one.kind,
  );

function born(): EdgeNode {
  const node = new EdgeNode({ group: "g", node: "n" }, SETTINGS);
  node.receive(topic("NBIRTH"), nbirth(), at(0));
  node.receive(topic("DBIRTH", "d"), dbirth(1n), at(0));
  return node;
}

describe("an edge node", () => {
  it("is born with its metrics, and its data are known by alias", () => {
    const node = new EdgeNode({ group: "g", node: "n" }, SETTINGS);
    const first = node.receive(topic("NBIRTH"), nbirth(), at(0));
    expect(first).toMatchObject([
      { kind: "born", bdSeq: 7 },
      { kind: "online", device: undefined },
      {
        kind: "points",
        birth: true,
        historical: false,
        points: [{ name: "Volts", value: -2, type: "i16", ref: { value: "spBv1.0/g/n", pointer: "/Volts" } }],
      },
    ]);
    expect(node.receive(topic("DBIRTH", "d"), dbirth(1n), at(0))).toMatchObject([
      { kind: "online", device: "d" },
      { kind: "points", device: "d", points: [{ value: "9223372036854775809", type: "u64" }] },
    ]);
    expect(node.receive(topic("NDATA"), data(2n, volts(5)), at(1))).toMatchObject([
      { kind: "points", birth: false, points: [{ name: "Volts", value: 5, t: { time: "2025-11-21T10:00:00.002Z" } }] },
    ]);
    expect(node.wakeAt).toBeUndefined();
  });

  it("tells historical values apart, and what has no value", () => {
    const found = born().receive(
      topic("NDATA"),
      data(2n, volts(1, { is_historical: true, timestamp: 1_000n }), { alias: 1n, is_null: true }),
      at(1),
    );
    expect(found).toMatchObject([
      { historical: false, points: [{ value: null, q: { validity: "invalid" } }] },
      { historical: true, points: [{ value: 1, t: { time: "1970-01-01T00:00:01.000Z" } }] },
    ]);
  });

  it("has the quality its properties name", () => {
    const quality = (code: number): Metric =>
      volts(1, { properties: { keys: ["Quality"], values: [{ type: DataType.Int32, int_value: code }] } });
    const found = born().receive(topic("NDATA"), data(2n, quality(192), quality(0), quality(500), quality(9)), at(1));
    const points = found.flatMap((one) => (one.kind === "points" ? one.points : []));
    expect(points.map((point) => point.q)).toEqual([
      { validity: "good" },
      { validity: "invalid" },
      { validity: "questionable", detail: ["oldData"] },
      { validity: "questionable" },
    ]);
  });

  it("is asked for a rebirth when a message is missing for too long, not before", () => {
    const node = born();
    expect(kinds(node.receive(topic("NDATA"), data(3n, volts(3)), at(100)))).toEqual(["points"]);
    expect(node.wakeAt).toBe(2_100);
    expect(node.wake(at(2_000))).toEqual([]);
    expect(kinds(node.wake(at(2_100)))).toEqual(["mqtt.sparkplug.seq", "rebirth"]);
    expect(kinds(node.receive(topic("NDATA"), data(4n, volts(3)), at(2_200)))).toEqual(["points"]);
  });

  it("that overtakes itself loses nothing and is asked for nothing", () => {
    const node = born();
    for (const seq of [4n, 3n, 2n])
      expect(kinds(node.receive(topic("NDATA"), data(seq, volts(1)), at(10)))).toEqual(["points"]);
    expect(node.wakeAt).toBeUndefined();
    expect(kinds(node.receive(topic("NDATA"), data(5n, volts(1)), at(20)))).toEqual(["points"]);
    expect(node.wakeAt).toBeUndefined();
  });

  it("is asked again until it is born, ever more seldom", () => {
    const node = new EdgeNode({ group: "g", node: "n" }, SETTINGS);
    expect(kinds(node.receive(topic("NDATA"), data(3n, volts(3)), at(0)))).toEqual([
      "mqtt.sparkplug.not-born",
      "rebirth",
    ]);
    for (let ms = 1; ms < 100; ms++)
      expect(kinds(node.receive(topic("NDATA"), data(4n, volts(3)), at(ms)))).toEqual(["mqtt.sparkplug.not-born"]);
    expect(node.wakeAt).toBe(10_000);
    expect(kinds(node.wake(at(10_000)))).toEqual(["rebirth"]);
    expect(node.wakeAt).toBe(30_000);
    node.receive(topic("NBIRTH"), nbirth(), at(20_000));
    expect(node.wakeAt).toBeUndefined();
  });

  it("is asked at once for what it loses after the birth a new connection asked for, and then as seldom as any", () => {
    const node = new EdgeNode({ group: "g", node: "n" }, SETTINGS);
    node.connected();
    expect(kinds(node.requestBirth(at(0)))).toEqual(["rebirth"]);
    node.receive(topic("NBIRTH"), nbirth(), at(50));
    node.receive(topic("NDATA"), data(2n, volts(1)), at(100));
    expect(kinds(node.wake(at(2_100)))).toEqual(["mqtt.sparkplug.seq", "rebirth"]);
    node.receive(topic("NBIRTH"), nbirth(), at(2_200));
    node.receive(topic("NDATA"), data(2n, volts(1)), at(2_300));
    expect(kinds(node.wake(at(4_300)))).toEqual(["mqtt.sparkplug.seq"]);
    expect(node.wakeAt).toBe(at(12_100));
    expect(kinds(node.wake(at(12_100)))).toEqual(["rebirth"]);
    // A connection that comes and goes is no way round: it asks no sooner than the rest.
    node.receive(topic("NBIRTH"), nbirth(), at(12_200));
    node.connected();
    expect(kinds(node.requestBirth(at(12_300)))).toEqual([]);
    expect(node.wakeAt).toBe(at(22_100));
  });

  it("that was asked for another reason before its turn came is not asked twice, and once more for what it loses", () => {
    const node = new EdgeNode({ group: "g", node: "n" }, SETTINGS);
    node.connected();
    expect(kinds(node.receive(topic("NDATA"), data(5n, volts(1)), at(1)))).toContain("rebirth");
    node.receive(topic("NBIRTH"), nbirth(), at(5));
    expect(kinds(node.requestBirth(at(10)))).toEqual([]);
    node.receive(topic("NDATA"), data(2n, volts(1)), at(100));
    expect(kinds(node.wake(at(2_100)))).toEqual(["mqtt.sparkplug.seq", "rebirth"]);
  });

  it("is asked by the next connection where a request could not be sent, or went down with the last one", () => {
    const node = new EdgeNode({ group: "g", node: "n" }, SETTINGS);
    const unknown = (ms: number) => kinds(node.receive(topic("NDATA"), data(5n, volts(1)), at(ms)));
    expect(unknown(0)).toEqual(["mqtt.sparkplug.not-born", "rebirth"]);
    node.notAsked();
    expect(node.wakeAt).toBeUndefined();
    node.connected();
    expect(kinds(node.requestBirth(at(10)))).toEqual(["rebirth"]);
    expect(unknown(20)).toEqual(["mqtt.sparkplug.not-born"]);
    expect(kinds(node.requestBirth(at(30)))).toEqual([]);
    node.connected();
    expect(kinds(node.requestBirth(at(40)))).toEqual(["rebirth"]);
  });

  it("dies by the NDEATH of its own birth alone", () => {
    const node = born();
    expect(kinds(node.receive(topic("NDEATH"), { metrics: [bdSeq(6n)] }, at(1)))).toEqual([
      "mqtt.sparkplug.stale-death",
    ]);
    expect(node.isBorn).toBe(true);
    expect(kinds(node.receive(topic("NDEATH"), { metrics: [bdSeq(7n)] }, at(1)))).toEqual(["offline"]);
    expect(kinds(node.receive(topic("DDATA", "d"), data(2n), at(2)))).toEqual(["mqtt.sparkplug.not-born", "rebirth"]);
    // The next active knows the birth from the memory.
    const next = new EdgeNode({ group: "g", node: "n" }, SETTINGS, 7);
    expect(kinds(next.receive(topic("NDEATH"), { metrics: [bdSeq(6n)] }, at(1)))).toEqual([
      "mqtt.sparkplug.stale-death",
    ]);
    expect(kinds(next.receive(topic("NDEATH"), { metrics: [bdSeq(7n)] }, at(1)))).toEqual(["offline"]);
  });

  it("has devices that die and are born by themselves, and with it", () => {
    const node = born();
    expect(kinds(node.receive(topic("DDEATH", "d"), data(2n), at(1)))).toEqual(["offline d"]);
    expect(kinds(node.receive(topic("DDATA", "d"), data(3n, { alias: 2n, long_value: 1n }), at(1)))).toEqual([
      "mqtt.sparkplug.not-born",
      "rebirth",
    ]);
    node.receive(topic("DBIRTH", "d"), dbirth(4n), at(2));
    expect(kinds(node.receive(topic("NBIRTH"), nbirth(8n), at(3)))).toEqual(["offline d", "born", "online", "points"]);
  });

  it("whose metric has an unknown alias keeps the others, and is asked for a rebirth", () => {
    const found = born().receive(topic("NDATA"), data(2n, volts(5), { alias: 99n, int_value: 1 }), at(1));
    expect(kinds(found)).toEqual(["points", "mqtt.sparkplug.unknown-alias", "rebirth"]);
    // The alias of a device's metric is not the node's.
    const other = born().receive(topic("NDATA"), data(2n, { alias: 2n, long_value: 1n }), at(1));
    expect(kinds(other)).toEqual(["mqtt.sparkplug.unknown-alias", "rebirth"]);
  });

  it("whose birth is no birth is asked for another", () => {
    const refusedAs = (payload: Payload): readonly string[] =>
      kinds(new EdgeNode({ group: "g", node: "n" }, SETTINGS).receive(topic("NBIRTH"), payload, at(0)));
    const fault = ["mqtt.sparkplug.birth", "rebirth"];
    expect(refusedAs({ metrics: [] })).toEqual(fault);
    expect(refusedAs(nbirth(1n, 256n))).toEqual(fault);
    expect(refusedAs(nbirth(1n, 0n, { alias: 5n, datatype: 1 }))).toEqual(fault);
    expect(refusedAs(nbirth(1n, 0n, { name: "x" }))).toEqual(fault);
    expect(refusedAs(nbirth(1n, 0n, { name: "Volts", datatype: 3 }))).toEqual(fault);
    expect(refusedAs(nbirth(1n, 0n, { name: "y", alias: 1n, datatype: 3 }))).toEqual(fault);
  });

  it("carries DataSets, Templates and arrays as JSON, and what does not fit as no value", () => {
    const found = new EdgeNode({ group: "g", node: "n" }, SETTINGS).receive(
      topic("NBIRTH"),
      nbirth(
        1n,
        0n,
        {
          name: "set",
          datatype: DataType.DataSetType,
          dataset_value: {
            num_of_columns: 2n,
            columns: ["a", "b"],
            types: [DataType.Int64, DataType.String],
            rows: [{ elements: [{ long_value: 2n ** 64n - 1n }, { string_value: "x" }] }],
          },
        },
        {
          name: "definition",
          datatype: DataType.TemplateType,
          template_value: { is_definition: true, metrics: [], parameters: [] },
        },
        {
          name: "instance",
          datatype: DataType.TemplateType,
          template_value: {
            template_ref: "pump",
            metrics: [{ name: "on", datatype: DataType.Boolean, boolean_value: true }],
            parameters: [],
          },
        },
        { name: "array", datatype: DataType.Int16Array, bytes_value: new Uint8Array([0xff, 0xff, 1, 0]) },
        { name: "bits", datatype: DataType.BooleanArray, bytes_value: new Uint8Array([3, 0, 0, 0, 0xa0]) },
        { name: "odd", datatype: DataType.Int16Array, bytes_value: new Uint8Array([1]) },
        { name: "small", datatype: DataType.Int8, int_value: 300 },
      ),
      at(0),
    );
    const points = found.flatMap((one) => (one.kind === "points" ? one.points : []));
    expect(Object.fromEntries(points.map((point) => [point.name, point.value]))).toEqual({
      Volts: -2,
      set: '{"columns":["a","b"],"types":[4,12],"rows":[["-1","x"]]}',
      instance: '{"templateRef":"pump","parameters":[],"metrics":[{"name":"on","value":true}]}',
      array: "[-1,1]",
      bits: "[true,false,true]",
      odd: null,
      small: null,
    });
    expect(points.at(-1)?.q).toEqual({ validity: "invalid", reason: "decode-error" });
  });
});

describe("whatever comes, in whatever order", () => {
  const type = fc.constantFrom<NodeMessageType | DeviceMessageType>(
    "NBIRTH",
    "NDATA",
    "NDEATH",
    "DBIRTH",
    "DDATA",
    "DDEATH",
  );
  const payload = fc.oneof(
    fc.record({ seq: fc.bigInt({ min: 0n, max: 300n }), metrics: fc.constant([volts(1)]) }),
    fc.record({ seq: fc.bigInt({ min: 0n, max: 255n }) }).map(({ seq }) => nbirth(seq % 3n, seq)),
    fc.bigInt({ min: 0n, max: 255n }).map(dbirth),
    fc.uint8Array({ maxLength: 60 }).map((bytes): Payload => {
      try {
        return decodePayload(bytes);
      } catch (thrown) {
        expect(thrown).toBeInstanceOf(EdgeError);
        return { metrics: [] };
      }
    }),
  );

  it("a rebirth is asked for at most as often as allowed, and points come from the born alone", () => {
    const step = fc.record({ type, payload, pause: fc.nat(20_000) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const node = new EdgeNode({ group: "g", node: "n" }, SETTINGS);
        let now = 0;
        let asked = Number.NEGATIVE_INFINITY;
        const living = new Set<string>();
        for (const one of steps) {
          now += one.pause;
          const device = one.type.startsWith("D") ? "d" : undefined;
          const found = [...node.wake(at(now)), ...node.receive(topic(one.type, device), one.payload, at(now))];
          for (const outcome of found) {
            if (outcome.kind === "rebirth") {
              expect(now - asked).toBeGreaterThanOrEqual(SETTINGS.rebirthMs);
              asked = now;
            }
            if (outcome.kind === "online") living.add(outcome.device ?? "");
            if (outcome.kind === "offline" && outcome.device === undefined) living.clear();
            if (outcome.kind === "offline") living.delete(outcome.device ?? "");
            if (outcome.kind === "points") expect(living.has(outcome.device ?? "")).toBe(true);
          }
          expect(living.has("")).toBe(node.isBorn);
        }
      }),
      { numRuns: 500 },
    );
  });
});
