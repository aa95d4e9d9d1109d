import type { CancelTimer, Timers } from "../../adapters/io/timers.ts";
import { EdgeError, toEdgeError } from "../../adapters/kit/edge-error.ts";
import { later } from "../../adapters/kit/time.ts";
import type { Config } from "../config/config.ts";
import { checkRedis, type RedisFinding } from "../queue/check-redis.ts";
import { durabilityOf } from "./durability.ts";
import { pausing } from "./pausing.ts";
import type { RedisLinks } from "./redis-links.ts";

interface WatchLog {
  info(facts: object, text: string): void;
  warn(facts: object, text: string): void;
}

export interface RedisWatchParts {
  readonly redis: Pick<RedisLinks, "effects">;
  readonly config: Pick<Config, "redis">;
  readonly log: WatchLog;
  readonly timers: Timers;
}

/** Settings are changed by hand and by failovers: looked at this often, and soon after every new connection. */
export const CHECK_EVERY_MS = 60_000;
const CHECK_SOON_MS = 2_000;
const ASK_AGAIN_MS = 250;
/** Facts that a failover or a reconnecting replica changes by itself: worth waiting for, not worth giving up for. */
const PASSING = "replicaof";

/** Whether Redis can be used, and why not: before the start, and while running. */
export class RedisWatch {
  readonly #parts: RedisWatchParts;
  #state: "waiting" | "usable" | "unusable" = "waiting";
  #findings: readonly RedisFinding[] = [];
  #lastFault: EdgeError | undefined;
  readonly #complainedOf = new Set<string>();
  #cancelCheck: CancelTimer | undefined;
  #stopped = false;
  readonly #onReady = (): void => this.#connectedAgain();

  constructor(parts: RedisWatchParts) {
    this.#parts = parts;
  }

  /** `waiting`: it has not answered yet. `unusable`: it answers and would lose what it is given. */
  get state(): "waiting" | "usable" | "unusable" {
    return this.#state;
  }

  get findings(): readonly RedisFinding[] {
    return this.#findings;
  }

  /** What is found now and would have kept this agent from starting: allowed by the operator, or changed since. */
  get losing(): readonly RedisFinding[] {
    return this.#findings.filter((finding) => finding.severity !== "risks" && finding.setting !== PASSING);
  }

  get connected(): boolean {
    return this.#parts.redis.effects.client.status === "ready";
  }

  get lastFault(): EdgeError | undefined {
    return this.#lastFault;
  }

