import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { NodeTimers } from "../../adapters/io/node/clock.ts";
import { KeyStore } from "../../adapters/io/node/keys.ts";
import type { Behaviour } from "../oslp/behaviour.ts";
import { reportsStatus } from "../oslp/behaviours/reports-status.ts";
import { resumesSchedule } from "../oslp/behaviours/resumes-schedule.ts";
import { switchesLights } from "../oslp/behaviours/switches-lights.ts";
import { Fleet } from "../oslp/fleet/fleet.ts";
import { type Books, type JournalLine, judge, type Verdict } from "./accountant.ts";
import { AgentProcess } from "./agent-process.ts";
import { type AgentPlace, type BedPlan, planBed, writeConfigs } from "./bed-files.ts";
import { CommandLoad } from "./commands.ts";
import { Detour } from "./detour.ts";
import { DeviceBooks } from "./device-books.ts";
import { FailingDisks } from "./failing-disks.ts";
import { FalseClocks } from "./false-clocks.ts";
import { REDIS_NAME, viewEnv, writeHook } from "./host-view.ts";
import { readJournal } from "./journal-file.ts";
import { raisesNumbered, takesTransitions, type Throttle } from "./load.ts";
import { Observer } from "./observer.ts";
import { preloaded } from "./preload.ts";
import { Program } from "./program.ts";
import { type RedisBed, startStandalone } from "./redis-bed.ts";
import { SMALL_SPOOL, SmallDisks } from "./small-disks.ts";
import { until } from "./until.ts";
import { Warden } from "./warden.ts";

export interface BedOptions {
  readonly devices: number;
  /** How often each device raises an event. */
  readonly everyMs: number;
  readonly agents?: readonly string[];
  /** Whether each agent has its supervisor. */
  readonly supervised?: boolean;
  readonly cores?: number;
  /** Sections of the agents' configuration that differ from what the bed writes. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Puts proxies between the parties, so that links can be cut. */
  readonly detours?: boolean;
  /** The agents whose addresses the devices have; absent: of all. */
  readonly knownAgents?: readonly string[];
  /** Gives each agent a small file system, where that can be had. */
  readonly smallDisks?: boolean;
  /** Gives each agent a wall clock that can be put wrong, where that can be had. */
  readonly falseClocks?: boolean;
  /** Gives each agent a disk that can be made to fail, where that can be had. */
  readonly failingDisks?: boolean;
  readonly seed?: string;
  /** Habits put before those of every device. */
  readonly behaviours?: (index: number) => readonly Behaviour[];
  readonly startRedis?: (dir: string) => Promise<RedisBed>;
  /** How long a device waits for an answer before it tries the other address. */
  readonly answerTimeoutMs?: number;
  /** How long a command of the bed may wait for its device. */
  readonly commandDeadlineMs?: number;
}

const HOOK_FILE = "names.cjs";
const START_PATIENCE_MS = 20_000;
const SETTLE_PATIENCE_MS = 30_000;
const JUDGE_EVERY_MS = 500;
const ANSWER_TIMEOUT_MS = 2_000;
const COMMAND_DEADLINE_MS = 10_000;

/**
 * A whole gateway as real processes on this machine, with devices that keep their own books: for tests, campaigns and
 * measurements that do to it what the field does. Nothing of it is left behind, however its owner ends.
 */
export class Bed {
  readonly plan: BedPlan;
  readonly redis: RedisBed;
  readonly observer: Observer;
  readonly books: DeviceBooks = new DeviceBooks();
  readonly agents: readonly AgentProcess[];
  readonly cores: readonly Program[];
  readonly commands: CommandLoad;
  readonly detour: Detour;
  readonly throttle: Throttle = { open: true };
  readonly journalFile: string;
  readonly fleet: Fleet;
  readonly disks: SmallDisks | undefined;
  readonly clocks: FalseClocks | undefined;
  readonly failing: FailingDisks | undefined;
  /** Leaves the directory with logs and journal where it is. */
  keep = false;
  readonly #warden: Warden;
  #stopped = false;

