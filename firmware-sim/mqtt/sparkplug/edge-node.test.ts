import { afterEach, describe, expect, it } from "vitest";
import { NodeTimers } from "../../../adapters/io/node/clock.ts";
import { TopicTemplate } from "../../../adapters/mqtt/topic-template.ts";
import { readScalar, writeScalar } from "../../../adapters/mqtt/sparkplug/metric-value.ts";
import { decodePayload, encodePayload } from "../../../adapters/mqtt/sparkplug/payload.ts";
import { DataType, type Metric } from "../../../proto/sparkplug/gen/types.ts";
import { readIngredient } from "../behaviour-mix.ts";
import { TestBroker, until } from "../broker.testing.ts";
import { ANONYMOUS } from "../broker-address.ts";
import { COMMAND_TOPIC, REPLY_TOPIC } from "../command.ts";
import { Fleet } from "../fleet.ts";
import { planFleet } from "../fleet-plan.ts";
import type { LogFact } from "../log.ts";

const fleets: Fleet[] = [];
const brokers: TestBroker[] = [];

afterEach(async () => {
  await Promise.all(fleets.splice(0).map((fleet) => fleet.stop()));
  await Promise.all(brokers.splice(0).map((broker) => broker.close()));
});

async function start(behaviours: string = "", everyMs: number = 20) {
  const broker = await TestBroker.open();
  brokers.push(broker);
  const log: LogFact[] = [];
  const ingredients = behaviours.split(",").flatMap((text) => readIngredient(text) ?? []);
  const members = planFleet({ name: "node", count: 1, everyMs, qos: 1, sparkplug: "plant", ingredients });
  const fleet = new Fleet({
    ...{ members, seed: "s", startsPerSecond: 10_000, timers: new NodeTimers(), protocolVersion: 4 },
    brokers: [{ protocol: "mqtt", host: "127.0.0.1", port: broker.port }],
    credentials: ANONYMOUS,
    settings: {
      topics: { command: new TopicTemplate(COMMAND_TOPIC), reply: new TopicTemplate(REPLY_TOPIC) },
      ...{ stormEveryMs: 10_000, floodMessages: 50 },
    },
    logOf: () => (fact) => log.push(fact),
  });
  fleets.push(fleet);
  fleet.start();
  /** What the node said, by type, in order. */
  const said = () =>
    broker.published
      .filter(({ topic }) => topic.startsWith("spBv1.0/plant/"))
      .map(({ topic, payload }) => ({ topic, type: topic.split("/")[2] ?? "", payload }));
  const of = (type: string) => said().filter((one) => one.type === type);
  return { broker, log, said, of };
}

const seqOf = (payload: Uint8Array): number => Number(decodePayload(payload).seq);
const bdSeqOf = (payload: Uint8Array): unknown => {
  const found = decodePayload(payload).metrics.find(({ name }) => name === "bdSeq");
  return found === undefined ? undefined : readScalar(DataType.Int64, found);
};
const command = (metrics: readonly Metric[]): Uint8Array => encodePayload({ timestamp: 1n, metrics });
const rebirth = command([
  { name: "Node Control/Rebirth", datatype: DataType.Boolean, ...writeScalar(DataType.Boolean, true) },
]);

