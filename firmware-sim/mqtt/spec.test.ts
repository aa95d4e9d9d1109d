import { gunzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { dueMs } from "./fleet-plan.ts";
import { readSpec } from "./spec.ts";

const defaults = { everyMs: 1_000, qos: 1, ingredients: [] } as const;
/** In the form of GXF's `mqtt_simulator_spec.json`: a broker on all addresses, pauses behind the messages. */
const GXF = {
  brokerHost: "0.0.0.0",
  brokerPort: 8_883,
  startupPauseMillis: 2_000,
  messages: [
    { topic: "TST-01/measurement", payload: "TST-01; 220.1; 220.2;", pauseMillis: 10_000 },
    { topic: "msr/TST-02/data", payload: "TST-02; 5.1;", pauseMillis: 4_000, zip: true },
    { topic: "TST-01/congestion", payload: "TST-01; 5.1;", pauseMillis: 6_000 },
  ],
};

describe("a script of GXF", () => {
  const { brokers, members } = readSpec(JSON.stringify(GXF), "spec.json", defaults);
  const [first, second] = members;

  it("becomes a client for each device its topics name", () => {
    expect(brokers).toEqual(["mqtt://127.0.0.1:8883"]);
    expect(members.map(({ clientId }) => clientId)).toEqual(["TST-01", "TST-02"]);
  });

  it("keeps its moments, round after round", () => {
    const moments = (speech = first?.speech) =>
      speech === undefined ? [] : [1, 2, 3, 4].map((number) => dueMs(speech, number, 0.5));
    expect(moments()).toEqual([2_000, 16_000, 22_000, 36_000]);
    expect(moments(second?.speech)).toEqual([12_000, 32_000, 52_000, 72_000]);
    const once = readSpec(JSON.stringify({ ...GXF, keepReplayingMessages: false }), "spec.json", defaults);
    expect(moments(once.members[0]?.speech)).toEqual([2_000, 16_000, undefined, undefined]);
  });

  it("has payloads as they are, gzipped where it says so", () => {
    const steps = members.flatMap(({ speech }) => (speech.kind === "script" ? speech.steps : []));
    expect(new TextDecoder().decode(steps[0]?.payload)).toBe("TST-01; 220.1; 220.2;");
    expect(gunzipSync(steps[2]?.payload ?? new Uint8Array(0)).toString()).toBe("TST-02; 5.1;");
  });
});

it("fleets have what they say and the options for the rest", () => {
  const fleets = [
    { name: "meter", devices: 2, every: "5min", qos: "mixed", behaviours: ["floods=50%"] },
    { name: "node", devices: 1, sparkplug: "plant" },
  ];
  const { brokers, members } = readSpec(JSON.stringify({ brokers: ["mqtt://a"], fleets }), "fleets.json", defaults);
  expect(brokers).toEqual(["mqtt://a"]);
  expect(members.map(({ uid, qos }) => [uid, qos])).toEqual([
    ["meter-00001", "mixed"],
    ["meter-00002", "mixed"],
    ["node-00001", 1],
  ]);
  expect(members[0]).toMatchObject({ speech: { everyMs: 300_000 }, ingredients: [{ name: "floods", percent: 50 }] });
  expect(members[2]?.speech).toEqual({ kind: "sparkplug", group: "plant", everyMs: 1_000 });
});

it.each([
  ["{", "is not JSON"],
  ["[]", "spec.json"],
  [JSON.stringify({ ...GXF, messages: [] }), "messages"],
  [JSON.stringify({ ...GXF, messages: [{ topic: "a/#" }] }), "messages.0.topic: a topic name"],
  [JSON.stringify({ ...GXF, brokerPort: 70_000 }), "brokerPort"],
  [JSON.stringify({ fleets: [{ name: "a", devices: 1, behaviours: ["floods=200%"] }] }), "behaviours.0"],
  [JSON.stringify({ fleets: [{ name: "a", devices: 1, colour: 1 }] }), "colour"],
  [
    JSON.stringify({
      fleets: [
        { name: "a", devices: 1 },
        { name: "a", devices: 1 },
      ],
    }),
    "two fleets",
  ],
])("refuses %s and says where", (text, said) => {
  expect(() => readSpec(text, "spec.json", defaults)).toThrow(said);
});
