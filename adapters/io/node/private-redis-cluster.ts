import { Redis } from "ioredis";
import { freePort, type PrivateRedis, type PrivateRedisOptions, startPrivateRedis } from "./private-redis.ts";
import { stopAll, untilSo } from "./private-redis-set.ts";
import type { RedisConnectSettings } from "./redis-settings.ts";

export interface RedisClusterOptions {
  /** Nodes that take writes; 3 where not given, fewer cannot vote a failover. */
  readonly masters?: number;
  /** Of each of them; none where not given. */
  readonly replicas?: number;
  /** How long a node may be silent, in milliseconds; 1,000 where not given. */
  readonly nodeTimeoutMs?: number;
  /** Of every node. */
  readonly server?: Pick<PrivateRedisOptions, "appendonly" | "appendfsync" | "extraArgs">;
}

/** A Redis Cluster on 127.0.0.1. */
export interface PrivateRedisCluster {
  /** `redis+cluster://…` */
  readonly url: string;
  readonly target: Extract<RedisConnectSettings["target"], { kind: "cluster" }>;
  /** The nodes with slots at the start, in the order of their slots. */
  readonly masters: readonly PrivateRedis[];
  /** Replicas of `masters[i]` are `replicas[i]`. */
  readonly replicas: readonly (readonly PrivateRedis[])[];
  stop(): Promise<void>;
}

const SLOTS = 16_384;
const MASTERS = 3;
const NODE_TIMEOUT_MS = 1_000;
const START_TIMEOUT_MS = 30_000;

/** Resolves when every node sees the whole cluster and every replica is in step. */
export async function startRedisCluster(options: RedisClusterOptions = {}): Promise<PrivateRedisCluster> {
  const { masters = MASTERS, replicas = 0, nodeTimeoutMs = NODE_TIMEOUT_MS } = options;
  const started: PrivateRedis[] = [];
  const clients = new Map<PrivateRedis, Redis>();
  const start = async (): Promise<PrivateRedis> => {
    // The bus would listen 10,000 above the port, where somebody else may be.
    const cluster = ["--cluster-enabled", "yes", "--cluster-port", `${await freePort()}`];
    const timing = ["--cluster-node-timeout", `${nodeTimeoutMs}`, "--repl-diskless-sync-delay", "0"];
    const node = await startPrivateRedis({
      appendonly: true,
      ...options.server,
      extraArgs: [...cluster, "--cluster-announce-ip", "127.0.0.1", ...timing, ...(options.server?.extraArgs ?? [])],
    });
    started.push(node);
    return node;
  };
  const clientOf = (node: PrivateRedis): Redis => {
    const known = clients.get(node);
    if (known !== undefined) return known;
    const client = new Redis({ host: "127.0.0.1", port: node.port });
    client.on("error", () => undefined);
    clients.set(node, client);
    return client;
  };
  try {
    const nodes = await Promise.all(Array.from({ length: masters * (1 + replicas) }, start));
    const [first, ...others] = nodes;
    if (first === undefined) throw new Error("a cluster has at least one node");
    const primaries = nodes.slice(0, masters);
    await Promise.all(
      primaries.map((node, at) => {
        const [from, to] = [Math.floor((at * SLOTS) / masters), Math.floor(((at + 1) * SLOTS) / masters) - 1];
        return clientOf(node).call("CLUSTER", "ADDSLOTSRANGE", `${from}`, `${to}`);
      }),
    );
    const introducer = clientOf(first);
    for (const other of others) await introducer.call("CLUSTER", "MEET", ...(await addressOf(other, clientOf)));
    await untilSo("cluster whose nodes know each other", START_TIMEOUT_MS, async () => {
      const infos = await Promise.all(nodes.map((node) => clientOf(node).cluster("INFO")));
      return infos.every((info) => info.includes("cluster_state:ok") && info.includes(`known_nodes:${nodes.length}`));
    });
    const groups = primaries.map((_, at) => nodes.filter((__, i) => i >= masters && (i - masters) % masters === at));
    await follow(primaries, groups, clientOf);
    return new RedisCluster(primaries, groups);
  } catch (error) {
    await stopAll(started);
    throw error;
  } finally {
    for (const client of clients.values()) client.disconnect();
  }
}

type ClientOf = (node: PrivateRedis) => Redis;

/** Address, port and bus port of a node, as CLUSTER MEET takes them. */
async function addressOf(node: PrivateRedis, clientOf: ClientOf): Promise<[string, string, string]> {
  const busPort: unknown = await clientOf(node).call("CONFIG", "GET", "cluster-port");
  return ["127.0.0.1", `${node.port}`, Array.isArray(busPort) ? String(busPort[1]) : ""];
}

async function follow(
  primaries: readonly PrivateRedis[],
  groups: readonly (readonly PrivateRedis[])[],
  clientOf: ClientOf,
): Promise<void> {
  for (const [at, primary] of primaries.entries()) {
    const id = String(await clientOf(primary).call("CLUSTER", "MYID"));
    for (const replica of groups[at] ?? []) await clientOf(replica).call("CLUSTER", "REPLICATE", id);
  }
  await untilSo("replicas in step", START_TIMEOUT_MS, async () => {
    const infos = await Promise.all(groups.flat().map((replica) => clientOf(replica).info("replication")));
    return infos.every((info) => info.includes("master_link_status:up"));
  });
  // A replica calls itself in step before its primary counts on it: until then WAIT waits in vain.
  await untilSo("primaries that count on their replicas", START_TIMEOUT_MS, async () => {
    const infos = await Promise.all(primaries.map((primary) => clientOf(primary).info("replication")));
    return infos.every((info, at) => info.split("state=online").length - 1 === (groups[at]?.length ?? 0));
  });
}

class RedisCluster implements PrivateRedisCluster {
  readonly masters: readonly PrivateRedis[];
  readonly replicas: readonly (readonly PrivateRedis[])[];

  constructor(masters: readonly PrivateRedis[], replicas: readonly (readonly PrivateRedis[])[]) {
    this.masters = masters;
    this.replicas = replicas;
  }

  get target(): PrivateRedisCluster["target"] {
    return { kind: "cluster", nodes: this.masters.map((one) => ({ host: "127.0.0.1", port: one.port })) };
  }

  get url(): string {
    return `redis+cluster://${this.masters.map((one) => `127.0.0.1:${one.port}`).join(",")}`;
  }

  stop(): Promise<void> {
    return stopAll([...this.masters, ...this.replicas.flat()]);
  }
}