  /** A connection fault. Said once per kind and outage, not once per attempt. */
  fault(fault: EdgeError): void {
    this.#lastFault = fault;
    const kind = `${fault.code} ${fault.native ?? ""}`;
    if (this.#complainedOf.has(kind)) return;
    this.#complainedOf.add(kind);
    this.#parts.log.warn(fault.toJSON(), `Redis: ${fault.message}`);
  }

  /**
   * Resolves when Redis answers and keeps what it is given; waits for ever while it does not answer, or while it cannot
   * yet do what is asked of it. Rejects with `queue.lossy` where its settings lose data and nobody allowed that, and with
   * `queue.unfit` where it can never take a commit.
   */
  async untilUsable(): Promise<void> {
    const { redis, config, log, timers } = this.#parts;
    let said = "";
    while (!this.#stopped) {
      const waitsFor = await this.#look();
      if (waitsFor === undefined) break;
      if (waitsFor !== said) log.warn({}, `waiting for Redis, this agent is not ready until then: ${waitsFor}`);
      said = waitsFor;
      await pausing(timers, ASK_AGAIN_MS);
    }
    if (this.#stopped) return;
    if (said !== "") log.info({}, "Redis can be used");
    this.#complainedOf.clear();
    for (const finding of this.#findings) this.#warn(finding);
    const refusal = refusalOf(this.losing, config.redis.allowLossySettings);
    if (refusal !== undefined) {
      this.#state = "unusable";
      throw refusal;
    }
    this.#state = "usable";
    redis.effects.client.on("ready", this.#onReady);
    this.#checkIn(CHECK_EVERY_MS);
  }

  /** Looks at the settings again: what is new is warned of, what is gone is told. Never rejects. */
  async check(): Promise<void> {
    const { redis, config, log } = this.#parts;
    let found: readonly RedisFinding[];
    try {
      found = await checkRedis(redis.effects.client, durabilityOf(config.redis));
    } catch (_away) {
      return;
    }
    const before = this.#findings;
    this.#findings = found;
    for (const one of found) if (!before.some((other) => isSame(one, other))) this.#warn(one);
    for (const one of before) {
      if (!found.some((other) => isSame(one, other)))
        log.info({ setting: one.setting, node: one.node }, `Redis: no longer so on ${one.node}: ${one.message}`);
    }
  }

  stop(): void {
    this.#stopped = true;
    this.#cancelCheck?.();
    this.#parts.redis.effects.client.off("ready", this.#onReady);
  }

  /** What has to be waited for; `undefined` where Redis has been looked at. */
  async #look(): Promise<string | undefined> {
    const { redis, config } = this.#parts;
    try {
      await redis.effects.ready({ timeoutMs: 1_000 });
      this.#findings = await checkRedis(redis.effects.client, durabilityOf(config.redis));
    } catch (thrown) {
      const fault = toEdgeError(thrown, "queue.unavailable");
      this.fault(fault);
      return fault.message;
    }
    const passing = this.#findings.find((one) => one.severity === "stops" && one.setting === PASSING);
    return passing === undefined ? undefined : `${passing.message} (${passing.node}; ${passing.fix})`;
  }

  #connectedAgain(): void {
    if (this.#complainedOf.size > 0) this.#parts.log.info({}, "Redis answers again");
    this.#complainedOf.clear();
    // Another server may have become the primary, with settings of its own.
    this.#checkIn(CHECK_SOON_MS);
  }

  #checkIn(ms: number): void {
    this.#cancelCheck?.();
    if (this.#stopped) return;
    const { timers } = this.#parts;
    this.#cancelCheck = timers.at(later(timers.now(), ms), () => {
      void this.check().then(() => this.#checkIn(CHECK_EVERY_MS));
    });
  }

  #warn({ setting, node, message, fix }: RedisFinding): void {
    this.#parts.log.warn({ setting, node }, `Redis: ${message} (${node}); ${fix}`);
  }
}

function isSame(a: RedisFinding, b: RedisFinding): boolean {
  return a.node === b.node && a.setting === b.setting && a.message === b.message;
}

/** Why an agent must not start with such a Redis; `undefined` where it may. */
function refusalOf(losing: readonly RedisFinding[], allowed: boolean): EdgeError | undefined {
  const unfit = losing.filter((finding) => finding.severity === "stops");
  if (unfit.length > 0) {
    return refusal("queue.unfit", `this Redis cannot take what this agent commits: ${reasonsOf(unfit)}`);
  }
  if (losing.length === 0 || allowed) return undefined;
  const anyway = "or set redis.allowLossySettings: true to run anyway";
  return refusal("queue.lossy", `this Redis would lose what it confirmed: ${reasonsOf(losing)}; ${anyway}`);
}

function reasonsOf(findings: readonly RedisFinding[]): string {
  const byReason = new Map<string, string[]>();
  for (const { message, fix, node } of findings) {
    const reason = `${message} (${fix})`;
    byReason.set(reason, [...(byReason.get(reason) ?? []), node]);
  }
  return [...byReason].map(([reason, nodes]) => `${nodes.join(", ")}: ${reason}`).join("; ");
}

function refusal(code: "queue.unfit" | "queue.lossy", message: string): EdgeError {
  return new EdgeError({ code, blame: "operator", retry: "never", message });
}
