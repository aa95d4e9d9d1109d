import { Cluster, type Redis } from "ioredis";
import { redisErrorPrefix } from "../../adapters/io/node/redis-fault.ts";
import type { Durability } from "./durability.ts";

export interface RedisFinding {
  /**
   * `loses`: acknowledged messages can be lost in ordinary faults. `stops`: commits cannot succeed. `risks`: worth mending.
   * A start is refused on the first two.
   */
  readonly severity: "loses" | "stops" | "risks";
  /** The setting it is about, in Redis' own words. */
  readonly setting: string;
  /** `host:port` of the node. */
  readonly node: string;
  readonly message: string;
  /** What to do. */
  readonly fix: string;
}

type Facts = ReadonlyMap<string, string>;
type Check = (facts: Facts, level: Durability) => Omit<RedisFinding, "node"> | undefined;

const OLDEST_MAJOR = 7;
const SETTINGS = [
  "maxmemory",
  "maxmemory-policy",
  "appendonly",
  "appendfsync",
  "no-appendfsync-on-rewrite",
  "min-replicas-to-write",
] as const;

/** Looks at every node that takes writes. Empty: nothing found. Rejects as commands do where a node does not answer. */
export async function checkRedis(
  redis: Redis | Cluster,
  level: Durability = { kind: "none" },
): Promise<readonly RedisFinding[]> {
  const nodes = redis instanceof Cluster ? redis.nodes("master") : [redis];
  const findings = await Promise.all(nodes.map((node) => checkNode(node, level)));
  return findings.flat();
}

async function checkNode(redis: Redis, level: Durability): Promise<readonly RedisFinding[]> {
  const node = `${redis.options.host ?? "localhost"}:${redis.options.port ?? 6379}`;
  const facts = new Map<string, string>();
  for (const line of (await redis.info()).split("\r\n")) {
    const colon = line.indexOf(":");
    if (colon > 0) facts.set(line.slice(0, colon), line.slice(colon + 1));
  }
  const found: RedisFinding[] = [];
  try {
    const pairs: unknown = await redis.call("CONFIG", "GET", ...SETTINGS);
    if (Array.isArray(pairs))
      for (let i = 0; i + 1 < pairs.length; i += 2) facts.set(String(pairs[i]), String(pairs[i + 1]));
  } catch (thrown) {
    if (redisErrorPrefix(thrown) === undefined) throw thrown;
    found.push({ ...UNREADABLE, node });
  }
  if (level.kind === "aof" && !(await knowsWaitAof(redis))) found.push({ ...NO_WAITAOF, node });
  for (const check of CHECKS) {
    const finding = check(facts, level);
    if (finding !== undefined) found.push({ ...finding, node });
  }
  return found;
}

async function knowsWaitAof(redis: Redis): Promise<boolean> {
  const known: unknown = await redis.call("COMMAND", "INFO", "WAITAOF");
  return Array.isArray(known) && known[0] !== null;
}

const UNREADABLE: Omit<RedisFinding, "node"> = {
  severity: "risks",
  setting: "CONFIG",
  message: "the settings of this Redis cannot be read, so nobody knows whether it keeps what it takes",
  fix: "allow the agent's user CONFIG GET (ACL: +config|get), or compare the settings with the ones in the manual",
};

const NO_WAITAOF: Omit<RedisFinding, "node"> = {
  severity: "stops",
  setting: "WAITAOF",
  message: "durability aof is asked for, and this server does not have WAITAOF (Redis has it from 7.2)",
  fix: "use appendfsync always with durability none, which is as durable on this node, or a newer server",
};

/** A setting that was not readable is not judged. */
function unless(facts: Facts, setting: string, right: (value: string) => boolean): string | undefined {
  const value = facts.get(setting);
  return value === undefined || right(value) ? undefined : value;
}

const version: Check = (facts) => {
  const found = unless(facts, "redis_version", (value) => Number.parseInt(value, 10) >= OLDEST_MAJOR);
  return found === undefined
    ? undefined
    : {
        severity: "stops",
        setting: "redis_version",
        message: `Redis ${found} is too old: it does not check a script's writes before it begins`,
        fix: "install Redis 7.0 or later, or Valkey",
      };
};

const role: Check = (facts) =>
  unless(facts, "role", (value) => value === "master") === undefined
    ? undefined
    : {
        severity: "stops",
        setting: "replicaof",
        message: "this node is a replica and takes no writes",
        fix: "name the primary, or the Sentinels or cluster nodes that know it",
      };

const eviction: Check = (facts) => {
  const found = unless(facts, "maxmemory-policy", (value) => value === "noeviction");
  return found === undefined
    ? undefined
    : {
        severity: "loses",
        setting: "maxmemory-policy",
        message: `with maxmemory-policy ${found} Redis deletes jobs, leases and device memories when its memory is full`,
        fix: "CONFIG SET maxmemory-policy noeviction, and the same in redis.conf",
      };
};

const memory: Check = (facts) =>
  unless(facts, "maxmemory", (value) => value !== "0") === undefined
    ? undefined
    : {
        severity: "risks",
        setting: "maxmemory",
        message: "without maxmemory a queue nobody takes from grows until the system kills Redis",
        fix: "set maxmemory to about 70 % of the machine's memory: then commits are refused and spooled instead",
      };

const appendOnly: Check = (facts) =>
  unless(facts, "appendonly", (value) => value === "yes") === undefined
    ? undefined
    : {
        severity: "loses",
        setting: "appendonly",
        message: "with appendonly no a restart of Redis loses everything since its last snapshot",
        fix: "CONFIG SET appendonly yes, and the same in redis.conf",
      };

const fsync: Check = (facts, level) => {
  const found = unless(facts, "appendfsync", (value) => value === "always");
  if (found === "no") {
    return {
      severity: "loses",
      setting: "appendfsync",
      message: "with appendfsync no the kernel decides when the log is written: a loss of power loses half a minute",
      fix: "CONFIG SET appendfsync everysec, or always, and the same in redis.conf",
    };
  }
  if (found === undefined || level.kind !== "none") return undefined;
  return {
    severity: "risks",
    setting: "appendfsync",
    message: `with appendfsync ${found} and no replica asked for, a loss of power may take what was acknowledged in the last two seconds`,
    fix: "appendfsync always, or durability replicas",
  };
};

const fsyncOnRewrite: Check = (facts) =>
  unless(facts, "no-appendfsync-on-rewrite", (value) => value === "no") === undefined
    ? undefined
    : {
        severity: "loses",
        setting: "no-appendfsync-on-rewrite",
        message: "while Redis rewrites its log nothing is fsynced, whatever appendfsync says",
        fix: "CONFIG SET no-appendfsync-on-rewrite no, and the same in redis.conf",
      };

const replicas: Check = (facts, level) => {
  const connected = Number(facts.get("connected_slaves") ?? 0);
  if (level.kind !== "none" && connected < level.replicas) {
    return {
      severity: "stops",
      setting: "replicaof",
      message: `durability asks for ${level.replicas} replicas, ${connected} are connected`,
      fix: "connect the replicas, or ask for fewer",
    };
  }
  if (connected === 0 || unless(facts, "min-replicas-to-write", (value) => value !== "0") === undefined)
    return undefined;
  return {
    severity: "risks",
    setting: "min-replicas-to-write",
    message: "cut off from its replicas this node goes on taking writes that the failover will throw away",
    fix: "CONFIG SET min-replicas-to-write 1 and min-replicas-max-lag 1, and the same in redis.conf",
  };
};

const CHECKS: readonly Check[] = [version, role, eviction, memory, appendOnly, fsync, fsyncOnRewrite, replicas];
