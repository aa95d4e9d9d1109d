import { type ChildProcess, spawn } from "node:child_process";
import { Socket } from "node:net";

/** Reads process groups until its input ends; then it ends them and removes the directory. */
const SCRIPT =
  'groups=""; while read -r one; do groups="$groups $one"; done; for one in $groups; do kill -9 "-$one"; done; for one in "$1"/*; do umount -l "$one" 2>/dev/null; done; rm -rf "$1"';

/**
 * A shell that outlives us, however we die, by the moment it takes to end everything that was started for a bed. When the
 * bed is taken down in order it is dismissed.
 */
export class Warden {
  readonly #shell: ChildProcess;

  /** @param dir removed when we die. */
  constructor(dir: string) {
    this.#shell = spawn("sh", ["-c", SCRIPT, "busbar-bed-warden", dir], {
      stdio: ["pipe", "ignore", "ignore"],
      detached: true,
    });
    this.#shell.on("error", () => {});
    this.#shell.stdin?.on("error", () => {});
    this.#shell.unref();
    if (this.#shell.stdin instanceof Socket) this.#shell.stdin.unref();
  }

  /** @param pid leader of a process group. */
  watch(pid: number): void {
    this.#shell.stdin?.write(`${pid}\n`);
  }

  dismiss(): void {
    this.#shell.kill("SIGKILL");
    this.#shell.stdin?.destroy();
  }
}
