import type { CommandEntry } from "../commands/entry.ts";
import type { EdgeError } from "../../adapters/kit/edge-error.ts";
import type { DurationMs } from "../../adapters/kit/time.ts";
import type { TakeoverReason } from "../lease/words.ts";
import type { LoadedMemories } from "../queue/memories.ts";
import { GroupWork } from "./group-work.ts";
import type { ReignWork } from "./group-runner.ts";
import type { Surroundings } from "./surroundings.ts";
import type { Storekeeper } from "./storekeeper.ts";
import type { Reign } from "../model/reign.ts";
import { pausing } from "./pausing.ts";
import type { Intake } from "./intake.ts";

/** What of its surroundings a group works with: nothing of it is tied to sockets or to Redis. */
export type GroupSurroundings = Omit<
  Surroundings,
  "redis" | "config" | "spoolOf" | "bridgeSpoolsOf" | "lastMessages"
> & {
  readonly config: Pick<Surroundings["config"], "gateway">;
};

export interface ActiveGroupParts {
  readonly reign: Reign;
  readonly reason: TakeoverReason;
  readonly detectedAfterMs: DurationMs;
  readonly around: GroupSurroundings;
  /** Everything remembered of the group's devices; rejects while Redis is away. */
  readonly loadMemories: () => Promise<LoadedMemories>;
  readonly storekeeper: Storekeeper;
  readonly makeIntake: (work: GroupWork) => Intake;
  /** Where duties put commands in; absent where there is no queue of commands. */
  readonly commands?: (CommandEntry & { close(): Promise<void> }) | undefined;
  /** Tells Redis which devices are in this group, and again what it has forgotten; called now and then. */
  readonly repair?: (() => Promise<void>) | undefined;
}

const LOAD_AGAIN_MS = 100;
const REPAIR_EVERY_MS = 2_000;

/** One group during one reign: memories first, then the devices, then the commands. */
export class ActiveGroup implements ReignWork {
  readonly work: GroupWork;
  readonly #parts: ActiveGroupParts;
  readonly #intake: Intake;
  #ended = false;

  constructor(parts: ActiveGroupParts) {
    const { reign, around, storekeeper } = parts;
    this.#parts = parts;
    this.work = new GroupWork({
      reign,
      gateway: around.config.gateway,
      storekeeper,
      services: around.services,
      serviceOf: (device) => around.serviceOf(device),
      devices: around.devicesOf(reign.group),
      timers: around.timers,
      commands: parts.commands,
      refused: (device, protocol, peer, fault) => around.refused(device, protocol, peer, fault),
      stored: (messages) => around.stored(messages),
      note: (level, text) => around.note(level, text),
      broke: (protocol, fault) => around.broke(protocol, fault),
    });
    this.#intake = parts.makeIntake(this.work);
  }

  async start(): Promise<void> {
    const { around, reign, reason, detectedAfterMs } = this.#parts;
    await this.#loadMemories();
    if (this.#ended) return;
    this.#parts.storekeeper.begin();
    await around.serve(reign.group, this.work);
    if (this.#ended) return;
    this.work.start();
    // Not waited for: a broker that does not answer must not keep the commands of street lights waiting.
    void this.work.duties.start();
    void this.#repairOn();
    await this.#intake.start();
    const text = `agent ${reign.holder} is active for group ${reign.group} in epoch ${reign.epoch} (${reason})`;
    const code =
      reason === "handover" || reason === "failback" ? "handover" : reason === "first" ? "started" : "takeover";
    const facts = { reason, epoch: reign.epoch, detectedAfterMs: Math.round(detectedAfterMs) };
    // Neither is worth ending a reign for: the next one says both again.
    void this.work
      .tellGateway(code, "info", text, facts)
      .then(() => this.work.tellAllStates())
      .catch((fault: EdgeError) => around.note("debug", `states not told: ${fault.message}`));
  }

  async drain(forMs: DurationMs): Promise<void> {
    const { around, reign, storekeeper } = this.#parts;
    const { timers } = around;
    const until = timers.now() + forMs;
    await around.unserve(reign.group, this.work);
    const duties = this.work.duties.drain(forMs);
    await this.#intake.stop({ drainMs: Math.max(0, until - timers.now()) });
    await Promise.race([duties, pausing(timers, Math.max(0, until - timers.now()))]);
    await Promise.race([storekeeper.settle(), pausing(timers, Math.max(0, until - timers.now()))]);
  }

  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    const { around, reign, storekeeper } = this.#parts;
    this.work.end();
    storekeeper.end();
    void this.#intake.stop({ drainMs: 0 });
    void this.#parts.commands?.close().catch(() => undefined);
    void around.unserve(reign.group, this.work);
  }

  /** What is remembered of the devices, from Redis. Without it nobody may be served: it is tried until the reign ends. */
  async #loadMemories(): Promise<void> {
    const { around, reign, loadMemories } = this.#parts;
    around.forget(reign.group);
    while (!this.#ended) {
      try {
        const { memories, unreadable } = await loadMemories();
        for (const [device, { memory }] of memories) around.serviceOf(device)?.book.remember(device, memory);
        for (const device of unreadable)
          around.note("warn", `the memory of device ${device} is unreadable: it registers again`);
        return;
      } catch (_redisIsAway) {
        await pausing(around.timers, LOAD_AGAIN_MS);
      }
    }
  }

  /** Nobody waits for it: devices are served without. What could not be written is written the next time. */
  async #repairOn(): Promise<void> {
    const { around, repair } = this.#parts;
    while (repair !== undefined && !this.#ended) {
      await repair().catch((fault: EdgeError) => around.note("debug", `not repaired: ${fault.message}`));
      await pausing(around.timers, REPAIR_EVERY_MS);
    }
  }
}
