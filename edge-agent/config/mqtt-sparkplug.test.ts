import { describe, expect, it } from "vitest";
import { checkConfig } from "./check.ts";

function complaints(devices: readonly object[], broker: object = {}): readonly string[] {
  const file = {
    gateway: "/s/g",
    agents: { a: { host: "127.0.0.1" } },
    redis: { url: "redis://127.0.0.1" },
    mqtt: { sparkplug: { host: "busbar" }, brokers: { plant: { addresses: ["10.0.0.9:1883"], ...broker } } },
    devices: devices.map((one, index) => ({ uid: `s${index + 1}`, protocol: "mqtt", broker: "plant", ...one })),
  };
  const { issues } = checkConfig("busbar.yaml", JSON.stringify(file), "/", { filesMustExist: false });
  return issues.filter((issue) => issue.severity === "error").map((issue) => issue.message);
}

describe("Sparkplug in the configuration", () => {
  it("needs no mapping and no subscription", () => {
    expect(complaints([{ sparkplug: "g/n" }, { sparkplug: "g/n/d" }])).toEqual([]);
  });

  it("has one device for each address, and its edge node; a broker it may do without", () => {
    expect(complaints([{ sparkplug: "g/n" }, { sparkplug: "g/n" }])).toEqual(["s1 and s2 are both g/n"]);
    expect(complaints([{ sparkplug: "g/n" }, { sparkplug: "g/m/d" }])).toEqual([
      "the edge node g/m of s2 is no device",
    ]);
    expect(complaints([{ sparkplug: "STATE/n" }])).toEqual(["STATE/n is no Sparkplug address"]);
    expect(complaints([{ sparkplug: "g" }], { subscriptions: ["+/m"] })).toHaveLength(1);
    expect(complaints([{ sparkplug: "g/n", broker: undefined }], { subscriptions: ["#"] })).toEqual([]);
  });

  it("a broker nothing is taken from is a mistake", () => {
    expect(complaints([])).toEqual(["nothing of it is taken in"]);
    expect(complaints([], { subscriptions: ["+/m"] })).toEqual([]);
  });
});
