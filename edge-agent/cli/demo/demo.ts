import type { ChildProcess } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { NodeTimers } from "../../../adapters/io/node/clock.ts";
import { KeyStore } from "../../../adapters/io/node/keys.ts";
import { type PrivateRedis, startPrivateRedis } from "../../../adapters/io/node/private-redis.ts";
import { notifiesPeriodically } from "../../../firmware-sim/oslp/behaviours/notifies-periodically.ts";
import { reportsStatus } from "../../../firmware-sim/oslp/behaviours/reports-status.ts";
import { resumesSchedule } from "../../../firmware-sim/oslp/behaviours/resumes-schedule.ts";
import { switchesLights } from "../../../firmware-sim/oslp/behaviours/switches-lights.ts";
import { Fleet } from "../../../firmware-sim/oslp/fleet/fleet.ts";
import { Accounts, type Balance } from "./accounts.ts";
import { type CommandTotals, DemoCommands } from "./commands.ts";
import { type DemoFiles, writeDemoFiles } from "./demo-files.ts";
import type { DemoPart, JournalMessage, PartBooks } from "./part.ts";
import { DEMO_PARTS } from "./parts.ts";
import { agentPid, startBusbar, stopProcess } from "./processes.ts";
import { LeaseView } from "./lease-view.ts";
import { type Takeover, TakeoverWatch } from "./takeovers.ts";

export interface DemoOptions {
  readonly lights: number;
  readonly notifyEveryMs: number;
  readonly commandEveryMs: number;
  readonly forMs: number | undefined;
  readonly killActiveAfterMs: number | undefined;
  readonly freezeActiveAfterMs: number | undefined;
  readonly stopRedisAfterMs: number | undefined;
  readonly redisAwayMs: number;
  readonly stopBrokerAfterMs: number | undefined;
  readonly brokerAwayMs: number;
  readonly show: (line: string) => void;
  /** Keeps the directory with logs and journal. */
  readonly keep: boolean;
}

export interface DemoResult extends Balance {
  readonly committed: number;
  /** Spells in which the queue took nothing: messages that went to the spool, and for how long, as the agents say. */
  readonly buffered: readonly { readonly messages: number; readonly ms: number }[];
  readonly takeovers: readonly Takeover[];
  readonly commands: CommandTotals;
  /** What the devices besides the street lights say of the run. */
  readonly parts: readonly PartBooks["lines"][number][];
  readonly seconds: number;
  readonly promisesKept: boolean;
}

/** Two agents, a core and all devices begin at once, on a small machine that does other things too. */
const START_PATIENCE_MS = 60_000;
const FAULT_PATIENCE_MS = 15_000;
const SETTLE_PATIENCE_MS = 20_000;
const SUMMARY_EVERY_MS = 1_000;

/** A whole gateway on one machine, with faults on request, and honest books at the end. */
export class Demo {
  readonly #options: DemoOptions;
  readonly #accounts = new Accounts();
  readonly #watch: TakeoverWatch = new TakeoverWatch(this.#accounts);
  readonly #children: ChildProcess[] = [];
  readonly #parts: readonly DemoPart[];
  #redis: PrivateRedis | undefined;
  #fleet: Fleet | undefined;
  #files: DemoFiles | undefined;
  #lease: LeaseView | undefined;
  #interrupt: (() => void) | undefined;

  constructor(options: DemoOptions) {
    this.#options = options;
    this.#parts = DEMO_PARTS.map((make) => make(options));
  }

  /** Ends the run early, with the books. */
  interrupt(): void {
    this.#interrupt?.();
  }

  async run(): Promise<DemoResult> {
    const startedAt = performance.now();
    const dir = mkdtempSync(join(tmpdir(), "busbar-demo-"));
    // Whoever wants to know why something failed finds the files.
    let keep = true;
    try {
      const files = await this.#start(dir);
      const commands = new DemoCommands(
        this.#redisUrl(),
        files.members.map((one) => one.uid),
        this.#parts,
      );
      await this.#live(files, commands);
      const result = await this.#settle(files, commands, (performance.now() - startedAt) / 1_000);
      keep = this.#options.keep || !result.promisesKept;
      return result;
    } finally {
      await this.#stop();
      if (keep) this.#options.show(`kept: ${dir}`);
      else rmSync(dir, { recursive: true, force: true });
    }
  }

