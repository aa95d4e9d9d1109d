import { describe, expect, it } from "vitest";
import { bridgeComplaints, transitComplaints } from "./bridge-laws.ts";
import { type BridgeRule, type BridgeRules, pass, remoteSubscriptions } from "./bridge-rule.ts";

const rule = (over: Partial<BridgeRule>): BridgeRule => ({
  direction: "out",
  filter: "#",
  localPrefix: "",
  remotePrefix: "",
  qos: 1,
  retain: "clear",
  exclude: [],
  ...over,
});
const bridge = (rules: readonly BridgeRule[], over: Partial<BridgeRules> = {}): BridgeRules => ({
  name: "centre",
  protocolVersion: 5,
  fallback: false,
  maxHops: 1,
  rules,
  ...over,
});
const message = (topic: string) => ({ topic, qos: 2, retain: true }) as const;

describe("what passes a bridge", () => {
  const out = bridge([
    rule({ filter: "+/debug", direction: "in" }),
    rule({ filter: "+/measurement", localPrefix: "plant/", remotePrefix: "site42/", exclude: ["secret/#"] }),
    rule({ filter: "", localPrefix: "alarm", remotePrefix: "site42/alarm", qos: 0, retain: "keep" }),
  ]);

  it("goes on under the prefix of the other side, with at most the rule's QoS", () => {
    expect(pass(out, "out", message("plant/d1/measurement"))).toEqual({
      rule: 1,
      topic: "site42/d1/measurement",
      qos: 1,
      retain: false,
    });
    expect(pass(out, "out", message("alarm"))).toEqual({ rule: 2, topic: "site42/alarm", qos: 0, retain: true });
    expect(pass(out, "in", message("x/debug"))).toMatchObject({ rule: 0, topic: "x/debug" });
  });

  it.each(["plant/secret/measurement", "plant/d1/other", "other/d1/measurement", "alarm/1", "x/debug"])(
    "leaves %s here",
    (topic) => {
      expect(pass(out, "out", message(topic))).toBeUndefined();
    },
  );

  it("subscribes to what comes in, once", () => {
    expect(
      remoteSubscriptions(
        bridge([
          rule({ direction: "in", filter: "a/#", remotePrefix: "c/" }),
          rule({ direction: "both", filter: "a/#", remotePrefix: "c/", qos: 0 }),
        ]),
      ),
    ).toEqual([{ filter: "c/a/#", qos: 1 }]);
  });
});

describe("the laws of bridges", () => {
  const both = rule({ direction: "both", filter: "#" });
  const texts = (one: BridgeRules) => bridgeComplaints(one).map(({ severity, message }) => `${severity}: ${message}`);

  it("refuses a loop that nothing counts", () => {
    expect(texts(bridge([both], { protocolVersion: 4 }))).toEqual([
      "error: together with itself it is a loop, and over MQTT 3.1.1 nothing counts the hops",
    ]);
    expect(texts(bridge([both], { fallback: true }))[0]).toMatch(/^error/);
    expect(texts(bridge([both]))).toEqual([
      "warning: together with itself it is a loop, which the hop count ends after 1",
    ]);
  });

  it("sees what comes back on one side only", () => {
    const back = [
      rule({ direction: "in", filter: "cmd/#", remotePrefix: "c/" }),
      rule({ filter: "#", remotePrefix: "s/" }),
    ];
    expect(texts(bridge(back, { protocolVersion: 4 }))[0]).toMatch(/sends back what it brings in/);
    expect(
      texts(
        bridge([rule({ direction: "in", filter: "#", localPrefix: "in/" }), rule({ filter: "dev/#" })], {
          protocolVersion: 4,
        }),
      )[0],
    ).toMatch(/gets back what it sends out/);
  });

  it("takes disjoint prefixes over 3.1.1", () => {
    const clean = [
      rule({ direction: "in", filter: "#", localPrefix: "from/", remotePrefix: "to-site/" }),
      rule({ filter: "#", localPrefix: "dev/", remotePrefix: "site/" }),
    ];
    expect(texts(bridge(clean, { protocolVersion: 4, fallback: true }))).toEqual([]);
  });

  it("finds rules that cannot be or never get a message", () => {
    expect(texts(bridge([rule({ filter: "" })]))[0]).toMatch(/^error: the filter is empty/);
    expect(texts(bridge([rule({ filter: "a/#/b" })]))[0]).toMatch(/^error/);
    expect(texts(bridge([rule({ localPrefix: "a/+/" })]))[0]).toMatch(/wildcard/);
    expect(texts(bridge([rule({ filter: "a/#" }), rule({ filter: "a/b" })]))).toEqual([
      "warning: rule 1 takes everything this one asks for",
    ]);
  });

  it("tells of bridges that pass to each other", () => {
    const one = bridge([rule({ direction: "both", filter: "x/#" })]);
    expect(transitComplaints([one, { ...one, name: "other" }])).toEqual([{ from: "centre", to: "other" }]);
    expect(transitComplaints([one, bridge([rule({ filter: "y/#" })], { name: "other" })])).toEqual([]);
  });
});
