import { afterEach, describe, expect, it } from "vitest";
import { Bed } from "../bed/bed.ts";
import { pause, until } from "../bed/until.ts";

let bed: Bed | undefined;
afterEach(async () => {
  await bed?.stop();
  bed = undefined;
});

describe("Redis", () => {
  it("may be absent at the start: agents wait, say so, and serve as soon as it appears", {
    timeout: 40_000,
  }, async () => {
    bed = await Bed.make({ devices: 4, everyMs: 100 });
    await bed.redis.kill();
    const { agents, cores } = bed;
    for (const agent of agents) agent.start();
    await bed.fleet.start();
    await until(
      "both agents say that they wait",
      () => agents.every((one) => /waiting for Redis/.test(one.log())),
      10_000,
    );
    await pause(500);
    expect(agents.map((one) => one.program.running)).toEqual([true, true]);
    expect(bed.books.acknowledged).toBe(0);

    await bed.redis.restart();
    for (const core of cores) core.start();
    await bed.working();
    expect((await bed.active()).log()).toMatch(/Redis can be used/);
    await bed.settle();
    expect(await bed.judge(), bed.lastWords()).toMatchObject({ ok: true, violations: {}, epochs: 1 });
  });

  it("may be killed and restarted under load: nothing is lost, nothing is repeated", { timeout: 40_000 }, async () => {
    bed = await Bed.start({ devices: 12, everyMs: 100 });
    bed.commands.every(100);
    await bed.acknowledges(150, 20_000);
    for (let round = 0; round < 2; round++) {
      await bed.redis.kill();
      await pause(700);
      await bed.redis.restart();
      await bed.acknowledges(150, 20_000);
    }
    await bed.settle();
    const verdict = await bed.judge();
    expect(verdict, bed.lastWords()).toMatchObject({ ok: true, violations: {} });
    expect(verdict.received).toBeGreaterThan(400);
  });
});
