import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { Redis } from "ioredis";
import { type PrivateRedis, type PrivateRedisOptions, startPrivateRedis } from "./private-redis.ts";
import { stopAll, untilSo } from "./private-redis-set.ts";
import type { RedisConnectSettings } from "./redis-settings.ts";

export interface SentinelOptions {
  /** Besides the primary; 2 where not given. */
  readonly replicas?: number;
  /** 3 where not given; more than half of them must see the primary gone. */
  readonly sentinels?: number;
  /** How long the primary may be silent, in milliseconds; 500 where not given. */
  readonly downAfterMs?: number;
  /** Of every data server. */
  readonly server?: Pick<PrivateRedisOptions, "appendonly" | "appendfsync" | "extraArgs">;
}

/** A primary, its replicas and the Sentinels that watch them, all on 127.0.0.1. */
export interface PrivateSentinels {
  /** `redis+sentinel://…` */
  readonly url: string;
  readonly target: Extract<RedisConnectSettings["target"], { kind: "sentinel" }>;
  readonly servers: readonly PrivateRedis[];
  readonly sentinels: readonly PrivateRedis[];
  /** The server the Sentinels name as primary now. */
  primary(): Promise<PrivateRedis>;
  /** Resolves with the primary when the Sentinels agree on it and every other server follows it: one of them may fail. */
  untilWhole(): Promise<PrivateRedis>;
  /** Makes another server the primary although the present one lives. Resolves when that one follows the new one. */
  failover(): Promise<PrivateRedis>;
  stop(): Promise<void>;
}

const NAME = "busbar";
const DOWN_AFTER_MS = 500;
/** Sentinels that split their votes try again after twice this. */
const FAILOVER_TIMEOUT_MS = 2_000;
const START_TIMEOUT_MS = 20_000;

/** Resolves when every Sentinel knows every replica and every other Sentinel, and every replica is in step. */
export async function startSentinels(options: SentinelOptions = {}): Promise<PrivateSentinels> {
  const { replicas = 2, sentinels = 3, downAfterMs = DOWN_AFTER_MS } = options;
  const started: PrivateRedis[] = [];
  const start = async (more: PrivateRedisOptions): Promise<PrivateRedis> => {
    const one = await startPrivateRedis(more);
    started.push(one);
    return one;
  };
  const data = (more: readonly string[]): Promise<PrivateRedis> =>
    start({
      appendonly: true,
      ...options.server,
      extraArgs: ["--repl-diskless-sync-delay", "0", ...more, ...(options.server?.extraArgs ?? [])],
    });
  try {
    const first = await data([]);
    const others = await Promise.all(
      Array.from({ length: replicas }, () => data(["--replicaof", "127.0.0.1", `${first.port}`])),
    );
    const quorum = Math.floor(sentinels / 2) + 1;
    const watchers = await Promise.all(
      Array.from({ length: sentinels }, () =>
        start({ args: (port, dir) => sentinelArguments({ port, dir, primary: first.port, quorum, downAfterMs }) }),
      ),
    );
    const set = new Sentinels([first, ...others], watchers);
    await set.untilComplete();
    return set;
  } catch (error) {
    await stopAll(started);
    throw error;
  }
}

interface SentinelFile {
  readonly port: number;
  readonly dir: string;
  readonly primary: number;
  readonly quorum: number;
  readonly downAfterMs: number;
}

function sentinelArguments({ port, dir, primary, quorum, downAfterMs }: SentinelFile): readonly string[] {
  const file = join(dir, "sentinel.conf");
  const lines = [
    ...[`port ${port}`, "bind 127.0.0.1", `dir ${dir}`, `logfile ${join(dir, "redis.log")}`],
    `sentinel monitor ${NAME} 127.0.0.1 ${primary} ${quorum}`,
    `sentinel down-after-milliseconds ${NAME} ${downAfterMs}`,
    `sentinel failover-timeout ${NAME} ${FAILOVER_TIMEOUT_MS}`,
    `sentinel parallel-syncs ${NAME} 2`,
  ];
  writeFileSync(file, `${lines.join("\n")}\n`);
  return [file, "--sentinel"];
}

class Sentinels implements PrivateSentinels {
  readonly servers: readonly PrivateRedis[];
  readonly sentinels: readonly PrivateRedis[];

  constructor(servers: readonly PrivateRedis[], sentinels: readonly PrivateRedis[]) {
    this.servers = servers;
    this.sentinels = sentinels;
  }

