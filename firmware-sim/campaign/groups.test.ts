import { afterEach, describe, expect, it } from "vitest";
import { pause, until } from "../bed/until.ts";
import { GroupsBed } from "./groups-bed.ts";

const QUICK = { settleAfter: "2s", maxMovesAtOnce: 2 };
/** Longer than it takes to settle and to be looked at. */
const NOTHING_MOVES_MS = 4_000;

/** Longer than any agent may act without Redis, nobody having promised anything. */
const REDIS_AWAY_MS = 5_000;

let groups: GroupsBed | undefined;
afterEach(async () => {
  await groups?.stop();
  groups = undefined;
});

function expectAllWell(bed: GroupsBed): void {
  const verdicts = bed.judge();
  for (const [group, verdict] of verdicts) {
    expect(verdict, `${group}\n${bed.bed.lastWords(30)}`).toMatchObject({ ok: true, violations: {} });
  }
  const received = [...verdicts.values()].reduce((sum, verdict) => sum + verdict.received, 0);
  expect(received).toBe(bed.bed.books.acknowledged);
  expect(received).toBeGreaterThan(300);
}

describe("three agents and twelve groups", () => {
  it("move what they must and nothing else, and lose nothing", { timeout: 120_000 }, async () => {
    groups = await GroupsBed.make({
      agents: ["a", "b", "c"],
      devices: 36,
      everyMs: 250,
      settings: { groups: { count: 12 }, placement: QUICK },
    });
    const { bed } = groups;
    const [a, b, c] = bed.agents;
    groups.core.start();
    a?.start();
    b?.start();
    await bed.fleet.start();
    await groups.atRest(["a", "b"], 30_000);
    await bed.working();

    // A third one joins: it is given its own, a few at a time, and the others keep theirs.
    let mark = await groups.now();
    c?.start();
    await groups.atRest(["a", "b", "c"], 30_000);
    const own = [...groups.places(["a", "b", "c"])].filter(([, agent]) => agent === "c").map(([group]) => group);
    const joined = await groups.taken(mark);
    expect(joined.map((one) => one.group).sort()).toEqual([...own].sort());
    expect(new Set(joined.map((one) => `${one.holder} ${one.reason}`))).toEqual(new Set(["c handover"]));
    expect(own.length).toBeGreaterThan(0);
    expect(own.length).toBeLessThan(9);
    await bed.acknowledges(100, 10_000);

    // It dies: each of its groups goes to who is next, at once and all together.
    mark = await groups.now();
    c?.kill();
    await groups.atRest(["a", "b"], 2_500);
    const next = groups.places(["a", "b"]);
    const inherited = await groups.taken(mark);
    expect(inherited).toHaveLength(own.length);
    for (const { group, holder, reason } of inherited) {
      expect(own).toContain(group);
      expect(holder).toBe(next.get(group));
      expect(reason).toBe("link-closed");
    }
    await bed.acknowledges(100, 10_000);

    // It comes back, and gets what is its own.
    mark = await groups.now();
    c?.start();
    await groups.atRest(["a", "b", "c"], 30_000);
    expect((await groups.taken(mark)).map((one) => one.group).sort()).toEqual([...own].sort());

    // Another one leaves in order: nobody waits for anything.
    mark = await groups.now();
    await b?.stop();
    await groups.atRest(["a", "c"], 2_500);
    const left = await groups.taken(mark);
    expect(new Set(left.map((one) => one.reason))).toEqual(new Set(["released"]));
    expect(left.map((one) => one.group).sort()).toEqual(
      [...groups.places(["a", "b", "c"])]
        .filter(([, agent]) => agent === "b")
        .map(([group]) => group)
        .sort(),
    );

    mark = await groups.now();
    await bed.acknowledges(100, 10_000);
    await pause(NOTHING_MOVES_MS);
    expect(await groups.taken(mark)).toEqual([]);
    await groups.settle();
    expectAllWell(groups);
  });

  it("give every group back to who had it when Redis comes back, with what was spooled meanwhile", {
    timeout: 120_000,
  }, async () => {
    groups = await GroupsBed.make({
      agents: ["a", "b", "c"],
      devices: 24,
      everyMs: 250,
      settings: { groups: { count: 6 }, placement: QUICK },
    });
    const { bed } = groups;
    groups.core.start();
    for (const agent of bed.agents) agent.start();
    await bed.fleet.start();
    await groups.atRest(["a", "b", "c"], 30_000);
    await bed.working();

    const mark = await groups.now();
    await bed.redis.kill();
    await pause(REDIS_AWAY_MS);
    await bed.redis.restart();
    await groups.atRest(["a", "b", "c"], 10_000);
    await bed.acknowledges(200, 10_000);
    const own = groups.places(["a", "b", "c"]);
    for (const { group, holder } of await groups.taken(mark)) expect(holder, group).toBe(own.get(group));
    await groups.settle();
    expectAllWell(groups);
  });
});

