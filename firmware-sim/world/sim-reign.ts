import type { SeededRandom } from "../../adapters/kit/random.ts";
import type { DurationMs } from "../../adapters/kit/time.ts";
import type { Execute } from "../../edge-agent/commands/carry-ports.ts";
import { CommandIntake } from "../../edge-agent/commands/redis/intake.ts";
import type { TakeoverReason } from "../../edge-agent/lease/words.ts";
import type { Reign } from "../../edge-agent/model/reign.ts";
import { Committer } from "../../edge-agent/queue/committer.ts";
import { ActiveGroup } from "../../edge-agent/runtime/active-group.ts";
import { announceGaps } from "../../edge-agent/runtime/announce-gaps.ts";
import type { GroupWork } from "../../edge-agent/runtime/group-work.ts";
import { withSpooled } from "../../edge-agent/runtime/spooled-memories.ts";
import { SpoolingStorekeeper } from "../../edge-agent/runtime/spooling-storekeeper.ts";
import { DEFAULT_DRAIN, type DrainSettings } from "../../edge-agent/spool/drain.ts";
import { commandQueue } from "./redis-commands.ts";
import { RedisLine } from "./redis-line.ts";
import { bell, fence, ledger, memories, remembered } from "./redis-ports.ts";
import { COMMIT, GATEWAY, INTAKE, LEASE } from "./rules.ts";
import type { SimAgent } from "./sim-agent.ts";
import type { SimProcess } from "./sim-process.ts";

/** Which command is under way with a device: lanes let one through at a time. */
export class CurrentCommands {
  readonly #uids = new Map<string, string>();

  of(device: string): string | undefined {
    return this.#uids.get(device);
  }

  during<Result>(
    command: { readonly device: string; readonly uid: string },
    run: () => Promise<Result>,
  ): Promise<Result> {
    this.#uids.set(command.device, command.uid);
    return run().finally(() => this.#uids.delete(command.device));
  }
}

/** As the runtime has it: reasons after which the former holder is known not to act any more. */
const LET_GO: ReadonlySet<TakeoverReason> = new Set(["first", "expired", "released", "handover", "failback"]);

export interface SimReign {
  readonly group: ActiveGroup;
  readonly committer: Committer;
  readonly storekeeper: SpoolingStorekeeper;
  /** Made when the group begins. */
  readonly intake: CommandIntake | undefined;
}

const DRAIN: DrainSettings = {
  ...DEFAULT_DRAIN,
  batchMessages: 10,
  backoff: { firstMs: 50, maxMs: 400, factor: 2, jitter: 0.5 },
};

/** What a reign works with, put together as the runtime does. */
export function reignWork(parts: {
  readonly process: SimProcess;
  readonly machine: SimAgent;
  readonly random: SeededRandom;
  readonly reign: Reign;
  readonly reason: TakeoverReason;
  readonly detectedAfterMs: DurationMs;
}): SimReign {
  const { process, machine } = parts;
  const { redis, clock, reach, sabotage } = machine.parts;
  const { host } = machine;
  const { timers, life } = host;
  const reign = sabotage.reign?.(parts.reign) ?? parts.reign;
  const random = parts.random.of(`reign ${reign.epoch}`);
  const codes = { unreachable: "queue.unavailable", refused: "queue.refused" } as const;
  const line = new RedisLine({ redis, clock, random: random.of("line"), host, reach, codes });
  const realFence = fence(redis, line);
  const committer = new Committer({
    reign,
    fence: sabotage.fence?.(realFence, redis) ?? realFence,
    timers,
    limits: COMMIT,
    soon: (run) => void timers.at(timers.now(), run),
  });
  const spooling = new SpoolingStorekeeper({
    reign,
    committer,
    spool: process.spool,
    drain: DRAIN,
    timers,
    random: random.of("drain"),
    announce: (gaps) => announceGaps(gaps, { gateway: GATEWAY, reign, at: timers.wall() }),
    remembered: remembered(redis, line),
    noted: (what) => {
      if (what.kind === "spilling") machine.parts.court.tell({ kind: "spilled", agent: process.agent });
      process.note("debug", what.kind === "direct" ? "direct" : `${what.kind}: ${what.fault.message}`);
    },
  });
  const { reason, detectedAfterMs } = parts;
  const load = memories(redis, line);
  const withOwn = async () => withSpooled(await load(), process.spool);
  let intake: CommandIntake | undefined;
  const makeIntake = (work: GroupWork): CommandIntake => {
    const plain: Execute = (command, attempt) =>
      process.commands.during(command, () => work.execute(command, () => attempt.begin()));
    const realLedger = ledger(redis, line);
    intake = new CommandIntake({
      group: reign.group,
      reign,
      ports: {
        queue: commandQueue(redis, line, reign),
        bell: bell(redis, timers, (run) => host.deliver(life, run)),
        ledger: sabotage.ledger?.(realLedger) ?? realLedger,
      },
      timers,
      random: random.of("intake"),
      execute: sabotage.execute?.(plain) ?? plain,
      publish: async (draft) => {
        const protocol = process.serviceOf(draft.subject)?.protocol ?? "gateway";
        await work.store(draft.subject, [{ ...draft, protocol }], undefined);
      },
      limits: sabotage.intake?.(INTAKE) ?? INTAKE,
      backoff: { firstMs: 100, maxMs: 800, factor: 2, jitter: 0.3 },
      quietMs: LET_GO.has(reason) ? 0 : LEASE.ttlMs,
      onFault: (fault) => process.note("debug", `commands: ${fault.code} ${fault.message}`),
    });
    return intake;
  };
  const group = new ActiveGroup({
    reign,
    reason,
    detectedAfterMs,
    around: process,
    storekeeper: sabotage.storekeeper?.(spooling) ?? spooling,
    loadMemories: sabotage.memories?.(withOwn) ?? withOwn,
    makeIntake,
  });
  return {
    group,
    committer,
    storekeeper: spooling,
    get intake() {
      return intake;
    },
  };
}
