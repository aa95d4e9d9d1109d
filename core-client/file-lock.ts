import { linkSync, readFileSync, unlinkSync, writeFileSync } from "node:fs";
import { EdgeError } from "../adapters/kit/edge-error.ts";
import type { DurationMs } from "../adapters/kit/time.ts";

/**
 * One owner at a time among the processes of this machine, by a file that exists while somebody holds it. The owner writes
 * who it is; a file whose owner is dead is taken away, so a SIGKILL locks nobody out.
 */
export class FileLock {
  readonly #path: string;
  readonly #me: string;

  constructor(path: string) {
    this.#path = path;
    this.#me = describeProcess(process.pid);
  }

  /** Runs `work` as the owner. Rejects with `core.journal.locked` where a living owner keeps it for `timeoutMs`. */
  async hold<T>(work: () => T, timeoutMs: DurationMs): Promise<T> {
    const deadline = performance.now() + timeoutMs;
    while (!this.#take()) {
      if (performance.now() > deadline) throw locked(this.#path, timeoutMs);
      await new Promise((resolve) => setTimeout(resolve, 1 + Math.random() * 4));
    }
    try {
      return work();
    } finally {
      unlinkSync(this.#path);
    }
  }

  #take(): boolean {
    if (this.#create(this.#path)) return true;
    const owner = readOwner(this.#path);
    if (owner === undefined || isAlive(owner)) return false;
    this.#clear(owner);
    return false;
  }

  /**
   * Takes a dead owner's file away. Two may see the same dead owner; only one at a time may take away, and it looks again,
   * so that nobody takes away the file of a living owner that came in between.
   */
  #clear(dead: string): void {
    const clearing = `${this.#path}.clearing`;
    if (!this.#create(clearing)) {
      const other = readOwner(clearing);
      if (other !== undefined && !isAlive(other)) remove(clearing);
      return;
    }
    try {
      if (readOwner(this.#path) === dead) remove(this.#path);
    } finally {
      remove(clearing);
    }
  }

  /** Linked into place with its content: nobody ever reads a file whose owner has not written its name yet. */
  #create(path: string): boolean {
    const draft = `${path}.${process.pid}`;
    writeFileSync(draft, `${this.#me}\n`);
    try {
      linkSync(draft, path);
      return true;
    } catch (thrown) {
      if (codeOf(thrown) === "EEXIST") return false;
      throw thrown;
    } finally {
      remove(draft);
    }
  }
}

/** `pid start`: the start time tells a process from a later one with the same pid. Empty where the system has no /proc. */
function describeProcess(pid: number): string {
  return `${pid} ${startOf(pid)}`;
}

function startOf(pid: number): string {
  try {
    // proc(5): field 22 of stat; the command in field 2 may hold spaces and brackets, so count from its end.
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? "";
  } catch (_noProc) {
    return "";
  }
}

/** The owner's description; `undefined` where there is no file. Empty or garbled (a power cut) is nobody alive. */
function readOwner(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8").trimEnd();
  } catch (thrown) {
    if (codeOf(thrown) === "ENOENT") return undefined;
    throw thrown;
  }
}

function isAlive(owner: string): boolean {
  const [pid = "0", start = ""] = owner.split(" ");
  const number = Number(pid);
  if (!Number.isSafeInteger(number) || number <= 0) return false;
  try {
    process.kill(number, 0);
  } catch (thrown) {
    if (codeOf(thrown) === "ESRCH") return false;
  }
  const now = startOf(number);
  return start === "" || now === "" || now === start;
}

function remove(path: string): void {
  try {
    unlinkSync(path);
  } catch (thrown) {
    if (codeOf(thrown) !== "ENOENT") throw thrown;
  }
}

function codeOf(thrown: unknown): string | undefined {
  return thrown instanceof Error && "code" in thrown ? String(thrown.code) : undefined;
}

function locked(path: string, timeoutMs: DurationMs): EdgeError {
  return new EdgeError({
    code: "core.journal.locked",
    blame: "operator",
    retry: "backoff",
    message: `another process has held ${path} for ${timeoutMs} ms`,
  });
}
