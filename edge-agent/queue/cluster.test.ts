import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { Worker } from "bullmq";
import { Cluster } from "ioredis";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { NodeTimers } from "../../adapters/io/node/clock.ts";
import { slotOf } from "../../adapters/io/node/key-slot.ts";
import { freePort } from "../../adapters/io/node/private-redis.ts";
import { groupTag } from "../model/reign.ts";
import { JobEncoder } from "./bullmq-add.ts";
import { checkRedis } from "./check-redis.ts";
import { Committer } from "./committer.ts";
import { publishDirectory } from "./directory.ts";
import { FencedScript } from "./fenced-script.ts";
import { MESSAGES_QUEUE, queueDepth } from "./group-queue.ts";
import { loadMemories } from "./memories.ts";
import { entry, reignOf, startTestRedis, type TestRedis, until } from "./queue.testing.ts";

const GROUPS = ["north", "south", "east", "west"];

let nodes: TestRedis[] = [];
let cluster: Cluster;

beforeAll(async () => {
  nodes = await Promise.all([1, 2, 3].map(startNode));
  const addresses = nodes.map((node) => `127.0.0.1:${node.port}`);
  await promisify(execFile)("redis-cli", ["--cluster", "create", ...addresses, "--cluster-yes"]);
  const admin = nodes.map((node) => node.client());
  await until(async () => {
    const infos = await Promise.all(admin.map((one) => one.cluster("INFO")));
    return infos.every((info) => info.includes("cluster_state:ok") && info.includes("cluster_known_nodes:3"));
  }, 15_000);
  cluster = new Cluster(nodes.map((node) => ({ host: "127.0.0.1", port: node.port })));
  cluster.on("error", () => undefined);
});
afterAll(async () => {
  cluster.disconnect();
  await Promise.all(nodes.map((node) => node.close()));
});

/** Three ports at random may clash with a bus port, which is 10,000 above by default: it gets a port of its own. */
async function startNode(): Promise<TestRedis> {
  const busPort = await freePort();
  return startTestRedis({
    extraArgs: ["--cluster-enabled", "yes", "--cluster-port", String(busPort), "--cluster-node-timeout", "2000"],
  });
}

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
    const admin = nodes[0]?.client();
    for (const key of ["{busbar:north}:lease", "plain", "{}odd", "a{b}{c}", "{ü}x", "open{"]) {
      expect(await admin?.cluster("KEYSLOT", key)).toBe(slotOf(key));
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
