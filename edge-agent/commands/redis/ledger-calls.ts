import type { IRedisClient } from "bullmq";
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
const MANY = "busbar:cmd-many";
const FIRST_LINE = "#!lua\n";

interface Open {
  readonly call: LedgerCall;
  readonly key: string;
  readonly args: readonly (string | number)[];
  readonly resolve: (reply: unknown) => void;
  readonly reject: (thrown: unknown) => void;
}

/**
 * Runs the scripts of the ledger. Those asked for in one turn go to Redis as one: a script costs Redis and us far more than
 * what it does to one record. Each is carried out as it would be alone, and one that fails takes no other with it.
 */
export class LedgerCalls {
  readonly #client: IRedisClient;
  readonly #lease: string;
  #open: Open[] = [];

  constructor(client: IRedisClient, lease: string) {
    this.#client = client;
    this.#lease = lease;
    for (const [call, lua] of Object.entries(SCRIPTS)) client.defineCommand(nameOf(call), { numberOfKeys: 2, lua });
    client.defineCommand(MANY, { numberOfKeys: 1, lua: manyScript() });
  }

  /** Resolves with the reply of the script; rejects as ioredis does. */
  run(call: LedgerCall, key: string, args: readonly (string | number)[]): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.#open.push({ call, key, args, resolve, reject });
      // Behind the promises of this turn: what they go on to ask comes along.
      if (this.#open.length === 1) process.nextTick(() => this.#go());
    });
  }

  #go(): void {
    const open = this.#open;
    this.#open = [];
    for (let at = 0; at < open.length; at += CALLS_AT_ONCE) void this.#send(open.slice(at, at + CALLS_AT_ONCE));
  }

  async #send(calls: readonly Open[]): Promise<void> {
    const [first] = calls;
    if (first === undefined) return;
    if (calls.length === 1) {
      this.#alone(first);
      return;
    }
    const args = calls.flatMap(({ call, key, args: own }) => [call, key, own.length, ...own]);
    try {
      const replies: unknown = await this.#client.runCommand(MANY, [this.#lease, ...args]);
      for (const [index, call] of calls.entries()) {
        const reply: unknown = Array.isArray(replies) ? replies[index] : undefined;
        if (reply === FAILED) this.#alone(call);
        else call.resolve(reply);
      }
    } catch (thrown) {
      for (const call of calls) call.reject(thrown);
    }
  }

  /** Says what is wrong with one, where something is. */
  #alone({ call, key, args, resolve, reject }: Open): void {
    this.#client.runCommand(nameOf(call), [this.#lease, key, ...args]).then(resolve, reject);
  }
}

function nameOf(call: string): string {
  return `busbar:cmd-${call}`;
}

/** In the place of a reply: this one is to be asked alone. */
const FAILED = "failed";

/**
 * KEYS: lease; the records have its hash tag, and so its slot. ARGV: for each call its name, its record, the number of its
 * arguments, and these. The scripts run as bodies of functions whose parameters hide the real KEYS and ARGV. Replies: that
 * of each call.
 */
function manyScript(): string {
  const bodies = Object.entries(SCRIPTS).map(
    ([call, lua]) => `calls['${call}'] = function(KEYS, ARGV)\n${lua.slice(FIRST_LINE.length)}end\n`,
  );
  return `${FIRST_LINE}local calls = {}
${bodies.join("")}
local replies = {}
local at = 1
while at <= #ARGV do
  local args = {}
  for i = 1, tonumber(ARGV[at + 2]) do args[i] = ARGV[at + 2 + i] end
  local done, reply = pcall(calls[ARGV[at]], {KEYS[1], ARGV[at + 1]}, args)
  replies[#replies + 1] = done and reply or '${FAILED}'
  at = at + 3 + #args
end
return replies
`;
}
