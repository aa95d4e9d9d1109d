import { type WallMs, toWall } from "../../adapters/kit/time.ts";
import type { Hold } from "../../edge-agent/commands/ledger.ts";
import type { TakenJob } from "../../edge-agent/commands/redis/command-queue.ts";
import type { JobQueue } from "../../edge-agent/commands/redis/intake-ports.ts";
import { type Command, commandJobId, queuePriority } from "../../edge-agent/model/command.ts";
import type { RedisLine } from "./redis-line.ts";
import { currentToken, tokenOf } from "./redis-ports.ts";
import type { RedisState } from "./redis-state.ts";
import type { SimRedis } from "./sim-redis.ts";

/** The commands queue as one reign takes from it: BullMQ's lists, taken under the lease. */
export function commandQueue(redis: SimRedis, line: RedisLine, hold: Hold): JobQueue {
  const token = tokenOf(hold);
  const mine = (): boolean => currentToken(redis) === token;
  const end = (what: string, job: TakenJob, then: (state: RedisState) => void): Promise<"done" | "gone"> =>
    line.ask({
      what,
      writes: true,
      effect: () => {
        const { state } = redis;
        if (state.commandsTaken.get(job.id) !== token) return "gone";
        state.commandsTaken.delete(job.id);
        then(state);
        redis.court.note(`${token} ${what} ${job.id}`);
        return "done";
      },
    });
  return {
    take: (atMost, now) =>
      line.ask({
        what: "take",
        writes: true,
        effect: () => {
          if (!mine()) return { kind: "fenced" as const };
          const taken = takeOn(redis.state, { token, atMost, now });
          for (const { id } of taken.jobs) redis.court.note(`${token} takes ${id}`);
          return taken;
        },
      }),
    recover: () =>
      line.ask({
        what: "recover",
        writes: true,
        effect: () => (mine() ? giveBackOn(redis.state, [...redis.state.commandsTaken.keys()]) : ("fenced" as const)),
      }),
    reclaim: (known) =>
      line.ask({
        what: "reclaim",
        writes: true,
        effect: () => (mine() ? giveBackOn(redis.state, unknown(redis.state, known)) : ("fenced" as const)),
      }),
    giveBack: (ids) =>
      line.ask({
        what: "give back",
        writes: true,
        effect: () =>
          giveBackOn(
            redis.state,
            ids.filter((id) => redis.state.commandsTaken.get(id) === token),
          ),
      }),
    complete: (job) => end("complete", job, () => {}),
    fail: (job) => end("fail", job, () => {}),
    delay: (job, until) => end("delay", job, (state) => state.commandsDelayed.set(job.id, until)),
    close: () => Promise.resolve(),
  };
}

/** As `queue.add`: a second job of the same uid meets the first. */
export function queueCommand(state: RedisState, command: Command): boolean {
  const id = commandJobId(command.uid);
  if (state.commands.has(id)) return false;
  const priority = queuePriority(command.priority);
  state.commands.set(id, { id, data: JSON.stringify(command), priority, order: state.commands.size });
  insert(state, id);
  return true;
}

function takeOn(
  state: RedisState,
  { token, atMost, now }: { readonly token: string; readonly atMost: number; readonly now: WallMs },
): { readonly kind: "taken"; readonly jobs: readonly TakenJob[]; readonly nextAt: WallMs | undefined } {
  for (const [id, due] of [...state.commandsDelayed]) {
    if (due > now) continue;
    state.commandsDelayed.delete(id);
    insert(state, id);
  }
  const jobs = state.commandsWaiting.splice(0, atMost).flatMap((id): TakenJob[] => {
    const job = state.commands.get(id);
    if (job === undefined) return [];
    state.commandsTaken.set(id, token);
    return [{ id, data: job.data, options: "{}", name: "command" }];
  });
  const next = Math.min(...state.commandsDelayed.values());
  return { kind: "taken", jobs, nextAt: Number.isFinite(next) ? toWall(next) : undefined };
}

/** What is taken and not among the known. */
function unknown(state: RedisState, known: readonly string[]): string[] {
  return [...state.commandsTaken.keys()].filter((id) => !known.includes(id));
}

/** To the front of those of its priority, in the order they were taken. */
function giveBackOn(state: RedisState, ids: readonly string[]): number {
  for (const id of [...ids].reverse()) {
    state.commandsTaken.delete(id);
    const priority = state.commands.get(id)?.priority ?? 0;
    const behind = state.commandsWaiting.findIndex((one) => (state.commands.get(one)?.priority ?? 0) >= priority);
    state.commandsWaiting.splice(behind === -1 ? state.commandsWaiting.length : behind, 0, id);
  }
  return ids.length;
}

function insert(state: RedisState, id: string): void {
  const priority = state.commands.get(id)?.priority ?? 0;
  const behind = state.commandsWaiting.findIndex((one) => (state.commands.get(one)?.priority ?? 0) > priority);
  state.commandsWaiting.splice(behind === -1 ? state.commandsWaiting.length : behind, 0, id);
}
