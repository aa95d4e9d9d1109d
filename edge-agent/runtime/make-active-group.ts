import { NodeRandom } from "../../adapters/io/node/random.ts";
import type { DurationMs } from "../../adapters/kit/time.ts";
import { RedisCommandEntry } from "../commands/redis/entry.ts";
import { CommandIntake } from "../commands/redis/intake.ts";
import { intakePorts } from "../commands/redis/intake-ports.ts";
import type { TakeoverReason } from "../lease/words.ts";
import type { Reign } from "../model/reign.ts";
import { splitMessage } from "../model/shared-attributes.ts";
import { Committer } from "../queue/committer.ts";
import { durably } from "../queue/durability.ts";
import { FencedScript } from "../queue/fenced-script.ts";
import { MESSAGE_JOB_OPTIONS, MESSAGES_QUEUE } from "../queue/group-queue.ts";
import { loadMemories, memoriesOf } from "../queue/memories.ts";
import { DEFAULT_DRAIN } from "../spool/drain.ts";
import { ActiveGroup } from "./active-group.ts";
import type { Counters } from "./counters.ts";
import { announceGaps } from "./announce-gaps.ts";
import { durabilityOf } from "./durability.ts";
import type { GroupWork } from "./group-work.ts";
import { RedisRepair } from "./redis-repair.ts";
import { verifierOf } from "./read-back.ts";
import { withSpooled } from "./spooled-memories.ts";
import { SpoolingStorekeeper, type StoreNote } from "./spooling-storekeeper.ts";
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
    committed: (loads) => {
      for (const { device, messages } of loads) around.lastMessages.note(device, messages);
    },
  });
  const spool = around.spoolOf(reign.group);
  const storekeeper = new SpoolingStorekeeper({
    reign,
    committer,
    spool,
    drain: { ...DEFAULT_DRAIN, recordsPerSecond: config.spool.drainPerSecond, backoff: DRAIN_BACKOFF },
    timers,
    random: new NodeRandom(),
    announce: (gaps) => announceGaps(gaps, { gateway: config.gateway, reign, at: timers.wall() }),
    remembered: (devices) => memoriesOf(redis.effects.client, reign.group, devices),
    noted: (what) => noteStore(what, around),
    spooled: ({ device, messages }) => around.lastMessages.note(device, messages.map(splitMessage)),
  });
  const repair = new RedisRepair({
    redis: redis.effects.client,
    reign,
    devices: around.devicesOf(reign.group),
    memoryOf: (device) => around.serviceOf(device)?.book.memory(device),
    repaired: (memories) =>
      around.note(
        "warn",
        `Redis had forgotten what is remembered of ${memories} devices of ${reign.group}: written again`,
      ),
  });
  return new ActiveGroup({
    ...parts,
    loadMemories: async () =>
      withSpooled(await loadMemories(redis.effects.client, reign.group), spool, around.bridgeSpoolsOf(reign.group)),
    storekeeper,
    repair: () => repair.look(),
    commands: new RedisCommandEntry(
      redis.effects.client,
      reign.group,
      () => timers.wall(),
      (key, write) => durably(redis.effects.client, key, durabilityOf(config.redis), write),
    ),
    makeIntake: (work) => {
      const intake = makeIntake({ reign, reason: parts.reason, around, work, counters: parts.counters });
      parts.counters.reigns.follow(reign.group, {
        commits: () => committer.counts,
        commands: () => intake.stats(),
        waitingFor: (device) => intake.waitingFor(device),
      });
      return intake;
    },
  });
}

/** Reasons after which the former holder is known not to act any more. */
const LET_GO: ReadonlySet<TakeoverReason> = new Set(["first", "expired", "released", "handover", "failback"]);
/** Redis may be back any moment: its absence must not be followed by a long one of ours. */
const DRAIN_BACKOFF = { firstMs: 50, maxMs: 500, factor: 2, jitter: 0.3 };

function makeIntake(parts: {
  readonly reign: Reign;
  readonly reason: TakeoverReason;
  readonly around: Surroundings;
  readonly work: GroupWork;
  readonly counters: Counters;
}): CommandIntake {
  const { reign, reason, around, work, counters } = parts;
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
      durably: (key, write) => durably(around.redis.effects.client, key, durabilityOf(around.config.redis), write),
    }),
    timers: around.timers,
    random: new NodeRandom(),
    execute: (command, { begin }) => work.execute(command, begin),
    verifier: verifierOf(around, work),
    publish: async (draft, { acceptedAt, endedAt }, command) => {
      const protocol = around.serviceOf(draft.subject)?.protocol ?? "gateway";
      await work.store(draft.subject, [{ ...draft, protocol }], undefined);
      if (command !== undefined) await work.duties.concluded(command, draft);
      counters.concluded(draft.data.state);
      if (acceptedAt !== undefined) counters.commandMs.add(Math.max(0, endedAt - acceptedAt));
    },
    limits: { atOnce: concurrency, perDevice: maxPerDevice },
    quietMs: LET_GO.has(reason) ? 0 : around.config.lease.ttlMs,
    onFault: (fault) => around.note(fault.blame === "us" ? "warn" : "debug", `commands: ${fault.message}`),
  });
}

function noteStore(what: StoreNote, around: Surroundings): void {
  switch (what.kind) {
    case "spilling":
      around.note("warn", `the queue takes nothing, messages go to the spool: ${what.fault.message}`);
      return;
    case "direct":
      around.note(
        "info",
        `the queue takes messages again; ${what.buffered} were spooled in ${Math.round(what.forMs)} ms`,
        { spooled: what.buffered, spooledForMs: Math.round(what.forMs) },
      );
      return;
    case "undeliverable":
      around.note("error", `a message of ${what.device} can never be delivered: ${what.fault.message}`);
      return;
  }
}
