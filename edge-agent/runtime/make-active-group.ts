import { NodeRandom } from "../../adapters/io/node/random.ts";
import type { DurationMs } from "../../adapters/kit/time.ts";
import { CommandIntake } from "../commands/redis/intake.ts";
import { intakePorts } from "../commands/redis/intake-ports.ts";
import type { TakeoverReason } from "../lease/words.ts";
import type { Reign } from "../model/reign.ts";
import { Committer } from "../queue/committer.ts";
import { FencedScript } from "../queue/fenced-script.ts";
import { MESSAGE_JOB_OPTIONS, MESSAGES_QUEUE } from "../queue/group-queue.ts";
import { loadMemories } from "../queue/memories.ts";
import { ActiveGroup } from "./active-group.ts";
import type { Counters } from "./counters.ts";
import { DirectStorekeeper } from "./direct-storekeeper.ts";
import { durabilityOf } from "./durability.ts";
import type { GroupWork } from "./group-work.ts";
import type { Surroundings } from "./surroundings.ts";

/** Puts together what a reign works with. */
export function makeActiveGroup(parts: {
  readonly reign: Reign;
  readonly reason: TakeoverReason;
  readonly detectedAfterMs: DurationMs;
  readonly around: Surroundings;
  readonly counters: Counters;
}): ActiveGroup {
  const { reign, around } = parts;
  const { redis, config, timers } = around;
  const queue = { group: reign.group, name: MESSAGES_QUEUE, jobOptions: MESSAGE_JOB_OPTIONS };
  const fence = new FencedScript(redis.effects.client, queue, durabilityOf(config.redis));
  const { lingerMs } = config.commit;
  const committer = new Committer({
    reign,
    fence,
    timers,
    limits: { lingerMs, timeoutMs: config.redis.commandTimeoutMs },
  });
  return new ActiveGroup({
    ...parts,
    loadMemories: () => loadMemories(redis.effects.client, reign.group),
    storekeeper: new DirectStorekeeper(committer),
    makeIntake: (work) => makeIntake(reign, around, work, parts.counters),
  });
}

function makeIntake(reign: Reign, around: Surroundings, work: GroupWork, counters: Counters): CommandIntake {
  const { concurrency, maxPerDevice } = around.config.commands;
  return new CommandIntake({
    group: reign.group,
    reign,
    ports: intakePorts({
      group: reign.group,
      reign,
      redis: around.redis.effects.client,
      connectWorker: () => around.redis.more("worker", `commands-${reign.group}`),
      timers: around.timers,
    }),
    timers: around.timers,
    random: new NodeRandom(),
    execute: (command, { begin }) => work.execute(command, begin),
    publish: async (draft) => {
      const protocol = around.serviceOf(draft.subject)?.protocol ?? "gateway";
      await work.store(draft.subject, [{ ...draft, protocol }], undefined);
      counters.concluded(draft.data.state);
    },
    limits: { atOnce: concurrency, perDevice: maxPerDevice },
    quietMs: around.config.lease.ttlMs,
    onFault: (fault) => around.note(fault.blame === "us" ? "warn" : "debug", `commands: ${fault.message}`),
  });
}
