import { spawn } from "node:child_process";
import type { Hook } from "../config/config.ts";

/** How one run of a program ended. */
export interface HookEnd {
  readonly kind: "done" | "failed" | "killed" | "not-started";
  /** What happened, in words: `exit code 3`, `killed after 5000 ms`. */
  readonly text: string;
  readonly tookMs: number;
  /** The end of what it wrote to both outputs. */
  readonly output: string;
}

/** Of the output, the last part is kept: that is where a program says why it failed. */
const OUTPUT_CHARS = 4_096;
/** Between the request to end and the end, at the time limit. */
const GRACE_MS = 250;
/** Output that still comes after the program has ended, from a child it left behind, is not waited for longer. */
const LAST_WORDS_MS = 50;

/**
 * Runs a program without a shell and waits for it, at most `timeoutMs`; then it is killed with everything it started. It
 * sees the path, the language and what `variables` say, and nothing else of our environment: secrets may be in there.
 * Never rejects.
 */
export function runHook(hook: Hook, variables: Readonly<Record<string, string>>): Promise<HookEnd> {
  const [program = "", ...args] = hook.command;
  const began = performance.now();
  return new Promise((resolve) => {
    // A process group of its own, so that what it started can be killed with it.
    const child = spawn(program, args, {
      stdio: ["ignore", "pipe", "pipe"],
      detached: true,
      env: environment(variables),
    });
    let output = "";
    let killed = false;
    let insist: NodeJS.Timeout | undefined;
    const take = (text: string): void => {
      output = (output + text).slice(-OUTPUT_CHARS);
    };
    child.stdout.setEncoding("utf8").on("data", take);
    child.stderr.setEncoding("utf8").on("data", take);
    const limit = setTimeout(() => {
      killed = true;
      signal(child.pid, "SIGTERM");
      insist = setTimeout(() => signal(child.pid, "SIGKILL"), GRACE_MS);
    }, hook.timeoutMs);
    const end = (kind: HookEnd["kind"], text: string): void => {
      clearTimeout(limit);
      clearTimeout(insist);
      child.stdout.destroy();
      child.stderr.destroy();
      resolve({ kind, text, tookMs: Math.round(performance.now() - began), output: output.trim() });
    };
    child.once("error", (error) => end("not-started", error.message));
    child.once("exit", (code, signalled) => {
      // What it left behind must not go on with a network that is somebody else's now.
      if (killed) signal(child.pid, "SIGKILL");
      const closed = new Promise<void>((done) => child.once("close", () => done()));
      const patience = new Promise<void>((done) => setTimeout(done, LAST_WORDS_MS));
      void Promise.race([closed, patience]).then(() => {
        if (killed) end("killed", `killed after ${hook.timeoutMs} ms`);
        else if (code === 0) end("done", "exit code 0");
        else end("failed", code === null ? `ended by ${signalled}` : `exit code ${code}`);
      });
    });
  });
}

function environment(variables: Readonly<Record<string, string>>): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const name of ["PATH", "LANG", "LC_ALL", "TZ"]) {
    const value = process.env[name];
    if (value !== undefined) kept[name] = value;
  }
  return { PATH: "/usr/sbin:/usr/bin:/sbin:/bin", ...kept, ...variables };
}

/** To the whole group. It may be gone already. */
function signal(pid: number | undefined, name: "SIGTERM" | "SIGKILL"): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, name);
  } catch (_gone) {
    // Nothing left to signal.
  }
}
