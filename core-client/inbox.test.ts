import { Redis } from "ioredis";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type PrivateRedis, startPrivateRedis } from "../adapters/io/node/private-redis.ts";
import { MemoryInbox } from "./inbox.ts";
import { message } from "./messages.testing.ts";
import { POSTGRES_INBOX_DDL, PostgresInbox, type SqlTransaction } from "./postgres-inbox.ts";
import { RedisInbox } from "./redis-inbox.ts";

describe("MemoryInbox", () => {
  it("applies a message once, by id and by position", async () => {
    const inbox = new MemoryInbox();
    let effects = 0;
    const effect = () => {
      effects += 1;
    };
    expect(await inbox.once(undefined, message("d", 1), effect)).toBe("applied");
    expect(await inbox.once(undefined, message("d", 1), effect)).toBe("repeat");
    // The device said it again to the other agent: a new stamp, the same id.
    expect(await inbox.once(undefined, message("d", 7, { epoch: 2, id: "m-d-1-1" }), effect)).toBe("repeat");
    expect(effects).toBe(1);
  });

  it("records nothing of an effect that failed", async () => {
    const inbox = new MemoryInbox();
    const failing = () => Promise.reject(new Error("no"));
    await expect(inbox.once(undefined, message("d", 1), failing)).rejects.toThrow("no");
    expect(await inbox.once(undefined, message("d", 1), () => undefined)).toBe("applied");
  });

  it("applies a message once although it comes twice at the same time", async () => {
    const inbox = new MemoryInbox();
    let effects = 0;
    const slow = async () => {
      await new Promise((resolve) => setImmediate(resolve));
      effects += 1;
    };
    const both = await Promise.all([1, 2].map(() => inbox.once(undefined, message("d", 1), slow)));
    expect(both.sort()).toEqual(["applied", "repeat"]);
    expect(effects).toBe(1);
  });

  it("takes late messages that fill a gap", async () => {
    const inbox = new MemoryInbox(2);
    for (const sequence of [1, 3, 4, 5]) await inbox.once(undefined, message("d", sequence), () => undefined);
    expect(await inbox.once(undefined, message("d", 2, { late: true }), () => undefined)).toBe("applied");
    // Its id was forgotten (two are kept), its position was not.
    expect(await inbox.once(undefined, message("d", 1), () => undefined)).toBe("repeat");
  });
});

/** What PostgreSQL does with a unique key and a rollback, in the few statements the inbox uses. */
class OneTable {
  readonly rows = new Set<string>();

  begin(): { readonly tx: SqlTransaction; rollback(): void } {
    const added: string[] = [];
    return {
      tx: {
        query: async (text, values = []) => {
          expect(text).toMatch(/^INSERT INTO busbar_inbox \(source, id\) .* ON CONFLICT DO NOTHING$/);
          const row = JSON.stringify(values);
          if (this.rows.has(row)) return { rowCount: 0 };
          this.rows.add(row);
          added.push(row);
          return { rowCount: 1 };
        },
      },
      rollback: () => {
        for (const row of added) this.rows.delete(row);
      },
    };
  }
}

describe("PostgresInbox", () => {
  it("keeps the name with the effect: both committed or both rolled back", async () => {
    const table = new OneTable();
    const inbox = new PostgresInbox();
    const first = table.begin();
    await expect(inbox.once(first.tx, message("d", 1), () => Promise.reject(new Error("no")))).rejects.toThrow("no");
    first.rollback();
    let effects = 0;
    const effect = () => {
      effects += 1;
    };
    expect(await inbox.once(table.begin().tx, message("d", 1), effect)).toBe("applied");
    expect(await inbox.once(table.begin().tx, message("d", 1), effect)).toBe("repeat");
    expect(effects).toBe(1);
  });

  it("has the unique key the insert relies on", () => {
    expect(POSTGRES_INBOX_DDL).toMatch(/PRIMARY KEY \(source, id\)/);
  });
});

describe("RedisInbox", () => {
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

  it("applies all commands with the name in one step, once", async () => {
    const inbox = new RedisInbox(redis);
    const effect = [
      ["INCRBY", "{core}:total", 5],
      ["HSET", "{core}:last", "device", "d"],
    ] as const;
    const answers = await Promise.all(Array.from({ length: 20 }, () => inbox.once(message("d", 1), effect)));
    expect(answers.filter((one) => one === "applied")).toHaveLength(1);
    expect(await redis.get("{core}:total")).toBe("5");
    expect(await redis.hget("{core}:last", "device")).toBe("d");
  });

  it("takes the name back where nothing was done, and keeps it where half of it was", async () => {
    const inbox = new RedisInbox(redis);
    await redis.set("{core}:text", "x");
    const wrong = ["INCR", "{core}:text"] as const;
    await expect(inbox.once(message("d", 2), [wrong])).rejects.toThrow(/not an integer/);
    expect(await inbox.once(message("d", 2), [["SET", "{core}:text", "1"], wrong])).toBe("applied");
    await redis.set("{core}:text", "x");
    await expect(inbox.once(message("d", 3), [["INCR", "{core}:half"], wrong])).rejects.toMatchObject({
      code: "core.inbox.partial",
    });
    expect(await inbox.once(message("d", 3), [["INCR", "{core}:half"]])).toBe("repeat");
  });
});
