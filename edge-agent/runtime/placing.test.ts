import { describe, expect, it } from "vitest";
import { SimClock } from "../../adapters/io/sim/clock.ts";
import { SimHost } from "../../adapters/io/sim/host.ts";
import { toInstant } from "../../adapters/kit/time.ts";
import { checkConfig } from "../config/check.ts";
import type { Config } from "../config/config.ts";
import type { LeaseSnapshot } from "../lease/machine.ts";
import type { LeaseRequest } from "../lease/words.ts";
import { membersOf, Placing } from "./placing.ts";

function configOf(sections: Readonly<Record<string, unknown>>): Config {
  const text = JSON.stringify({
    gateway: "/a/b",
    agents: { a: { host: "127.0.0.1", link: 1, ops: 2 }, b: { host: "127.0.0.1", link: 3, ops: 4 } },
    redis: { url: "redis://127.0.0.1" },
    ...sections,
  });
  const { config } = checkConfig("f", text, "/", { filesMustExist: false });
  if (config === undefined) throw new Error("not a sound configuration");
  return config;
}

/** Agent `a`, which holds every group; `b` is a standby since the beginning unless told otherwise. */
class Bench {
  readonly clock = new SimClock();
  readonly host = new SimHost({ clock: this.clock, name: "a" });
  readonly config: Config;
  readonly placing: Placing;
  readonly asked: { readonly at: number; readonly group: string; readonly request: LeaseRequest }[] = [];
  readonly notes: string[] = [];
  readonly leases = new Map<string, LeaseSnapshot>();
  refusal: string | undefined;

  constructor(sections: Readonly<Record<string, unknown>>) {
    this.config = configOf(sections);
    for (const group of Object.keys(this.config.groups)) this.leases.set(group, this.held(group, 1));
    this.placing = new Placing({
      config: this.config,
      agent: "a",
      timers: this.host.timers,
      snapshot: (group) => this.leases.get(group),
      request: (group, request) => {
        this.asked.push({ at: this.clock.now, group, request });
        return this.refusal;
      },
      note: (_level, text) => this.notes.push(text),
    });
    this.placing.start();
  }

  held(group: string, epoch: number, readySince: number | undefined = 0): LeaseSnapshot {
    const peer = readySince === undefined ? undefined : toInstant(readySince);
    return {
      group,
      agent: "a",
      role: "active",
      epoch,
      reign: { since: toInstant(0), reason: "first" },
      highestEpoch: epoch,
      health: "ok",
      mayAct: true,
      deadline: undefined,
      livingOnPromise: false,
      promisedUntil: undefined,
      paused: false,
      blocked: undefined,
      twin: false,
      heldDown: false,
      mature: true,
      holder: "a",
      peers: { b: { contact: "up", role: "standby", readySince: peer } },
    };
  }

  /** `b` has it now. */
  given(group: string, epoch: number): void {
    const peers = { b: { contact: "up", role: "active", readySince: undefined } } as const;
    const lease = { ...this.held(group, 0), role: "standby", reign: undefined, highestEpoch: epoch, peers } as const;
    this.leases.set(group, lease);
  }

  get groupsOfB(): readonly string[] {
    return Object.entries(this.config.groups)
      .filter(([name, group]) => membersOf(this.config, name, group)[0] === "b")
      .map(([name]) => name);
  }
}

const COUNTED = { groups: { count: 20 }, placement: { settleAfter: "10s", maxMovesAtOnce: 2 } };

