import { EdgeError } from "../../adapters/kit/edge-error.ts";
import type { CommitEntry } from "../../edge-agent/model/commit.ts";
import type { Storekeeper } from "../../edge-agent/runtime/storekeeper.ts";
import { currentToken } from "./redis-ports.ts";
import type { Sabotage } from "./sabotage.ts";

/** A storekeeper whose `store` is another one. */
function storing(inner: Storekeeper, store: (entry: CommitEntry) => Promise<void>): Storekeeper {
  return { begin: () => inner.begin(), store, settle: () => inner.settle(), end: () => inner.end() };
}

/** One at a time, in the order they came. */
function oneAtATime(): <Result>(work: () => Promise<Result>) => Promise<Result> {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const turn = last.then(work, work);
    last = turn.catch(() => undefined);
    return turn;
  };
}

let copies = 0;
const lock = { inTurn: oneAtATime() };

/** Agents that break one promise each, and the judge expected to notice first; others may be quicker where it says so. */
export const MUTANTS: readonly { readonly sabotage: Sabotage; readonly judges: readonly string[] }[] = [
  {
    sabotage: {
      name: "no fence: whoever commits, commits under the lease that is",
      fence: (fence, redis) => ({ run: (token, effects) => fence.run(currentToken(redis) || token, effects) }),
    },
    judges: ["P2 one active per epoch"],
  },
  {
    sabotage: {
      name: "an epoch is granted again: neither the counter nor the floor is kept",
      leaseStore: (store, redis) => ({
        acquire: (request) => {
          redis.state.lease.epoch = Math.max(0, redis.state.lease.epoch - 1);
          return store.acquire({ ...request, epochFloor: 0 });
        },
        renew: (request) => store.renew(request),
        release: (request) => store.release(request),
        observe: () => store.observe(),
      }),
    },
    judges: ["P2 one active per epoch"],
  },
  {
    sabotage: {
      name: "acknowledges before it stores",
      storekeeper: (inner) =>
        storing(inner, (entry) => {
          inner.store(entry).catch(() => undefined);
          return Promise.resolve();
        }),
    },
    judges: ["P1 store, then acknowledge"],
  },
  {
    sabotage: {
      name: "takes no answer for an answer",
      fence: (fence) => ({
        run: (token, effects) =>
          fence.run(token, effects).catch((thrown: unknown) => {
            if (thrown instanceof EdgeError && thrown.code === "queue.fenced") throw thrown;
            return {
              jobs: effects.jobs.map(() => "added" as const),
              memories: effects.memories.map(() => "stored" as const),
            };
          }),
      }),
    },
    judges: ["P1 store, then acknowledge"],
  },
  {
    sabotage: {
      name: "what is remembered of devices is not kept",
      fence: (fence) => ({ run: (token, { jobs }) => fence.run(token, { jobs, memories: [] }) }),
    },
    judges: ["P2 devices are remembered", "P6 one bad device hurts nobody"],
  },
  {
    sabotage: {
      name: "renews without a margin of safety",
      leaseSettings: (settings) => ({ ...settings, safetyMs: 0, stepDownLeadMs: 1 }),
    },
    judges: ["P2 no write after the deadline"],
  },
  {
    sabotage: {
      name: "acts for ever once it was active",
      reign: (reign) => ({ ...reign, mayAct: () => true }),
    },
    judges: ["P2 no write after the deadline"],
  },
  {
    sabotage: {
      name: "promises not to take over, and forgets it",
      heard: (word, answer) => {
        if (word.kind !== "promise-asked") return word;
        answer({ kind: "promise-granted", ask: word.ask, epoch: word.epoch });
        return undefined;
      },
    },
    judges: ["P2 one active per epoch"],
  },
  {
    sabotage: {
      name: "drains the spool in another order",
      spool: ({ sources }) => {
        const read = sources.read.bind(sources);
        sources.read = (request) => {
          const records = read(request);
          return records.map((record, at) => ({ ...(records.at(-1 - at) ?? record), position: record.position }));
        };
      },
    },
    judges: ["P5 order per device"],
  },
  {
    sabotage: {
      name: "the ledger is not asked before a command is sent",
      execute: (execute) => (command, attempt) => execute(command, { ...attempt, begin: () => Promise.resolve() }),
    },
    judges: ["P4 once, or say so"],
  },
  {
    sabotage: {
      name: "an unanswered command is simply sent again",
      execute: (execute) => async (command, attempt) => {
        const first = await execute(command, attempt);
        return first.end === "unanswered" ? execute(command, attempt) : first;
      },
    },
    judges: ["P4 once, or say so"],
  },
  {
    sabotage: {
      name: "messages have a new id every time",
      storekeeper: (inner) =>
        storing(inner, (entry) => {
          const messages = entry.messages.map((message) => {
            copies += 1;
            return { ...message, id: `${message.id.slice(0, 100)}-${copies}` };
          });
          return inner.store({ ...entry, messages });
        }),
    },
    judges: ["P3 nothing acknowledged is lost"],
  },
  {
    sabotage: {
      name: "one conversation at a time, commands and events alike",
      execute: (execute) => (command, attempt) => lock.inTurn(() => execute(command, attempt)),
      storekeeper: (inner) => {
        lock.inTurn = oneAtATime();
        return storing(inner, (entry) => lock.inTurn(() => inner.store(entry)));
      },
    },
    judges: ["P6 one bad device hurts nobody", "liveness"],
  },
  {
    sabotage: {
      name: "takes as many commands as there are",
      intake: (limits) => ({ ...limits, window: 10_000 }),
    },
    judges: ["P7 bounded"],
  },
];
