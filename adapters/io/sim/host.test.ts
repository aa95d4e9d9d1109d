import { describe, expect, it } from "vitest";
import { later, toInstant } from "../../kit/time.ts";
import { SimClock } from "./clock.ts";
import { SimHost, type SimHostSettings } from "./host.ts";

function start(settings: Partial<SimHostSettings> = {}): { clock: SimClock; host: SimHost } {
  const clock = new SimClock();
  return { clock, host: new SimHost({ clock, name: "a", ...settings }) };
}

describe("the clocks of a host", () => {
  it("drift apart from true time, and a timer never fires early on its own clock", async () => {
    const { clock, host } = start({ monotonicOffsetMs: 1_234.567, rate: 1.000_1, wallStartMs: 1_700_000_000_000 });
    let firedAt = 0;
    for (let i = 0; i < 100; i++) {
      const due = later(host.timers.now(), 0.1 + i / 7);
      host.timers.at(due, () => {
        firedAt = host.timers.now();
      });
      await clock.runUntilIdle();
      expect(firedAt).toBeGreaterThanOrEqual(due);
      expect(firedAt - due).toBeLessThan(1e-6);
    }
    const { now } = clock;
    await clock.runFor(10_000);
    expect(host.timers.wall() - 1_700_000_000_000).toBe(Math.floor(clock.now * 1.000_1));
    expect(clock.now - now).toBe(10_000);
  });

  it("lets the wall clock jump, and not the other", async () => {
    const { clock, host } = start({ wallStartMs: 50_000 });
    await clock.runFor(1_000);
    host.timers.jumpWall(-5_000);
    expect(host.timers.wall()).toBe(46_000);
    expect(host.timers.now()).toBe(1_000);
  });
});

describe("a process", () => {
  it("does nothing while it is frozen; then everything that was due runs at once, in order", async () => {
    const { clock, host } = start();
    const seen: string[] = [];
    for (const at of [10, 20, 30]) host.timers.at(toInstant(at), () => seen.push(`${at} at ${host.timers.now()}`));
    await clock.runUntil(15);
    host.freeze();
    await clock.runUntil(100);
    expect(seen).toEqual(["10 at 10"]);
    host.thaw();
    await clock.runUntilIdle();
    expect(seen).toEqual(["10 at 10", "20 at 100", "30 at 100"]);
  });

  it("keeps its timers cancellable while frozen timers wait", async () => {
    const { clock, host } = start();
    const seen: string[] = [];
    const cancelSecond = host.timers.at(toInstant(2), () => seen.push("second"));
    host.timers.at(toInstant(1), () => {
      seen.push("first");
      cancelSecond();
    });
    host.freeze();
    await clock.runUntil(5);
    host.thaw();
    await clock.runUntilIdle();
    expect(seen).toEqual(["first"]);
  });

  it("is dead once it is killed, frozen or not, and the next one is not disturbed", async () => {
    const { clock, host } = start();
    const seen: string[] = [];
    host.timers.at(toInstant(1), () => seen.push("frozen and killed"));
    host.timers.at(toInstant(10), () => seen.push("killed"));
    host.onKill(() => seen.push("buried"));
    const forget = host.onKill(() => seen.push("forgotten"));
    forget();
    host.freeze();
    await clock.runUntil(5);
    host.kill();
    host.timers.at(toInstant(12), () => seen.push("alive"));
    await clock.runUntilIdle();
    expect(seen).toEqual(["buried", "alive"]);
    host.kill();
    expect(seen).toEqual(["buried", "alive"]);
  });
});
