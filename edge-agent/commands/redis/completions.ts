import type { IRedisClient } from "bullmq";
import { Fifo } from "../../../adapters/kit/fifo.ts";
import { checkFinishScript, FINISH_KEYS, finishManyScript, installedFinishScript } from "./complete-script.ts";

/** Jobs one script finishes at most: Redis is kept from others for a few milliseconds. */
export const COMPLETIONS_AT_ONCE = 64;
/** Scripts under way at once. */
const SCRIPTS_AT_ONCE = 2;
const COMMAND = "busbar:cmd-complete";

/** Arguments as BullMQ makes them for its script: keys, then the rest. */
export type FinishArgs = readonly (string | number | boolean | Buffer)[];

interface Open {
  readonly args: FinishArgs;
  readonly resolve: (verdict: Verdict) => void;
  readonly reject: (thrown: unknown) => void;
}

/** `gone`: the job is not ours any more, or no more. `alone`: it could not be done together with others. */
export type Verdict = "done" | "gone" | "alone";

/**
 * Jobs that are finished in one turn, and what came while others were under way, go to Redis as one script: a call of its own
 * for each costs Redis and us more than what it does.
 */
export class Completions {
  readonly #client: IRedisClient;
  readonly #waiting = new Fifo<Open>();
  #scripts = 0;
  #scheduled = false;

  /** Throws `queue.bullmq.untested` where the installed BullMQ is not the tested one. */
  constructor(client: IRedisClient) {
    const script = installedFinishScript();
    checkFinishScript(script);
    this.#client = client;
    client.defineCommand(COMMAND, { numberOfKeys: FINISH_KEYS, lua: finishManyScript(script.lua) });
  }

  /** Rejects as ioredis does: then it may have been done. */
  add(args: FinishArgs): Promise<Verdict> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ args, resolve, reject });
      this.#schedule();
    });
  }

  /** Behind the promises of this turn: what they finish comes along. */
  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      this.#go();
    });
  }

  #go(): void {
    while (this.#scripts < SCRIPTS_AT_ONCE && this.#waiting.length > 0) {
      const some: Open[] = [];
      while (some.length < COMPLETIONS_AT_ONCE) {
        const next = this.#waiting.shift();
        if (next === undefined) break;
        some.push(next);
      }
      this.#scripts += 1;
      void this.#send(some).finally(() => {
        this.#scripts -= 1;
        this.#schedule();
      });
    }
  }

  async #send(some: readonly Open[]): Promise<void> {
    try {
      const keys = some[0]?.args.slice(0, FINISH_KEYS) ?? [];
      const args = some.flatMap((one) => one.args.slice(FINISH_KEYS));
      const replies: unknown = await this.#client.runCommand(COMMAND, [...keys, ...args].map(toArgument));
      for (const [at, one] of some.entries()) one.resolve(toVerdict(Array.isArray(replies) ? replies[at] : undefined));
    } catch (thrown) {
      for (const one of some) one.reject(thrown);
    }
  }
}

/** BullMQ leaves some to ioredis: what is not there is an empty text. */
function toArgument(argument: string | number | boolean | Buffer | undefined): string | Buffer {
  return Buffer.isBuffer(argument) ? argument : String(argument ?? "");
}

function toVerdict(reply: unknown): Verdict {
  if (typeof reply !== "number") return "alone";
  return reply < 0 ? "gone" : "done";
}
