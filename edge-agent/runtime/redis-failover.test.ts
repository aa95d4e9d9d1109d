import { afterEach, describe, expect, it } from "vitest";
import { NodeTimers } from "../../adapters/io/node/clock.ts";
import { type PrivateRedisCluster, startRedisCluster } from "../../adapters/io/node/private-redis-cluster.ts";
import { type PrivateSentinels, startSentinels } from "../../adapters/io/node/private-redis-sentinel.ts";
import { nodeOfKey } from "../../adapters/io/node/redis-node.ts";
import { toEdgeError } from "../../adapters/kit/edge-error.ts";
import type { RedisSettings } from "../config/config.ts";
import { RedisLeaseStore } from "../lease/redis/redis-lease-store.ts";
import { Committer } from "../queue/committer.ts";
import { FencedScript } from "../queue/fenced-script.ts";
import { MESSAGE_JOB_OPTIONS, MESSAGES_QUEUE } from "../queue/group-queue.ts";
import { loadMemories } from "../queue/memories.ts";
import { entry, reignOf } from "../queue/queue.testing.ts";
import { durabilityOf } from "./durability.ts";
import { openRedis, type RedisLinks } from "./redis-links.ts";

const cleanups: (() => Promise<unknown> | unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

const GROUP = "g";
const DEVICES = 8;
const TTL_MS = 3_000;

function settings(target: RedisSettings["target"]): RedisSettings {
  return {
    target,
    database: 0,
    username: undefined,
    password: undefined,
    tls: undefined,
    commandTimeoutMs: 400,
    wait: { replicas: 1 },
    allowLossySettings: false,
  };
}

/** What was acknowledged, and the longest time in which nothing was. */
class Acknowledged {
  readonly ids: string[] = [];
  readonly codes = new Map<string, number>();
  longestGapMs = 0;
  #last = performance.now();

  add(id: string): void {
    const now = performance.now();
    this.longestGapMs = Math.max(this.longestGapMs, now - this.#last);
    this.#last = now;
    this.ids.push(id);
  }
}

/** One agent's lease and commits under load, with the connections and the durability of the product. */
class Load {
  readonly links: RedisLinks;
  readonly store: RedisLeaseStore;
  readonly acknowledged = new Acknowledged();
  readonly epochs: number[] = [];
  readonly #settings: RedisSettings;
  #stopped = false;
  #running: Promise<unknown> = Promise.resolve();

  constructor(target: RedisSettings["target"]) {
    this.#settings = settings(target);
    this.links = openRedis(this.#settings, "a", () => {});
    this.store = new RedisLeaseStore(this.links.lease.client, { group: GROUP, waitReplicas: 1 });
  }

  async start(): Promise<void> {
    await this.links.lease.ready({ timeoutMs: 10_000 });
    await this.links.effects.ready({ timeoutMs: 10_000 });
    this.#running = this.#reignOn(await this.#acquire());
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#running;
    await this.links.close();
  }

  /** Everything that is in the queue and not taken yet, by message id. */
  async queued(): Promise<readonly string[]> {
    const { client } = this.links.reader;
    const ids = await client.lrange(`{busbar:${GROUP}}:${MESSAGES_QUEUE}:wait`, 0, -1);
    const jobs = await Promise.all(ids.map((id) => client.hget(`{busbar:${GROUP}}:${MESSAGES_QUEUE}:${id}`, "data")));
    return jobs.flatMap((data) => JSON.parse(data ?? "{}").messages.map((message: { id: string }) => message.id));
  }

  async #acquire(): Promise<number> {
    for (;;) {
      const last = this.epochs.at(-1) ?? 0;
      const request = {
        holder: "a",
        ttlMs: TTL_MS,
        allowedOld: last === 0 ? undefined : `a:${last}`,
        epochFloor: last,
      };
      const reply = await this.store
        .acquire({ ...request, configHash: "c", replaceConfig: false, reason: "first" })
        .catch((thrown: unknown) => toEdgeError(thrown, "lease.store.failed"));
      if ("kind" in reply && reply.kind === "granted") {
        this.epochs.push(reply.epoch);
        return reply.epoch;
      }
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  /** Reigns until told to stop; a lost lease is acquired again. */
  async #reignOn(first: number): Promise<void> {
    let epoch = first;
    while (!this.#stopped) {
      const reign = { ...reignOf("a", epoch), group: GROUP };
      const queue = { group: GROUP, name: MESSAGES_QUEUE, jobOptions: MESSAGE_JOB_OPTIONS };
      const committer = new Committer({
        reign,
        fence: new FencedScript(this.links.effects.client, queue, durabilityOf(this.#settings)),
        timers: new NodeTimers(),
        limits: { timeoutMs: this.#settings.commandTimeoutMs },
      });
      const ended = { reign: false };
      const renewing = this.#renew(epoch, ended);
      await Promise.all(Array.from({ length: DEVICES }, (_, device) => this.#commitOn(committer, device, ended)));
      ended.reign = true;
      await renewing;
      if (!this.#stopped) epoch = await this.#acquire();
    }
  }

  async #renew(epoch: number, ended: { reign: boolean }): Promise<void> {
    while (!ended.reign && !this.#stopped) {
      const renewal = { holder: "a", epoch, ttlMs: TTL_MS, configHash: "c" };
      const reply = await this.store.renew(renewal).catch(() => undefined);
      if (reply?.kind === "lost") ended.reign = true;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }

  /** One device says one thing after the other, and repeats what was not acknowledged. */
  async #commitOn(committer: Committer, device: number, ended: { reign: boolean }): Promise<void> {
    while (!this.#stopped && !ended.reign) {
      const one = entry(`d${device}`, (this.#said[device] ?? 0) + 1, { said: this.#said[device] ?? 0 });
      try {
        await committer.commit(one);
        this.#said[device] = (this.#said[device] ?? 0) + 1;
        for (const message of one.messages) this.acknowledged.add(message.id);
      } catch (thrown) {
        const { code } = toEdgeError(thrown, "queue.unavailable");
        const { codes } = this.acknowledged;
        codes.set(code, (codes.get(code) ?? 0) + 1);
        if (code === "queue.fenced") ended.reign = true;
        await new Promise((resolve) => setTimeout(resolve, 10));
        if (committer.gate === "closed" && committer.waiting.entries === 0) committer.reopen();
      }
    }
  }

  readonly #said: number[] = [];
}

async function underLoad(target: RedisSettings["target"], fail: (load: Load) => Promise<void>): Promise<Load> {
  const load = new Load(target);
  cleanups.push(() => load.stop());
  await load.start();
  const { acknowledged } = load;
  await expect.poll(() => acknowledged.ids.length, { timeout: 10_000 }).toBeGreaterThan(300);
  await fail(load);
  const failedAt = acknowledged.ids.length;
  await expect.poll(() => acknowledged.ids.length - failedAt, { timeout: 30_000 }).toBeGreaterThan(300);
  return load;
}

async function expectAllThere(load: Load, what: string): Promise<void> {
  const { acknowledged, epochs } = load;
  const sure = [...acknowledged.ids];
  const queued = await load.queued();
  const there = new Set(queued);
  const outage = Math.round(acknowledged.longestGapMs);
  const faults = [...acknowledged.codes].map(([code, count]) => `${count} ${code}`).join(", ");
  console.info(
    `${what}: ${sure.length} acknowledged, write outage ${outage} ms (${faults}), epochs ${epochs.join(" < ")}, ` +
      `${queued.length - there.size} repeats in the queue`,
  );
  expect(sure.filter((id) => !there.has(id))).toEqual([]);
  expect(epochs).toEqual([...new Set(epochs)].sort((a, b) => a - b));
  const { memories } = await loadMemories(load.links.reader.client, GROUP);
  expect(memories.size).toBe(DEVICES);
  const seen = await load.store.observe();
  expect(seen.hold).toMatchObject({ holder: "a", epoch: epochs.at(-1) });
}

describe("with a replica's word for every commit, nothing acknowledged is lost", () => {
  it("when the primary dies and its Sentinels promote another", async () => {
    const sentinels: PrivateSentinels = await startSentinels({ replicas: 2, sentinels: 3, downAfterMs: 500 });
    cleanups.push(() => sentinels.stop());
    const load = await underLoad(sentinels.target, async () => {
      await (await sentinels.primary()).kill();
    });
    await expectAllThere(load, "Sentinel, primary killed");
    expect(load.acknowledged.longestGapMs).toBeLessThan(15_000);
  }, 90_000);

  it("when the primary is frozen, replaced, and wakes up again", async () => {
    const sentinels: PrivateSentinels = await startSentinels({ replicas: 2, sentinels: 3, downAfterMs: 500 });
    cleanups.push(() => sentinels.stop());
    let frozen = 0;
    const load = await underLoad(sentinels.target, async () => {
      const primary = await sentinels.primary();
      frozen = primary.pid;
      process.kill(frozen, "SIGSTOP");
      cleanups.push(() => primary.kill());
      await expect.poll(async () => (await sentinels.primary()) !== primary, { timeout: 20_000 }).toBe(true);
      process.kill(frozen, "SIGCONT");
    });
    await expectAllThere(load, "Sentinel, primary frozen");
  }, 90_000);

  it("when a node of a cluster dies and its replica takes its slots", async () => {
    const cluster: PrivateRedisCluster = await startRedisCluster({ masters: 3, replicas: 2, nodeTimeoutMs: 1_000 });
    cleanups.push(() => cluster.stop());
    const load = await underLoad(cluster.target, async ({ links }) => {
      const { port } = nodeOfKey(links.effects.client, `{busbar:${GROUP}}:lease`).options;
      await cluster.masters.find((one) => one.port === port)?.kill();
    });
    await expectAllThere(load, "Cluster, node killed");
  }, 90_000);
});
