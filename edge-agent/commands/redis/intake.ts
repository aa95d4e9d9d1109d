import { setMaxListeners } from "node:events";
import { EdgeError, type FaultCode, toEdgeError } from "../../../adapters/kit/edge-error.ts";
import { type DurationMs, type Instant, later, type WallMs } from "../../../adapters/kit/time.ts";
import type { Command } from "../../model/command.ts";
import type { TerminalState } from "../../model/command-state.ts";
import { Begins } from "../begins.ts";
import { carry } from "../carry.ts";
import type { Carried, CarryPorts } from "../carry-ports.ts";
import { refused } from "../endings.ts";
import { insist, type Patience } from "../insist.ts";
import { readCommand } from "../intake-job.ts";
import { type Laned, Lanes } from "../lanes.ts";
import { Room } from "../room.ts";
import { Slots } from "../slots.ts";
import { timeOf } from "../times.ts";
import type { Take, TakenJob } from "./command-queue.ts";
import {
  type CommandIntakeOptions,
  INTAKE_BACKOFF,
  INTAKE_LIMITS,
  type IntakeLimits,
  type IntakeStats,
} from "./intake-options.ts";
import type { JobBell, JobQueue } from "./intake-ports.ts";
import { pauseFor } from "./pause.ts";
import { type Refused, Settlement } from "./settlement.ts";

/** Jobs asked for at once. */
const TAKE_AT_ONCE = 100;
/** The queue is looked at this often even where nothing rings. */
const LOOK_EVERY_MS = 2_000;
/** While the lease is in doubt: it may be granted again (Redis restarted), or `stop` is on its way. */
const DOUBT_MS = 20;
/** How often is looked for what is taken in our name and in nobody's hands. */
const RECLAIM_EVERY_MS = 5_000;
/** How exactly a command that waits for its device is told that its deadline has passed. */
const EXPIRE_EVERY_MS = 200;

interface Item extends Laned {
  readonly job: TakenJob;
  readonly command: Command;
  /** Order of taking. */
  readonly order: number;
}

/**
 * Takes the commands of one group for the time of one reign: from the queue into one lane per device, through the ledger
 * to the device, and to the message that tells the end. It starts by taking over whatever earlier reigns left behind, and
 * stops by giving back what it has not touched.
 */
export class CommandIntake {
  readonly #options: CommandIntakeOptions;
  readonly #limits: IntakeLimits;
  readonly #queue: JobQueue;
  readonly #bell: JobBell;
  readonly #lanes: Lanes<Item>;
  readonly #patience: Patience;
  readonly #ports: CarryPorts;
  readonly #room: Room;
  readonly #settlement: Settlement;
  readonly #stopping = new AbortController();
  readonly #ending = new AbortController();
  /** When no earlier holder can still act. */
  readonly #quietAt: Instant;
  readonly #ended = { succeeded: 0, failed: 0, rejected: 0, expired: 0, cancelled: 0, unknown: 0 };
  readonly #counts = { taken: 0, recovered: 0, givenBack: 0, repeats: 0, invalid: 0, reused: 0, laneFull: 0 };
  #fenced = 0;
  #faults = 0;
  /** Ids of the jobs we know to be ours. */
  readonly #inHand = new Set<string>();
  /** The last take was not answered: it may have taken. */
  #inDoubt = false;
  #reclaimAt: Instant;
  #orders = 0;
  /** What runs, so that `stop` can wait for it. */
  readonly #running = new Set<Promise<void>>();
  /** Not begun when we were told to stop. */
  readonly #untouched: Item[] = [];
  #loop: Promise<void> | undefined;
  #stopped: Promise<void> | undefined;