  get target(): PrivateSentinels["target"] {
    const sentinels = this.sentinels.map((one) => ({ host: "127.0.0.1", port: one.port }));
    return { kind: "sentinel", sentinels, name: NAME };
  }

  get url(): string {
    return `redis+sentinel://${this.sentinels.map((one) => `127.0.0.1:${one.port}`).join(",")}/${NAME}`;
  }

  async primary(): Promise<PrivateRedis> {
    const ports = new Set(
      await this.#ask((one) => one.call("SENTINEL", "GET-MASTER-ADDR-BY-NAME", NAME)).then(portsOf),
    );
    const [port] = ports;
    const named = ports.size === 1 ? this.servers.find((one) => one.port === port) : undefined;
    if (named === undefined) throw new Error(`the Sentinels name ${[...ports].join(" and ")} as primary`);
    return named;
  }

  async untilWhole(): Promise<PrivateRedis> {
    let whole: PrivateRedis | undefined;
    await untilSo("set of which one may fail", START_TIMEOUT_MS, async () => {
      const primary = await this.primary().catch(() => undefined);
      if (primary === undefined) return false;
      const infos = await Promise.all(
        this.servers.map((one) => withClient(one.port, (client) => client.info("replication")).catch(() => "")),
      );
      whole = primary;
      return infos.every((info, index) =>
        this.servers[index] === primary
          ? info.includes("role:master")
          : info.includes(`master_port:${primary.port}`) && info.includes("master_link_status:up"),
      );
    });
    if (whole === undefined) throw new Error("no primary");
    return whole;
  }

  async failover(): Promise<PrivateRedis> {
    const before = await this.primary();
    const [any] = this.sentinels;
    if (any === undefined) throw new Error("there is no Sentinel");
    // It refuses while an earlier one is not finished and while no replica is good enough.
    await untilSo("Sentinel that begins a failover", START_TIMEOUT_MS, async () => {
      return (await withClient(any.port, (one) => one.call("SENTINEL", "FAILOVER", NAME))) === "OK";
    });
    let after = before;
    await untilSo("another primary", START_TIMEOUT_MS, async () => {
      after = await this.primary().catch(() => before);
      const former = await withClient(before.port, (client) => client.info("replication"));
      return after !== before && former.includes("role:slave");
    });
    return after;
  }

  async stop(): Promise<void> {
    // The Sentinels first: they would promote whoever is left.
    await stopAll(this.sentinels);
    await stopAll(this.servers);
  }

  async untilComplete(): Promise<void> {
    await untilSo("Sentinels that know each other and every replica", START_TIMEOUT_MS, async () => {
      const states = await this.#ask((one) => one.call("SENTINEL", "MASTER", NAME));
      return states.every((state) => {
        const facts = factsOf(state);
        return (
          facts.get("num-slaves") === `${this.servers.length - 1}` &&
          facts.get("num-other-sentinels") === `${this.sentinels.length - 1}`
        );
      });
    });
    await untilSo("replicas in step", START_TIMEOUT_MS, async () => {
      const infos = await Promise.all(
        this.servers.slice(1).map((one) => withClient(one.port, (client) => client.info("replication"))),
      );
      return infos.every((info) => info.includes("master_link_status:up"));
    });
  }

  /** What every living Sentinel answers. */
  async #ask(question: (client: Redis) => Promise<unknown>): Promise<readonly unknown[]> {
    const living = this.sentinels.filter((one) => one.pid !== 0);
    return Promise.all(living.map((one) => withClient(one.port, question)));
  }
}

async function withClient<T>(port: number, use: (client: Redis) => Promise<T>): Promise<T> {
  const client = new Redis({ host: "127.0.0.1", port, retryStrategy: () => null, commandTimeout: 2_000 });
  client.on("error", () => undefined);
  try {
    return await use(client);
  } finally {
    client.disconnect();
  }
}

function portsOf(answers: readonly unknown[]): number[] {
  return answers.map((answer) => (Array.isArray(answer) ? Number(answer[1]) : 0));
}

function factsOf(flat: unknown): ReadonlyMap<string, string> {
  const facts = new Map<string, string>();
  if (Array.isArray(flat)) for (let i = 0; i + 1 < flat.length; i += 2) facts.set(String(flat[i]), String(flat[i + 1]));
  return facts;
}
