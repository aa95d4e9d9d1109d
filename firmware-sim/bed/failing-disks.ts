import { closeSync, openSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { buildPreload } from "./preload.ts";

/**
 * What a process hears of its disk: what the system says, or what a shared file says instead. A sync that fails has done
 * nothing; a write that is torn has done half. Only files that are written at a position are torn: the log is not.
 */
const SHIM = `#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

/* 0: nothing is wrong; an errno: every sync fails with it; that and 1000: every write is torn and fails with it. */
static volatile int64_t *wrong;

__attribute__((constructor)) static void find_wrong(void) {
  const char *file = getenv("BUSBAR_BED_DISK");
  int fd = file ? open(file, O_RDONLY | O_CLOEXEC) : -1;
  if (fd < 0) return;
  void *at = mmap(NULL, sizeof *wrong, PROT_READ, MAP_SHARED, fd, 0);
  if (at != MAP_FAILED) wrong = at;
  close(fd);
}

static int fails(void) {
  int64_t code = wrong ? *wrong : 0;
  if (code == 0 || code >= 1000) return 0;
  errno = (int)code;
  return 1;
}

int fsync(int fd) { return fails() ? -1 : (int)syscall(SYS_fsync, fd); }

int fdatasync(int fd) { return fails() ? -1 : (int)syscall(SYS_fdatasync, fd); }

ssize_t pwrite64(int fd, const void *bytes, size_t length, off64_t at) {
  int64_t code = wrong ? *wrong : 0;
  if (code < 1000) return syscall(SYS_pwrite64, fd, bytes, length, at);
  syscall(SYS_pwrite64, fd, bytes, length / 2, at);
  errno = (int)(code - 1000);
  return -1;
}

ssize_t pwrite(int fd, const void *bytes, size_t length, off_t at) { return pwrite64(fd, bytes, length, at); }
`;

/** How a disk can fail, by the number of its error: EIO and ENOSPC of Linux. */
export const DISK_WRONGS = {
  "syncs fail with EIO": 5,
  "syncs fail with ENOSPC": 28,
  "writes are torn, with EIO": 1_005,
} as const;

export type DiskWrong = keyof typeof DISK_WRONGS;

/** Disks that can be made to fail, one per agent. */
export class FailingDisks {
  readonly #dir: string;
  readonly #library: string;

  private constructor(dir: string, library: string) {
    this.#dir = dir;
    this.#library = library;
  }

  /** `undefined` where there is no C compiler, or the system has no LD_PRELOAD. */
  static build(dir: string, agents: readonly string[]): FailingDisks | undefined {
    const library = buildPreload(dir, "disk", SHIM);
    if (library === undefined) return undefined;
    const disks = new FailingDisks(dir, library);
    for (const agent of agents) writeFileSync(disks.#fileOf(agent), Buffer.alloc(8));
    return disks;
  }

  env(agent: string): Readonly<Record<string, string>> {
    return { LD_PRELOAD: this.#library, BUSBAR_BED_DISK: this.#fileOf(agent) };
  }

  /** The agent's disk is like that from now on. */
  set(agent: string, wrong: DiskWrong | undefined): void {
    const bytes = Buffer.alloc(8);
    bytes.writeBigInt64LE(BigInt(wrong === undefined ? 0 : DISK_WRONGS[wrong]));
    const file = openSync(this.#fileOf(agent), "r+");
    writeSync(file, bytes, 0, bytes.length, 0);
    closeSync(file);
  }

  #fileOf(agent: string): string {
    return join(this.#dir, `disk-${agent}`);
  }
}
