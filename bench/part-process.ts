import { type ChildProcess, fork } from "node:child_process";
import { existsSync } from "node:fs";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { YOUNG_HEAP } from "../adapters/io/node/young-heap.ts";

/** One thing that may be asked of a part, and what it answers. */
export interface Word {
  readonly ask: unknown;
  readonly answer: unknown;
}

/** Everything that may be asked of a part, by name. */
export type Words<Said> = { readonly [Name in keyof Said]: Word };

interface Question {
  readonly number: number;
  readonly name: string;
  readonly ask: unknown;
}

interface Reply {
  readonly number: number;
  readonly answer?: unknown;
  readonly fault?: string;
}

/** A process's share of a processor, and when it was read. */
export interface CpuReading {
  readonly atMs: number;
  readonly usedMs: number;
}

/** One part of a measurement in a process of its own, as in the field. It ends with us. */
export class PartProcess<Said extends Words<Said>> {
  readonly #child: ChildProcess;
  readonly #open = new Map<number, { resolve: (answer: unknown) => void; reject: (fault: Error) => void }>();
  #numbers = 0;

  /**
   * @param entry name of the program beside this file, without its ending
   * @param profileDir where `--cpu-prof` writes its profile when the part ends
   */
  constructor(entry: string, settings: object, profileDir?: string | undefined) {
    const profiling = profileDir === undefined ? [] : ["--cpu-prof", `--cpu-prof-dir=${profileDir}`];
    const execArgv = [...YOUNG_HEAP, ...profiling];
    this.#child = fork(programOf(entry), [JSON.stringify(settings)], { execArgv });
    this.#child.on("message", (reply: Reply) => this.#take(reply));
    this.#child.once("exit", (code, signal) => {
      for (const { reject } of this.#open.values()) reject(new Error(`${entry} ended: ${code ?? signal}`));
      this.#open.clear();
    });
  }

  ask<Name extends keyof Said & string>(name: Name, ask: Said[Name]["ask"]): Promise<Said[Name]["answer"]> {
    this.#numbers += 1;
    const question: Question = { number: this.#numbers, name, ask };
    return new Promise((resolve, reject) => {
      this.#open.set(question.number, { resolve, reject });
      this.#child.send(question);
    });
  }

  /** Lets it write its profile, and waits until it is gone. */
  async end(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const gone = new Promise((resolve) => this.#child.once("exit", resolve));
    if (this.#child.connected) this.#child.disconnect();
    const lastWord = setTimeout(() => this.#child.kill("SIGKILL"), END_PATIENCE_MS);
    await gone;
    clearTimeout(lastWord);
  }

  #take({ number, answer, fault }: Reply): void {
    const open = this.#open.get(number);
    this.#open.delete(number);
    if (fault === undefined) open?.resolve(answer);
    else open?.reject(new Error(fault));
  }
}

const END_PATIENCE_MS = 10_000;

/** In the part: answers until whoever started it is gone, then ends this process, after `end`. */
export function answerAs<Said extends Words<Said>>(
  answers: { readonly [Name in keyof Said]: (ask: Said[Name]["ask"]) => Promise<Said[Name]["answer"]> },
  end: () => Promise<void>,
): void {
  const byName = new Map<string, (ask: unknown) => Promise<unknown>>(Object.entries(answers));
  process.on("message", ({ number, name, ask }: Question) => {
    const answer = byName.get(name)?.(ask) ?? Promise.reject(new Error(`nobody answers ${name}`));
    const reply = (one: Reply): void => void process.send?.(one);
    answer.then(
      (said) => reply({ number, answer: said }),
      (thrown: unknown) => reply({ number, fault: thrown instanceof Error ? (thrown.stack ?? "") : String(thrown) }),
    );
  });
  process.once("disconnect", () => void end().finally(() => process.exit(0)));
}

/** The settings a part was started with. */
export function partSettings<Settings>(): Settings {
  return JSON.parse(process.argv[2] ?? "{}") as Settings;
}

export function ownCpu(): CpuReading {
  const { user, system } = process.cpuUsage();
  return { atMs: performance.timeOrigin + performance.now(), usedMs: (user + system) / 1_000 };
}

/** Share of one processor between two readings, in percent. */
export function cpuPercent(from: CpuReading, to: CpuReading): number {
  return Math.round(((to.usedMs - from.usedMs) * 100) / Math.max(1, to.atMs - from.atMs));
}

/** Node of the field does not run TypeScript: compiled, beside us or below dist. */
function programOf(entry: string): string {
  const beside = fileURLToPath(new URL(`./${entry}.js`, import.meta.url));
  return existsSync(beside) ? beside : fileURLToPath(new URL(`../dist/bench/${entry}.js`, import.meta.url));
}
