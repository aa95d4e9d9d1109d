import { afterEach, describe, expect, it } from "vitest";
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { NodeDisk } from "../../adapters/io/node/disk.ts";
import { startPrivateRedis } from "../../adapters/io/node/private-redis.ts";
import { connectRedis } from "../../adapters/io/node/redis.ts";
import { redisSettingsOf } from "../../adapters/io/node/redis-settings.ts";
import { Bed } from "../../firmware-sim/bed/bed.ts";
import { until } from "../../firmware-sim/bed/until.ts";
import { RedisLeaseStore } from "../lease/redis/redis-lease-store.ts";
import type { AcquireReply } from "../lease/store.ts";
import { DIRECTORY_KEY } from "../queue/directory.ts";
import { EpochFile } from "./epoch-file.ts";

const cleanups: (() => Promise<unknown> | unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

describe("an epoch never goes back", () => {
  it("where Redis is restored from an old copy, as long as one disk remembers", async () => {
    const dir = mkdtempSync(join(tmpdir(), "busbar-forgets-"));
    cleanups.push(() => rmSync(dir, { recursive: true }));
    const redis = await startPrivateRedis({ dir: join(dir, "redis"), appendonly: true, appendfsync: "always" });
    cleanups.push(() => redis.stop());
    const connection = connectRedis(redisSettingsOf(redis.url), "effects");
    cleanups.push(() => connection.close());
    await connection.ready({ timeoutMs: 5_000 });
    const store = new RedisLeaseStore(connection.client, { group: "g" });
    const disks = { a: new NodeDisk(mkdtempSync(join(dir, "a-"))), b: new NodeDisk(mkdtempSync(join(dir, "b-"))) };
    const epochs: number[] = [];
    /** As an agent that was just started would: with what its own disk says, and nothing else. */
    const acquire = async (holder: "a" | "b"): Promise<AcquireReply> => {
      const file = new EpochFile(disks[holder], "g");
      const hold = (await store.observe()).hold;
      const reply = await store.acquire({
        holder,
        ttlMs: 60_000,
        allowedOld: hold === undefined ? undefined : `${hold.holder}:${hold.epoch}`,
        epochFloor: file.highest,
        configHash: "c",
        replaceConfig: true,
        reason: "first",
      });
      if (reply.kind === "granted") {
        // Both agents note what they see: the holder its own, the other one what it observes.
        for (const disk of Object.values(disks)) new EpochFile(disk, "g").note(reply.epoch);
        epochs.push(reply.epoch);
      }
      return reply;
    };

    await acquire("a");
    await acquire("b");
    cpSync(join(redis.dir, "appendonlydir"), join(dir, "copy"), { recursive: true });
    for (let i = 0; i < 3; i++) await acquire(i % 2 === 0 ? "a" : "b");
    await redis.kill();
    rmSync(join(redis.dir, "appendonlydir"), { recursive: true });
    cpSync(join(dir, "copy"), join(redis.dir, "appendonlydir"), { recursive: true });
    await redis.restart();
    await connection.ready({ timeoutMs: 5_000 });
    // The copy has b:2; a renewal of the reign that came after it is refused, and what follows is above all of them.
    const renewal = await store.renew({ holder: "a", epoch: 5, ttlMs: 60_000, configHash: "c" });
    expect(renewal).toMatchObject({ kind: "lost", hold: { holder: "b", epoch: 2 } });
    await acquire("b");
    await connection.client.flushall();
    // Forgotten altogether, and nobody else's: the last holder may have it again, under the same epoch.
    expect(await store.renew({ holder: "b", epoch: 6, ttlMs: 60_000, configHash: "c" })).toMatchObject({
      kind: "renewed",
      regranted: true,
    });
    await connection.client.flushall();
    await acquire("a");
    expect(epochs).toEqual([1, 2, 3, 4, 5, 6, 7]);
  });
});

describe("two agents whose Redis is flushed", () => {
  it("go on with larger epochs, and lose nothing that Redis did not lose itself", { timeout: 120_000 }, async () => {
    const bed = await Bed.start({ devices: 6, everyMs: 100 });
    cleanups.push(() => bed.stop());
    const admin = bed.redis.client();
    const epochs: number[] = [];
    const note = async (): Promise<void> => {
      await bed.active();
      epochs.push((await bed.observer.holding())?.epoch ?? 0);
    };
    /** Nothing is under way: what the agents acknowledged is with the core, so that a flush takes nothing of it. */
    const quiet = async (): Promise<void> => {
      bed.throttle.open = false;
      await until(
        "everything has arrived",
        async () => {
          return bed.books.waiting === 0 && (await bed.observer.unfinished()) === 0;
        },
        20_000,
      );
      await bed.observer.follow();
    };

    await bed.acknowledges(60, 20_000);
    await note();
    (await bed.active()).kill();
    await until(
      "the other one took over",
      async () => {
        const holding = await bed.observer.holding();
        return holding !== undefined && holding.epoch > (epochs.at(-1) ?? 0);
      },
      10_000,
    );
    for (const agent of bed.agents) if (!agent.program.running) agent.start();
    await bed.acknowledges(60, 20_000);
    await note();

    // Under a living holder: it has its lease again, or somebody a later one; and what it remembers of devices that say
    // nothing now is there again, for whoever takes over from it.
    await quiet();
    const remembered = async (): Promise<number> => admin.hlen(`{busbar:${bed.plan.group}}:memory`);
    await admin.flushall();
    await until("the memories are back", async () => (await remembered()) >= bed.plan.members.length, 10_000);
    await until(
      "the directory is back",
      async () => (await admin.hlen(DIRECTORY_KEY)) === bed.plan.members.length,
      10_000,
    );
    await note();
    expect(epochs.at(-1)).toBeGreaterThanOrEqual(epochs.at(-2) ?? 0);
    (await bed.active()).kill();
    bed.throttle.open = true;
    await bed.acknowledges(60, 20_000);
    await note();
    expect(epochs.at(-1)).toBeGreaterThan(epochs.at(-2) ?? 0);

    // With nobody alive, as after a restore from a copy that is older than the lease: only the disks know the epochs.
    await quiet();
    const memories = await admin.hgetall(`{busbar:${bed.plan.group}}:memory`);
    for (const agent of bed.agents) agent.kill();
    await until("both are gone", () => bed.agents.every((agent) => !agent.program.running), 10_000);
    await admin.flushall();
    await admin.hset(`{busbar:${bed.plan.group}}:memory`, memories);
    for (const agent of bed.agents) agent.start();
    bed.throttle.open = true;
    await bed.acknowledges(60, 30_000);
    await note();
    expect(epochs.at(-1)).toBeGreaterThan(epochs.at(-2) ?? 0);

    await bed.settle();
    console.info(`epochs through two flushes: ${epochs.join(", ")}`);
    expectOrderAndNothingLost(bed);
  });
});

function expectOrderAndNothingLost(bed: Bed): void {
  const journal = bed.journal();
  for (const { uid, acknowledged } of bed.books.all) {
    const lines = journal.filter((line) => line.subject === uid);
    const places = lines.map(({ epoch, sequence }) => `${epoch}:${sequence}`);
    expect(places, uid).toEqual([...new Set(places)].sort());
    const told = new Set(lines.map((line) => line.data?.text));
    expect(
      acknowledged.filter((text) => !told.has(text)),
      bed.lastWords(20),
    ).toEqual([]);
  }
}
