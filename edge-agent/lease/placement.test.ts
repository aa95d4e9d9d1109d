import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { toInstant } from "../../adapters/kit/time.ts";
import { chooseMoves, type PlacedGroup, type PlacementMember, successionOf } from "./placement.ts";

const GROUPS = Array.from({ length: 256 }, (_, index) => `g${index}`);

function even(names: readonly string[]): PlacementMember[] {
  return names.map((agent) => ({ agent, weight: 1 }));
}

function ownersOf(members: readonly PlacementMember[]): ReadonlyMap<string, string> {
  return new Map(GROUPS.map((group) => [group, successionOf(group, members)[0] ?? ""]));
}

function loadsOf(members: readonly PlacementMember[]): number[] {
  const counts = new Map(members.map(({ agent }) => [agent, 0]));
  for (const owner of ownersOf(members).values()) counts.set(owner, (counts.get(owner) ?? 0) + 1);
  return [...counts.values()];
}

function agents(atLeast: number): fc.Arbitrary<string[]> {
  return fc.uniqueArray(fc.stringMatching(/^[a-z][a-z0-9-]{0,11}$/), { minLength: atLeast, maxLength: 8 });
}

const RECORDED = ["acb", "acb", "acb", "acb", "acb", "bca", "cab", "bac"];

describe("the succession of a group", () => {
  it("has every agent once, whatever order they are named in", () => {
    const property = fc.property(agents(1), fc.constantFrom(...GROUPS), (names, group) => {
      const succession = successionOf(group, even(names));
      expect([...succession].sort()).toEqual([...names].sort());
      expect(successionOf(group, even([...names].reverse()))).toEqual(succession);
    });
    fc.assert(property, { numRuns: 200 });
  });

  it("is the same for ever: a different one would move groups at an update", () => {
    expect(GROUPS.slice(0, 8).map((group) => successionOf(group, even(["a", "b", "c"])).join(""))).toEqual(RECORDED);
  });

  it("puts the preferred agent first and leaves the others as they are", () => {
    for (const group of GROUPS.slice(0, 32)) {
      const usual = successionOf(group, even(["a", "b", "c", "d"]));
      expect(successionOf(group, even(["a", "b", "c", "d"]), "c")).toEqual([
        "c",
        ...usual.filter((one) => one !== "c"),
      ]);
    }
  });

  it("of those who are there is the succession without the others", () => {
    const property = fc.property(agents(2), fc.constantFrom(...GROUPS), fc.nat(), (names, group, which) => {
      const gone = names[which % names.length];
      const left = names.filter((name) => name !== gone);
      expect(successionOf(group, even(left))).toEqual(successionOf(group, even(names)).filter((one) => one !== gone));
    });
    fc.assert(property, { numRuns: 200 });
  });
});

describe("256 groups", () => {
  it("of an agent that leaves go to those who stay; nothing moves between two that stay, one in N in all", () => {
    const shares: number[] = [];
    const property = fc.property(agents(2), fc.nat(), (names, which) => {
      const gone = names[which % names.length];
      const before = ownersOf(even(names));
      const after = ownersOf(even(names.filter((name) => name !== gone)));
      let moved = 0;
      for (const group of GROUPS) {
        if (before.get(group) === gone) moved += 1;
        else expect(after.get(group)).toBe(before.get(group));
      }
      shares.push((moved / GROUPS.length) * names.length);
    });
    fc.assert(property, { numRuns: 60, seed: 1 });
    // Of one agent the share is a lot: 256 draws of 1/N. Over many memberships it is 1/N.
    const mean = shares.reduce((sum, share) => sum + share, 0) / shares.length;
    expect(mean).toBeGreaterThan(0.95);
    expect(mean).toBeLessThan(1.05);
    expect(Math.max(...shares)).toBeLessThan(1.8);
  });

  it("are spread evenly: the greatest load is near the mean", () => {
    const overload = (count: number): number => {
      const trials = Array.from({ length: 12 }, (_, trial) => {
        const loads = loadsOf(even(Array.from({ length: count }, (_unused, index) => `t${trial}-${index}`)));
        return Math.max(...loads) / (GROUPS.length / count);
      });
      return trials.reduce((sum, one) => sum + one, 0) / trials.length;
    };
    // The greatest of N Gaussian deviations is below σ·sqrt(2·ln N) on average: 1.07, 1.22 and 1.34 for 2, 5 and 8 agents.
    for (const count of [2, 5, 8]) {
      expect(overload(count)).toBeLessThan(1 + Math.sqrt((2 * Math.log(count) * (count - 1)) / GROUPS.length));
    }
  });

  it("follow the weights", () => {
    const [light = 0, heavy = 0] = loadsOf([
      { agent: "a", weight: 1 },
      { agent: "b", weight: 3 },
    ]);
    expect(heavy / light).toBeGreaterThan(2.2);
    expect(heavy / light).toBeLessThan(4);
  });

  it("move only towards an agent whose weight grew", () => {
    const before = ownersOf([...even(["a", "b"]), { agent: "c", weight: 1 }]);
    const after = ownersOf([...even(["a", "b"]), { agent: "c", weight: 2 }]);
    const moved = GROUPS.filter((group) => before.get(group) !== after.get(group));
    expect(moved.length).toBeGreaterThan(10);
    expect(new Set(moved.map((group) => after.get(group)))).toEqual(new Set(["c"]));
  });
});

