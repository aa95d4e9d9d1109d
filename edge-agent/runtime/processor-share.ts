import { readFileSync } from "node:fs";

/** Whether a process could run now, and how long its first thread (the loop of a Node process) has run in all, ms. */
export interface ProcessorShare {
  /** It runs or waits for a processor; not: it sleeps, is stopped, waits for a disk. */
  readonly runnable: boolean;
  readonly ranMs: number;
}

/** `undefined` where the system does not tell (`/proc` of Linux does), or the process is gone. */
export function processorShare(pid: number): ProcessorShare | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    const [ranNs] = readFileSync(`/proc/${pid}/schedstat`, "utf8").split(" ");
    // The name of the program comes first, in brackets, and may hold anything.
    const state = stat.charAt(stat.lastIndexOf(")") + 2);
    return { runnable: state === "R", ranMs: Number(ranNs) / 1e6 };
  } catch (_notTold) {
    return undefined;
  }
}
