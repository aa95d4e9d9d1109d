import { readFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { Program } from "./program.ts";
import type { Warden } from "./warden.ts";

export interface AgentProcessParts {
  /** Its name in the configuration. */
  readonly agent: string;
  readonly configFile: string;
  readonly stateDir: string;
  readonly logFile: string;
  readonly supervised: boolean;
  readonly warden: Warden;
  readonly env?: Readonly<Record<string, string>> | undefined;
  readonly args?: readonly string[] | undefined;
  /** Options of node itself. */
  readonly nodeArgs?: readonly string[] | undefined;
}

/** One `busbar run`: the agent, and its supervisor where it has one. */
export class AgentProcess {
  readonly agent: string;
  readonly program: Program;
  readonly #stateDir: string;
  readonly #supervised: boolean;

  constructor(parts: AgentProcessParts) {
    this.agent = parts.agent;
    this.#stateDir = parts.stateDir;
    this.#supervised = parts.supervised;
    this.program = new Program({
      name: `agent ${parts.agent}`,
      args: [
        "run",
        ...(parts.supervised ? [] : ["--no-supervisor"]),
        ...["--config", parts.configFile, "--agent", parts.agent],
        ...(parts.args ?? []),
      ],
      logFile: parts.logFile,
      warden: parts.warden,
      env: parts.env,
      nodeArgs: parts.nodeArgs,
    });
  }

  /** Of the agent itself, below its supervisor; `undefined` while there is none. */
  get pid(): number | undefined {
    if (!this.program.running) return undefined;
    if (!this.#supervised) return this.program.pid;
    const pid = Number(readPid(join(this.#stateDir, "agent.pid")));
    return Number.isInteger(pid) && pid > 0 && alive(pid) ? pid : undefined;
  }

  start(): void {
    this.program.start();
  }

  /** SIGKILL to the agent itself: its supervisor, where it has one, starts it again. Answers the process killed. */
  kill(): number | undefined {
    return this.#signal("SIGKILL");
  }

  freeze(): number | undefined {
    return this.#signal("SIGSTOP");
  }

  /** Wakes a frozen agent, unless somebody has killed it meanwhile. */
  thaw(pid: number | undefined = this.pid): void {
    if (pid !== undefined) send(pid, "SIGCONT");
  }

  stop(patienceMs: number = 6_000): Promise<number | null> {
    return this.program.stop(patienceMs);
  }

  log(): string {
    return this.program.log();
  }

  #signal(signal: "SIGKILL" | "SIGSTOP"): number | undefined {
    const { pid } = this;
    if (pid !== undefined) send(pid, signal);
    return pid;
  }
}

export function alive(pid: number): boolean {
  return send(pid, 0);
}

function send(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, signal);
  } catch (_gone) {
    return false;
  }
}

function readPid(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (_absent) {
    return "";
  }
}
