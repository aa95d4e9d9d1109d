import { Worker } from "bullmq";
import { Cluster } from "ioredis";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { NodeTimers } from "../../adapters/io/node/clock.ts";
import { slotOf } from "../../adapters/io/node/key-slot.ts";
import { type PrivateRedisCluster, startRedisCluster } from "../../adapters/io/node/private-redis-cluster.ts";
import { groupTag } from "../model/reign.ts";
import { JobEncoder } from "./bullmq-add.ts";
import { checkRedis } from "./check-redis.ts";
import { Committer } from "./committer.ts";
import { publishDirectory } from "./directory.ts";
import { FencedScript } from "./fenced-script.ts";
import { MESSAGES_QUEUE, queueDepth } from "./group-queue.ts";
import { loadMemories } from "./memories.ts";
import { entry, reignOf, until } from "./queue.testing.ts";

const GROUPS = ["north", "south", "east", "west"];

let servers: PrivateRedisCluster;
let cluster: Cluster;

beforeAll(async () => {
  servers = await startRedisCluster({ masters: 3 });
  cluster = new Cluster(servers.target.nodes.map(({ host, port }) => ({ host, port })));
  cluster.on("error", () => undefined);
}, 60_000);
afterAll(async () => {
  cluster?.disconnect();
  await servers?.stop();
});

describe("on a Redis Cluster", () => {
  it("all keys of a group are in one slot, and we compute the slot as Redis does", async () => {
    const slots = new Set<number>();
    for (const group of GROUPS) {
      const tag = groupTag(group);
      const encoder = new JobEncoder({ name: MESSAGES_QUEUE, prefix: tag }, {});
      const keys = [
        `${tag}:lease`,
        `${tag}:memory`,
        `${tag}:epoch`,
        `${tag}:cmd:x`,
        `${encoder.prefix}b-1`,
        ...encoder.keys,
      ];
      expect(new Set(keys.map(slotOf)).size).toBe(1);
      slots.add(slotOf(`${tag}:lease`));
    }
    expect(slots.size).toBe(GROUPS.length);
    for (const key of ["{busbar:north}:lease", "plain", "{}odd", "a{b}{c}", "{ü}x", "open{"]) {
      expect(await cluster.cluster("KEYSLOT", key)).toBe(slotOf(key));
    }
  });

  it("groups on different nodes commit, are fenced, are consumed and remembered", async () => {
    const seen = new Map<string, number>();
    const workers: Worker[] = [];
    for (const group of GROUPS) {
      await cluster.set(`${groupTag(group)}:lease`, "a:7");
      const queue = { group, name: MESSAGES_QUEUE, jobOptions: {} };
      const durability = { kind: "replicas", replicas: 0, timeoutMs: 500 } as const;
      const committer = new Committer({
        reign: { ...reignOf("a", 7), group },
        fence: new FencedScript(cluster, queue, durability),
        timers: new NodeTimers(),
        limits: { timeoutMs: 5_000 },
      });
      await Promise.all(Array.from({ length: 30 }, (_, i) => committer.commit(entry(`${group}-d`, i + 1, { n: i }))));
      expect((await queueDepth(cluster, queue, new NodeTimers().wall())).waiting).toBeGreaterThan(0);
      expect((await loadMemories(cluster, group)).memories.get(`${group}-d`)?.memory).toEqual({ n: 29 });
      await cluster.set(`${groupTag(group)}:lease`, "b:8");
      await expect(committer.commit(entry(`${group}-d`, 31))).rejects.toMatchObject({ code: "queue.fenced" });
      workers.push(
        new Worker(
          MESSAGES_QUEUE,
          async (job) => {
            seen.set(group, (seen.get(group) ?? 0) + job.data.messages.length);
          },
          { connection: cluster, prefix: groupTag(group) },
        ),
      );
    }
    await until(() => GROUPS.every((group) => seen.get(group) === 30), 10_000);
    await Promise.all(workers.map((worker) => worker.close()));
  });

  it("every node that takes writes is checked, and the directory is one for all", async () => {
    expect(new Set((await checkRedis(cluster)).map((finding) => finding.node)).size).toBe(3);
    const devices = new Map(GROUPS.map((group) => [`${group}-d`, group]));
    expect(await publishDirectory(cluster, devices, new Set(GROUPS))).toEqual({ written: 4, removed: 0 });
  });
});
