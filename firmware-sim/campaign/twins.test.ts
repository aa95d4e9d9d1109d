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
  it("in one state directory: the second refuses to run and says why", { timeout: 40_000 }, async () => {
    bed = await Bed.start({ devices: 6, everyMs: 100 });
    const place = await placeOfActive(bed);
    intruder = bed.makeAgent({ ...place, logFile: join(bed.plan.dir, "intruder.log") });
    intruder.start();
    await until("the intruder ends", () => intruder?.program.running === false, 15_000);
    expect(intruder.log()).toContain("is this agent running already?");
    await bed.acknowledges(100, 20_000);
    await bed.settle();
    expect(await bed.judge(), bed.lastWords()).toMatchObject({ ok: true, violations: {}, epochs: 1 });
  });

  it("on two machines: the second leaves the lease alone and says why", { timeout: 40_000 }, async () => {
    bed = await Bed.start({ devices: 6, everyMs: 100 });
    const place = await placeOfActive(bed);
    intruder = bed.makeAgent(await elsewhere(bed, place));
    intruder.start();
    await until("the intruder says so", () => /another process runs as agent/.test(intruder?.log() ?? ""), 15_000);
    await bed.acknowledges(300, 20_000);
    await bed.settle();
    expect(await bed.judge(), bed.lastWords()).toMatchObject({ ok: true, violations: {}, epochs: 1 });
  });
});

async function placeOfActive(of: Bed): Promise<AgentPlace> {
  const { agent } = await of.active();
  const place = of.plan.places.find((one) => one.name === agent);
  if (place === undefined) throw new Error("the active agent has no place");
  return place;
}

/** The same agent's file on another machine: its own disk and ports, the same Redis and names. */
async function elsewhere(of: Bed, like: AgentPlace): Promise<AgentPlace> {
  const stateDir = join(of.plan.dir, "elsewhere");
  const configFile = join(of.plan.dir, "elsewhere.yaml");
  const config = JSON.parse(readFileSync(like.configFile, "utf8"));
  const own = config.agents[like.name];
  const [link, ops] = await Promise.all([freePort(), freePort()]);
  own.link = link;
  own.ops = `127.0.0.1:${ops}`;
  own.state = stateDir;
  for (const listener of own.oslp.listen) listener.port = await freePort();
  writeFileSync(configFile, JSON.stringify(config));
  return { ...like, stateDir, configFile, logFile: join(of.plan.dir, "intruder.log") };
}
