import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { freePort, startPrivateRedis } from "../../adapters/io/node/private-redis.ts";
import { busbar, Gateway, startBusbar } from "../cli/busbar.testing.ts";

const cleanups: (() => Promise<unknown> | unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function gateway(redis: string): Promise<{ readonly file: string; readonly port: number }> {
  const server = await startPrivateRedis({ appendonly: false, extraArgs: ["--maxmemory", "64mb"] });
  cleanups.push(() => server.stop());
  const made = new Gateway();
  cleanups.push(() => made.remove());
  made.configure({ a: await freePort(), b: await freePort(), redis: server.port });
  const text = readFileSync(made.file, "utf8");
  writeFileSync(
    made.file,
    text.replace(/^ {2}url: redis.*$/m, (url) => (redis === "" ? url : `${url}\n  ${redis}`)),
  );
  for (const state of ["state-a", "state-b"]) mkdirSync(join(made.folder, state), { recursive: true });
  return { file: made.file, port: server.port };
}

describe("busbar run, with a Redis that would lose what it confirms", () => {
  it("does not start, and says what to change", async () => {
    const { file, port } = await gateway("");
    const { code, err } = await busbar(["run", "--no-supervisor", "-c", file, "-a", "a"]);
    expect(code).toBe(1);
    expect(err).toContain(
      `busbar: this Redis would lose what it confirmed: 127.0.0.1:${port}: with appendonly no a restart of Redis loses ` +
        "everything since its last snapshot (CONFIG SET appendonly yes, and the same in redis.conf); " +
        "or set redis.allowLossySettings: true to run anyway",
    );
  });

  it("starts where that is allowed, with a warning", async () => {
    const { file } = await gateway("allowLossySettings: true");
    const running = startBusbar(["run", "--no-supervisor", "-c", file, "-a", "a"]);
    cleanups.push(() => running.stop("SIGKILL"));
    await expect.poll(() => running.out(), { timeout: 15_000 }).toContain("active for group");
    expect(running.out()).toContain("with appendonly no a restart of Redis loses everything");
    running.stop("SIGTERM");
    expect((await running.ended).code).toBe(0);
  });
});
