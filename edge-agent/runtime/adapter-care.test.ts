import { describe, expect, it } from "vitest";
import { SimClock } from "../../adapters/io/sim/clock.ts";
import type { Timers } from "../../adapters/io/timers.ts";
import { EdgeError } from "../../adapters/kit/edge-error.ts";
import { toInstant, toWall } from "../../adapters/kit/time.ts";
import { AdapterCare, type AdapterNews, HOLD_MS, RESTARTS, WITHIN_MS } from "./adapter-care.ts";

const FAULT = new EdgeError({ code: "oslp.session.broken", blame: "us", retry: "backoff", message: "a defect" });

function setUp() {
  const clock = new SimClock(1_000);
  const timers: Timers = {
    now: () => toInstant(clock.now),
    wall: () => toWall(clock.now),
    at: (when, call) => clock.at(when, call),
  };
  const did: string[] = [];
  const news: AdapterNews[] = [];
  const care = new AdapterCare({
    timers,
    close: async (protocol) => void did.push(`close ${protocol}`),
    open: async (protocol) => void did.push(`open ${protocol}`),
    tell: (one) => news.push(one),
  });
  return { clock, care, did, news };
}

describe("AdapterCare", () => {
  it("restarts the adapter that broke, and that one alone", async () => {
    const { clock, care, did, news } = setUp();
    care.broke("oslp", FAULT);
    expect(care.stateOf("oslp")).toBe("restarting");
    expect(care.stateOf("mqtt")).toBe("running");
    await clock.runFor(1_000);
    expect(did).toEqual(["close oslp", "open oslp"]);
    expect(news).toEqual([{ kind: "restarted", protocol: "oslp", restarts: 1, fault: FAULT }]);
    expect(care.stateOf("oslp")).toBe("running");
  });

  it("takes everything that breaks until it runs again for one failure", async () => {
    const { clock, care, news } = setUp();
    for (let i = 0; i < 100; i++) care.broke("oslp", FAULT);
    await clock.runFor(1_000);
    expect(news).toHaveLength(1);
  });

  it("holds it after three restarts within a minute, and tries it again after the hold", async () => {
    const { clock, care, did, news } = setUp();
    for (let i = 0; i <= RESTARTS; i++) {
      care.broke("oslp", FAULT);
      await clock.runFor(1_000);
    }
    expect(news.map((one) => one.kind)).toEqual(["restarted", "restarted", "restarted", "held"]);
    expect(did.at(-1)).toBe("close oslp");
    expect(care.stateOf("oslp")).toBe("held");
    care.broke("oslp", FAULT);
    await clock.runFor(HOLD_MS);
    expect(news.at(-1)).toEqual({ kind: "released", protocol: "oslp" });
    expect(did.at(-1)).toBe("open oslp");
    expect(care.stateOf("oslp")).toBe("running");
  });

  it("does not add up restarts that lie more than a minute apart", async () => {
    const { clock, care, news } = setUp();
    for (let i = 0; i < 10; i++) {
      care.broke("oslp", FAULT);
      await clock.runFor(WITHIN_MS / 2);
    }
    expect(news.some((one) => one.kind === "held")).toBe(false);
  });

  it("does nothing after it was stopped", async () => {
    const { clock, care, did } = setUp();
    care.broke("oslp", FAULT);
    care.stop();
    await clock.runFor(1_000);
    expect(did).toEqual(["close oslp"]);
    care.broke("mqtt", FAULT);
    expect(care.stateOf("mqtt")).toBe("running");
  });
});
