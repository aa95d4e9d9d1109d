import { Cluster } from "ioredis";
import type { RedisClient } from "../../adapters/io/node/redis.ts";
import type { Timers } from "../../adapters/io/timers.ts";
import { later, toRfc3339, toWall, type WallMs } from "../../adapters/kit/time.ts";
import type { RedisSettings } from "../config/config.ts";
import { groupTag } from "../model/reign.ts";
import { MESSAGES_QUEUE, queueDepth } from "../queue/group-queue.ts";
import type { CoreStatus, QueueStatus, RedisStatus } from "../model/agent-status.ts";
import type { RedisLinks } from "./redis-links.ts";
import type { RedisWatch } from "./redis-watch.ts";

export interface RedisGaugeParts {
  readonly redis: Pick<RedisLinks, "effects" | "reader">;
  readonly watch: Pick<RedisWatch, "state" | "findings" | "connected">;
  readonly settings: Pick<RedisSettings, "target">;
  readonly groups: readonly string[];
  readonly timers: Timers;
}

const POLL_EVERY_MS = 2_000;
/** CLIENT LIST costs Redis a line per connection: every other poll is often enough to see who is there. */
const POLLS_PER_CLIENT_LIST = 2;
const QUEUE_NAMES = [MESSAGES_QUEUE, "commands"] as const;

/** Looks at Redis every two seconds, on the connection that is for looking, so that asking for the status costs nothing. */
export class RedisGauge {
  readonly #parts: RedisGaugeParts;
  #cancel: (() => void) | undefined;
  #polls = 0;
  #state: RedisStatus["state"] = "waiting";
  #since: WallMs;
  #roundTripMs: number | undefined;
  #info: ReadonlyMap<string, string> = new Map();
  #queues: readonly QueueStatus[] = [];
  #cores: readonly CoreStatus[] = [];
  #stopped = false;
  readonly #look = (): void => this.#notice();

  constructor(parts: RedisGaugeParts) {
    this.#parts = parts;
    this.#since = parts.timers.wall();
  }

