import { describe, expect, it } from "vitest";
import { explain } from "./explain.ts";
import { TopicTemplate } from "./topic-template.ts";
import { SHIPPED } from "./written-mapping.ts";

const access = {
  publish: [new TopicTemplate("{device}/#"), new TopicTemplate("msr/{device}/#")],
  command: new TopicTemplate("{device}/command/{action}"),
  reply: new TopicTemplate("{device}/reply"),
};
const [says] = SHIPPED;
if (says === undefined) throw new Error("there is no shipped mapping");
const devices = [{ uid: "s1", identification: "TST-01", says, behind: false }];
const bridges = [
  {
    name: "centre",
    protocolVersion: 5,
    fallback: false,
    maxHops: 1,
    rules: [
      {
        direction: "out",
        filter: "#",
        localPrefix: "msr/",
        remotePrefix: "site42/",
        qos: 1,
        retain: "clear",
        exclude: ["+/congestion"],
      },
      {
        direction: "in",
        filter: "+/command/+",
        localPrefix: "",
        remotePrefix: "site42/",
        qos: 1,
        retain: "clear",
        exclude: [],
      },
    ],
  },
] as const;
const of = (topic: string) => explain({ topic, qos: 2, retain: true }, { access, devices, bridges });

describe("what a message would become", () => {
  it("names the rule, the topic, the QoS and the retain flag", () => {
    expect(of("msr/TST-01/data")).toEqual({
      topic: "msr/TST-01/data",
      devices: [
        {
          device: "s1",
          mayPublish: true,
          becomes: { kind: "reading", mapping: "gxf-msr", rule: 0, template: "msr/{device}/data", points: [] },
        },
      ],
      bridges: [
        {
          bridge: "centre",
          direction: "out",
          passes: true,
          rule: 0,
          topic: "site42/TST-01/data",
          qos: 1,
          retain: false,
        },
        { bridge: "centre", direction: "in", passes: false, near: undefined },
      ],
    });
  });

  it("says which exclude keeps it here, and what is a dead letter or an answer", () => {
    expect(of("msr/TST-01/congestion").bridges[0]).toEqual({
      bridge: "centre",
      direction: "out",
      passes: false,
      near: { rule: 0, exclude: "+/congestion" },
    });
    expect(of("TST-01/other").devices).toEqual([
      { device: "s1", mayPublish: true, becomes: { kind: "dead-letter", mapping: "gxf-msr" } },
    ]);
    expect(of("TST-01/reply").devices).toMatchObject([{ becomes: { kind: "answer" } }]);
    expect(of("other/x").devices).toEqual([]);
    expect(of("site42/TST-01/command/open").bridges[1]).toMatchObject({
      direction: "in",
      passes: true,
      topic: "TST-01/command/open",
    });
  });

  it("says which device a command is for that a bridge brings in", () => {
    const incoming = (topic: string) => of(topic).bridges.find(({ direction }) => direction === "in");
    expect(incoming("site42/TST-01/command/open")).toMatchObject({ command: { device: "s1", action: "open" } });
    expect(incoming("site42/nobody/command/open")).toMatchObject({ passes: true, topic: "nobody/command/open" });
    expect(incoming("site42/nobody/command/open")).not.toHaveProperty("command");
    const any = { ...bridges[0].rules[1], filter: "command/+/+", localPrefix: "$busbar/" };
    const rules = { access, devices, bridges: [{ ...bridges[0], rules: [any] }] };
    const found = explain({ topic: "site42/command/meter-7/read", qos: 1, retain: false }, rules);
    expect(found.bridges[1]).toMatchObject({ passes: true, command: { device: "meter-7", action: "read" } });
  });
});