describe("devices that know the address of one of three agents", () => {
  it("are served by the agent that is active for their group, whichever that is", { timeout: 120_000 }, async () => {
    groups = await GroupsBed.make({
      agents: ["a", "b", "c"],
      devices: 24,
      everyMs: 150,
      knownAgents: ["a"],
      settings: { groups: { count: 12 }, placement: QUICK },
    });
    const { bed } = groups;
    groups.core.start();
    for (const agent of bed.agents) agent.start();
    await groups.atRest(["a", "b", "c"], 30_000);
    expect(new Set(groups.places(["a", "b", "c"]).values()).size, "each agent has a group").toBe(3);
    await bed.fleet.start();
    const told = (): number => bed.books.all.filter((book) => book.acknowledged.length > 5).length;
    await until("every device is acknowledged", () => told() === 24, 20_000);
    await bed.acknowledges(200, 10_000);
    await groups.settle();
    expectAllWell(groups);
  });
});

describe("two agents and two groups, each the standby of the other", () => {
  it("inherit and give back, and serve the devices of both groups all the time", { timeout: 120_000 }, async () => {
    groups = await GroupsBed.make({
      devices: 24,
      everyMs: 150,
      settings: {
        groups: {
          north: { agents: ["a", "b"], preferred: "a", failbackAfter: "3s" },
          south: { agents: ["a", "b"], preferred: "b", failbackAfter: "3s" },
        },
      },
      groupOf: (index) => (index % 2 === 0 ? "north" : "south"),
    });
    const { bed } = groups;
    const [a, b] = bed.agents;
    groups.core.start();
    a?.start();
    b?.start();
    await bed.fleet.start();
    await groups.atRest(["a", "b"], 30_000);
    await bed.working();
    // Where b was first and has just given north to a: a is killed as one that everybody knows to be active.
    await bed.acknowledges(100, 10_000);

    let mark = await groups.now();
    const killedAt = performance.now();
    a?.kill();
    await groups.atRest(["b"], 2_500);
    await bed.working();
    expect(await groups.taken(mark)).toEqual([{ group: "north", holder: "b", reason: "link-closed" }]);
    await bed.acknowledges(200, 10_000);
    // Devices of north that reached b before it had north are no strangers.
    expect(b?.program.log()).not.toContain("oslp.device.unknown");
    // The devices of the group that was never touched notice nothing; those of the other wait for a takeover.
    expect(bed.books.longestSilence(killedAt, performance.now()).ms).toBeLessThan(1_000);

    mark = await groups.now();
    a?.start();
    await groups.atRest(["a", "b"], 15_000);
    expect(await groups.taken(mark)).toEqual([{ group: "north", holder: "a", reason: "failback" }]);
    await bed.acknowledges(200, 10_000);

    mark = await groups.now();
    await pause(NOTHING_MOVES_MS);
    expect(await groups.taken(mark)).toEqual([]);
    await groups.settle();
    expectAllWell(groups);
  });
});
