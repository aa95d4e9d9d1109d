import { describe, expect, it } from "vitest";
import { live } from "./history.ts";
import { MUTANTS } from "./mutants.testing.ts";

/** Every mutant must be caught within this many seeds, and the unbroken agents must pass all that were needed. */
const SEEDS = 200;

describe("a broken agent", () => {
  let needed = 0;
  for (const { sabotage, judges } of MUTANTS) {
    it(`is caught: ${sabotage.name}`, async () => {
      let caught: { readonly seed: number; readonly judge: string; readonly text: string } | undefined;
      for (let seed = 1; seed <= SEEDS && caught === undefined; seed++) {
        const { verdict } = await live(seed, { sabotage, tail: 0 });
        if (verdict !== undefined) caught = { seed, judge: verdict.judge, text: verdict.text };
      }
      process.stdout.write(`  ${sabotage.name}: seed ${caught?.seed}, ${caught?.judge}: ${caught?.text}\n`);
      expect(judges).toContain(caught?.judge);
      needed = Math.max(needed, caught?.seed ?? SEEDS);
    }, 240_000);
  }

  it("is told from one that is not by the same seeds", async () => {
    for (let seed = 1; seed <= needed; seed++) {
      const { verdict } = await live(seed, { tail: 0 });
      expect(verdict, `seed ${seed}: ${verdict?.judge}: ${verdict?.text}`).toBeUndefined();
    }
  }, 480_000);
});
