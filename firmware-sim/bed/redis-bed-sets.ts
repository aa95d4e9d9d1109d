import process from "node:process";
import type { PrivateRedis } from "../../adapters/io/node/private-redis.ts";
import { startRedisCluster } from "../../adapters/io/node/private-redis-cluster.ts";
import { startSentinels } from "../../adapters/io/node/private-redis-sentinel.ts";
import { connectRedis, type RedisConnection } from "../../adapters/io/node/redis.ts";
import { nodeOfKey } from "../../adapters/io/node/redis-node.ts";
import { redisSettingsOf } from "../../adapters/io/node/redis-settings.ts";
import type { RedisBed } from "./redis-bed.ts";

const DATA = { appendonly: true, appendfsync: "everysec" } as const;
/** A commit counts when one replica has it too. */
const WAIT = { replicas: 1 };

/** A primary, two replicas and three Sentinels. `kill` is for the server that is the primary at that moment. */
export async function startSentinelBed(): Promise<RedisBed> {
  const set = await startSentinels({ replicas: 2, sentinels: 3, server: DATA });
  const sentinels = set.target.sentinels.map(({ host, port }) => `${host}:${port}`);
  return bedOf({
    url: set.url,
    section: { sentinels, name: set.target.name, wait: WAIT },
    // A second failure before the first is healed is not what a set of this size promises to survive.
    victim: () => set.untilWhole(),
    stop: () => set.stop(),
  });
}

/** Three masters with two replicas each. `kill` is for the node that has the keys of the group. */
export async function startClusterBed(group: string): Promise<RedisBed> {
  const set = await startRedisCluster({ masters: 3, replicas: 2, server: DATA });
  const nodes = [...set.masters, ...set.replicas.flat()];
  const admin = connectRedis(redisSettingsOf(set.url), "reader");
  await admin.ready({ timeoutMs: 10_000 });
  return bedOf({
    url: set.url,
    section: { cluster: set.target.nodes.map(({ host, port }) => `${host}:${port}`), wait: WAIT },
    victim: () => {
      const { port } = nodeOfKey(admin.client, `{busbar:${group}}:lease`).options;
      const victim = nodes.find((one) => one.port === port);
      return victim === undefined ? Promise.reject(new Error("no such node")) : Promise.resolve(victim);
    },
    stop: async () => {
      await admin.close();
      await set.stop();
    },
  });
}

function bedOf(parts: {
  readonly url: string;
  readonly section: Readonly<Record<string, unknown>>;
  readonly victim: () => Promise<PrivateRedis>;
  readonly stop: () => Promise<void>;
}): RedisBed {
  const connections: RedisConnection[] = [];
  let victim: PrivateRedis | undefined;
  const signal = (name: NodeJS.Signals): void => {
    if (victim !== undefined && victim.pid > 0) process.kill(victim.pid, name);
  };
  return {
    // There is no one place where all of it listens: a set is reached by its sentinels or nodes.
    port: 0,
    url: parts.url,
    section: () => parts.section,
    client: () => {
      const connection = connectRedis(redisSettingsOf(parts.url), "reader");
      connections.push(connection);
      return connection.client;
    },
    kill: async () => {
      victim = await parts.victim();
      await victim.kill();
    },
    restart: async () => victim?.restart(),
    freeze: () => {
      void parts.victim().then((one) => {
        victim = one;
        signal("SIGSTOP");
      });
    },
    thaw: () => signal("SIGCONT"),
    stop: async () => {
      signal("SIGCONT");
      for (const connection of connections) await connection.close();
      await parts.stop();
    },
  };
}