const SETTINGS = { settleAfterMs: 30_000, maxMovesAtOnce: 2 };

function held(group: string, standbys: Readonly<Record<string, number>>, more: Partial<PlacedGroup> = {}): PlacedGroup {
  return {
    group,
    succession: ["b", "c", "a"],
    reign: { since: toInstant(0), handedOver: false },
    moving: false,
    heldDown: false,
    standbys: new Map(Object.entries(standbys).map(([agent, since]) => [agent, toInstant(since)])),
    ...more,
  };
}

function moves(now: number, ...groups: readonly PlacedGroup[]): readonly { group: string; to: string }[] {
  return chooseMoves("a", groups, SETTINGS, toInstant(now));
}

describe("a group another agent ought to have", () => {
  it("is handed over when that one was a stable standby for long enough, and not a moment before", () => {
    expect(moves(31_999, held("g", { b: 2_000 }))).toEqual([]);
    expect(moves(32_000, held("g", { b: 2_000 }))).toEqual([{ group: "g", to: "b" }]);
  });

  it("stays while nobody better is there", () => {
    expect(moves(99_000, held("g", {}))).toEqual([]);
    expect(moves(99_000, held("g", { b: 0 }, { succession: ["a", "b"] }))).toEqual([]);
    expect(moves(99_000, held("g", { b: 0 }, { reign: undefined }))).toEqual([]);
  });

  it("waits for the best one that is there instead of moving twice", () => {
    expect(moves(50_000, held("g", { c: 0, b: 30_000 }))).toEqual([]);
    expect(moves(60_000, held("g", { c: 0, b: 30_000 }))).toEqual([{ group: "g", to: "b" }]);
  });

  it("stays where an operator put it, until a better agent comes that was not there then", () => {
    const put = { reign: { since: toInstant(10_000), handedOver: true } };
    expect(moves(900_000, held("g", { b: 0 }, put))).toEqual([]);
    expect(moves(900_000, held("g", { b: 10_900 }, put))).toEqual([]);
    expect(moves(900_000, held("g", { b: 60_000 }, put))).toEqual([{ group: "g", to: "b" }]);
  });

  it("stays during a hold-down", () => {
    expect(moves(99_000, held("g", { b: 0 }, { heldDown: true }))).toEqual([]);
  });

  it("waits its turn: so many at once, those of others counted", () => {
    const all = ["g1", "g2", "g3"].map((name) => held(name, { b: 0 }));
    expect(moves(99_000, ...all).map((one) => one.group)).toEqual(["g1", "g2"]);
    const elsewhere = held("g0", {}, { reign: undefined, moving: true });
    expect(moves(99_000, elsewhere, ...all).map((one) => one.group)).toEqual(["g1"]);
  });
});

describe("any membership that changes at random", () => {
  it("comes to rest with every group at its first living agent, each moved once at most", () => {
    const names = ["a", "b", "c", "d", "e"];
    const some = fc.subarray(names, { minLength: 1 });
    const property = fc.property(fc.array(some, { minLength: 2, maxLength: 6 }), (memberships) => {
      const successions = new Map(GROUPS.map((group) => [group, successionOf(group, even(names))]));
      const first = (group: string, living: readonly string[]): string =>
        successions.get(group)?.find((agent) => living.includes(agent)) ?? "";
      let holders = new Map(GROUPS.map((group) => [group, first(group, memberships[0] ?? [])]));
      for (const living of memberships.slice(1)) {
        const before = holders;
        // The dead agents' groups go to their first successors; then the living hand over what is not theirs, in rounds.
        holders = new Map(
          [...before].map(([group, holder]) => [group, living.includes(holder) ? holder : first(group, living)]),
        );
        const rounds = new Map<string, number>();
        for (let round = 0; round < GROUPS.length; round++) {
          const found = living.flatMap((me) =>
            chooseMoves(
              me,
              [...holders].map(([group, holder]) => ({
                group,
                succession: successions.get(group) ?? [],
                reign: holder === me ? { since: toInstant(0), handedOver: false } : undefined,
                moving: false,
                heldDown: false,
                standbys: new Map(living.filter((one) => one !== holder).map((one) => [one, toInstant(0)])),
              })),
              { settleAfterMs: 0, maxMovesAtOnce: 25 },
              toInstant(0),
            ),
          );
          if (found.length === 0) break;
          for (const { group, to } of found) {
            holders.set(group, to);
            rounds.set(group, (rounds.get(group) ?? 0) + 1);
          }
        }
        for (const [group, holder] of holders) expect(holder).toBe(first(group, living));
        expect(Math.max(0, ...rounds.values())).toBeLessThanOrEqual(1);
      }
    });
    fc.assert(property, { numRuns: 12 });
  });
});
