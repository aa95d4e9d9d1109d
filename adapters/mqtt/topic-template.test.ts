import { describe, expect, it } from "vitest";
import { TopicTemplate } from "./topic-template.ts";

const match = (template: string, name: string) => new TopicTemplate(template).match(name.split("/"));

describe("a topic template", () => {
  it("gives what stands in the named levels", () => {
    expect(match("{device}/measurement", "TST-01/measurement")).toEqual({ device: "TST-01" });
    expect(match("plant/+/dev-{device}/{point}/#", "plant/7/dev-42/volt/l1/x")).toEqual({
      device: "42",
      point: "volt",
    });
    expect(match("plant/+/dev-{device}/{point}/#", "plant/7/dev-42/volt")).toEqual({ device: "42", point: "volt" });
  });

  it.each(["TST-01", "TST-01/other", "TST-01/measurement/x", "/measurement", "$SYS/measurement"])(
    "does not match %s",
    (name) => {
      expect(match("{device}/measurement", name)).toBeUndefined();
    },
  );

  it("does not take a prefix for a device", () => {
    expect(match("dev-{device}", "dev-")).toBeUndefined();
    expect(match("a{device}a", "a")).toBeUndefined();
  });

  it("writes filters and names", () => {
    const template = new TopicTemplate("{device}/command/{action}");
    expect(template.filter()).toBe("+/command/+");
    expect(template.filter({ device: "d1" })).toBe("d1/command/+");
    expect(template.name({ device: "d1", action: "read" })).toBe("d1/command/read");
    expect(template.name({ device: "d1", action: "a/b" })).toBeUndefined();
    expect(template.name({ device: "d1" })).toBeUndefined();
  });

  it.each(["{device}/{device}", "{device}{point}/x", "a/#/b", "{Device}", ""])("refuses %j", (text) => {
    expect(() => new TopicTemplate(text)).toThrowError(
      expect.objectContaining({ code: "mqtt.template.invalid", blame: "operator" }),
    );
  });
});
