import { type ChildProcess, spawn } from "node:child_process";
import process from "node:process";

/** Turns for ever, at the priority of everybody else; ends with whoever started it. */
const TURN = "const started = process.ppid; while (process.ppid === started) for (let i = 0; i < 1e8; i++);";

/** Processes that want a whole core each, so that everybody else has to wait for one. */
export class Burners {
  readonly #children: readonly ChildProcess[];

  constructor(count: number) {
    this.#children = Array.from({ length: count }, () => spawn(process.execPath, ["-e", TURN], { stdio: "ignore" }));
  }

  get count(): number {
    return this.#children.filter((child) => child.exitCode === null && child.signalCode === null).length;
  }

  async stop(): Promise<void> {
    const ends = this.#children.map((child) => {
      const end = new Promise<void>((resolve) => child.once("exit", () => resolve()));
      return child.kill("SIGKILL") ? end : undefined;
    });
    await Promise.all(ends);
  }
}
