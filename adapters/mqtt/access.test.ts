import { describe, expect, it } from "vitest";
import { isReply, mayPublish, maySubscribe } from "./access.ts";
import { TopicTemplate } from "./topic-template.ts";

const rules = {
  publish: [new TopicTemplate("{device}/#"), new TopicTemplate("msr/{device}/data")],
  command: new TopicTemplate("{device}/command/{action}"),
  reply: new TopicTemplate("{device}/reply"),
};

describe("what a device may do", () => {
  it.each([
    ["d1/measurement", true],
    ["msr/d1/data", true],
    ["d2/measurement", false],
    ["msr/d2/data", false],
    ["$SYS/d1", false],
    ["d1/command/read", false],
    ["d1", true],
  ])("publishes to %s: %s", (topic, expected) => {
    expect(mayPublish(rules, "d1", topic)).toBe(expected);
  });

  it.each([
    ["d1/command/+", true],
    ["d1/command/read", true],
    ["#", false],
    ["+/command/+", false],
    ["d1/#", false],
    ["d1/command/#", false],
    ["d2/command/+", false],
    ["$share/x/d1/command/+", false],
  ])("subscribes to %s: %s", (filter, expected) => {
    expect(maySubscribe(rules, "d1", filter)).toBe(expected);
  });

  it("answers on its own topic", () => {
    expect(isReply(rules, "d1", "d1/reply")).toBe(true);
    expect(isReply(rules, "d1", "d2/reply")).toBe(false);
  });
});