  private constructor(parts: {
    readonly options: BedOptions;
    readonly plan: BedPlan;
    readonly redis: RedisBed;
    readonly detour: Detour;
    readonly disks: SmallDisks | undefined;
    readonly clocks: FalseClocks | undefined;
    readonly failing: FailingDisks | undefined;
    readonly warden: Warden;
  }) {
    const { options, plan, redis, detour, warden } = parts;
    this.disks = parts.disks;
    this.clocks = parts.clocks;
    this.failing = parts.failing;
    this.plan = plan;
    this.redis = redis;
    this.detour = detour;
    this.#warden = warden;
    this.observer = new Observer(redis.client(), plan.group);
    this.agents = plan.places.map((place) => this.#makeAgent(place, options.supervised === true));
    this.journalFile = join(plan.dir, "core.ndjson");
    this.cores = Array.from({ length: options.cores ?? 1 }, (_, index) => this.#makeCore(index));
    this.fleet = this.#makeFleet(options);
    this.commands = new CommandLoad({
      redis: redis.url,
      group: plan.group,
      devices: plan.members.map((member) => member.uid),
      name: "bed",
      deadlineMs: options.commandDeadlineMs ?? COMMAND_DEADLINE_MS,
    });
  }

  /** Everything is written down and Redis runs; no agent, core or device does yet. */
  static async make(options: BedOptions): Promise<Bed> {
    const dir = mkdtempSync(join(tmpdir(), "busbar-bed-"));
    const warden = new Warden(dir);
    let redis: RedisBed | undefined;
    let detour: Detour | undefined;
    let disks: SmallDisks | undefined;
    try {
      const agents = options.agents ?? ["a", "b"];
      const plan = await planBed({ dir, agents, devices: options.devices, seed: options.seed ?? "bed" });
      redis = await (options.startRedis ?? ((at: string) => startStandalone({ dir: at })))(join(dir, "redis"));
      detour = options.detours === true ? await Detour.open(plan, redis) : Detour.none(plan);
      const section =
        detour.redisPort === 0 ? redis.section() : redis.section({ host: REDIS_NAME, port: detour.redisPort });
      writeHook(join(dir, HOOK_FILE));
      const wanted = options.smallDisks === true && SmallDisks.missing() === undefined;
      disks = wanted ? SmallDisks.mount(plan.places.map((place) => place.stateDir)) : undefined;
      const clocks = options.falseClocks === true ? FalseClocks.build(dir, agents) : undefined;
      const failing = options.failingDisks === true ? FailingDisks.build(dir, agents) : undefined;
      writeConfigs(plan, section, detour, { ...(disks && { spool: SMALL_SPOOL }), ...options.settings });
      return new Bed({ options, plan, redis, detour, disks, clocks, failing, warden });
    } catch (error) {
      disks?.unmount();
      await detour?.close();
      await redis?.stop();
      warden.dismiss();
      rmSync(dir, { recursive: true, force: true });
      throw error;
    }
  }

  /** A bed in full work: every device has been acknowledged at least once. */
  static async start(options: BedOptions): Promise<Bed> {
    const bed = await Bed.make(options);
    try {
      for (const agent of bed.agents) agent.start();
      for (const core of bed.cores) core.start();
      await bed.fleet.start();
      await bed.working();
      return bed;
    } catch (error) {
      await bed.stop();
      throw error;
    }
  }

  agent(name: string): AgentProcess {
    const found = this.agents.find((one) => one.agent === name);
    if (found === undefined) throw new Error(`there is no agent ${name}`);
    return found;
  }

  /** The agent that holds the lease now. Rejects where nobody does for long. */
  async active(patienceMs: number = START_PATIENCE_MS): Promise<AgentProcess> {
    let active: AgentProcess | undefined;
    await until(
      "somebody holds the lease",
      async () => {
        const holding = await this.observer.holding().catch(() => undefined);
        active = this.agents.find((one) => one.agent === holding?.holder);
        return active !== undefined;
      },
      patienceMs,
    );
    return active ?? this.agent("nobody");
  }

  /** The one that is not active. */
  async standby(): Promise<AgentProcess> {
    const active = await this.active();
    const other = this.agents.find((one) => one !== active);
    if (other === undefined) throw new Error("there is one agent only");
    return other;
  }

  /** Waits until every device was acknowledged once. */
  async working(patienceMs: number = START_PATIENCE_MS): Promise<void> {
    const all = (): boolean => this.plan.members.every((one) => this.books.bookOf(one.uid).acknowledged.length > 0);
    await this.#until("every device was acknowledged", all, patienceMs);
  }

  /** Waits until so many more events are acknowledged. */
  async acknowledges(count: number, patienceMs: number): Promise<void> {
    const from = this.books.acknowledged;
    const enough = (): boolean => this.books.acknowledged >= from + count;
    await this.#until(`${count} more events are acknowledged`, enough, patienceMs);
  }

  /**
   * No more load; then waits until the devices have told everything, the cores have finished everything, what was spooled
   * has arrived and every command has ended. What is missing after `patienceMs` is for the accountant to say.
   */
  async settle(patienceMs: number = SETTLE_PATIENCE_MS): Promise<void> {
    this.throttle.open = false;
    await this.commands.pause();
    let judgeAt = 0;
    const settled = async (): Promise<boolean> => {
      if (this.books.waiting > 0) return false;
      const [unfinished, ledger] = await Promise.all([this.observer.unfinished(), this.#ledger()]);
      const ended = ledger.length === this.commands.sent.length && ledger.every(({ state }) => isOver(state));
      if (unfinished > 0 || !ended || performance.now() < judgeAt) return false;
      // The whole journal is read for this: not with every look.
      judgeAt = performance.now() + JUDGE_EVERY_MS;
      return (await this.judge()).violations["event.lost"] === undefined;
    };
    await until("everything has settled", () => settled().catch(() => false), patienceMs).catch(() => undefined);
    await this.observer.follow();
  }

  journal(): JournalLine[] {
    return readJournal(this.journalFile);
  }

  async judge(): Promise<Verdict> {
    return judge(await this.account());
  }

  async account(): Promise<Books> {
    const { batches, owners } = this.observer;
    const ledger = await this.#ledger();
    const { sent } = this.commands;
    const clocksBehindMs = this.clocks?.furthestBehindMs ?? 0;
    return {
      devices: this.books.all,
      journal: this.journal(),
      batches,
      owners,
      commands: sent,
      ledger,
      clocksBehindMs,
    };
  }

  /** Ends every process and removes every file. May be called twice. */
  async stop(): Promise<void> {
    if (this.#stopped) return;
    this.#stopped = true;
    this.throttle.open = false;
    const programs = [...this.agents.map((agent) => agent.program), ...this.cores];
    await Promise.all([...programs.map((program) => program.kill()), this.fleet.stop(), this.commands.close()]);
    this.observer.close();
    await this.detour.close();
    await this.redis.stop();
    this.#warden.dismiss();
    this.disks?.unmount();
    if (!this.keep) rmSync(this.plan.dir, { recursive: true, force: true });
  }

  /** The ends of all logs, for a failure nobody expected. */
  lastWords(lines: number = 12): string {
    const programs = [...this.agents.map((agent) => agent.program), ...this.cores];
    return programs
      .map((one) => `--- ${one.name}\n${one.log().trim().split("\n").slice(-lines).join("\n")}`)
      .join("\n");
  }

  /** One more agent of its own configuration, or one that stands in for another. */
  makeAgent(place: AgentPlace, args: readonly string[] = []): AgentProcess {
    return this.#makeAgent(place, false, args);
  }

  /** Rejects with what every process said last. */
  async #until(awaited: string, condition: () => boolean, patienceMs: number): Promise<void> {
    try {
      await until(awaited, condition, patienceMs);
    } catch (error) {
      throw new Error(`${String(error)}; ${this.books.acknowledged} until now\n${this.lastWords()}`);
    }
  }

  #makeAgent(place: AgentPlace, supervised: boolean, args: readonly string[] = []): AgentProcess {
    const { name, configFile, stateDir, logFile } = place;
    const index = this.plan.places.findIndex((one) => one.name === name);
    const view = this.detour.redisPort === 0 ? {} : viewEnv(join(this.plan.dir, HOOK_FILE), Math.max(0, index));
    const env = preloaded(view, this.clocks?.env(name), this.failing?.env(name));
    const parts = { agent: name, configFile, stateDir, logFile, supervised, args, env };
    return new AgentProcess({ ...parts, warden: this.#warden });
  }

  #makeCore(index: number): Program {
    const { dir, group } = this.plan;
    return new Program({
      name: `core ${index}`,
      args: ["core", "--redis", this.redis.url, "--group", group, "--out", this.journalFile],
      logFile: join(dir, `core-${index}.log`),
      warden: this.#warden,
    });
  }

  #makeFleet(options: BedOptions): Fleet {
    const { fleet, members, platform } = this.plan;
    const keys = new KeyStore();
    return new Fleet({
      plan: fleet,
      members,
      keys,
      platformKey: keys.addKeyObject("platform", platform.publicKey),
      platforms: this.detour.platforms(options.knownAgents),
      timers: new NodeTimers(),
      behaviours: (member, index) => [
        ...(options.behaviours?.(index) ?? []),
        raisesNumbered(this.books.bookOf(member.uid), options.everyMs, this.throttle),
        switchesLights(),
        takesTransitions(),
        reportsStatus(),
        resumesSchedule(),
      ],
      logOf: (member) => this.books.logOf(member.uid),
      answerTimeoutMs: options.answerTimeoutMs ?? ANSWER_TIMEOUT_MS,
    });
  }

  async #ledger(): Promise<NonNullable<Awaited<ReturnType<Observer["ledgerOf"]>>>[]> {
    const entries = await Promise.all(this.commands.sent.map(({ uid }) => this.observer.ledgerOf(uid)));
    return entries.filter((entry) => entry !== undefined);
  }
}

function isOver(state: string): boolean {
  return state !== "accepted" && state !== "sent";
}
