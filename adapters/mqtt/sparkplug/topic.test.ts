import fc from "fast-check";
import { expect, it } from "vitest";
import { explain } from "../explain.ts";
import { TopicTemplate } from "../topic-template.ts";
import { addressOf, commandTopic, parseAddress, parseTopic, topicOf } from "./topic.ts";

it("reads the topics of the namespace and no others", () => {
  expect(parseTopic("spBv1.0/g/NBIRTH/n")).toEqual({ type: "NBIRTH", group: "g", node: "n", device: undefined });
  expect(parseTopic("spBv1.0/g/DDATA/n/d")).toEqual({ type: "DDATA", group: "g", node: "n", device: "d" });
  expect(parseTopic("spBv1.0/STATE/host")).toEqual({ type: "STATE", host: "host" });
  for (const topic of [
    "spBv1.0",
    "spBv1.0/g",
    "spBv1.0/g/NBIRTH",
    "spBv1.0/g/NBIRTH/",
    "spBv1.0/g/NBIRTH/n/d",
    "spBv1.0/g/DBIRTH/n",
    "spBv1.0/g/DBIRTH/n/",
    "spBv1.0/g/DBIRTH/n/d/e",
    "spBv1.0/g/NOTHING/n",
    "spBv1.0//NDATA/n",
    "spBv1.0/STATE",
    "spBv1.0/STATE/a/b",
    "spAv1.0/g/NDATA/n",
  ])
    expect(parseTopic(topic), topic).toBeUndefined();
});

it("whatever is a topic is written as it was read", () => {
  const level = fc.oneof(fc.string({ maxLength: 4 }), fc.constantFrom("NDATA", "DDATA", "STATE", "n"));
  const text = fc.array(level, { maxLength: 4 }).map((levels) => ["spBv1.0", ...levels].join("/"));
  fc.assert(
    fc.property(text, (one) => {
      const topic = parseTopic(one);
      if (topic !== undefined) expect(topicOf(topic)).toBe(one);
    }),
  );
});

it("reads addresses, and knows where commands go", () => {
  expect(parseAddress("g/n")).toEqual({ group: "g", node: "n", device: undefined });
  expect(parseAddress("g")).toBeUndefined();
  expect(parseAddress("g/n/d/e")).toBeUndefined();
  expect(parseAddress("STATE/n")).toBeUndefined();
  expect(parseAddress("g/+")).toBeUndefined();
  expect(addressOf({ group: "g", node: "n", device: "d" })).toBe("g/n/d");
  expect(commandTopic({ group: "g", node: "n", device: undefined })).toBe("spBv1.0/g/NCMD/n");
  expect(commandTopic({ group: "g", node: "n", device: "d" })).toBe("spBv1.0/g/DCMD/n/d");
});

it("explain says whose message a topic is", () => {
  const says = { name: "none", rules: [] };
  const devices = [
    { uid: "edge", identification: "edge", says, behind: true, sparkplug: "g/n" },
    { uid: "pump", identification: "pump", says, behind: true, sparkplug: "g/n/d" },
  ];
  const access = { publish: [], command: new TopicTemplate("{device}/command/{action}"), reply: undefined };
  const said = (topic: string) =>
    explain({ topic, qos: 0, retain: false }, { access, devices, bridges: [] }).devices.map((one) => [
      one.device,
      one.becomes,
    ]);
  expect(said("spBv1.0/g/NDATA/n")).toEqual([["edge", { kind: "sparkplug", type: "NDATA" }]]);
  expect(said("spBv1.0/g/DBIRTH/n/d")).toEqual([["pump", { kind: "sparkplug", type: "DBIRTH" }]]);
  expect(said("spBv1.0/g/NDATA/other")).toEqual([]);
  expect(said("spBv1.0/STATE/host")).toEqual([]);
});
