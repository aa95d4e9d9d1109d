import process from "node:process";
import { Cluster } from "ioredis";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { NodeTimers } from "../adapters/io/node/clock.ts";
import { slotOf } from "../adapters/io/node/key-slot.ts";
import { type PrivateRedisCluster, startRedisCluster } from "../adapters/io/node/private-redis-cluster.ts";
import { type PrivateSentinels, startSentinels } from "../adapters/io/node/private-redis-sentinel.ts";
import { connectRedis, type RedisConnection } from "../adapters/io/node/redis.ts";
import { redisSettingsOf } from "../adapters/io/node/redis-settings.ts";
import { toWall } from "../adapters/kit/time.ts";
import { decodeCommand } from "../edge-agent/model/command.ts";
import { CommandQueue } from "../edge-agent/commands/redis/command-queue.ts";
import { RedisLedger } from "../edge-agent/commands/redis/ledger.ts";
import { groupTag } from "../edge-agent/model/reign.ts";
import { Committer } from "../edge-agent/queue/committer.ts";
import { publishDirectory } from "../edge-agent/queue/directory.ts";
import { FencedScript } from "../edge-agent/queue/fenced-script.ts";
import { MESSAGE_JOB_OPTIONS, MESSAGES_QUEUE } from "../edge-agent/queue/group-queue.ts";
import { entry, reignOf } from "../edge-agent/queue/queue.testing.ts";
import { CommandClient } from "./command-client.ts";
import { type Consumer, consume } from "./consume.ts";
import { until } from "./messages.testing.ts";

const GROUPS = ["north", "south"] as const;
const HOLD = { holder: "a", epoch: 7 };

/** The agents' side of both groups, with the code of the agents. */
class Agents {
  readonly connection: RedisConnection;
  readonly committers = new Map<string, Committer>();

  constructor(url: string) {
    this.connection = connectRedis(redisSettingsOf(url), "effects");
  }

  async reign(): Promise<void> {
    await this.connection.ready({ timeoutMs: 10_000 });
    const { client } = this.connection;
    for (const group of GROUPS) {
      await client.set(`${groupTag(group)}:lease`, "a:7");
      await publishDirectory(client, new Map([[`${group}-d`, group]]), new Set([group]));
      const queue = { group, name: MESSAGES_QUEUE, jobOptions: MESSAGE_JOB_OPTIONS };
      const parts = { reign: { ...reignOf("a", 7), group }, fence: new FencedScript(client, queue) };
      this.committers.set(group, new Committer({ ...parts, timers: new NodeTimers() }));
    }
  }

  /** Until it is durable, as the storekeeper does it. */
  async say(group: string, sequence: number): Promise<void> {
    const committer = this.committers.get(group);
    for (let done = false; !done; ) {
      done = await (committer?.commit(entry(`${group}-d`, sequence)) ?? Promise.resolve()).then(
        () => true,
        () => false,
      );
      if (!done) await new Promise((resolve) => setTimeout(resolve, 20));
      if (!done && committer?.waiting.entries === 0) committer.reopen();
    }
  }

  /** Takes what waits for a group and does it, whatever it is. */
  async obey(group: string): Promise<void> {
    const { client } = this.connection;
    const queue = new CommandQueue(client, group, HOLD);
    const ledger = new RedisLedger(client, group);
    const now = toWall(Date.now());
    const take = await queue.take(10, now);
    for (const job of take.kind === "taken" ? take.jobs : []) {
      const { uid, ...command } = decodeCommand(JSON.parse(job.data));
      await ledger.accept(HOLD, { uid, ...command }, now);
      await ledger.begin(HOLD, uid, { basis: { state: "accepted", turn: 0 }, now, verified: false });
      const ending = {
        state: "succeeded",
        reason: undefined,
        nativeCode: undefined,
        text: undefined,
        result: { group },
      } as const;
      await ledger.finish(HOLD, uid, { basis: { state: "sent", turn: 1 }, now, ending });
      await queue.complete(job, {});
    }
    await queue.close();
  }
}

/** @param from the first sequence number: what was said before is not said again. */
async function bothWays(url: string, from: number, fail?: () => Promise<unknown>): Promise<void> {
  const agents = new Agents(url);
  const seen = new Map<string, number[]>();
  let consumer: Consumer | undefined;
  const commands = new CommandClient({ redis: url });
  try {
    await agents.reign();
    consumer = consume({
      redis: url,
      groups: GROUPS,
      handler: (message) => {
        seen.set(message.subject, [...(seen.get(message.subject) ?? []), Number(message.sequence)]);
        return Promise.resolve();
      },
    });
    await consumer.ready();
    for (let sequence = from; sequence < from + 40; sequence++) {
      await Promise.all(GROUPS.map((group) => agents.say(group, sequence)));
      if (sequence === from + 20) await fail?.();
    }
    await until(() => GROUPS.every((group) => new Set(seen.get(`${group}-d`)).size === 40), 30_000);
    for (const group of GROUPS) {
      const first = [...new Set(seen.get(`${group}-d`))];
      expect(first).toEqual(Array.from({ length: 40 }, (_, i) => from + i));
    }
    for (const group of GROUPS) {
      const sent = await commands.send({
        uid: `c-${group}-${from}`,
        device: `${group}-d`,
        action: "set-light",
        deadline: new Date(Date.now() + 60_000).toISOString(),
        issuedBy: "test",
      });
      expect(sent).toMatchObject({ group, repeated: false });
      await agents.obey(group);
      const result = await commands.result(sent.uid, { timeoutMs: 5_000 });
      expect(result).toMatchObject({ state: "succeeded", result: { group } });
    }
  } finally {
    await consumer?.close();
    await commands.close();
    await agents.connection.close();
  }
}