  async #start(dir: string): Promise<DemoFiles> {
    const { lights, show } = this.#options;
    this.#redis = await startPrivateRedis({ dir: join(dir, "redis"), appendonly: true, appendfsync: "everysec" });
    const files = await writeDemoFiles({ dir, redisUrl: this.#redis.url, lights, seed: "demo", parts: this.#parts });
    this.#files = files;
    this.#lease = new LeaseView(this.#redis.url, "main");
    const devices = [`${lights} street lights`, ...this.#parts.map((part) => part.title)].join(", ");
    show(`private Redis on port ${this.#redis.port}; two agents; ${devices}; one core. Files: ${dir}`);
    for (const agent of ["a", "b"] as const) {
      this.#children.push(
        startBusbar(["run", "--config", files.configFile, "--agent", agent], join(dir, `agent-${agent}.log`)),
      );
    }
    this.#children.push(
      startBusbar(["core", "--redis", this.#redis.url, "--out", files.journalFile], join(dir, "core.log")),
    );
    this.#fleet = this.#makeFleet(files);
    await this.#fleet.start();
    await Promise.all(this.#parts.map((part) => part.start()));
    await this.#until(() => this.#accounts.acknowledged >= 1, START_PATIENCE_MS, "no device was acknowledged");
    return files;
  }

  #makeFleet(files: DemoFiles): Fleet {
    const keys = new KeyStore();
    const { a, b } = files.agents;
    const at = (port: number) => ({ host: "127.0.0.1", port });
    return new Fleet({
      plan: files.plan,
      members: files.members,
      keys,
      platformKey: keys.addKeyObject("platform", files.platform.publicKey),
      platforms: { "0.6.1": [at(a.oslp), at(b.oslp)], "0.5.1": [at(a.old), at(b.old)] },
      timers: new NodeTimers(),
      behaviours: () => [
        notifiesPeriodically(this.#options.notifyEveryMs),
        switchesLights(),
        reportsStatus(),
        resumesSchedule(),
      ],
      logOf: (member) => this.#accounts.logOf(member.uid),
      answerTimeoutMs: 2_000,
    });
  }

  async #live(files: DemoFiles, commands: DemoCommands): Promise<void> {
    const { forMs, killActiveAfterMs, freezeActiveAfterMs, stopRedisAfterMs, commandEveryMs } = this.#options;
    const timers: NodeJS.Timeout[] = [];
    const faults: Promise<void>[] = [];
    const after = (ms: number | undefined, fault: () => Promise<void>): void => {
      if (ms !== undefined) timers.push(setTimeout(() => faults.push(fault()), ms));
    };
    after(killActiveAfterMs, () => this.#strike(files, "kill", "SIGKILL"));
    after(freezeActiveAfterMs, () => this.#strike(files, "freeze", "SIGSTOP"));
    after(stopRedisAfterMs, () => this.#stopRedis());
    const repeating = [
      setInterval(() => commands.sendOne(), commandEveryMs),
      setInterval(() => this.#options.show(this.#summary(commands)), SUMMARY_EVERY_MS),
    ];
    await new Promise<void>((resolve) => {
      this.#interrupt = resolve;
      if (forMs !== undefined) timers.push(setTimeout(resolve, forMs));
    });
    for (const timer of [...timers, ...repeating]) clearTimeout(timer);
    await Promise.all(faults);
  }

  async #strike(files: DemoFiles, reason: string, signal: "SIGKILL" | "SIGSTOP"): Promise<void> {
    // With Redis away the one that held the lease last still serves.
    const holder = (await this.#lease?.holder()) ?? this.#lease?.lastHolder;
    const pid = holder === "a" || holder === "b" ? agentPid(files.agents[holder].state) : undefined;
    if (pid === undefined) throw new Error(`nobody to ${reason}: the holder is ${holder ?? "unknown"}`);
    this.#options.show(`${signal} to agent ${holder} (process ${pid})`);
    await this.#watch.during(reason, () => void process.kill(pid, signal), FAULT_PATIENCE_MS);
    if (signal === "SIGSTOP") setTimeout(() => wake(pid), 3_000);
  }

  async #stopRedis(): Promise<void> {
    const { show, redisAwayMs } = this.#options;
    show("Redis is killed");
    await this.#redis?.kill();
    await new Promise((resolve) => setTimeout(resolve, redisAwayMs));
    await this.#redis?.restart();
    show(`Redis is back after ${redisAwayMs / 1_000} s`);
  }

  /** Lets what is under way arrive, then compares the books. */
  async #settle(files: DemoFiles, commands: DemoCommands, seconds: number): Promise<DemoResult> {
    await commands.settle();
    await this.#fleet?.stop();
    this.#fleet = undefined;
    await Promise.all(this.#parts.map((part) => part.settle?.()));
    let journal = readJournal(files.journalFile);
    let balance = this.#accounts.balance(journal);
    let books = this.#parts.map((part) => part.books(journal));
    const until = performance.now() + SETTLE_PATIENCE_MS;
    while ((balance.lost > 0 || books.some((one) => !one.kept)) && performance.now() < until) {
      await new Promise((resolve) => setTimeout(resolve, 200));
      journal = readJournal(files.journalFile);
      balance = this.#accounts.balance(journal);
      books = this.#parts.map((part) => part.books(journal));
    }
    await Promise.all(this.#parts.map((part) => part.stop()));
    const committed = (await this.#lease?.committed("busbar.event.v1")) ?? 0;
    const { totals } = commands;
    const unsettled = totals.byState["unsettled"] ?? 0;
    const promisesKept =
      balance.lost === 0 &&
      balance.duplicates === 0 &&
      balance.outOfOrder === 0 &&
      unsettled === 0 &&
      books.every((one) => one.kept);
    return {
      ...balance,
      committed,
      buffered: spooledSpells([join(files.dir, "agent-a.log"), join(files.dir, "agent-b.log")]),
      takeovers: this.#watch.takeovers,
      commands: totals,
      parts: books.flatMap((one) => one.lines),
      seconds: Math.round(seconds * 10) / 10,
      promisesKept,
    };
  }

  async #stop(): Promise<void> {
    await this.#fleet?.stop();
    await Promise.all(this.#parts.map((part) => part.stop()));
    await this.#lease?.close();
    await Promise.all(this.#children.map((child) => stopProcess(child, 6_000)));
    for (const agent of Object.values(this.#files?.agents ?? {})) {
      const pid = agentPid(agent.state);
      if (pid !== undefined) process.kill(pid, "SIGKILL");
    }
    await this.#redis?.stop();
  }

  #summary(commands: DemoCommands): string {
    const { takeovers } = this.#watch;
    const last = takeovers.at(-1);
    const active = this.#lease?.seen ?? "?";
    const commandText = `${commands.totals.ended}/${commands.totals.sent} commands ended`;
    const takeoverText =
      last === undefined ? "no takeover yet" : `${takeovers.length} takeover, last ${last.reason} ${last.ms} ms`;
    const parts = this.#parts.map((part) => part.summary()).filter((text) => text !== "");
    const events = `${this.#accounts.acknowledged} events acknowledged`;
    return [`active ${active}`, events, ...parts, commandText, takeoverText].join(" · ");
  }

  #redisUrl(): string {
    return this.#redis?.url ?? "";
  }

  async #until(met: () => boolean, patienceMs: number, otherwise: string): Promise<void> {
    const until = performance.now() + patienceMs;
    while (!met()) {
      if (performance.now() > until)
        throw new DemoFault(`${otherwise} within ${patienceMs / 1_000} s; the logs are in ${this.#files?.dir}`);
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
  }
}

/** What a person is told without a stack. */
export class DemoFault extends Error {}

function wake(pid: number): void {
  try {
    process.kill(pid, "SIGCONT");
  } catch (_gone) {
    // Its supervisor was quicker.
  }
}

function readJournal(file: string): JournalMessage[] {
  if (!existsSync(file)) return [];
  return readFileSync(file, "utf8")
    .split("\n")
    .filter((line) => line !== "")
    .map((line): JournalMessage => JSON.parse(line));
}

/** What the agents' logs say of every time the queue was away. */
function spooledSpells(files: readonly string[]): { messages: number; ms: number }[] {
  return files
    .flatMap((file) => readFileSync(file, "utf8").split("\n"))
    .filter((line) => line.includes('"spooledForMs"'))
    .map((line): { spooled: number; spooledForMs: number } => JSON.parse(line))
    .map(({ spooled, spooledForMs }) => ({ messages: spooled, ms: spooledForMs }));
}
