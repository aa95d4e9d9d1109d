import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type PrivateRedis, startPrivateRedis } from "../adapters/io/node/private-redis.ts";
import { openGroup, type TestGroup } from "./group.testing.ts";
import { message, until } from "./messages.testing.ts";
import { runReferenceCore } from "./reference-core.ts";

const here = dirname(fileURLToPath(import.meta.url));
let server: PrivateRedis;
let folder: string;
const children: ChildProcess[] = [];
beforeAll(async () => {
  server = await startPrivateRedis();
  folder = mkdtempSync(join(tmpdir(), "busbar-core-"));
});
afterAll(async () => {
  for (const child of children) child.kill("SIGKILL");
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
});

function startCore(group: string, out: string, manner: "hang" | "work"): { child: ChildProcess; said: () => string } {
  const args = [join(here, "core-process.testing.mjs"), server.url, group, out, manner];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  children.push(child);
  let said = "";
  child.stdout?.on("data", (chunk) => {
    said += String(chunk);
  });
  return { child, said: () => said };
}

function linesOf(path: string): string[] {
  return readFileSync(path, "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => String(JSON.parse(line).id));
}

async function isDone(group: TestGroup, jobs: number): Promise<boolean> {
  return (await group.queue.getCompletedCount()) === jobs;
}

describe("a core that is killed", () => {
  it("in the middle of a job leaves it to another one, and the journal has it once", { timeout: 60_000 }, async () => {
    const out = join(folder, "one.ndjson");
    const group = openGroup(server.url, "one");
    const first = startCore("one", out, "hang");
    await group.add(message("d", 1), message("d", 2));
    await until(() => first.said().includes("written"));
    const other = await runReferenceCore({ redis: server.url, groups: ["one"], out });
    first.child.kill("SIGKILL");
    const killedAt = performance.now();
    await until(() => isDone(group, 1), 20_000);
    // Lock 5 s, looked at every second: 7 s, and what a busy machine adds. BullMQ's own settings take a minute.
    expect(performance.now() - killedAt).toBeLessThan(10_000);
    expect(other.counts().journal).toMatchObject({ written: 0, repeats: 2 });
    expect(linesOf(out)).toEqual(["m-d-1-1", "m-d-1-2"]);
    await other.close();
    await group.close();
  });

  it("again and again, with others, loses nothing, writes nothing twice and keeps the order", {
    timeout: 90_000,
  }, async () => {
    const out = join(folder, "many.ndjson");
    const group = openGroup(server.url, "many");
    const jobs = 400;
    const devices = ["d", "e", "f"];
    for (let sequence = 1; sequence <= jobs; sequence++) {
      await group.add(...devices.map((device) => message(device, sequence)));
    }
    let victim = startCore("many", out, "work");
    const steady = startCore("many", out, "work");
    for (let kill = 0; kill < 4; kill++) {
      const { said } = victim;
      await until(async () => said().length > 20 || (await isDone(group, jobs)), 20_000);
      victim.child.kill("SIGKILL");
      victim = startCore("many", out, "work");
    }
    await until(() => isDone(group, jobs), 60_000);
    const ids = linesOf(out);
    for (const device of devices) {
      const ofDevice = ids.filter((id) => id.startsWith(`m-${device}-`));
      expect(ofDevice).toEqual(Array.from({ length: jobs }, (_, n) => `m-${device}-1-${n + 1}`));
    }
    expect(steady.child.exitCode).toBeNull();
    expect(await group.queue.getFailedCount()).toBe(0);
    await group.close();
  });
});
