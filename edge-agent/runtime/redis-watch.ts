import { EdgeError, toEdgeError } from "../../adapters/kit/edge-error.ts";
import type { Config } from "../config/config.ts";
import { checkRedis, type RedisFinding } from "../queue/check-redis.ts";
import { durabilityOf } from "./durability.ts";
import type { RedisLinks } from "./redis-links.ts";

interface WatchLog {
  info(facts: object, text: string): void;
  warn(facts: object, text: string): void;
}

/** Whether Redis can be used, and why not: before the start, and while running. */
export class RedisWatch {
  readonly #redis: RedisLinks;
  readonly #config: Config;
  readonly #log: WatchLog;
  #state: "waiting" | "usable" | "unusable" = "waiting";
  #findings: readonly RedisFinding[] = [];
  #lastFault: EdgeError | undefined;
  #complainedOf: string | undefined;
  #stopped = false;

  constructor(parts: { readonly redis: RedisLinks; readonly config: Config; readonly log: WatchLog }) {
    this.#redis = parts.redis;
    this.#config = parts.config;
    this.#log = parts.log;
  }

  /** `waiting`: it has not answered yet. `unusable`: it answers and would lose what it is given. */
  get state(): "waiting" | "usable" | "unusable" {
    return this.#state;
  }

  get findings(): readonly RedisFinding[] {
    return this.#findings;
  }

  get connected(): boolean {
    return this.#redis.effects.client.status === "ready";
  }

  get lastFault(): EdgeError | undefined {
    return this.#lastFault;
  }

  /** A connection fault. Said once per kind, not once per attempt. */
  fault(fault: EdgeError): void {
    this.#lastFault = fault;
    if (this.#complainedOf === fault.code) return;
    this.#complainedOf = fault.code;
    this.#log.warn(fault.toJSON(), `Redis: ${fault.message}`);
  }

  /**
   * Resolves when Redis answers and keeps what it is given; waits for ever while it does not answer. Rejects with
   * `queue.lossy` where its settings lose data and nobody allowed that.
   */
  async untilUsable(): Promise<void> {
    let said = false;
    while (!this.#stopped) {
      try {
        await this.#redis.effects.ready({ timeoutMs: 1_000 });
        this.#findings = await checkRedis(this.#redis.effects.client, durabilityOf(this.#config.redis));
        break;
      } catch (thrown) {
        this.fault(toEdgeError(thrown, "queue.unavailable"));
        if (!said) this.#log.warn({}, "waiting for Redis; this agent is not ready until it answers");
        said = true;
      }
    }
    if (this.#stopped) return;
    if (said) this.#log.info({}, "Redis answers");
    this.#complainedOf = undefined;
    for (const finding of this.#findings)
      this.#log.warn({ setting: finding.setting }, `Redis: ${finding.message}; ${finding.fix}`);
    const losing = this.#findings.filter((finding) => finding.severity !== "risks");
    if (losing.length > 0 && !this.#config.redis.allowLossySettings) {
      this.#state = "unusable";
      throw lossy(losing);
    }
    this.#state = "usable";
  }

  stop(): void {
    this.#stopped = true;
  }
}

function lossy(findings: readonly RedisFinding[]): EdgeError {
  const reasons = findings.map((one) => `${one.message} (${one.fix})`).join("; ");
  return new EdgeError({
    code: "queue.lossy",
    blame: "operator",
    retry: "never",
    message: `this Redis would lose what it confirmed: ${reasons}; or set redis.allowLossySettings: true to run anyway`,
  });
}
