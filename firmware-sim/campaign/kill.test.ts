import { afterEach, describe, expect, it } from "vitest";
import { Bed } from "../bed/bed.ts";

/** Far below `lease.ttl`, with room for a busy machine; `npm run bench -- takeover` measures it. */
const TAKEOVER_MS = 1_000;

let bed: Bed | undefined;
afterEach(async () => {
  await bed?.stop();
  bed = undefined;
});

describe("SIGKILL of the active agent under load", () => {
  it("loses nothing, repeats nothing, and the standby takes over long before the lease is over", {
    timeout: 40_000,
  }, async () => {
    bed = await Bed.start({ devices: 12, everyMs: 100 });
    bed.commands.every(100);
    await bed.acknowledges(150, 20_000);
    const active = await bed.active();
    const standby = await bed.standby();

    const killedAt = Date.now();
    active.kill();
    await bed.acknowledges(300, 15_000);

    await bed.settle();
    const verdict = await bed.judge();
    expect(verdict, bed.lastWords()).toMatchObject({ ok: true, violations: {} });
    expect(verdict.received).toBe(verdict.acknowledged);
    expect(bed.commands.sent.length).toBeGreaterThan(20);
    const taken = bed.observer.owners.filter((entry) => entry.event === "acquired").at(-1);
    // The pair link closed with the process: that is what the standby went by.
    expect(taken).toMatchObject({ holder: standby.agent, epoch: 2, reason: "link-closed" });
    expect((taken?.at ?? Number.POSITIVE_INFINITY) - killedAt).toBeLessThanOrEqual(TAKEOVER_MS);
  });
});
