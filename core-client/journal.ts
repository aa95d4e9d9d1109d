import { closeSync, fdatasyncSync, fstatSync, ftruncateSync, openSync, readSync, writeSync } from "node:fs";
import { EdgeError } from "../adapters/kit/edge-error.ts";
import type { DurationMs } from "../adapters/kit/time.ts";
import type { Message } from "../edge-agent/model/message.ts";
import { FileLock } from "./file-lock.ts";
import { type MessageName, nameText } from "./inbox.ts";

export interface JournalLimits {
  /** Names remembered: a message that comes again after so many others is written a second time. */
  readonly names: number;
  /** Bytes read back from the end of an existing file to find them. */
  readonly readBackBytes: number;
  readonly lockTimeoutMs: DurationMs;
}

export const JOURNAL_LIMITS: JournalLimits = { names: 500_000, readBackBytes: 512 * 1_048_576, lockTimeoutMs: 10_000 };

export interface JournalCounts {
  readonly written: number;
  /** Messages that were in the file already. */
  readonly repeats: number;
  /** Lines cut off because a process died while writing them. Their messages come again. */
  readonly torn: number;
  /** Whole lines that are no message; they stay as they are. */
  readonly unreadable: number;
}

const NEWLINE = 0x0a;
const CHUNK = 1_048_576;

/**
 * A file of messages, one JSON object a line, each exactly once, although several processes append to it and any of them may
 * die in the middle of a write. Under a lock: read what others appended, cut off a torn last line, leave out what is there
 * already, append the rest in one write, and return when it is on the medium.
 */
export class Journal {
  readonly #lock: FileLock;
  readonly #limits: JournalLimits;
  readonly #file: number;
  /** In the order they were written. */
  readonly #names = new Set<string>();
  readonly #counts = { written: 0, repeats: 0, torn: 0, unreadable: 0 };
  /** Everything before it was read. */
  #readTo = 0;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(path: string, limits: Partial<JournalLimits> = {}) {
    this.#limits = { ...JOURNAL_LIMITS, ...limits };
    this.#lock = new FileLock(`${path}.lock`);
    this.#file = openSync(path, "a+", 0o644);
  }

  get counts(): JournalCounts {
    return { ...this.#counts };
  }

  /** Resolves when all of them are in the file and on the medium, with how many were new. Calls take turns. */
  append(messages: readonly Message[]): Promise<{ readonly written: number; readonly repeats: number }> {
    const mine = this.#turn.then(() => this.#lock.hold(() => this.#appendNow(messages), this.#limits.lockTimeoutMs));
    this.#turn = mine.catch(() => undefined);
    return mine;
  }

  /** Waits for appends under way. */
  async close(): Promise<void> {
    await this.#turn;
    closeSync(this.#file);
  }

  #appendNow(messages: readonly Message[]): { readonly written: number; readonly repeats: number } {
    const before = this.#readTo;
    const size = this.#catchUp();
    const fresh = new Map<string, string>();
    for (const message of messages) {
      const name = nameText(message);
      if (!this.#names.has(name) && !fresh.has(name)) fresh.set(name, `${JSON.stringify(message)}\n`);
    }
    const repeats = messages.length - fresh.size;
    if (fresh.size > 0) this.#write(Buffer.from([...fresh.values()].join(""), "utf8"), size);
    // Another one wrote them and may have died before it synced: nobody may say "in the file" of what is only in a cache.
    else if (size > before) fdatasyncSync(this.#file);
    for (const name of fresh.keys()) this.#remember(name);
    this.#counts.written += fresh.size;
    this.#counts.repeats += repeats;
    return { written: fresh.size, repeats };
  }

  #write(bytes: Buffer, size: number): void {
    try {
      const written = writeSync(this.#file, bytes);
      if (written !== bytes.length) throw full(written, bytes.length);
      fdatasyncSync(this.#file);
    } catch (thrown) {
      // Nothing of it counts: the job comes again. What cannot be cut off here is cut off as torn by whoever is next.
      ftruncateSync(this.#file, size);
      throw thrown;
    }
    this.#readTo = size + bytes.length;
  }

  /** Reads what others appended and cuts off a torn end. Answers the size of the file. */
  #catchUp(): number {
    const { size } = fstatSync(this.#file);
    // Somebody emptied or replaced the content: start over.
    if (size < this.#readTo) this.#readTo = 0;
    let skipsFirst = false;
    if (size - this.#readTo > this.#limits.readBackBytes) {
      this.#readTo = size - this.#limits.readBackBytes;
      skipsFirst = true;
    }
    let rest: Buffer = Buffer.alloc(0);
    for (let at = this.#readTo; at < size; ) {
      const chunk = Buffer.allocUnsafe(Math.min(CHUNK, size - at));
      const length = readSync(this.#file, chunk, 0, chunk.length, at);
      if (length === 0) break;
      at += length;
      const whole = rest.length === 0 ? chunk.subarray(0, length) : Buffer.concat([rest, chunk.subarray(0, length)]);
      let start = 0;
      for (let end = whole.indexOf(NEWLINE); end >= 0; end = whole.indexOf(NEWLINE, start)) {
        if (!skipsFirst) this.#readLine(whole.toString("utf8", start, end));
        skipsFirst = false;
        start = end + 1;
      }
      rest = whole.subarray(start);
    }
    this.#readTo = size - rest.length;
    if (rest.length > 0) {
      ftruncateSync(this.#file, this.#readTo);
      this.#counts.torn += 1;
    }
    return this.#readTo;
  }

  #readLine(line: string): void {
    const name = readName(line);
    if (name === undefined) this.#counts.unreadable += 1;
    else this.#remember(nameText(name));
  }

  #remember(name: string): void {
    this.#names.add(name);
    if (this.#names.size <= this.#limits.names) return;
    for (const oldest of this.#names) {
      this.#names.delete(oldest);
      return;
    }
  }
}

function readName(line: string): MessageName | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (_notJson) {
    return undefined;
  }
  if (typeof value !== "object" || value === null || !("id" in value) || !("source" in value)) return undefined;
  const { id, source } = value;
  return typeof id === "string" && typeof source === "string" ? { id, source } : undefined;
}

function full(written: number, wanted: number): EdgeError {
  return new EdgeError({
    code: "core.journal.full",
    blame: "operator",
    retry: "backoff",
    message: `the file system took ${written} of ${wanted} bytes`,
  });
}
