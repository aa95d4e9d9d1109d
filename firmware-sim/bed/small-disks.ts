import { execFileSync } from "node:child_process";
import { closeSync, openSync, rmSync, statfsSync, writeSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";

/** Room for the smallest spool a configuration may have, and a little more. */
const SIZE_MIB = 48;
const BALLAST = "ballast";
const CHUNK = Buffer.alloc(64 * 1_024);

/** What the agents' configuration says of a spool that fits. */
export const SMALL_SPOOL = { maxBytes: "32MiB", segmentBytes: "4MiB" };

/** A small file system for each agent's state, so that a full disk is really full. Only root may have one. */
export class SmallDisks {
  readonly #dirs: readonly string[];

  private constructor(dirs: readonly string[]) {
    this.#dirs = dirs;
  }

  /** Why there can be none here; `undefined` where there can. */
  static missing(): string | undefined {
    if (process.platform !== "linux") return "tmpfs is Linux's";
    return process.getuid?.() === 0 ? undefined : "only root may mount a small file system";
  }

  /** `undefined` where a mount is refused, as in a container without the right to. */
  static mount(dirs: readonly string[]): SmallDisks | undefined {
    const mounted: string[] = [];
    try {
      for (const dir of dirs) {
        execFileSync("mount", ["-t", "tmpfs", "-o", `size=${SIZE_MIB}m`, "busbar-bed", dir], { stdio: "ignore" });
        mounted.push(dir);
      }
      return new SmallDisks(mounted);
    } catch (_refused) {
      new SmallDisks(mounted).unmount();
      return undefined;
    }
  }

  /** Leaves no byte free, of any agent. */
  fill(): void {
    for (const dir of this.#dirs) {
      const file = openSync(join(dir, BALLAST), "a");
      try {
        for (let free = freeBytes(dir); free > 0; free = freeBytes(dir)) writeSync(file, CHUNK);
      } catch (_full) {
        // That is what it is for.
      } finally {
        closeSync(file);
      }
    }
  }

  empty(): void {
    for (const dir of this.#dirs) rmSync(join(dir, BALLAST), { force: true });
  }

  unmount(): void {
    for (const dir of this.#dirs) {
      try {
        execFileSync("umount", ["--lazy", dir], { stdio: "ignore" });
      } catch (_gone) {
        // Somebody was quicker.
      }
    }
  }
}

function freeBytes(dir: string): number {
  const { bavail, bsize } = statfsSync(dir);
  return bavail * bsize;
}
