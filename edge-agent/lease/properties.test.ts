import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { LeaseLaws } from "./lease-laws.testing.ts";
import { LeaseWorld } from "./lease-world.testing.ts";
import type { LeaseSettings } from "./settings.ts";
import { clear, happen, tameWeather, type Weather, wildWeather } from "./weather.testing.ts";

/** No two monotonic clocks run alike; the safety margin allows for several percent at its size. */
const rates = fc.array(fc.double({ min: 0.99, max: 1.01, noNaN: true }), { minLength: 3, maxLength: 3 });

interface History {
  readonly names: readonly string[];
  readonly settings: Partial<LeaseSettings>;
  readonly tame: boolean;
}

function play(
  history: History,
  weather: readonly Weather[],
  clockRates: readonly number[],
): { world: LeaseWorld; laws: LeaseLaws } {
  const world = new LeaseWorld(history.names, history.settings);
  for (const [i, agent] of [...world.agents.values()].entries()) {
    agent.clock = { rate: clockRates[i] ?? 1, offset: 10_000 * i };
  }
  const laws = new LeaseLaws(world, history.tame);
  for (const name of history.names) world.start(name);
  for (const [i, a] of history.names.entries()) for (const b of history.names.slice(i + 1)) world.openLink(a, b);
  world.run(1_700);
  for (const one of weather) {
    happen(world, one);
    laws.check();
  }
  return { world, laws };
}

function proves(history: History, weather: fc.Arbitrary<Weather[]>, runs: number): void {
  fc.assert(
    fc.property(weather, rates, (events, clockRates) => {
      const { world, laws } = play(history, events, clockRates);
      clear(world);
      // Longest of all: a lease kept alive by a clock of Redis that jumped back, and the rests after stepping down.
      for (let i = 0; i < 200; i++) {
        world.run(100);
        laws.check();
      }
      expect(laws.broken).toEqual([]);
      const acting = history.names.filter((name) => world.mayAct(name));
      expect(acting).toHaveLength(1);
      const [active = ""] = acting;
      expect(world.record.lease?.token).toBe(`${active}:${world.agent(active).machine?.epoch}`);
      for (const name of history.names) {
        const role = world.agent(name).machine?.role;
        expect(role).toBe(name === active ? "active" : "standby");
      }
    }),
    { numRuns: runs },
  );
}

describe("whatever happens", () => {
  it("two agents keep the laws, and one is active once the weather clears", () => {
    proves({ names: ["a", "b"], settings: {}, tame: false }, wildWeather, 300);
  }, 120_000);

  it("three agents keep the laws, and one is active once the weather clears", () => {
    proves({ names: ["a", "b", "c"], settings: {}, tame: false }, wildWeather, 150);
  }, 120_000);

  it("two agents that do not steal, on a Redis that keeps its word, never act at the same time", () => {
    proves({ names: ["a", "b"], settings: { steal: false }, tame: true }, tameWeather, 300);
  }, 120_000);

  it("a preferred agent and short hold-downs change nothing of that", () => {
    const settings = { failback: { preferred: "a", afterMs: 2_000 }, holdDown: { takeovers: 2, withinMs: 5_000 } };
    proves({ names: ["a", "b"], settings, tame: false }, wildWeather, 100);
  }, 120_000);
});
