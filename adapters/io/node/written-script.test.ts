import { Redis } from "ioredis";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type PrivateRedis, startPrivateRedis } from "./private-redis.ts";
import { type ArgumentWriter, WrittenScript } from "./written-script.ts";

let server: PrivateRedis;
let redis: Redis;
beforeAll(async () => {
  server = await startPrivateRedis();
  redis = new Redis(server.url);
});
afterAll(async () => {
  redis.disconnect();
  await server.stop();
});

const ECHO = "return {#KEYS, KEYS[1], unpack(ARGV)}";

describe("a script whose call is written at once", () => {
  it("gets its arguments as they were told, whatever they are", async () => {
    const script = new WrittenScript(redis, ECHO, ["k"]);
    const texts = [
      "",
      "a",
      "Grüße, 街灯",
      "x".repeat(47),
      "x".repeat(48),
      "x".repeat(49),
      "ü".repeat(47),
      "y".repeat(200_000),
    ];
    for (let times = 0; times < 3; times++) {
      const reply = await script.run(texts.length + 2, (args) => {
        for (const text of texts) args.text(text);
        args.framed("<", "ö{}", ">");
        args.blob(Buffer.from("blob"));
      });
      expect(reply).toEqual([1, "k", ...texts, "<ö{}>", "blob"]);
    }
  });

  it("keeps the bytes of a call until it is answered", async () => {
    const script = new WrittenScript(redis, ECHO, ["k"]);
    await script.run(0, () => undefined);
    const replies = await Promise.all(
      Array.from({ length: 20 }, (_, number) => script.run(1, (args) => args.text(`number ${number}`))),
    );
    expect(replies).toEqual(Array.from({ length: 20 }, (_, number) => [1, "k", `number ${number}`]));
  });

  it("keeps them also for a connection that is opened anew meanwhile", async () => {
    const lossy = new Redis(server.url, { retryStrategy: () => 10 });
    lossy.on("error", () => undefined);
    try {
      const script = new WrittenScript(lossy, ECHO, ["k"]);
      await script.run(1, (args) => args.text("before"));
      await redis.client("PAUSE", 10_000, "WRITE");
      const replies = [1, 2, 3].map((number) => script.run(1, (args) => args.text(`number ${number}`)));
      const closed = new Promise((resolve) => lossy.once("close", resolve));
      lossy.disconnect(true);
      await closed;
      const later = script.run(1, (args) => args.text("later"));
      await redis.client("UNPAUSE");
      expect(await Promise.all([...replies, later])).toEqual(
        ["number 1", "number 2", "number 3", "later"].map((text) => [1, "k", text]),
      );
    } finally {
      lossy.disconnect();
    }
  });

  it("is told again where Redis has forgotten it, and rejects with what Redis says", async () => {
    const script = new WrittenScript(redis, ECHO, ["k"]);
    const tell = (args: ArgumentWriter): void => args.text("again");
    await script.run(1, tell);
    await redis.script("FLUSH");
    expect(await script.run(1, tell)).toEqual([1, "k", "again"]);
    const wrong = new WrittenScript(redis, "return redis.error_reply('OOM no room')", ["k"]);
    await expect(wrong.run(0, () => undefined)).rejects.toThrow(/^OOM/);
    await expect(wrong.run(0, () => undefined)).rejects.toThrow(/^OOM/);
  });
});
