import { afterEach, describe, expect, it } from "vitest";
import { Bed } from "../bed/bed.ts";
import type { DetourTraffic } from "../bed/detour.ts";
import { pause, until } from "../bed/until.ts";

const FROZEN_FOR_MS = 5_500;
/** After the wake: longer than any timer the woken agent may have had pending. */
const WATCHED_FOR_MS = 2_500;

let bed: Bed | undefined;
afterEach(async () => {
  await bed?.stop();
  bed = undefined;
});

describe("SIGSTOP of the active agent under load, without its supervisor", () => {
  it("is taken over; woken again, it commits nothing and writes to no device", { timeout: 40_000 }, async () => {
    bed = await Bed.start({ devices: 12, everyMs: 100, detours: true });
    bed.commands.every(50);
    await bed.acknowledges(150, 20_000);
    const active = await bed.active();
    const standby = await bed.standby();
    const toDevices: DetourTraffic[] = [];
    bed.detour.onTraffic = (traffic) => {
      const southbound = traffic.link === "south" ? traffic.direction === "forth" : traffic.direction === "back";
      if ((traffic.link === "south" || traffic.link === "inbound") && southbound) toDevices.push(traffic);
    };

    const frozenAt = performance.now();
    const pid = active.freeze();
    await until("the standby is active", async () => (await bed?.observer.holding())?.holder === standby.agent, 5_000);
    await pause(FROZEN_FOR_MS - (performance.now() - frozenAt));
    const wokenAt = performance.now();
    active.thaw(pid);
    await pause(WATCHED_FOR_MS);
    // The agent was not ended by the freeze: it had every chance to do harm.
    expect(active.program.running).toBe(true);

    await bed.settle();
    const from = (agent: string): DetourTraffic[] => toDevices.filter((one) => one.agent === agent && one.at > wokenAt);
    expect(from(active.agent)).toEqual([]);
    expect(from(standby.agent).length).toBeGreaterThan(50);
    const verdict = await bed.judge();
    expect(verdict, bed.lastWords()).toMatchObject({ ok: true, violations: {} });
    const { owners, batches } = bed.observer;
    const taken = owners.find((entry) => entry.epoch === 2 && entry.event === "acquired");
    const after = batches.filter(
      (batch) => Number(batch.streamId.split("-")[0]) > Number(taken?.streamId.split("-")[0]),
    );
    expect(after.length).toBeGreaterThan(20);
    const stale = after
      .flatMap((batch) => batch.messages)
      .filter((one) => one.agent === active.agent && one.late !== true);
    expect(stale).toEqual([]);
  });
});
