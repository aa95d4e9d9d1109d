import { Redis } from "ioredis";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { DIRECTORY_KEY } from "../../core-client/directory.ts";
import { freePort, type PrivateRedis, startPrivateRedis } from "../../adapters/io/node/private-redis.ts";
import { commandKey } from "../model/ledger.ts";
import { busbar, Gateway } from "./busbar.testing.ts";

let server: PrivateRedis;
let redis: Redis;
let gateway: Gateway;

beforeAll(async () => {
  server = await startPrivateRedis();
  redis = new Redis(server.url);
  await redis.hset(DIRECTORY_KEY, "lamp-1", "main");
  gateway = new Gateway();
  gateway.configure({ a: 3, b: 4, redis: server.port });
});

afterAll(async () => {
  redis.disconnect();
  await server.stop();
  gateway.remove();
});

const c = () => ["-c", gateway.file];

/** What an agent writes about a command. */
function record(uid: string, fields: Readonly<Record<string, string>>): Promise<number> {
  return redis.hset(commandKey("main", uid), { device: "lamp-1", action: "set-light", ...fields });
}

describe("send", () => {
  it("puts the command into the queue of the device's group, once", async () => {
    const first = await busbar([
      "send",
      "lamp-1",
      "set-light",
      '{"on":true}',
      ...c(),
      "--uid",
      "u-1",
      "--target",
      "oslp:light[1]",
      "--no-wait",
    ]);
    expect(first).toMatchObject({ code: 0, out: "u-1 is in the queue (group main)\n" });
    const job = JSON.parse((await redis.hget("{busbar:main}:commands:cmd-u-1", "data")) ?? "{}");
    expect(job).toMatchObject({
      uid: "u-1",
      device: "lamp-1",
      action: "set-light",
      value: { on: true },
      target: { scheme: "oslp", value: "light[1]" },
      maxAttempts: 1,
      idempotent: false,
    });
    expect(Date.parse(job.deadline) - Date.now()).toBeLessThanOrEqual(30_000);
  });

  it.each([
    [
      "succeeded",
      { state: "succeeded", attempt: "1", endedAt: "1700000000000", result: '{"dim":70}' },
      0,
      'u-2 succeeded\n{"dim":70}\n',
    ],
    [
      "failed",
      {
        state: "failed",
        attempt: "2",
        endedAt: "1700000000000",
        reason: "oslp.status.failure",
        nativeCode: "FAILURE",
        text: "the device says no",
      },
      1,
      "u-2 failed after 2 attempts: the device says no; FAILURE; oslp.status.failure\n",
    ],
    [
      "unknown",
      { state: "unknown", attempt: "1", endedAt: "1700000000000", reason: "command.unanswered" },
      1,
      "u-2 unknown: command.unanswered\n",
    ],
  ])("waits for the end and tells it: %s", async (_name, fields, code, out) => {
    await redis.del(commandKey("main", "u-2"));
    await record("u-2", fields);
    expect(await busbar(["result", "u-2", ...c()])).toMatchObject({ code, out, err: "" });
  });

  it("tells what became of one sent before", async () => {
    const sending = busbar(["send", "lamp-1", "set-light", ...c(), "--uid", "u-3", "--within", "20s"]);
    const until = performance.now() + 15_000;
    while ((await redis.exists("{busbar:main}:commands:cmd-u-3")) === 0 && performance.now() < until)
      await redis.ping();
    await record("u-3", { state: "succeeded", attempt: "1", endedAt: "1700000000000" });
    const { code, out } = await sending;
    expect(code).toBe(0);
    expect(out).toBe("u-3 is in the queue; waiting for its end\nu-3 succeeded\n");
  });

  it("says when nobody carried it out in time", async () => {
    const { code, err } = await busbar(["send", "lamp-1", "set-light", ...c(), "--uid", "u-4", "--within", "1ms"]);
    expect(code).toBe(1);
    expect(err).toContain("u-4");
  }, 20_000);

  it("refuses a device nobody has, and a uid that cannot be", async () => {
    expect(await busbar(["send", "lamp-9", "set-light", ...c()])).toMatchObject({
      code: 1,
      err: expect.stringContaining("no group has device lamp-9"),
    });
    expect(await busbar(["send", "lamp-1", "set-light", ...c(), "--uid", "a:b"])).toMatchObject({
      code: 1,
      err: expect.stringContaining("uid"),
    });
  });

  it("exits 5 where Redis is away", async () => {
    gateway.configure({ a: 3, b: 4, redis: await freePort() });
    const { code, err } = await busbar(["send", "lamp-1", "set-light", ...c()]);
    gateway.configure({ a: 3, b: 4, redis: server.port });
    expect(code).toBe(5);
    expect(err).toMatch(/^busbar: .*\n$/);
  });
});

describe("result and cancel", () => {
  it("know what nobody has taken", async () => {
    expect(await busbar(["result", "u-none", ...c(), "--group", "main"])).toMatchObject({
      code: 1,
      err: "busbar: no agent has taken a command u-none\n",
    });
  });

  it("tell who has it", async () => {
    await record("u-5", { state: "sent", attempt: "1", holder: "a", epoch: "7" });
    expect(await busbar(["result", "u-5", ...c(), "--group", "main"])).toMatchObject({
      code: 0,
      out: "u-5 sent, with agent a in epoch 7\n",
    });
    const json = await busbar(["result", "u-5", ...c(), "--group", "main", "--json"]);
    expect(JSON.parse(json.out)).toMatchObject({ uid: "u-5", state: "sent", holder: "a", epoch: 7 });
  });

  it("cancel what nobody has begun, and say where it is too late", async () => {
    await record("u-6", { state: "accepted", attempt: "0" });
    expect(await busbar(["cancel", "u-6", ...c(), "--group", "main"])).toMatchObject({
      code: 0,
      out: expect.stringContaining("u-6 cancelled"),
    });
    expect((await busbar(["cancel", "u-2", ...c(), "--group", "main"])).code).toBe(4);
  });
});
