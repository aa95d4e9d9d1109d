import type { IRedisClient } from "bullmq";
import { Packr } from "msgpackr";
import { Fifo } from "../../../adapters/kit/fifo.ts";
import { ACCEPT_SCRIPT, BEGIN_SCRIPT, FINISH_SCRIPT, RETRACT_SCRIPT } from "./ledger-scripts.ts";

/** What may be done to a record; each is one script of its own. */
export type LedgerCall = "accept" | "begin" | "retract" | "finish";

const SCRIPTS: Readonly<Record<LedgerCall, string>> = {
  accept: ACCEPT_SCRIPT,
  begin: BEGIN_SCRIPT,
  retract: RETRACT_SCRIPT,
  finish: FINISH_SCRIPT,
};

/** Calls one script makes at most: Redis is kept from others for a few milliseconds. */
export const CALLS_AT_ONCE = 64;
/** Scripts under way at once. What waits here waits for no timeout; what waits in Redis does, and is then asked again. */
export const SCRIPTS_AT_ONCE = 4;
/** After a script that was not answered, so that thousands of commands do not ask a Redis that is away without a pause. */
const PAUSE_MS = 20;
const MANY = "busbar:cmd-many";
const FIRST_LINE = "#!lua\n";
const packer = new Packr({ useRecords: false });

interface Open {
  readonly call: LedgerCall;
  readonly key: string;
  readonly args: readonly string[];
  readonly resolve: (reply: unknown) => void;
  readonly reject: (thrown: unknown) => void;
}

/**
 * Runs the scripts of the ledger. Those asked for in one turn, and what came while others were under way, go to Redis as
 * one: a script costs Redis and us far more than what it does to one record. Each is carried out as it would be alone, and one that fails takes no other with it.
 */
export class LedgerCalls {
  readonly #client: IRedisClient;
  readonly #lease: string;
  /** Commands under way come before those that are only taken down: thousands may arrive at once. */
  readonly #underWay = new Fifo<Open>();
  readonly #arriving = new Fifo<Open>();
  #scripts = 0;
  #scheduled = false;

  constructor(client: IRedisClient, lease: string) {
    this.#client = client;
    this.#lease = lease;
    for (const [call, lua] of Object.entries(SCRIPTS)) client.defineCommand(nameOf(call), { numberOfKeys: 2, lua });
    client.defineCommand(MANY, { numberOfKeys: 1, lua: manyScript() });
  }

  /** Resolves with the reply of the script; rejects as ioredis does. */
  run(call: LedgerCall, key: string, args: readonly string[]): Promise<unknown> {
    return new Promise((resolve, reject) => {
      (call === "accept" ? this.#arriving : this.#underWay).push({ call, key, args, resolve, reject });
      this.#schedule();
    });
  }

  /** Behind the promises of this turn: what they go on to ask comes along. */
  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    process.nextTick(() => {
      this.#scheduled = false;
      this.#go();
    });
  }

  #go(): void {
    while (this.#scripts < SCRIPTS_AT_ONCE && this.#underWay.length + this.#arriving.length > 0) {
      const calls: Open[] = [];
      while (calls.length < CALLS_AT_ONCE) {
        const next = this.#underWay.shift() ?? this.#arriving.shift();
        if (next === undefined) break;
        calls.push(next);
      }
      this.#scripts += 1;
      void this.#send(calls).then((answered) => {
        if (answered) this.#done();
        else setTimeout(() => this.#done(), PAUSE_MS);
      });
    }
  }

  #done(): void {
    this.#scripts -= 1;
    this.#schedule();
  }

  /** Whether Redis answered. Never rejects. */
  async #send(calls: readonly Open[]): Promise<boolean> {
    const [first] = calls;
    if (calls.length === 1 && first !== undefined) return this.#alone(first);
    // One text of all of them: ioredis and Redis would spend more on each of their hundreds of arguments than the script does.
    const packed = packer.pack(calls.map(({ call, key, args }) => [call, key, args]));
    try {
      const replies: unknown = await this.#client.runCommand(MANY, [this.#lease, packed]);
      for (const [index, call] of calls.entries()) {
        const reply: unknown = Array.isArray(replies) ? replies[index] : undefined;
        if (reply === FAILED) void this.#alone(call);
        else call.resolve(reply);
      }
      return true;
    } catch (thrown) {
      for (const call of calls) call.reject(thrown);
      return false;
    }
  }

  /** Says what is wrong with one, where something is. */
  async #alone({ call, key, args, resolve, reject }: Open): Promise<boolean> {
    try {
      resolve(await this.#client.runCommand(nameOf(call), [this.#lease, key, ...args]));
      return true;
    } catch (thrown) {
      reject(thrown);
      return false;
    }
  }
}

function nameOf(call: string): string {
  return `busbar:cmd-${call}`;
}

/** In the place of a reply: this one is to be asked alone. */
const FAILED = "failed";

/**
 * KEYS: lease; the records have its hash tag, and so its slot. ARGV: MessagePack of `[name, record, arguments]` for each call, all
 * of them texts. The scripts run as bodies of functions whose parameters hide the real KEYS and ARGV. Replies: that of each call.
 */
function manyScript(): string {
  const bodies = Object.entries(SCRIPTS).map(
    ([call, lua]) => `calls['${call}'] = function(KEYS, ARGV)\n${lua.slice(FIRST_LINE.length)}end\n`,
  );
  return `${FIRST_LINE}local calls = {}
${bodies.join("")}
local replies = {}
for at, one in ipairs(cmsgpack.unpack(ARGV[1])) do
  local done, reply = pcall(calls[one[1]], {KEYS[1], one[2]}, one[3])
  replies[at] = done and reply or '${FAILED}'
end
return replies
`;
}
