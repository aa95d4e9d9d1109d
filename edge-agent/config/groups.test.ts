import { generateKeyPairSync } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { checkConfig } from "./check.ts";
import type { Config } from "./config.ts";
import { countedNames, groupOfDevice } from "./counted-groups.ts";
import { configHash } from "./hash.ts";
import { printIssues } from "./issue.ts";

const KEY = generateKeyPairSync("ec", { namedCurve: "prime256v1" })
  .publicKey.export({ format: "der", type: "spki" })
  .toString("base64");

function read(agents: readonly string[], rest: Readonly<Record<string, unknown>> = {}): Config {
  const text = JSON.stringify({
    gateway: "/a/b",
    agents: Object.fromEntries(agents.map((name, index) => [name, { host: `10.0.0.${index + 1}` }])),
    pair: { secret: { file: "pair.key" } },
    redis: { url: "redis://10.0.0.10" },
    oslp: { platformKey: { file: "platform.pem" } },
    ...rest,
  });
  const { config, issues } = checkConfig("f.yaml", text, "/", { filesMustExist: false });
  if (config === undefined) throw new Error(printIssues(issues));
  return config;
}

const COUNTED = { groups: { count: 16 } };
const DEVICES = Array.from({ length: 200 }, (_, index) => ({
  uid: `lamp-${index}`,
  protocol: "oslp",
  identification: `L${index}`,
  publicKey: KEY,
}));

describe("groups", () => {
  it("are one that a pair keeps where it is, when nothing is said", () => {
    expect(read(["a", "b"]).groups).toEqual({
      main: { agents: ["a", "b"], spread: false, preferred: undefined, failbackAfterMs: undefined },
    });
  });

  it("have places where more than two agents share them, or where that is said", () => {
    expect(read(["a", "b", "c"]).groups["main"]?.spread).toBe(true);
    const { groups } = read(["a", "b", "c"], {
      groups: {
        x: { agents: ["a", "b"], placement: "spread" },
        y: { agents: ["a", "b", "c"], placement: "keep" },
      },
    });
    expect([groups["x"]?.spread, groups["y"]?.spread]).toEqual([true, false]);
  });

  it("may be counted instead of named", () => {
    const { groups } = read(["a", "b", "c"], { groups: { count: 12, agents: ["a", "c"], prefix: "north-" } });
    expect(Object.keys(groups)).toEqual(countedNames({ count: 12, prefix: "north-" }));
    expect(groups["north-11"]).toEqual({
      agents: ["a", "c"],
      spread: true,
      preferred: undefined,
      failbackAfterMs: undefined,
    });
  });
});

describe("a device that names no group", () => {
  it("is in a counted group by its uid, whatever agents there are", () => {
    const groupsOf = (config: Config): string[] => config.devices.map((device) => device.group);
    const three = groupsOf(read(["a", "b", "c"], { ...COUNTED, devices: DEVICES }));
    expect(groupsOf(read(["a", "b"], { ...COUNTED, devices: DEVICES }))).toEqual(three);
    expect(new Set(three)).toEqual(new Set(countedNames({ count: 16, prefix: "g" })));
    expect(three.slice(0, 6)).toEqual(["g2", "g3", "g12", "g1", "g12", "g13"]);
  });

  it("leaves the place of one that names its group alone", () => {
    const [first] = DEVICES;
    const { devices } = read(["a", "b"], { ...COUNTED, devices: [{ ...first, group: "g3" }] });
    expect(devices[0]?.group).toBe("g3");
  });

  it("lands in all groups alike", () => {
    const property = fc.property(fc.integer({ min: 2, max: 64 }), fc.string({ maxLength: 8 }), (count, seed) => {
      const loads = new Map<string, number>();
      for (let i = 0; i < 40 * count; i++) {
        const group = groupOfDevice(`${seed}${i}`, { count, prefix: "g" });
        loads.set(group, (loads.get(group) ?? 0) + 1);
      }
      expect(loads.size).toBe(count);
      // Forty on average: six deviations either way.
      expect(Math.max(...loads.values())).toBeLessThan(80);
    });
    fc.assert(property, { numRuns: 30, seed: 2 });
  });
});

describe("what the agents must agree on", () => {
  it("has the weights in it, since they decide who ought to have what, and not how patient anybody is", () => {
    const light = read(["a", "b"], COUNTED);
    const agents = { a: { host: "10.0.0.1", weight: 2 }, b: { host: "10.0.0.2" } };
    expect(configHash(read([], { ...COUNTED, agents }))).not.toBe(configHash(light));
    expect(configHash(read(["a", "b"], { ...COUNTED, placement: { settleAfter: "5min" } }))).toBe(configHash(light));
  });
});
