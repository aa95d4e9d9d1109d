import { type ChildProcess, spawn } from "node:child_process";

export interface SupervisorSettings {
  /** Silence of the agent's loop after which it is killed, ms. */
  readonly silentForMs: number;
  /** Pause before the first restart; doubled with every one that did not last, up to the maximum. */
  readonly restartAfterMs: number;
  readonly maxRestartAfterMs: number;
}

export interface SupervisorParts {
  readonly settings: SupervisorSettings;
  /** Program and arguments of the agent; it must send a message every `BEAT_EVERY_MS` over its IPC channel. */
  readonly command: readonly [string, ...string[]];
  readonly note: (level: "info" | "warn" | "error", text: string) => void;
}

/** How often a supervised agent says that its loop turns. */
export const BEAT_EVERY_MS = 50;
/** Starting up reads files and opens sockets: no beat is expected for so long. */
const START_GRACE_MS = 15_000;
/** An agent that ran this long was healthy: the next restart is quick again. */
const STABLE_MS = 60_000;
const STOP_TIMEOUT_MS = 10_000;
/** An agent that refuses to run (configuration, lossy Redis) is not started again. */
export const EXIT_REFUSED = 1;
const EXIT_USAGE = 2;

/**
 * A tiny process beside the agent. It kills an agent whose loop is silent, so that a hang becomes a crash: the sockets
 * close, devices and the other agent notice at once. Then it starts the agent again, which joins as standby.
 */
export class Supervisor {
  readonly #parts: SupervisorParts;
  #child: ChildProcess | undefined;
  #lastBeat = 0;
  #beating = false;
  #restarts = 0;
  #stopping = false;
  #watch: NodeJS.Timeout | undefined;

  constructor(parts: SupervisorParts) {
    this.#parts = parts;
  }

  /** Process id of the agent that runs now. */
  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** Runs until `stop` was called, or until the agent refuses to run. Resolves with its exit code. */
  async run(): Promise<number> {
    for (;;) {
      const startedAt = performance.now();
      const code = await this.#runOnce();
      if (this.#stopping) return code ?? 0;
      const lasted = performance.now() - startedAt;
      if (!this.#beating && (code === EXIT_REFUSED || code === EXIT_USAGE)) return code;
      this.#restarts = lasted > STABLE_MS ? 0 : this.#restarts + 1;
      const { restartAfterMs, maxRestartAfterMs } = this.#parts.settings;
      const pause = Math.min(maxRestartAfterMs, restartAfterMs * 2 ** Math.max(0, this.#restarts - 1));
      this.#parts.note(
        "warn",
        `the agent ended (${code ?? "killed"}) after ${Math.round(lasted)} ms; starting it again in ${pause} ms`,
      );
      await new Promise((resolve) => setTimeout(resolve, pause));
      if (this.#stopping) return 0;
    }
  }

  /** Asks the agent to stop in order; kills it where it does not. */
  stop(): void {
    this.#stopping = true;
    const child = this.#child;
    if (child === undefined) return;
    child.kill("SIGTERM");
    setTimeout(() => child.kill("SIGKILL"), STOP_TIMEOUT_MS).unref();
  }

  #runOnce(): Promise<number | null> {
    const [program, ...args] = this.#parts.command;
    const child = spawn(program, args, { stdio: ["ignore", "inherit", "inherit", "ipc"] });
    this.#child = child;
    this.#beating = false;
    this.#lastBeat = performance.now();
    child.on("message", () => {
      this.#beating = true;
      this.#lastBeat = performance.now();
    });
    this.#watch = setInterval(() => this.#look(child), Math.max(10, this.#parts.settings.silentForMs / 10));
    return new Promise((resolve) => {
      child.once("error", (error) => {
        this.#parts.note("error", `the agent cannot be started: ${error.message}`);
        clearInterval(this.#watch);
        resolve(EXIT_REFUSED);
      });
      child.once("exit", (code) => {
        clearInterval(this.#watch);
        resolve(code);
      });
    });
  }

  #look(child: ChildProcess): void {
    if (!this.#isSilent()) return;
    // Beats may wait in our own channel, if it was us who did not get the processor: read them before judging.
    setImmediate(() => {
      setImmediate(() => {
        if (!this.#isSilent() || child.exitCode !== null) return;
        const silent = Math.round(performance.now() - this.#lastBeat);
        this.#parts.note("error", `the agent's loop was silent for ${silent} ms: killing it`);
        child.kill("SIGKILL");
      });
    });
  }

  #isSilent(): boolean {
    const limit = this.#beating ? this.#parts.settings.silentForMs : START_GRACE_MS;
    return performance.now() - this.#lastBeat > limit;
  }
}
