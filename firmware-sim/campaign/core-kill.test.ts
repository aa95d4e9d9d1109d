import { afterEach, describe, expect, it } from "vitest";
import { Bed } from "../bed/bed.ts";
import { until } from "../bed/until.ts";

let bed: Bed | undefined;
afterEach(async () => {
  await bed?.stop();
  bed = undefined;
});

describe("SIGKILL of a core in the middle of its work", () => {
  it("brings what it had begun to the next core, and every effect happens once", { timeout: 40_000 }, async () => {
    bed = await Bed.start({ devices: 12, everyMs: 50 });
    const [core] = bed.cores;
    const redis = bed.redis.client();
    const active = (): Promise<string[]> => redis.lrange("{busbar:main}:messages:active", 0, -1);
    // Frozen first: what it holds then is what it dies with.
    await until(
      "the core is caught with a job in its hands",
      async () => {
        core?.signal("SIGSTOP");
        if ((await active()).length > 0) return true;
        core?.signal("SIGCONT");
        return false;
      },
      10_000,
    );
    const begun = await active();
    await core?.kill();
    core?.start();
    await bed.acknowledges(200, 10_000);

    await bed.settle();
    const started = await Promise.all(begun.map((job) => redis.hget(`{busbar:main}:messages:${job}`, "ats")));
    // BullMQ counts the starts of a job.
    expect(started.map(Number).filter((starts) => starts >= 2)).toHaveLength(begun.length);
    const verdict = await bed.judge();
    expect(verdict, bed.lastWords()).toMatchObject({ ok: true, violations: {} });
    expect(verdict.received).toBeGreaterThan(200);
  });
});
