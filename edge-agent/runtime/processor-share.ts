import { readdirSync, readFileSync } from "node:fs";

/** What a process wants of the processors, and how long its first thread (the loop of a Node process) has run in all, ms. */
export interface ProcessorShare {
  /**
   * `runnable`: a thread of it runs or waits for a processor; the loop of a Node process may be waiting for that one, e.g. for
   * a collector. `waiting`: all of them sleep or wait for a disk. `stopped`: by a signal or a debugger.
   */
  readonly state: "runnable" | "waiting" | "stopped";
  readonly ranMs: number;
}

/** `undefined` where the system does not tell (`/proc` of Linux does), or the process is gone. */
export function processorShare(pid: number): ProcessorShare | undefined {
  try {
    const [ranNs] = readFileSync(`/proc/${pid}/schedstat`, "utf8").split(" ");
    return { state: stateOf(pid), ranMs: Number(ranNs) / 1e6 };
  } catch (_notTold) {
    return undefined;
  }
}

function stateOf(pid: number): ProcessorShare["state"] {
  const first = letterOf(`/proc/${pid}/stat`);
  if (first === "T" || first === "t") return "stopped";
  const isRunnable = first === "R" || readdirSync(`/proc/${pid}/task`).some((thread) => isThreadRunnable(pid, thread));
  return isRunnable ? "runnable" : "waiting";
}

function isThreadRunnable(pid: number, thread: string): boolean {
  try {
    return letterOf(`/proc/${pid}/task/${thread}/stat`) === "R";
  } catch (_ended) {
    return false;
  }
}

/** The name of the program comes first, in brackets, and may hold anything. */
function letterOf(file: string): string {
  const stat = readFileSync(file, "utf8");
  return stat.charAt(stat.lastIndexOf(")") + 2);
}
