import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { until } from "./agent-pair.testing.ts";
import { processorShare } from "./processor-share.ts";

function letter(pid: number): string {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  return stat.charAt(stat.lastIndexOf(")") + 2);
}

describe.runIf(existsSync("/proc/self/schedstat"))("processorShare", () => {
  it("tells one that computes from one that waits and one that is stopped", async () => {
    const busy = spawn(process.execPath, ["-e", "for(;;);"], { stdio: "ignore" });
    const idle = spawn("sleep", ["60"], { stdio: "ignore" });
    try {
      const { pid: busyPid = 0 } = busy;
      const { pid: idlePid = 0 } = idle;
      const first = await until(() => processorShare(busyPid));
      await until(() => (processorShare(busyPid)?.ranMs ?? 0) > first.ranMs + 50);
      await until(() => processorShare(busyPid)?.state === "runnable");
      await until(() => processorShare(idlePid)?.state === "waiting");
      busy.kill("SIGSTOP");
      await until(() => processorShare(busyPid)?.state === "stopped");
    } finally {
      busy.kill("SIGKILL");
      idle.kill("SIGKILL");
    }
  });

  it("takes one for runnable whose first thread waits for another that computes", async () => {
    const worker = "new (require('node:worker_threads').Worker)('for(;;);', { eval: true })";
    const waiting = spawn(process.execPath, ["-e", worker], { stdio: "ignore" });
    try {
      const { pid = 0 } = waiting;
      // The first thread is done within a moment and sleeps.
      await until(() => letter(pid) === "S" && processorShare(pid)?.state === "runnable");
    } finally {
      waiting.kill("SIGKILL");
    }
  });

  it("says nothing of a process that is not there", () => {
    expect(processorShare(2 ** 22 + 1)).toBeUndefined();
  });
});
