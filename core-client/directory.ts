import type { RedisClient } from "../adapters/io/node/redis.ts";
import { EdgeError } from "../adapters/kit/edge-error.ts";

/** Hash: device uid → group. The agents write it; a core finds the queue of a device with it. */
export const DIRECTORY_KEY = "busbar:directory";

/** How long a found entry is trusted: a device that moves to another group is found there after it. */
const TRUSTED_MS = 5_000;
const KEPT = 100_000;

export class Directory {
  readonly #redis: RedisClient;
  readonly #found = new Map<string, { readonly group: string; readonly until: number }>();

  constructor(redis: RedisClient) {
    this.#redis = redis;
  }

  /** Rejects with `core.device.unknown`. */
  async groupOf(device: string): Promise<string> {
    const known = this.#found.get(device);
    if (known !== undefined && known.until > performance.now()) return known.group;
    const group = await this.#redis.hget(DIRECTORY_KEY, device);
    if (group === null) {
      throw new EdgeError({
        code: "core.device.unknown",
        blame: "operator",
        retry: "never",
        message: `no group has device ${device}: it is not in the configuration of a running agent`,
      });
    }
    if (this.#found.size >= KEPT) this.#found.clear();
    this.#found.set(device, { group, until: performance.now() + TRUSTED_MS });
    return group;
  }

  async groups(): Promise<readonly string[]> {
    return [...new Set(await this.#redis.hvals(DIRECTORY_KEY))];
  }
}
