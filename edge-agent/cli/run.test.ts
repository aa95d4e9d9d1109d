import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type PrivateRedis, startPrivateRedis } from "../../adapters/io/node/private-redis.ts";
import type { AgentStatus, Health } from "../model/agent-status.ts";
import { type Running, startBusbar } from "./busbar.testing.ts";
import { type DemoFiles, writeDemoFiles } from "./demo/demo-files.ts";
import { agentPid } from "./demo/processes.ts";

let dir: string;
let redis: PrivateRedis;
let files: DemoFiles;
let running: Running[];

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), "busbar-run-"));
  redis = await startPrivateRedis({ dir: join(dir, "redis"), appendonly: true });
  files = await writeDemoFiles({ dir, redisUrl: redis.url, lights: 1, seed: "run" });
  running = [];
});

afterEach(async () => {
  for (const one of running) one.stop("SIGTERM");
  await Promise.all(running.map((one) => one.ended));
  await redis.stop();
  rmSync(dir, { recursive: true, force: true });
});

function run(agent: "a" | "b", env: Readonly<Record<string, string>> = {}): Running {
  const one = startBusbar(["run", "--config", files.configFile, "--agent", agent], env);
  running.push(one);
  return one;
}

async function ask<T>(agent: "a" | "b", path: string, body?: object): Promise<T | undefined> {
  try {
    const init =
      body === undefined
        ? {}
        : { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
    const response = await fetch(`http://127.0.0.1:${files.agents[agent].ops}${path}`, init);
    const answer: T = JSON.parse(await response.text());
    return answer;
  } catch {
    return undefined;
  }
}

async function until<T>(look: () => T | undefined | false | Promise<T | undefined | false>): Promise<T> {
  const end = performance.now() + 30_000;
  for (;;) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    if (performance.now() > end) throw new Error(`not within 30 s: ${look}`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

async function roleOf(agent: "a" | "b"): Promise<string | undefined> {
  return (await ask<AgentStatus>(agent, "/status"))?.groups[0]?.role;
}

function addHooks(): string {
  const out = join(dir, "hooks.out");
  const hook = join(dir, "hook");
  const line = `echo "$BUSBAR_AGENT $BUSBAR_EVENT $BUSBAR_REASON $BUSBAR_EPOCH" >> ${out}`;
  writeFileSync(hook, `#!/bin/sh\n${line}\n`, { mode: 0o755 });
  const one = `{ command: [${hook}], timeout: 5s }`;
  appendFileSync(files.configFile, `hooks: { promote: ${one}, demote: ${one} }\n`);
  return out;
}

const lines = (file: string): string[] => (existsSync(file) ? readFileSync(file, "utf8").trim().split("\n") : []);

describe("busbar run", () => {
  it("takes the other's place with its hooks when an agent is killed, and joins again as standby", async () => {
    const out = addHooks();
    run("a");
    await until(async () => (await roleOf("a")) === "active");
    run("b");
    await until(async () => (await ask<Health>("b", "/health"))?.ready);
    process.kill(agentPid(files.agents.a.state) ?? 0, "SIGKILL");
    await until(async () => (await roleOf("b")) === "active");
    // Its supervisor takes away what it had, without waiting for the restart; the restarted one does so again.
    await until(() => lines(out).filter((line) => /^a demote (died|start) 0$/.test(line)).length >= 3);
    expect(lines(out)).toContain("a promote first 1");
    expect(lines(out)).toContain("a demote died 0");
    await until(() => lines(out).some((line) => /^b promote (link-closed|silence) 2$/.test(line)));
    await until(async () => (await roleOf("a")) === "standby");
    await until(async () => (await ask<Health>("a", "/health"))?.ready);
    const takeover = (await until(async () => (await ask<AgentStatus>("b", "/status"))?.groups[0])).takeovers;
    expect(takeover).toBe(1);
  }, 120_000);

  it("serves devices although its window cannot be opened", async () => {
    const other = createServer((_request, response) => response.end("somebody else"));
    await new Promise<void>((resolve) => other.listen(files.agents.a.ops, "127.0.0.1", resolve));
    try {
      const one = run("a");
      await until(() => one.out().includes("another process has the port"));
      await until(() => one.out().includes("active for group main"));
      expect(one.out()).toContain("the agent runs without status, metrics and page");
    } finally {
      other.closeAllConnections();
      await new Promise((resolve) => other.close(resolve));
    }
  }, 60_000);

  it("stops in order and exits with 0; the demote hook has run", async () => {
    const out = addHooks();
    const one = run("a");
    await until(async () => (await roleOf("a")) === "active");
    one.stop("SIGTERM");
    const { code } = await one.ended;
    expect(code).toBe(0);
    expect(lines(out).at(-1)).toBe("a demote requested 1");
    expect(agentPid(files.agents.a.state)).toBeUndefined();
  }, 60_000);

  it("refuses a Redis that loses what it takes, once and with the reason", async () => {
    await redis.stop();
    redis = await startPrivateRedis({ dir: join(dir, "lossy"), port: redis.port });
    const one = run("a");
    const { code, err, out } = await one.ended;
    expect(code).toBe(1);
    expect(err).toContain("this Redis would lose what it confirmed");
    expect(out.match(/the agent does not run/g)).toHaveLength(1);
  }, 60_000);
});