describe("an agent that holds groups of another", () => {
  it("hands them over after that one settled, a few at a time, as they arrive", async () => {
    const bench = new Bench(COUNTED);
    await bench.clock.runFor(9_900);
    expect(bench.asked).toEqual([]);
    await bench.clock.runFor(2_200);
    expect(bench.asked.map((one) => one.group)).toEqual(bench.groupsOfB.slice(0, 2));
    expect(bench.asked[0]?.request).toEqual({ kind: "handover", to: "b" });
    const [first = ""] = bench.groupsOfB;
    bench.given(first, 2);
    await bench.clock.runFor(1_000);
    expect(bench.asked.map((one) => one.group)).toEqual(bench.groupsOfB.slice(0, 3));
    for (const group of bench.groupsOfB) bench.given(group, 2);
    await bench.clock.runFor(60_000);
    expect(bench.asked).toHaveLength(3);
  });

  it("keeps a group whose move was refused for a while, and says why", async () => {
    const bench = new Bench(COUNTED);
    bench.refusal = "b is paused or blocked";
    await bench.clock.runFor(12_000);
    const tried = bench.asked.length;
    expect(tried).toBeGreaterThan(0);
    expect(bench.notes[0]).toMatch(
      /^group g\d+ ought to be at agent b, and is not handed over: b is paused or blocked$/,
    );
    const [first = ""] = bench.groupsOfB;
    await bench.clock.runFor(50_000);
    expect(bench.asked.filter((one) => one.group === first)).toHaveLength(1);
    await bench.clock.runFor(20_000);
    expect(bench.asked.filter((one) => one.group === first)).toHaveLength(2);
  });

  it("keeps one for a while that came back because the other did not take it, not one that was lost and inherited", async () => {
    const bench = new Bench(COUNTED);
    await bench.clock.runFor(10_500);
    const [back = "", inherited = ""] = bench.groupsOfB;
    expect(bench.asked.map((one) => one.group)).toEqual([back, inherited]);
    bench.leases.set(back, bench.held(back, 2));
    // The other one had it in epoch 2 and died with it: what it is given when it is there again does not wait for longer.
    bench.leases.set(inherited, bench.held(inherited, 3, 11_000));
    for (const group of bench.groupsOfB.slice(2)) bench.given(group, 2);
    await bench.clock.runFor(12_000);
    expect(bench.asked.slice(2).map((one) => one.group)).toEqual([inherited]);
    bench.given(inherited, 4);
    await bench.clock.runFor(60_000);
    expect(bench.asked.slice(3).map((one) => one.group)).toEqual([back]);
  });

  it("asks nothing when it is stopped, and nothing of a pair that keeps its group", async () => {
    const bench = new Bench(COUNTED);
    await bench.clock.runFor(5_000);
    bench.placing.stop();
    await bench.clock.runFor(60_000);
    expect(bench.asked).toEqual([]);
    const pair = new Bench({});
    await pair.clock.runFor(60_000);
    expect(pair.asked).toEqual([]);
  });

  it("leaves a preferred agent with a hold-off of its own to the lease", async () => {
    const preferring = (more: object) => ({
      groups: { main: { agents: ["a", "b"], placement: "spread", preferred: "b", ...more } },
    });
    const left = new Bench(preferring({ failbackAfter: "5min" }));
    await left.clock.runFor(60_000);
    expect(left.asked).toEqual([]);
    const moved = new Bench(preferring({}));
    await moved.clock.runFor(32_000);
    expect(moved.asked.map((one) => one.group)).toEqual(["main"]);
  });

  it("moves a tenth of the groups at once, at least one, where nothing is said", async () => {
    for (const [count, atOnce] of [
      [12, 1],
      [40, 4],
    ] as const) {
      const bench = new Bench({ groups: { count } });
      await bench.clock.runFor(32_000);
      expect(bench.asked).toHaveLength(atOnce);
    }
  });
});

describe("the order of a group that keeps its place", () => {
  it("is that of the file, the preferred agent first", () => {
    const { groups, agents } = configOf({
      groups: { x: { agents: ["b", "a"] }, y: { agents: ["b", "a"], preferred: "a" } },
    });
    const members = (name: string) => {
      const group = groups[name];
      return group && membersOf({ agents }, name, group);
    };
    expect([members("x"), members("y")]).toEqual([
      ["b", "a"],
      ["a", "b"],
    ]);
  });
});
