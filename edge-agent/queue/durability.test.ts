import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { durably } from "./durability.ts";
import { startTestRedis, type TestRedis, until } from "./queue.testing.ts";

let server: TestRedis;
beforeAll(async () => {
  server = await startTestRedis();
});
afterAll(() => server.close());

describe("a write that must be durable", () => {
  const level = { kind: "replicas", replicas: 0, timeoutMs: 100 } as const;

  it("is, when its own connection says so", async () => {
    const redis = server.client();
    expect(await durably(redis, "k", level, () => redis.set("k", "1"))).toBe("OK");
  });

  it("is not, when the connection that wrote is not the one that was asked", async () => {
    const redis = server.client();
    await redis.ping();
    const write = async (): Promise<void> => {
      await redis.set("k", "2");
      redis.disconnect(true);
      await until(() => redis.status !== "ready");
      await until(() => redis.status === "ready");
    };
    await expect(durably(redis, "k", level, write)).rejects.toMatchObject({
      code: "queue.unavailable",
      message: expect.stringContaining("connection was lost"),
    });
  });

  it("listens to its connection once, however many writes there are", async () => {
    const redis = server.client();
    const before = redis.listenerCount("close");
    await Promise.all(Array.from({ length: 50 }, () => durably(redis, "k", level, () => redis.set("k", "3"))));
    expect(redis.listenerCount("close")).toBe(before + 1);
  });

  it("leaves the write's own fault as it is", async () => {
    const redis = server.client();
    const write = (): Promise<never> => Promise.reject(new Error("Connection is closed."));
    await expect(durably(redis, "k", level, write)).rejects.toMatchObject({ code: "queue.unavailable" });
    await redis.set("k", "text");
    await expect(durably(redis, "k", level, () => redis.llen("k"))).rejects.toMatchObject({
      code: "queue.refused",
      native: "WRONGTYPE",
    });
  });
});
