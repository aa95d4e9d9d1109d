import { type ChildProcess, spawn } from "node:child_process";
import { openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** This program, started again as another process. */
export function startBusbar(args: readonly string[], logFile: string): ChildProcess {
  const main = fileURLToPath(new URL("../main.js", import.meta.url));
  const log = openSync(logFile, "a");
  return spawn(process.execPath, [...process.execArgv, main, ...args], { stdio: ["ignore", log, log] });
}

/** Process id of the agent itself, below its supervisor; `undefined` while there is none. */
export function agentPid(stateDir: string): number | undefined {
  try {
    const pid = Number(readFileSync(join(stateDir, "agent.pid"), "utf8"));
    process.kill(pid, 0);
    return pid;
  } catch (_notRunning) {
    return undefined;
  }
}

/** Asks to stop, then insists. */
export function stopProcess(child: ChildProcess, patienceMs: number): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    const insist = setTimeout(() => child.kill("SIGKILL"), patienceMs);
    child.once("exit", () => {
      clearTimeout(insist);
      resolve();
    });
    child.kill("SIGTERM");
  });
}
