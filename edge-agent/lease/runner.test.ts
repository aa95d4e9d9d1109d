import { describe, expect, it } from "vitest";
import { SeededRandom } from "../../adapters/kit/random.ts";
import { type Instant, toInstant } from "../../adapters/kit/time.ts";
import { LeaseMachine } from "./machine.ts";
import { MemoryLeaseStore } from "./memory-store.ts";
import { emptyRecord } from "./record.ts";
import { LeaseRunner, type LeaseTimers } from "./runner.ts";
import { DEFAULT_LEASE_SETTINGS } from "./settings.ts";
import type { LeaseOutcome, PeerWord } from "./words.ts";

/** Virtual time: between two timers everything that was promised is let happen. */
class VirtualTimers implements LeaseTimers {
  #now = 0;
  #timers: { at: number; call: () => void }[] = [];

  now(): Instant {
    return toInstant(this.#now);
  }

  at(when: Instant, call: () => void): () => void {
    const timer = { at: when, call };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((one) => one !== timer);
    };
  }

  async run(forMs: number): Promise<void> {
    const end = this.#now + forMs;
    for (;;) {
      await new Promise((resolve) => setImmediate(resolve));
      const [next] = this.#timers.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at);
      if (next === undefined) break;
      this.#timers = this.#timers.filter((one) => one !== next);
      this.#now = Math.max(this.#now, next.at);
      next.call();
    }
    this.#now = end;
  }
}

function pair() {
  const timers = new VirtualTimers();
  const record = emptyRecord();
  const outcomes: Record<string, LeaseOutcome[]> = { a: [], b: [] };
  const heard: [string, PeerWord][] = [];
  let reach = async (): Promise<void> => {};
  const runners = new Map<string, LeaseRunner>();
  for (const agent of ["a", "b"]) {
    const machine = new LeaseMachine({
      settings: DEFAULT_LEASE_SETTINGS,
      identity: { group: "g", agent, members: ["a", "b"], configHash: "c1" },
      random: new SeededRandom(1).of(agent),
      now: timers.now(),
      epochFloor: 0,
    });
    const runner = new LeaseRunner({
      machine,
      group: "g",
      agent,
      timers,
      store: new MemoryLeaseStore(
        () => timers.now(),
        record,
        () => reach(),
      ),
      voice: {
        say: (to, word) => {
          heard.push([to, word]);
          runners.get(to)?.heard(agent, word);
        },
      },
      onOutcome: (outcome) => outcomes[agent]?.push(outcome),
    });
    runners.set(agent, runner);
  }
  const [a, b] = [...runners.values()];
  if (a === undefined || b === undefined) throw new Error("two runners were made");
  const beats = (): void => {
    a.heard("b", b.beat("a"));
    b.heard("a", a.beat("b"));
    timers.at(toInstant(timers.now() + 50), beats);
  };
  return {
    timers,
    record,
    outcomes,
    a,
    b,
    beats,
    setReach: (way: () => Promise<void>) => {
      reach = way;
    },
  };
}

describe("the runner of a lease machine", () => {
  it("acquires, renews, and gives a reign whose right to act ends with it", async () => {
    const { timers, a, outcomes, record } = pair();
    a.start();
    await timers.run(10);
    const reign = a.reign();
    expect(reign).toMatchObject({ group: "g", holder: "a", epoch: 1 });
    await timers.run(10_000);
    expect(reign?.mayAct()).toBe(true);
    expect(record.lease?.token).toBe("a:1");
    expect(a.snapshot()).toMatchObject({ role: "active", epoch: 1, health: "ok", mayAct: true });
    expect(a.request({ kind: "step-down" })).toBeUndefined();
    expect(reign?.mayAct()).toBe(true);
    a.drained();
    expect(reign?.mayAct()).toBe(false);
    expect(a.reign()).toBeUndefined();
    expect(outcomes["a"]?.map(({ kind }) => kind)).toEqual([
      "epoch-noted",
      "active",
      "stepping-down",
      "request-taken",
      "standby",
    ]);
  });

  it("hands over on request and says why not where it cannot", async () => {
    const { timers, a, b, beats } = pair();
    a.start();
    await timers.run(10);
    b.start();
    expect(a.requestHandover("b")).toBe("b is not heard on the pair link");
    a.linkOpened("b");
    b.linkOpened("a");
    beats();
    await timers.run(100);
    expect(a.requestHandover("b")).toBeUndefined();
    a.drained();
    await timers.run(5);
    expect(b.reign()).toMatchObject({ holder: "b", epoch: 2 });
    expect(a.reign()).toBeUndefined();
  });

  it("takes failures of the store as failures, answers that never come as timeouts, and ends in time", async () => {
    const { timers, a, setReach, outcomes } = pair();
    a.start();
    await timers.run(2_000);
    const reign = a.reign();
    setReach(() => new Promise(() => {}));
    await timers.run(2_750);
    expect(reign?.mayAct()).toBe(true);
    await timers.run(100);
    expect(reign?.mayAct()).toBe(false);
    expect(outcomes["a"]?.at(-1)).toMatchObject({ kind: "standby", epoch: 1, reason: "unrenewed" });
    setReach(() => Promise.reject(new Error("connection refused")));
    await timers.run(1_000);
    expect(a.snapshot()).toMatchObject({ role: "standby", health: "failing" });
    setReach(async () => {});
    await timers.run(2_000);
    expect(a.reign()?.epoch).toBe(2);
    expect(reign?.mayAct()).toBe(false);
  });

  it("does nothing any more once it is stopped", async () => {
    const { timers, a, record } = pair();
    a.start();
    await timers.run(10);
    const reign = a.reign();
    a.stop();
    expect(reign?.mayAct()).toBe(false);
    await timers.run(5_000);
    expect(record.lease?.expiresAt).toBeLessThan(4_000);
    expect(a.requestHandover("b")).toBe("the agent is stopping");
  });
});
