import { type ChildProcess, spawn } from "node:child_process";
import { processorShare } from "./processor-share.ts";
import { SilenceWatch } from "./silence-watch.ts";

export interface SupervisorSettings {
  /** Silence of the agent's loop after which it is killed, ms. */
  readonly silentForMs: number;
  /** Pause before the first restart; doubled with every one that did not last, up to the maximum. */
  readonly restartAfterMs: number;
  readonly maxRestartAfterMs: number;
}

/**
 * What an agent says to its supervisor: that its loop turns, that it is about to wait for its disk, how it is, or why it
 * does not run.
 */
export type AgentWord = "beat" | "disk" | { readonly status: string } | { readonly refused: string };

export interface SupervisorParts {
  readonly settings: SupervisorSettings;
  /** Program and arguments of the agent; it says `beat` every `BEAT_EVERY_MS` over its IPC channel. */
  readonly command: readonly [string, ...string[]];
  readonly note: (level: "info" | "warn" | "error", text: string) => void;
  /** For the service supervisor above this one. */
  readonly news?: SupervisorNews | undefined;
  /** The agent is gone without having been asked to: its addresses must not stay. Not waited for. */
  readonly afterDeath?: (() => void) | undefined;
}

export interface SupervisorNews {
  /** The first beat of the first agent. */
  ready(): void;
  /** All is as it should be: the agent's loop turns, or it is about to be started again. */
  alive(): void;
  status(text: string): void;
  stopping(): void;
}

/** How often a supervised agent says that its loop turns. */
export const BEAT_EVERY_MS = 50;
/** Starting up reads files and opens sockets: no beat is expected for so long. */
const START_GRACE_MS = 15_000;
/**
 * An agent that ran this long does not fail at its start: the next restart is quick again. Longer, and two agents that are
 * struck in turn are both on their way back for half a minute, and nobody serves.
 */
const STABLE_MS = 5_000;
/** What an agent may take to stop in order: its drain, its demote hooks, its connections. */
const STOP_TIMEOUT_MS = 10_000;
/** A sync of a worn or busy disk stops the loop; a slow disk is no hang. */
export const DISK_PATIENCE_MS = 2_000;
const EXIT_FAILED = 1;
const EXIT_USAGE = 2;

interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/**
 * A tiny process beside the agent. It kills an agent whose loop is silent, so that a hang becomes a crash: the sockets
 * close, devices and the other agent notice at once. Then it starts the agent again, which joins as standby.
 */
export class Supervisor {
  readonly #parts: SupervisorParts;
  #child: ChildProcess | undefined;
  #everBeat = false;
  #refused: string | undefined;
  #restarts = 0;
  #stopping = false;
  #endPause: (() => void) | undefined;

  constructor(parts: SupervisorParts) {
    this.#parts = parts;
  }

  /** Process id of the agent that runs now. */
  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** Agents started again, since the last one that lasted. */
  get restarts(): number {
    return this.#restarts;
  }

  /**
   * Runs until `stop` was called, or until the agent refuses to run at all: a wrong configuration, a Redis that loses.
   * Resolves with the exit code: 0 after a stop in order, else the agent's, 1 where it had to be killed.
   */
  async run(): Promise<number> {
    for (;;) {
      const startedAt = performance.now();
      const ended = await this.#runOnce();
      if (this.#stopping) return ended.code ?? EXIT_FAILED;
      // Whoever ran before is worth trying again: what it refuses now (a Redis somebody is repairing) may pass.
      if (!this.#everBeat && (ended.code === EXIT_FAILED || ended.code === EXIT_USAGE)) return ended.code;
      if (this.#refused !== undefined && this.#restarts === 0) return ended.code ?? EXIT_FAILED;
      this.#parts.afterDeath?.();
      const lasted = performance.now() - startedAt;
      this.#restarts = lasted > STABLE_MS ? 1 : this.#restarts + 1;
      const pause = pauseBefore(this.#restarts, this.#parts.settings);
      this.#parts.note(
        "warn",
        `the agent ended (${textOf(ended)}) after ${Math.round(lasted)} ms; starting it again in ${pause} ms`,
      );
      await this.#pause(pause);
      if (this.#stopping) return 0;
    }
  }

  /** Asks the agent to stop in order; kills it where it does not. Asked a second time, it kills at once. */
  stop(): void {
    const again = this.#stopping;
    this.#stopping = true;
    this.#endPause?.();
    const child = this.#child;
    if (child === undefined || child.exitCode !== null) return;
    if (again) {
      child.kill("SIGKILL");
      return;
    }
    this.#parts.news?.stopping();
    child.kill("SIGTERM");
    setTimeout(() => child.kill("SIGKILL"), STOP_TIMEOUT_MS).unref();
  }

  #runOnce(): Promise<Ended> {
    const { command, settings, note, news } = this.#parts;
    const [program, ...args] = command;
    const child = spawn(program, args, { stdio: ["ignore", "inherit", "inherit", "ipc"] });
    this.#child = child;
    this.#refused = undefined;
    const watch = new SilenceWatch({
      graceMs: START_GRACE_MS,
      silentForMs: settings.silentForMs,
      share: () => (child.pid === undefined ? undefined : processorShare(child.pid)),
      silent: (forMs) => {
        if (child.exitCode !== null || this.#stopping) return;
        note("error", `the agent's loop was silent for ${Math.round(forMs)} ms: killing it`);
        child.kill("SIGKILL");
      },
    });
    child.on("message", (word) => this.#hear(word, watch));
    watch.start();
    return new Promise((resolve) => {
      const end = (ended: Ended): void => {
        watch.stop();
        this.#child = undefined;
        resolve(ended);
      };
      child.once("error", (error) => {
        // It is told of a signal that did not arrive, too; only a process that never was has no id.
        if (child.pid !== undefined) return;
        note("error", `the agent cannot be started: ${error.message}`);
        end({ code: EXIT_FAILED, signal: null });
      });
      child.once("exit", (code, signal) => {
        news?.status(`the agent ended (${textOf({ code, signal })})`);
        end({ code, signal });
      });
    });
  }

  #hear(word: unknown, watch: SilenceWatch): void {
    const { news, note } = this.#parts;
    if (typeof word === "object" && word !== null && "refused" in word) {
      this.#refused = String(word.refused);
      note("error", `the agent does not run: ${this.#refused}`);
      return;
    }
    if (typeof word === "object" && word !== null && "status" in word) news?.status(String(word.status));
    watch.heard(word === "disk" ? DISK_PATIENCE_MS : 0);
    if (!this.#everBeat) news?.ready();
    this.#everBeat = true;
    news?.alive();
  }

  #pause(ms: number): Promise<void> {
    const alive = setInterval(() => this.#parts.news?.alive(), 1_000);
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.#endPause?.(), ms);
      this.#endPause = () => {
        clearTimeout(timer);
        clearInterval(alive);
        this.#endPause = undefined;
        resolve();
      };
    });
  }
}

/** The pause before the nth restart in a row, from 1. */
export function pauseBefore(
  restart: number,
  { restartAfterMs, maxRestartAfterMs }: Pick<SupervisorSettings, "restartAfterMs" | "maxRestartAfterMs">,
): number {
  return Math.min(maxRestartAfterMs, restartAfterMs * 2 ** Math.min(30, Math.max(0, restart - 1)));
}

function textOf({ code, signal }: Ended): string {
  return code === null ? `killed by ${signal}` : `exit code ${code}`;
}
