import type { DurationMs } from "../../adapters/kit/time.ts";
import type { TakeoverReason } from "../lease/words.ts";
import type { Reign } from "../model/reign.ts";
import { Committer } from "../queue/committer.ts";
import { FencedScript } from "../queue/fenced-script.ts";
import { MESSAGE_JOB_OPTIONS, MESSAGES_QUEUE } from "../queue/group-queue.ts";
import { ActiveGroup } from "./active-group.ts";
import type { Counters } from "./counters.ts";
import { DirectStorekeeper } from "./direct-storekeeper.ts";
import { durabilityOf } from "./durability.ts";
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
    storekeeper: new DirectStorekeeper(committer),
    makeIntake: () => ({ start: () => Promise.resolve(), stop: () => Promise.resolve() }),
  });
}