  start(): void {
    const { client } = this.#parts.redis.effects;
    for (const event of ["ready", "close", "end"] as const) client.on(event, this.#look);
    void this.#pollOn();
  }

  stop(): void {
    this.#stopped = true;
    this.#cancel?.();
    const { client } = this.#parts.redis.effects;
    for (const event of ["ready", "close", "end"] as const) client.off(event, this.#look);
  }

  facts(): RedisStatus {
    this.#notice();
    const { watch, settings } = this.#parts;
    const away = this.#state !== "usable";
    return {
      state: this.#state,
      since: toRfc3339(this.#since),
      address: addressOf(settings.target),
      version: this.#info.get("redis_version"),
      roundTripMs: away ? undefined : this.#roundTripMs,
      usedBytes: numberOf(this.#info.get("used_memory")),
      maxBytes: numberOf(this.#info.get("maxmemory")) || undefined,
      findings: watch.findings.map((one) => `${one.node}: ${one.message}; ${one.fix}`),
    };
  }

  /** As of the last poll that Redis answered. */
  get queues(): readonly QueueStatus[] {
    return this.#queues;
  }

  get cores(): readonly CoreStatus[] {
    return this.#cores;
  }

  /** Since when Redis is away, in ms; `undefined` while it is not. */
  awayForMs(): number | undefined {
    this.#notice();
    return this.#state === "away" ? Math.max(0, this.#parts.timers.wall() - this.#since) : undefined;
  }

  /** One look, for whoever cannot wait for the next one. Never rejects. */
  async poll(): Promise<void> {
    this.#notice();
    const { client } = this.#parts.redis.reader;
    if (client.status !== "ready") return;
    try {
      await this.#ask(client);
    } catch (_noAnswer) {
      // What was seen last stays; the state says whether it can be believed.
    }
    this.#notice();
  }

  async #pollOn(): Promise<void> {
    await this.poll();
    if (this.#stopped) return;
    const { timers } = this.#parts;
    this.#cancel = timers.at(later(timers.now(), POLL_EVERY_MS), () => void this.#pollOn());
  }

  async #ask(client: RedisClient): Promise<void> {
    const { timers, groups } = this.#parts;
    const began = timers.now();
    await client.ping();
    this.#roundTripMs = Math.round((timers.now() - began) * 100) / 100;
    this.#info = parseInfo(await client.info());
    const queues: QueueStatus[] = [];
    for (const group of groups) {
      for (const name of QUEUE_NAMES) {
        const { waiting, active, delayed, failed } = await queueDepth(client, { group, name }, timers.wall());
        queues.push({
          group,
          name: name === MESSAGES_QUEUE ? "messages" : "commands",
          waiting,
          active,
          delayed,
          failed,
        });
      }
    }
    this.#queues = queues;
    if (this.#polls % POLLS_PER_CLIENT_LIST === 0) this.#cores = await coresAt(client, groups, timers.wall());
    this.#polls += 1;
  }

  #notice(): void {
    const { watch, timers } = this.#parts;
    const state = watch.state === "usable" && !watch.connected ? "away" : watch.state;
    if (state === this.#state) return;
    this.#state = state;
    this.#since = timers.wall();
  }
}

/** Everyone who waits at the message queues: BullMQ names the connection of a worker after its queue. */
async function coresAt(client: RedisClient, groups: readonly string[], now: WallMs): Promise<readonly CoreStatus[]> {
  const nodes = client instanceof Cluster ? client.nodes("master") : [client];
  const lists = await Promise.all(nodes.map((node) => node.client("LIST")));
  return coresIn(lists.join("\n"), groups, now);
}

/** Reads the answers of CLIENT LIST. */
export function coresIn(list: string, groups: readonly string[], now: WallMs): readonly CoreStatus[] {
  const cores = new Map<string, { readonly groups: Set<string>; idleMs: number }>();
  for (const line of list.split("\n")) {
    const fields = new Map(line.split(" ").map((field) => splitAt(field, "=")));
    const name = fields.get("name") ?? "";
    const group = groups.find((one) => name === workerName(one) || name.startsWith(`${workerName(one)}:w:`));
    if (group === undefined) continue;
    const own = name.slice(workerName(group).length + ":w:".length);
    const core = own === "" ? hostOf(fields.get("addr") ?? "") : own;
    // A worker's connection waits ten seconds at a time for a job: idle that long, it was there all the while.
    const idleMs = Number(fields.get("idle") ?? 0) * 1_000;
    const known = cores.get(core);
    if (known === undefined) cores.set(core, { groups: new Set([group]), idleMs });
    else {
      known.groups.add(group);
      known.idleMs = Math.min(known.idleMs, idleMs);
    }
  }
  return [...cores].map(([name, core]) => ({
    name,
    groups: [...core.groups],
    lastSeenAt: toRfc3339(toWall(now - core.idleMs)),
  }));
}

function workerName(group: string): string {
  return `${groupTag(group)}:${Buffer.from(MESSAGES_QUEUE).toString("base64")}`;
}

/** A core without a name is known by where it is: its connections come from several ports. */
function hostOf(address: string): string {
  return address.slice(0, address.lastIndexOf(":")) || address;
}

function parseInfo(text: string): ReadonlyMap<string, string> {
  return new Map(text.split("\r\n").map((line) => splitAt(line, ":")));
}

function splitAt(text: string, mark: string): [string, string] {
  const at = text.indexOf(mark);
  return at === -1 ? [text, ""] : [text.slice(0, at), text.slice(at + 1)];
}

function numberOf(text: string | undefined): number | undefined {
  return text === undefined || text === "" ? undefined : Number(text);
}

function addressOf(target: RedisSettings["target"]): string {
  const show = (nodes: readonly { readonly host: string; readonly port: number }[]): string =>
    nodes.map((node) => `${node.host}:${node.port}`).join(", ");
  switch (target.kind) {
    case "standalone":
      return `${target.host}:${target.port}`;
    case "sentinel":
      return `${target.name} by sentinels ${show(target.sentinels)}`;
    case "cluster":
      return `cluster ${show(target.nodes)}`;
  }
}
