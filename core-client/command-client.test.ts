import { Redis } from "ioredis";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type PrivateRedis, startPrivateRedis } from "../adapters/io/node/private-redis.ts";
import { commandKey } from "../edge-agent/model/ledger.ts";
import { CommandClient } from "./command-client.ts";
import { DIRECTORY_KEY } from "./directory.ts";

let server: PrivateRedis;
let redis: Redis;
let client: CommandClient;
beforeAll(async () => {
  server = await startPrivateRedis();
  redis = new Redis(server.url);
  client = new CommandClient({ redis: server.url });
  await redis.hset(DIRECTORY_KEY, "dev_1", "g1", "dev_2", "g2");
});
afterAll(async () => {
  await client.close();
  redis.disconnect();
  await server.stop();
});

function request(uid: string, more: object = {}) {
  return { uid, device: "dev_1", action: "set-light", deadline: "2099-01-01T00:00:00Z", issuedBy: "test", ...more };
}

/** What an agent writes when a command ended. */
async function end(uid: string, fields: Record<string, string | number> = {}, group: string = "g1"): Promise<void> {
  const facts = { device: "dev_1", action: "set-light", attempt: 1, epoch: 1, holder: "a", endedAt: Date.now() };
  await redis.hset(commandKey(group, uid), { ...facts, state: "succeeded", ...fields });
}

describe("send", () => {
  it("puts the command into the queue of its device's group, checked and with its priority", async () => {
    expect(await client.send(request("c-1", { priority: "bulk" }))).toEqual({
      uid: "c-1",
      group: "g1",
      state: "accepted",
      repeated: false,
    });
    const job = await redis.hgetall("{busbar:g1}:commands:cmd-c-1");
    expect(JSON.parse(job["data"] ?? "{}")).toMatchObject({
      uid: "c-1",
      mode: "direct",
      maxAttempts: 1,
      idempotent: false,
    });
    expect(job["priority"]).toBe("2");
  });

  it("adds a repeated uid once and answers what became of it", async () => {
    await client.send(request("c-2"));
    expect(await client.send(request("c-2"))).toMatchObject({ state: "accepted", repeated: true });
    expect(await redis.lrange("{busbar:g1}:commands:wait", 0, -1)).not.toContain("cmd-c-2-2");
    await end("c-2");
    // The ledger outlives the job.
    await redis.del("{busbar:g1}:commands:cmd-c-2");
    expect(await client.send(request("c-2"))).toMatchObject({ state: "succeeded", repeated: true });
    expect(await redis.exists("{busbar:g1}:commands:cmd-c-2")).toBe(0);
  });

  it("is one command although two cores send it at the same time", async () => {
    const other = new CommandClient({ redis: server.url });
    await Promise.all([client, other].map((one) => one.send(request("c-both"))));
    const prioritized = await redis.zrange("{busbar:g1}:commands:prioritized", "0", "-1");
    expect(prioritized.filter((id) => id === "cmd-c-both")).toHaveLength(1);
    await other.close();
  });

  it("refuses another command under a used uid, before and after the ledger has it", async () => {
    await client.send(request("c-3"));
    const other = request("c-3", { action: "reboot" });
    await expect(client.send(other)).rejects.toMatchObject({ code: "core.command.uid-reused" });
    await end("c-3");
    await expect(client.send(other)).rejects.toMatchObject({ code: "core.command.uid-reused" });
  });

  it("refuses what is no command and a device nobody has", async () => {
    await expect(client.send(request("a:b"))).rejects.toMatchObject({ code: "model.command.invalid" });
    await expect(client.send(request("c-4", { device: "nobody" }))).rejects.toMatchObject({
      code: "core.device.unknown",
    });
    expect(await client.send(request("c-4", { device: "nobody" }), { group: "g9" })).toMatchObject({ group: "g9" });
  });

  it("keeps a command back until it may begin", async () => {
    await client.send(request("c-5", { notBefore: "2098-01-01T00:00:00Z" }));
    expect(await redis.zscore("{busbar:g1}:commands:delayed", "cmd-c-5")).not.toBeNull();
  });
});

describe("result", () => {
  it("is the end from the ledger, once it is there", async () => {
    await client.send(request("r-1"));
    const waiting = client.result("r-1", { timeoutMs: 5_000 });
    await redis.hset(commandKey("g1", "r-1"), { state: "sent", attempt: 1, epoch: 1, holder: "a" });
    await end("r-1", { result: '{"status":"OK"}', nativeCode: "OK" });
    expect(await waiting).toMatchObject({ state: "succeeded", result: { status: "OK" }, nativeCode: "OK", attempt: 1 });
  });

  it("says how far it is when the time is over, and can be asked again", async () => {
    await client.send(request("r-2"));
    const asked = client.result("r-2", { timeoutMs: 30 });
    await expect(asked).rejects.toMatchObject({ code: "core.command.unanswered", native: "queued" });
    await redis.hset(commandKey("g1", "r-2"), { state: "accepted" });
    await expect(client.result("r-2", { timeoutMs: 0 })).rejects.toMatchObject({ native: "accepted" });
    await end("r-2", { state: "unknown", reason: "command.in-doubt" });
    expect(await client.result("r-2", { timeoutMs: 0 })).toMatchObject({ state: "unknown" });
  });

  it("finds commands another core sent, by device or by looking", async () => {
    const other = new CommandClient({ redis: server.url });
    await end("r-3", { device: "dev_2" }, "g2");
    expect(await other.result("r-3", { timeoutMs: 0, where: { device: "dev_2" } })).toMatchObject({
      state: "succeeded",
    });
    expect(await other.result("r-3", { timeoutMs: 0 })).toMatchObject({ state: "succeeded" });
    await expect(other.result("r-none", { timeoutMs: 0 })).rejects.toMatchObject({ code: "core.command.unknown" });
    await expect(other.look("../x")).rejects.toMatchObject({ code: "core.command.unknown" });
    await other.close();
  });

  it("stops waiting when it is aborted", async () => {
    await client.send(request("r-4"));
    const abort = new AbortController();
    const waiting = client.result("r-4", { timeoutMs: 60_000, signal: abort.signal });
    abort.abort(new Error("enough"));
    await expect(waiting).rejects.toThrow("enough");
  });
});

describe("cancel", () => {
  it("ends a command nobody has begun", async () => {
    await client.send(request("x-1"));
    expect(await client.cancel("x-1")).toMatchObject({ state: "cancelled" });
    expect(await client.result("x-1", { timeoutMs: 0 })).toMatchObject({ state: "cancelled" });
  });

  it("only marks one that is under way, and leaves an ended one", async () => {
    await client.send(request("x-2"));
    await redis.hset(commandKey("g1", "x-2"), { state: "sent", attempt: 1, epoch: 1, holder: "a" });
    expect(await client.cancel("x-2")).toMatchObject({ state: "sent", cancelledAt: expect.any(Number) });
    await end("x-2");
    expect(await client.cancel("x-2")).toMatchObject({ state: "succeeded" });
  });
});
