import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { freePort } from "../../adapters/io/node/private-redis.ts";
import type { AgentProcess } from "../bed/agent-process.ts";
import { Bed } from "../bed/bed.ts";
import type { AgentPlace } from "../bed/bed-files.ts";
import { until } from "../bed/until.ts";

let bed: Bed | undefined;
let intruder: AgentProcess | undefined;
afterEach(async () => {
  await intruder?.program.kill();
  await bed?.stop();
  bed = undefined;
});

/** Agent `c` of another site, whose file names our Redis and our group by mistake. */
async function writeStranger(of: Bed, like: AgentPlace): Promise<AgentPlace> {
  const stateDir = join(of.plan.dir, "c");
  const configFile = join(of.plan.dir, "stranger.yaml");
  const config = JSON.parse(readFileSync(like.configFile, "utf8"));
  const [link, ops, oslp, old] = await Promise.all([freePort(), freePort(), freePort(), freePort()]);
  config.gateway = "/elsewhere/gw";
  config.agents = {
    c: {
      host: "127.0.0.1",
      link,
      ops: `127.0.0.1:${ops}`,
      state: stateDir,
      oslp: {
        listen: [
          { version: "0.6.1", address: "127.0.0.1", port: oslp },
          { version: "0.5.1", address: "127.0.0.1", port: old },
        ],
      },
    },
  };
  config.groups = { main: { agents: ["c"] } };
  writeFileSync(configFile, JSON.stringify(config));
  return { ...like, name: "c", stateDir, configFile, logFile: join(of.plan.dir, "stranger.log") };
}

describe("a second gateway on the same group", () => {
  it("is refused with a clear message while its configuration is another one", { timeout: 40_000 }, async () => {
    bed = await Bed.start({ devices: 6, everyMs: 100 });
    const [like] = bed.plan.places;
    if (like === undefined) throw new Error("the bed has no agents");
    intruder = bed.makeAgent(await writeStranger(bed, like));
    intruder.start();
    const { agent } = await bed.active();
    const complaint = new RegExp(`${agent} holds main with configuration \\w+, ours is \\w+: align them`);
    await until("the stranger says why it does nothing", () => complaint.test(intruder?.log() ?? ""), 15_000);
    await bed.acknowledges(100, 10_000);
    expect(intruder.program.running).toBe(true);
    await bed.settle();
    const verdict = await bed.judge();
    expect(verdict, bed.lastWords()).toMatchObject({ ok: true, violations: {}, epochs: 1 });
    expect(bed.observer.owners.map((entry) => entry.holder)).not.toContain("c");
  });
});

describe("two processes with one agent's name", () => {
  it("do no harm: nothing is lost or repeated, and no epoch has two of them", { timeout: 40_000 }, async () => {
    bed = await Bed.start({ devices: 6, everyMs: 100 });
    const active = await bed.active();
    const place = bed.plan.places.find((one) => one.name === active.agent);
    if (place === undefined) throw new Error("the active agent has no place");
    intruder = bed.makeAgent({ ...place, logFile: join(bed.plan.dir, "intruder.log") });
    intruder.start();
    await bed.acknowledges(300, 20_000);
    await bed.settle();
    expect(await bed.judge(), bed.lastWords()).toMatchObject({ ok: true, violations: {} });
  });
});
