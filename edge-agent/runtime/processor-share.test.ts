import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { until } from "./agent-pair.testing.ts";
import { processorShare } from "./processor-share.ts";

describe.runIf(existsSync("/proc/self/schedstat"))("processorShare", () => {
  it("tells one that computes from one that waits and one that is stopped", async () => {
    const busy = spawn(process.execPath, ["-e", "for(;;);"], { stdio: "ignore" });
    const idle = spawn("sleep", ["60"], { stdio: "ignore" });
    try {
      const { pid: busyPid = 0 } = busy;
      const { pid: idlePid = 0 } = idle;
      const first = await until(() => processorShare(busyPid));
      await until(() => (processorShare(busyPid)?.ranMs ?? 0) > first.ranMs + 50);
      await until(() => processorShare(busyPid)?.runnable === true);
      await until(() => processorShare(idlePid)?.runnable === false);
      busy.kill("SIGSTOP");
      await until(() => processorShare(busyPid)?.runnable === false);
    } finally {
      busy.kill("SIGKILL");
      idle.kill("SIGKILL");
    }
  });

  it("says nothing of a process that is not there", () => {
    expect(processorShare(2 ** 22 + 1)).toBeUndefined();
  });
});
