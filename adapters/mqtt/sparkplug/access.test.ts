import { describe, expect, it } from "vitest";
import { mayPublishAs, maySubscribeAs } from "./access.ts";

const NODE = { group: "g", node: "n" };

describe("what an edge node may do at our listener", () => {
  it.each([
    ["spBv1.0/g/NBIRTH/n", true],
    ["spBv1.0/g/DDATA/n/d", true],
    ["spBv1.0/g/NDEATH/n", true],
    ["spBv1.0/g/NBIRTH/other", false],
    ["spBv1.0/other/NBIRTH/n", false],
    ["spBv1.0/g/NCMD/n", false],
    ["spBv1.0/g/DCMD/n/d", false],
    ["spBv1.0/STATE/busbar", false],
    ["spBv1.0/g/NOTHING/n", false],
    ["g/NBIRTH/n", false],
  ])("publishes to %s: %s", (topic, expected) => {
    expect(mayPublishAs(NODE, topic)).toBe(expected);
  });

  it.each([
    ["spBv1.0/g/NCMD/n", true],
    ["spBv1.0/g/NCMD/n/#", true],
    ["spBv1.0/g/DCMD/n/+", true],
    ["spBv1.0/g/DCMD/n/d", true],
    ["spBv1.0/STATE/busbar", true],
    ["spBv1.0/STATE/+", true],
    ["spBv1.0/g/NCMD/other", false],
    ["spBv1.0/g/+/n", false],
    ["spBv1.0/#", false],
    ["#", false],
  ])("subscribes to %s: %s", (filter, expected) => {
    expect(maySubscribeAs(NODE, filter)).toBe(expected);
  });
});
