import { describe, expect, it } from "vitest";
import type { LeaseSnapshot } from "../lease/machine.ts";
import { activeElsewhere, type GroupsHere, idleGroups, servedNowhere } from "./elsewhere.ts";

type Peers = LeaseSnapshot["peers"];

const ACTIVE = { contact: "up", role: "active", readySince: undefined } as const;
const STANDBY = { contact: "up", role: "standby", readySince: undefined } as const;
/** As a peer is seen that was active a moment ago. */
const GONE = { contact: "gone", role: undefined, readySince: undefined } as const;

function seen(groups: Readonly<Record<string, Peers>>, served: readonly string[]): GroupsHere {
  return {
    groups: () => Object.keys(groups),
    isServed: (group) => served.includes(group),
    snapshot: (group) => ({ peers: groups[group] ?? {} }),
  };
}

describe("the groups of others", () => {
  it("are at each peer once, however many of them it serves", () => {
    const here = seen({ g0: {}, g1: { b: ACTIVE, c: STANDBY }, g2: { b: ACTIVE }, g3: { c: ACTIVE } }, ["g0"]);
    expect(activeElsewhere(here)).toEqual(["b", "c"]);
    expect(servedNowhere(here)).toEqual([]);
    expect(idleGroups(here)).toEqual(["g1", "g2", "g3"]);
  });

  it("are nowhere while nobody who is heard is active for them", () => {
    const here = seen({ north: { a: GONE, c: STANDBY }, south: { a: ACTIVE } }, ["south"]);
    expect(servedNowhere(here)).toEqual(["north"]);
    expect(activeElsewhere(here)).toEqual([]);
  });
});