  constructor(options: CommandIntakeOptions) {
    // Every command in hand listens to these.
    setMaxListeners(0, this.#stopping.signal, this.#ending.signal);
    const { ports, reign, timers, publish } = options;
    this.#options = options;
    this.#limits = { ...INTAKE_LIMITS, ...options.limits };
    this.#queue = ports.queue;
    this.#bell = ports.bell;
    this.#lanes = new Lanes(this.#limits.perDevice);
    this.#reclaimAt = later(timers.now(), RECLAIM_EVERY_MS);
    this.#quietAt = later(timers.now(), options.quietMs);
    this.#patience = {
      pause: (ms, signal) => pauseFor(timers, ms, signal),
      random: options.random,
      onFault: (fault) => this.#report(fault),
    };
    const { ledger } = ports;
    const slots: Slots = new Slots(this.#limits.atOnce, () => this.#room.look());
    this.#room = new Room({ ...this.#limits, perCall: TAKE_AT_ONCE }, () => slots.waiting);
    const wall = (): WallMs => timers.wall();
    this.#ports = {
      ...this.#patience,
      ledger,
      reign,
      wall,
      quiet: (signal) => pauseFor(timers, this.#quietAt - timers.now(), signal),
      begins: new Begins(),
      backoff: options.backoff ?? INTAKE_BACKOFF,
      slots,
      execute: options.execute,
      verifier: options.verifier,
      stopping: this.#stopping.signal,
      ending: this.#ending.signal,
    };
    const patience = this.#patience;
    const ending = this.#ending.signal;
    this.#settlement = new Settlement({ queue: this.#queue, ledger, hold: reign, wall, publish, patience, ending });
  }

  /**
   * Resolves when what earlier reigns had taken is back in the queue and the intake takes by itself. Rejects with
   * `command.intake.fenced` where the lease is not this reign's, or it was stopped before. `stop` is to be called in any case.
   */
  async start(): Promise<void> {
    const recovered = await insist(() => this.#queue.recover(), this.#patience, this.#stopping.signal);
    if (recovered === "fenced" || recovered === undefined) {
      const { holder, epoch } = this.#options.reign;
      throw jobFault("command.intake.fenced", `the commands of ${this.#options.group} are not ${holder}:${epoch}'s`);
    }
    this.#counts.recovered += recovered;
    this.#loop = this.#takeOn();
    this.#track(this.#expireOn());
  }

  /**
   * No further attempt begins from this tick on. What waits goes back to the queue at once, what is under way has
   * `drainMs` to conclude; what has not by then stays with its record for the next active. Never rejects.
   */
  stop(options: { readonly drainMs: DurationMs }): Promise<void> {
    this.#stopped ??= this.#stop(options.drainMs);
    return this.#stopped;
  }

  stats(): IntakeStats {
    return {
      ...this.#counts,
      held: this.#room.held,
      busy: this.#lanes.busy,
      waiting: this.#lanes.waiting,
      ended: { ...this.#ended },
      fenced: this.#fenced,
      faults: this.#faults,
    };
  }

  /** Commands that wait behind the one under way for this device. */
  waitingFor(device: string): number {
    return this.#lanes.waitingFor(device);
  }

  async #stop(drainMs: DurationMs): Promise<void> {
    this.#stopping.abort();
    this.#bell.close();
    this.#room.wake();
    const waiting = this.#lanes.takeWaiting(() => true);
    this.#room.letGo(waiting.length);
    await this.#giveBack(waiting);
    await this.#loop?.catch((thrown: unknown) => this.#report(thrown));
    const drained = Promise.all(this.#running);
    await Promise.race([drained, pauseFor(this.#options.timers, drainMs, this.#ending.signal)]);
    this.#ending.abort();
    await this.#giveBack(this.#untouched.splice(0));
    await this.#queue.close().catch((thrown: unknown) => this.#report(thrown));
  }

  async #giveBack(items: readonly Item[]): Promise<void> {
    if (items.length === 0) return;
    const ordered = [...items].sort((a, b) => a.order - b.order);
    try {
      this.#counts.givenBack += await this.#queue.giveBack(ordered.map((item) => item.job.id));
    } catch (thrown) {
      // The next active takes them over with everything else that is left.
      this.#report(thrown);
    }
  }

  /** Takes from the queue as long as there is room. */
  async #takeOn(): Promise<void> {
    const { reign, timers } = this.#options;
    const signal = this.#stopping.signal;
    while (!signal.aborted) {
      const asked = this.#room.wanted;
      if (asked === 0) {
        await this.#room.wait();
        continue;
      }
      if (!reign.mayAct()) {
        await pauseFor(timers, DOUBT_MS, signal);
        continue;
      }
      const take = await this.#take(asked);
      if (take?.kind !== "taken") {
        await pauseFor(timers, DOUBT_MS, signal);
        continue;
      }
      for (const job of take.jobs) this.#admit(job);
      if (take.jobs.length < asked && !signal.aborted) await this.#bell.wait(this.#untilNext(take.nextAt));
    }
  }

  /** `undefined`: stopped meanwhile, or Redis says the question is wrong; both are no reason to end the loop here. */
  async #take(asked: number): Promise<Take | undefined> {
    const signal = this.#stopping.signal;
    try {
      const take = await insist(() => this.#takeOnce(asked), this.#patience, signal);
      if (take?.kind === "fenced") this.#fenced += 1;
      return take;
    } catch (thrown) {
      this.#report(thrown);
      await pauseFor(this.#options.timers, LOOK_EVERY_MS, signal);
      return undefined;
    }
  }

  /**
   * A take whose reply was lost did take, and a failover of Redis brings back what was completed: what is taken in our name
   * and nobody here knows of goes back to where it waits.
   */
  async #takeOnce(asked: number): Promise<Take> {
    const { timers } = this.#options;
    if (this.#inDoubt || timers.now() >= this.#reclaimAt) {
      const reclaimed = await this.#queue.reclaim([...this.#inHand]);
      if (reclaimed === "fenced") return { kind: "fenced" };
      this.#counts.recovered += reclaimed;
      this.#reclaimAt = later(timers.now(), RECLAIM_EVERY_MS);
    }
    this.#inDoubt = true;
    const take = await this.#queue.take(asked, timers.wall());
    this.#inDoubt = false;
    return take;
  }

  #untilNext(nextAt: WallMs | undefined): DurationMs {
    const due = nextAt === undefined ? LOOK_EVERY_MS : nextAt - this.#options.timers.wall();
    return Math.min(LOOK_EVERY_MS, Math.max(1, due));
  }

  /** Tells commands in time that wait for their device past their deadline. */
  async #expireOn(): Promise<void> {
    const { timers } = this.#options;
    const signal = this.#stopping.signal;
    while (!signal.aborted) {
      await pauseFor(timers, EXPIRE_EVERY_MS, signal);
      if (signal.aborted || this.#lanes.waiting === 0) continue;
      const now = timers.wall();
      for (const item of this.#lanes.takeWaiting((one) => now >= timeOf(one.command.deadline))) {
        this.#track(this.#carryOne(item));
      }
    }
  }

  #admit(job: TakenJob): void {
    this.#counts.taken += 1;
    this.#room.hold();
    this.#inHand.add(job.id);
    const read = readCommand(job.data);
    if (read.kind === "refused") {
      const { uid, device, reason, text } = read;
      this.#counts.invalid += 1;
      this.#report(jobFault("command.job.invalid", `job ${job.id} is no command: ${text}`));
      this.#track(this.#refuse(job, { uid, device, command: undefined, ending: refused(reason, text) }));
      return;
    }
    const { command } = read;
    const { device, priority, uid } = command;
    const item: Item = { job, command, device, priority, order: this.#orders++ };
    if (this.#stopping.signal.aborted) {
      this.#room.letGo(1);
      this.#untouched.push(item);
      return;
    }
    const place = this.#lanes.push(item);
    if (place === "start") this.#track(this.#runLane(item));
    if (place !== "full") return;
    this.#counts.laneFull += 1;
    const text = `${this.#limits.perDevice} commands already wait for device ${device}`;
    this.#track(this.#refuse(job, { uid, device, command, ending: refused("command.lane.full", text) }));
  }

  async #runLane(first: Item): Promise<void> {
    for (let item: Item | undefined = first; item !== undefined; item = this.#lanes.done(item.device)) {
      await this.#carryOne(item);
    }
  }

  /** Never rejects: a command that cannot be carried is put aside, and the lane goes on. */
  async #carryOne(item: Item): Promise<void> {
    const { job, command } = item;
    try {
      const carried = await this.#carryUnderLease(command);
      switch (carried.kind) {
        case "ended":
          if (carried.first) this.#count(carried.record.state);
          else this.#counts.repeats += 1;
          await this.#settlement.conclude(job, carried.record, command);
          break;
        case "waiting":
          await this.#settlement.delay(job, carried.until);
          break;
        case "reused":
          this.#counts.reused += 1;
          await this.#settlement.aside(job, "command.uid.reused: the uid belongs to another command");
          break;
        case "fenced":
        case "stopped":
          // After the drain nobody collects any more.
          if (this.#ending.signal.aborted) await this.#giveBack([item]);
          else this.#untouched.push(item);
          break;
      }
    } catch (thrown) {
      const fault = this.#report(thrown);
      await this.#settlement.aside(job, `${fault.code}: ${fault.message}`);
    } finally {
      this.#inHand.delete(job.id);
      this.#room.letGo(1);
    }
  }

  /** Fenced is not yet lost: a lease that went with a restart of Redis is granted again. Who lost it is told to stop. */
  async #carryUnderLease(command: Command): Promise<Carried> {
    const signal = this.#stopping.signal;
    let carried = await carry(command, this.#ports);
    for (let pauseMs = DOUBT_MS; carried.kind === "fenced" && !signal.aborted; pauseMs = Math.min(500, 2 * pauseMs)) {
      this.#fenced += 1;
      await pauseFor(this.#options.timers, pauseMs, signal);
      if (this.#options.reign.mayAct()) carried = await carry(command, this.#ports);
    }
    return carried;
  }

  async #refuse(job: TakenJob, known: Refused): Promise<void> {
    const record = await this.#settlement.refuse(job, known);
    if (record !== undefined) this.#count(record.state);
    this.#inHand.delete(job.id);
    this.#room.letGo(1);
  }

  #count(state: TerminalState): void {
    this.#ended[state] += 1;
  }

  #track(work: Promise<void>): void {
    const done = work.finally(() => this.#running.delete(done));
    this.#running.add(done);
  }

  #report(thrown: unknown): EdgeError {
    const fault = toEdgeError(thrown, "command.intake.broken");
    this.#faults += 1;
    this.#options.onFault?.(fault);
    return fault;
  }
}

function jobFault(code: FaultCode, message: string): EdgeError {
  return new EdgeError({ code, blame: "us", retry: "never", message });
}
