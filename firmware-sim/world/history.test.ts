import { describe, expect, it } from "vitest";
import { live } from "./history.ts";

/** CI lives through more of them, and a night through many: `npm run simulate -- --seeds 10000`. */
const SEEDS = 60;

describe("a history", () => {
  it("keeps every promise, whatever the weather", async () => {
    const seen: Record<string, number> = {};
    for (let seed = 1; seed <= SEEDS; seed++) {
      const { verdict, facts } = await live(seed, {});
      const tail = verdict?.tail.slice(-30).join("\n");
      expect(verdict, `seed ${seed}, ${verdict?.judge}: ${verdict?.text}\n${tail}`).toBeUndefined();
      for (const [fact, count] of Object.entries(facts)) seen[fact] = (seen[fact] ?? 0) + count;
    }
    // Promises kept in fair weather prove nothing: all of this must have happened, and often.
    const kinds = ["active", "killed", "power-lost", "frozen", "forgot", "spilled", "bound", "turned-away", "executed"];
    for (const kind of kinds) expect(seen[kind] ?? 0, kind).toBeGreaterThan(0);
  }, 240_000);

  it("is the same for the same seed", async () => {
    for (const seed of [3, 8, 21]) {
      const first = await live(seed, {});
      const second = await live(seed, {});
      expect(second.hash).toBe(first.hash);
      expect(second.events).toBe(first.events);
    }
    expect((await live(4, {})).hash).not.toBe((await live(3, {})).hash);
  }, 60_000);

  it("is not changed by who watches it: the tail of the trace is for people", async () => {
    const few = await live(5, { tail: 0 });
    const all = await live(5, { tail: 100_000 });
    expect(all.hash).toBe(few.hash);
  });
});
