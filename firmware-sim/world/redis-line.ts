import type { SimClock } from "../../adapters/io/sim/clock.ts";
import type { SimHost } from "../../adapters/io/sim/host.ts";
import { EdgeError, type FaultCode } from "../../adapters/kit/edge-error.ts";
import type { SeededRandom } from "../../adapters/kit/random.ts";
import type { DurationMs } from "../../adapters/kit/time.ts";
import type { SimRedis } from "./sim-redis.ts";

/** How one host reaches Redis; the weather changes it. */
export class RedisReach {
  /** Requests do not arrive. */
  cutOut = false;
  /** Replies do not come back. */
  cutBack = false;
  /** One way, in milliseconds, on top of the usual. */
  slowMs: DurationMs = 0;
  #held: (() => void)[] = [];

  /** Runs it now, or, where the way is cut, when it is healed (TCP repeats itself) or never (the connection broke). */
  pass(way: "out" | "back", kept: boolean, run: () => void): void {
    const cut = way === "out" ? this.cutOut : this.cutBack;
    if (!cut) run();
    else if (kept) this.#held.push(run);
  }

  heal(): void {
    this.cutOut = false;
    this.cutBack = false;
    this.slowMs = 0;
    for (const run of this.#held.splice(0)) run();
  }
}

export interface RedisLineSettings {
  readonly redis: SimRedis;
  readonly clock: SimClock;
  readonly random: SeededRandom;
  readonly host: SimHost;
  readonly reach: RedisReach;
  /** Codes of what can go wrong, in the words of who calls. */
  readonly codes: { readonly unreachable: FaultCode; readonly refused: FaultCode };
}

export interface Question<Reply> {
  readonly what: string;
  readonly writes: boolean;
  /** Waits for the replicas, where there are any. */
  readonly confirmed?: boolean;
  readonly effect: () => Reply;
}

/** ioredis gives a command up after this. */
const COMMAND_TIMEOUT_MS = 250;

/**
 * One connection to Redis. Requests arrive in order, each of them once or not at all, and a reply that never comes says
 * nothing about what happened: as with ioredis without an offline queue and without repeats.
 */
export class RedisLine {
  readonly #settings: RedisLineSettings;
  #lastOut = 0;
  #lastBack = 0;

  constructor(settings: RedisLineSettings) {
    this.#settings = settings;
  }

  ask<Reply>(question: Question<Reply>): Promise<Reply> {
    const { clock, host, redis, reach, random } = this.#settings;
    const { life } = host;
    return new Promise((resolve, reject) => {
      let open = true;
      const settle = (act: () => void): void => {
        if (!open) return;
        open = false;
        cancelTimeout();
        host.deliver(life, act);
      };
      const fail = (code: FaultCode, why: string): void =>
        settle(() => reject(new EdgeError({ code, blame: "network", retry: "backoff", message: why })));
      const { unreachable } = this.#settings.codes;
      const cancelTimeout = clock.after(COMMAND_TIMEOUT_MS, () => fail(unreachable, `${question.what}: no reply`));
      const kept = random.chance({ times: 1, of: 2 });
      this.#lastOut = Math.max(this.#lastOut, clock.now + this.#delay());
      clock.at(this.#lastOut, () =>
        reach.pass("out", kept, () =>
          redis.serve({
            run: () => this.#answer(question, { settle, resolve, fail, kept }),
            gone: () => this.#back(kept, 0, () => fail(unreachable, `${question.what}: connection refused`)),
          }),
        ),
      );
    });
  }

  #answer<Reply>(
    question: Question<Reply>,
    caller: {
      readonly settle: (act: () => void) => void;
      readonly resolve: (reply: Reply) => void;
      readonly fail: (code: FaultCode, why: string) => void;
      readonly kept: boolean;
    },
  ): void {
    const { redis, codes } = this.#settings;
    const { settle, resolve, fail, kept } = caller;
    if (question.writes && redis.refusing !== undefined) {
      const why = redis.refusing;
      this.#back(kept, 0, () => fail(codes.refused, `${question.what}: ${why}`));
      return;
    }
    const reply = question.effect();
    const { afterMs, confirmed } = question.confirmed === true ? redis.confirmation() : { afterMs: 0, confirmed: true };
    this.#back(kept, afterMs, () =>
      confirmed ? settle(() => resolve(reply)) : fail(codes.unreachable, `${question.what}: no replica confirmed it`),
    );
  }

  #back(kept: boolean, afterMs: DurationMs, run: () => void): void {
    const { clock, reach } = this.#settings;
    this.#lastBack = Math.max(this.#lastBack, clock.now + afterMs + this.#delay());
    clock.at(this.#lastBack, () => reach.pass("back", kept, run));
  }

  #delay(): DurationMs {
    const { random, reach } = this.#settings;
    return 0.05 + random.below(700) / 1_000 + reach.slowMs;
  }
}