describe("on a cluster", () => {
  let cluster: PrivateRedisCluster;
  beforeAll(async () => {
    cluster = await startRedisCluster({ masters: 3 });
  }, 60_000);
  afterAll(() => cluster.stop());

  it("messages and commands of groups in different slots go both ways", async () => {
    expect(new Set(GROUPS.map((group) => slotOf(`${groupTag(group)}:lease`))).size).toBe(GROUPS.length);
    await bothWays(cluster.url, 1);
  }, 60_000);

  it("a slot that moves to another node while it is used takes its messages along", async () => {
    const cut = new Cluster(cluster.target.nodes.map(({ host, port }) => ({ host, port })));
    cut.on("error", () => undefined);
    try {
      await bothWays(cluster.url, 101, () => moveSlot(cut, slotOf(`${groupTag("north")}:lease`)));
    } finally {
      cut.disconnect();
    }
  }, 60_000);
});

/** Moves a slot to another node, key by key, as `redis-cli --cluster reshard` does. */
async function moveSlot(cluster: Cluster, slot: number): Promise<void> {
  await new Promise<void>((resolve) => (cluster.status === "ready" ? resolve() : cluster.once("ready", resolve)));
  const nodes = cluster.nodes("master");
  const ids = await Promise.all(nodes.map(async (node) => String(await node.call("CLUSTER", "MYID"))));
  const from = nodes.findIndex((node) => `${node.options.host}:${node.options.port}` === cluster.slots[slot]?.[0]);
  const to = (from + 1) % nodes.length;
  const [source, target] = [nodes[from], nodes[to]];
  if (source === undefined || target === undefined) throw new Error("no such node");
  await target.call("CLUSTER", "SETSLOT", `${slot}`, "IMPORTING", ids[from] ?? "");
  await source.call("CLUSTER", "SETSLOT", `${slot}`, "MIGRATING", ids[to] ?? "");
  const address = [target.options.host ?? "", `${target.options.port}`];
  for (;;) {
    const keys: unknown = await source.call("CLUSTER", "GETKEYSINSLOT", `${slot}`, "100");
    if (!Array.isArray(keys) || keys.length === 0) break;
    await source.call("MIGRATE", ...address, "", "0", "5000", "KEYS", ...keys.map(String));
  }
  for (const node of [target, source, ...nodes])
    await node.call("CLUSTER", "SETSLOT", `${slot}`, "NODE", ids[to] ?? "");
}

describe("on Sentinels", () => {
  let sentinels: PrivateSentinels;
  beforeAll(async () => {
    sentinels = await startSentinels({ replicas: 2 });
  }, 60_000);
  afterAll(() => sentinels.stop());

  it("a command that no replica has is not sent, and is once it is sent again", async () => {
    const primary = await sentinels.primary();
    const replicas = sentinels.servers.filter((one) => one.port !== primary.port);
    const commands = new CommandClient({ redis: sentinels.url });
    const request = {
      uid: "unconfirmed-1",
      device: "north-d",
      action: "read",
      deadline: new Date(Date.now() + 60_000).toISOString(),
      issuedBy: "test",
    };
    try {
      for (const one of replicas) process.kill(one.pid, "SIGSTOP");
      await expect(commands.send(request, { group: "north" })).rejects.toMatchObject({ code: "queue.unavailable" });
      // The job is there: that alone must not make the second try a success.
      await expect(commands.send(request, { group: "north" })).rejects.toMatchObject({ code: "queue.unavailable" });
      for (const one of replicas) process.kill(one.pid, "SIGCONT");
      const sent = async (): Promise<boolean> =>
        commands.send(request, { group: "north" }).then(
          ({ repeated }) => repeated,
          () => false,
        );
      await until(sent);
    } finally {
      for (const one of replicas) process.kill(one.pid, "SIGCONT");
      await commands.close();
    }
  }, 60_000);

  it("messages and commands go both ways, through the death of the primary", async () => {
    await bothWays(sentinels.url, 1, async () => (await sentinels.primary()).kill());
  }, 60_000);
});