describe("a simulated edge node", () => {
  it("is born with seq 0 and every metric, and goes on with data by alias", async () => {
    const { said, of } = await start();
    await until("data", () => of("DDATA").length >= 3);
    expect(
      said()
        .slice(0, 3)
        .map(({ topic }) => topic),
    ).toEqual([
      "spBv1.0/plant/NBIRTH/node-00001",
      "spBv1.0/plant/DBIRTH/node-00001/meter",
      "spBv1.0/plant/DDATA/node-00001/meter",
    ]);
    expect(said().map(({ payload }) => seqOf(payload))).toEqual(said().map((_, i) => i % 256));
    const [birth, device, data] = said().map(({ payload }) => decodePayload(payload).metrics);
    expect(birth?.map(({ name }) => name)).toEqual(["bdSeq", "Node Control/Rebirth"]);
    expect(device?.every(({ name, alias }) => name !== undefined && alias !== undefined)).toBe(true);
    const energy = (metrics: readonly Metric[] | undefined) => metrics?.find(({ alias }) => alias === 3n)?.long_value;
    expect([energy(device), energy(data)]).toEqual([9_007_199_254_740_993n, 9_007_199_254_740_994n]);
    expect(data?.every(({ name }) => name === undefined)).toBe(true);
  });

  it("dies by its will with the bdSeq it was born with, and counts one up for its next life", async () => {
    const { of } = await start("drops-dead");
    await until("its second life", () => of("NBIRTH").length >= 2);
    await until("its first death", () => of("NDEATH").length >= 1);
    const [first, second] = of("NBIRTH").map(({ payload }) => bdSeqOf(payload));
    expect([first, bdSeqOf(of("NDEATH")[0]?.payload ?? new Uint8Array(0)), second]).toEqual([0n, 0n, 1n]);
    expect(decodePayload(of("NDEATH")[0]?.payload ?? new Uint8Array(0)).seq).toBeUndefined();
    expect(of("NBIRTH").map(({ payload }) => seqOf(payload))).toEqual([0, 0]);
  });

  it("is born again when it is asked to be, and takes what it may be told", async () => {
    const { broker, log, of } = await start("", 60_000);
    await until("it listens", () => log.filter(({ kind }) => kind === "subscribed").length === 2);
    broker.say("spBv1.0/plant/NCMD/node-00001", rebirth);
    await until("its births", () => of("DBIRTH").length === 2);
    expect(of("NBIRTH").map(({ payload }) => [seqOf(payload), bdSeqOf(payload)])).toEqual([
      [0, 0n],
      [0, 0n],
    ]);
    const written = command([
      { alias: 4n, datatype: DataType.Boolean, ...writeScalar(DataType.Boolean, false) },
      { name: "Supply/Voltage", datatype: DataType.Double, ...writeScalar(DataType.Double, 1) },
    ]);
    broker.say("spBv1.0/plant/DCMD/node-00001/meter", written);
    await until("what it changed", () => of("DDATA").length === 1);
    const changed = decodePayload(of("DDATA")[0]?.payload ?? new Uint8Array(0)).metrics;
    expect(changed.map(({ alias, boolean_value }) => [alias, boolean_value])).toEqual([[4n, false]]);
    const executed = log.flatMap((fact) => (fact.kind === "executed" ? [[fact.action, fact.value]] : []));
    expect(executed).toEqual([
      ["Node Control/Rebirth", true],
      ["Breaker/Closed", false],
    ]);
    broker.say("spBv1.0/plant/NCMD/node-00001", Uint8Array.of(0xff, 0xff));
    await until("what it cannot read", () => log.some(({ kind }) => kind === "heard"));
  });
});

describe("a faulty edge node", () => {
  it("has gaps in its seq, or messages out of turn", async () => {
    const gaps = await start("skips-seq");
    await until("data", () => gaps.of("DDATA").length >= 8);
    const seqs = gaps.said().map(({ payload }) => seqOf(payload));
    expect(seqs.slice(0, 8)).toEqual([0, 1, 2, 3, 4, 5, 7, 8]);
    const turned = await start("swaps-messages");
    await until("data", () => turned.of("DDATA").length >= 8);
    expect(
      turned
        .said()
        .slice(0, 9)
        .map(({ payload }) => seqOf(payload)),
    ).toEqual([0, 1, 2, 3, 4, 5, 7, 6, 8]);
  });

  it("uses aliases it was not born with, cuts its messages off, and tells of an hour ago", async () => {
    const { of } = await start("uses-unknown-aliases");
    await until("data", () => of("DDATA").length >= 5);
    const aliases = decodePayload(of("DDATA")[4]?.payload ?? new Uint8Array(0)).metrics.map(({ alias }) => alias);
    expect(aliases.every((alias) => (alias ?? 0n) > 1_000_000n)).toBe(true);
    const broken = await start("breaks-protobuf");
    await until("data", () => broken.of("DDATA").length >= 5);
    expect(() => decodePayload(broken.of("DDATA")[4]?.payload ?? new Uint8Array(0))).toThrow();
    const late = await start("tells-history");
    await until("data", () => late.of("DDATA").length >= 5);
    const { timestamp, metrics } = decodePayload(late.of("DDATA")[4]?.payload ?? new Uint8Array(0));
    expect(metrics[0]).toMatchObject({ is_historical: true });
    // The message is stamped after its metrics, on a clock that goes on.
    const age = Number((timestamp ?? 0n) - (metrics[0]?.timestamp ?? 0n));
    expect(age).toBeGreaterThanOrEqual(3_600_000);
    expect(age).toBeLessThan(3_601_000);
  });

  it("is not born before it is asked to be, or is never born again", async () => {
    const unborn = await start("forgets-births");
    await until("data of metrics nobody knows", () => unborn.of("DDATA").length >= 2);
    expect(unborn.of("NBIRTH")).toEqual([]);
    unborn.broker.say("spBv1.0/plant/NCMD/node-00001", rebirth);
    await until("its birth", () => unborn.of("DBIRTH").length === 1);
    const deaf = await start("ignores-rebirth");
    await until("it listens", () => deaf.log.filter(({ kind }) => kind === "subscribed").length === 2);
    deaf.broker.say("spBv1.0/plant/NCMD/node-00001", rebirth);
    const before = deaf.of("DDATA").length;
    await until("it goes on", () => deaf.of("DDATA").length > before + 3);
    expect(deaf.of("NBIRTH")).toHaveLength(1);
  });
});
