import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, openSync, closeSync, readFileSync } from "node:fs";
import process from "node:process";
import { fileURLToPath } from "node:url";
import type { Warden } from "./warden.ts";

export interface ProgramParts {
  /** What it is called in messages: `agent a`. */
  readonly name: string;
  /** Arguments of `busbar`. */
  readonly args: readonly string[];
  /** Everything it says goes here, appended over restarts. */
  readonly logFile: string;
  readonly warden: Warden;
  readonly env?: Readonly<Record<string, string>> | undefined;
  /** Options of node itself. */
  readonly nodeArgs?: readonly string[] | undefined;
}

/**
 * The compiled command line: beside us when we are compiled too, else below dist. `BUSBAR_PROGRAM` names another one, e.g.
 * that of an installed release.
 */
export function busbarProgram(): string {
  const given = process.env["BUSBAR_PROGRAM"];
  if (given !== undefined && given !== "") return given;
  const beside = fileURLToPath(new URL("../../edge-agent/cli/main.js", import.meta.url));
  return existsSync(beside) ? beside : fileURLToPath(new URL("../../dist/edge-agent/cli/main.js", import.meta.url));
}

/** One `busbar` process, the leader of a process group of its own: what it starts ends with it. */
export class Program {
  readonly name: string;
  readonly #parts: ProgramParts;
  #child: ChildProcess | undefined;
  #exit: Promise<number | null> = Promise.resolve(null);

  constructor(parts: ProgramParts) {
    this.name = parts.name;
    this.#parts = parts;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  get running(): boolean {
    return this.#child !== undefined && this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** Resolves with the exit code of the current run, `null` where a signal ended it. */
  get exit(): Promise<number | null> {
    return this.#exit;
  }

  start(): void {
    if (this.running) return;
    const { args, logFile, env, warden, nodeArgs = [] } = this.#parts;
    const log = openSync(logFile, "a");
    const child = spawn(process.execPath, [...nodeArgs, busbarProgram(), ...args], {
      stdio: ["ignore", log, log],
      detached: true,
      env: env === undefined ? process.env : { ...process.env, ...env },
    });
    closeSync(log);
    this.#child = child;
    if (child.pid !== undefined) warden.watch(child.pid);
    this.#exit = new Promise((resolve) => {
      child.once("error", () => resolve(null));
      child.once("exit", (code) => resolve(code));
    });
  }

  /** To the process alone. */
  signal(signal: NodeJS.Signals): void {
    if (this.running) this.#child?.kill(signal);
  }

  /** To everything it has started, too. */
  signalAll(signal: NodeJS.Signals): void {
    if (this.running && this.pid !== undefined) signalGroup(this.pid, signal);
  }

  /** SIGKILL to the whole group, and waits. */
  async kill(): Promise<void> {
    const pid = this.pid;
    if (pid === undefined) return;
    signalGroup(pid, "SIGKILL");
    await this.#exit;
  }

  /** Asks to stop in order; insists after `patienceMs`. Resolves with the exit code. */
  async stop(patienceMs: number): Promise<number | null> {
    if (!this.running) return this.#exit;
    this.signalAll("SIGCONT");
    this.signal("SIGTERM");
    const insist = setTimeout(() => void this.kill(), patienceMs);
    const code = await this.#exit;
    clearTimeout(insist);
    // A supervisor's child may outlive it for a moment.
    if (this.pid !== undefined) signalGroup(this.pid, "SIGKILL");
    return code;
  }

  /** Everything it has said so far. */
  log(): string {
    return existsSync(this.#parts.logFile) ? readFileSync(this.#parts.logFile, "utf8") : "";
  }
}

function signalGroup(leader: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-leader, signal);
  } catch (_gone) {
    // Ended by itself.
  }
}
