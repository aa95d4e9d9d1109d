import { describe, expect, it } from "vitest";
import { until } from "./agent-pair.testing.ts";
import { SilenceWatch } from "./silence-watch.ts";

function blockFor(ms: number): void {
  const end = performance.now() + ms;
  while (performance.now() < end);
}

describe("SilenceWatch", () => {
  it("counts as silence only what it was awake for", async () => {
    const silences: number[] = [];
    const watch = new SilenceWatch({ graceMs: 10_000, silentForMs: 200, silent: (forMs) => silences.push(forMs) });
    watch.start();
    watch.heard();
    blockFor(1_000);
    await new Promise((resolve) => setImmediate(resolve));
    expect(silences).toEqual([]);
    await until(() => silences.length === 1);
    expect(silences[0]).toBeLessThan(900);
    watch.stop();
  });

  it("grants the patience it was asked for, until the next sign", async () => {
    let told = 0;
    const patient = new SilenceWatch({ graceMs: 10_000, silentForMs: 40, silent: (forMs) => (told = forMs) });
    patient.start();
    patient.heard(200);
    const since = performance.now();
    while (told === 0 && performance.now() - since < 5_000) await new Promise((resolve) => setTimeout(resolve, 5));
    expect(told).toBeGreaterThan(240);
    let second = 0;
    const reset = new SilenceWatch({ graceMs: 10_000, silentForMs: 40, silent: (forMs) => (second = forMs) });
    reset.start();
    reset.heard(60_000);
    reset.heard();
    const from = performance.now();
    while (second === 0 && performance.now() - from < 5_000) await new Promise((resolve) => setTimeout(resolve, 5));
    expect(second).toBeGreaterThan(40);
  });

  it("grants no patience to one that is stopped, whatever it said last", async () => {
    let silentFor = 0;
    const watch = new SilenceWatch({
      graceMs: 10_000,
      silentForMs: 100,
      share: () => ({ state: "stopped", ranMs: 5 }),
      silent: (forMs) => {
        silentFor = forMs;
      },
    });
    watch.start();
    watch.heard(60_000);
    await until(() => silentFor > 0);
    expect(silentFor).toBeLessThan(900);
  });

  it("does not take one that gets no processor for one that hangs, unless that lasts", async () => {
    let silentFor = 0;
    const share = () => ({ state: "runnable", ranMs: 5 }) as const;
    const began = performance.now();
    const watch = new SilenceWatch({
      graceMs: 100,
      silentForMs: 100,
      share,
      silent: (forMs) => {
        silentFor = forMs;
      },
    });
    watch.start();
    watch.heard();
    await until(() => silentFor > 0);
    expect(performance.now() - began).toBeGreaterThan(990);
  });

  it.each([
    ["runs and says nothing", (): number => performance.now(), "runnable"],
    ["sleeps or waits", (): number => 5, "waiting"],
    ["is stopped", (): number => 5, "stopped"],
  ] as const)("judges by the clock one that %s", async (_what, ran, state) => {
    let silentFor = 0;
    const watch = new SilenceWatch({
      graceMs: 100,
      silentForMs: 100,
      share: () => ({ state, ranMs: ran() }),
      silent: (forMs) => {
        silentFor = forMs;
      },
    });
    watch.start();
    watch.heard();
    await until(() => silentFor > 0);
    expect(silentFor).toBeLessThan(900);
  });

  it("does not take a starved one for idle that one look finds between two things it does", async () => {
    let looks = 0;
    let silentFor = 0;
    const watch = new SilenceWatch({
      graceMs: 100,
      silentForMs: 100,
      share: () => ({ state: looks++ % 2 === 0 ? "waiting" : "runnable", ranMs: 5 }),
      silent: (forMs) => {
        silentFor = forMs;
      },
    });
    watch.start();
    watch.heard();
    await until(() => silentFor > 0);
    expect(silentFor).toBeGreaterThan(990);
  });

  it("lets one start that runs now and then, and not one that runs without end", async () => {
    for (const [perLookMs, least, most] of [
      [0.1, 990, 5_000],
      [50, 100, 900],
    ] as const) {
      let ranMs = 0;
      let silentFor = 0;
      const watch = new SilenceWatch({
        graceMs: 100,
        silentForMs: 100,
        share: () => {
          ranMs += perLookMs;
          return { state: "waiting", ranMs };
        },
        silent: (forMs) => {
          silentFor = forMs;
        },
      });
      watch.start();
      await until(() => silentFor > 0);
      expect(silentFor).toBeGreaterThan(least);
      expect(silentFor).toBeLessThan(most);
    }
  });

  it("waits longer for the first sign", async () => {
    let silent = 0;
    const watch = new SilenceWatch({ graceMs: 150, silentForMs: 50, silent: () => silent++ });
    const began = performance.now();
    watch.start();
    await until(() => silent === 1);
    expect(performance.now() - began).toBeGreaterThan(140);
  });

  it("tells once, and nothing after it was stopped", async () => {
    let silent = 0;
    const watch = new SilenceWatch({ graceMs: 20, silentForMs: 20, silent: () => silent++ });
    watch.start();
    await until(() => silent === 1);
    const other = new SilenceWatch({ graceMs: 10, silentForMs: 10, silent: () => silent++ });
    other.start();
    other.stop();
    const settled = performance.now() + 100;
    await until(() => performance.now() > settled);
    expect(silent).toBe(1);
  });
});
