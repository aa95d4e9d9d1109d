import { describe, expect, it } from "vitest";
import { SimClock } from "../../adapters/io/sim/clock.ts";
import { SimHost } from "../../adapters/io/sim/host.ts";
import { SeededRandom } from "../../adapters/kit/random.ts";
import { LeaseMachine } from "./machine.ts";
import { MemoryLeaseStore } from "./memory-store.ts";
import { emptyRecord } from "./record.ts";
import { LeaseRunner } from "./runner.ts";
import { DEFAULT_LEASE_SETTINGS } from "./settings.ts";
import type { LeaseOutcome } from "./words.ts";

/** Processes that all believe to be agent `a`, on one Redis. */
function namesakes() {
  const clock = new SimClock();
  const record = emptyRecord();
  const start = (process: string, members: readonly string[]) => {
    const { timers } = new SimHost({ clock, name: process });
    const outcomes: LeaseOutcome[] = [];
    const machine = new LeaseMachine({
      settings: DEFAULT_LEASE_SETTINGS,
      identity: { group: "g", agent: "a", members, configHash: "c1" },
      random: new SeededRandom(1).of(process),
      now: timers.now(),
      epochFloor: 0,
    });
    const runner = new LeaseRunner({
      machine,
      group: "g",
      agent: "a",
      timers,
      store: new MemoryLeaseStore(
        () => timers.now(),
        record,
        async () => {},
      ),
      voice: { say: () => {} },
      onOutcome: (outcome) => outcomes.push(outcome),
    });
    runner.start();
    return { runner, outcomes, kinds: () => outcomes.map((one) => one.kind) };
  };
  return { clock, record, start };
}

describe.each([[["a"]], [["a", "b"]]])("a second process under one agent's name, in a group of %j", (members) => {
  it("leaves the lease alone and says why, as long as the first one lives", async () => {
    const { clock, record, start } = namesakes();
    const first = start("first", members);
    await clock.runFor(1_000);
    const second = start("second", members);
    await clock.runFor(60_000);
    expect(record.epoch).toBe(1);
    expect(first.kinds()).not.toContain("standby");
    expect(second.kinds()).not.toContain("active");
    const [blocked] = second.outcomes.filter((one) => one.kind === "blocked");
    expect(blocked).toMatchObject({ reason: "twin" });
  });

  it("takes it soon after the first one died", async () => {
    const { clock, record, start } = namesakes();
    const first = start("first", members);
    await clock.runFor(1_000);
    const second = start("second", members);
    await clock.runFor(10_000);
    first.runner.stop();
    await clock.runFor(DEFAULT_LEASE_SETTINGS.ttlMs);
    expect(second.kinds().slice(-2)).toEqual(["unblocked", "active"]);
    expect(record.epoch).toBe(2);
  });
});
