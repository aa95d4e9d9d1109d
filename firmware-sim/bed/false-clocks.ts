import { closeSync, openSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { buildPreload } from "./preload.ts";

/**
 * What a process sees of the wall clock: the real one plus what a shared file says. The monotonic clock is left alone, as a
 * step of the wall clock leaves it alone.
 */
const SHIM = `#define _GNU_SOURCE
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static volatile int64_t *offset_ms;

__attribute__((constructor)) static void find_offset(void) {
  const char *file = getenv("BUSBAR_BED_CLOCK");
  int fd = file ? open(file, O_RDONLY | O_CLOEXEC) : -1;
  if (fd < 0) return;
  void *at = mmap(NULL, sizeof *offset_ms, PROT_READ, MAP_SHARED, fd, 0);
  if (at != MAP_FAILED) offset_ms = at;
  close(fd);
}

int clock_gettime(clockid_t id, struct timespec *t) {
  int result = syscall(SYS_clock_gettime, id, t);
  if (result == 0 && offset_ms && (id == CLOCK_REALTIME || id == CLOCK_REALTIME_COARSE)) {
    int64_t ns = t->tv_nsec + (*offset_ms % 1000) * 1000000;
    t->tv_sec += *offset_ms / 1000 + ns / 1000000000;
    t->tv_nsec = ns % 1000000000;
    if (t->tv_nsec < 0) { t->tv_nsec += 1000000000; t->tv_sec -= 1; }
  }
  return result;
}

int gettimeofday(struct timeval *restrict t, void *restrict zone) {
  struct timespec now;
  (void)zone;
  if (clock_gettime(CLOCK_REALTIME, &now) != 0) return -1;
  t->tv_sec = now.tv_sec;
  t->tv_usec = now.tv_nsec / 1000;
  return 0;
}

time_t time(time_t *t) {
  struct timespec now;
  if (clock_gettime(CLOCK_REALTIME, &now) != 0) return (time_t)-1;
  if (t) *t = now.tv_sec;
  return now.tv_sec;
}
`;

/** Wall clocks that can be put wrong, one per agent. */
export class FalseClocks {
  readonly #dir: string;
  readonly #library: string;
  #furthestBehindMs = 0;

  private constructor(dir: string, library: string) {
    this.#dir = dir;
    this.#library = library;
  }

  /** `undefined` where there is no C compiler, or the system has no LD_PRELOAD. */
  static build(dir: string, agents: readonly string[]): FalseClocks | undefined {
    const library = buildPreload(dir, "clock", SHIM);
    if (library === undefined) return undefined;
    const clocks = new FalseClocks(dir, library);
    for (const agent of agents) writeFileSync(clocks.#fileOf(agent), Buffer.alloc(8));
    return clocks;
  }

  env(agent: string): Readonly<Record<string, string>> {
    return { LD_PRELOAD: this.#library, BUSBAR_BED_CLOCK: this.#fileOf(agent) };
  }

  /** The agent's wall clock is so much wrong from now on; 0 is right. */
  set(agent: string, offsetMs: number): void {
    const bytes = Buffer.alloc(8);
    bytes.writeBigInt64LE(BigInt(Math.round(offsetMs)));
    const file = openSync(this.#fileOf(agent), "r+");
    writeSync(file, bytes, 0, bytes.length, 0);
    closeSync(file);
    this.#furthestBehindMs = Math.max(this.#furthestBehindMs, -offsetMs);
  }

  /** How much too early it has ever been for an agent: so much after its deadline a command may honestly begin. */
  get furthestBehindMs(): number {
    return this.#furthestBehindMs;
  }

  #fileOf(agent: string): string {
    return join(this.#dir, `clock-${agent}`);
  }
}
