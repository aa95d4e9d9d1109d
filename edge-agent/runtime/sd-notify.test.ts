import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, vi } from "vitest";
import { until } from "./agent-pair.testing.ts";
import { SdNotify } from "./sd-notify.ts";

function notifier(env: Readonly<Record<string, string>>): { readonly sent: string[]; readonly notify: SdNotify } {
  const sent: string[] = [];
  const send = async (assignments: readonly string[]): Promise<void> => void sent.push(...assignments);
  return { sent, notify: new SdNotify({ env, note: () => {}, send }) };
}

describe("SdNotify", () => {
  it("says nothing where nobody listens", async () => {
    const { sent, notify } = notifier({});
    notify.ready();
    notify.alive();
    notify.status("active");
    await notify.idle();
    expect(sent).toEqual([]);
  });

  it("sends in order, a status only when it changes", async () => {
    const { sent, notify } = notifier({ NOTIFY_SOCKET: "/run/notify" });
    notify.ready();
    notify.status("standby for main");
    notify.status("standby for main");
    notify.status("active for main\nREADY=1");
    notify.stopping();
    await notify.idle();
    expect(sent).toEqual(["READY=1", "STATUS=standby for main", "STATUS=active for main READY=1", "STOPPING=1"]);
  });

  it("feeds the watchdog three times within its deadline, however often the agent beats", async () => {
    vi.useFakeTimers({ toFake: ["performance"] });
    const { sent, notify } = notifier({ NOTIFY_SOCKET: "/run/notify", WATCHDOG_USEC: "3000000" });
    for (let ms = 0; ms < 3_000; ms += 50) {
      notify.alive();
      vi.advanceTimersByTime(50);
    }
    vi.useRealTimers();
    await notify.idle();
    expect(sent).toEqual(["WATCHDOG=1", "WATCHDOG=1", "WATCHDOG=1"]);
  });

  it("complains once where systemd cannot be told", async () => {
    const notes: string[] = [];
    const notify = new SdNotify({
      env: { NOTIFY_SOCKET: "/run/notify" },
      note: (text) => notes.push(text),
      send: () => Promise.reject(new Error("not found")),
    });
    notify.ready();
    notify.status("x");
    await notify.idle();
    expect(notes).toHaveLength(1);
    expect(notes[0]).toContain("not found");
  });

  const canListen =
    spawnSync("systemd-notify", ["--version"]).status === 0 && spawnSync("python3", ["--version"]).status === 0;
  it.runIf(canListen)("reaches a real notify socket", async () => {
    const dir = mkdtempSync(join(tmpdir(), "busbar-notify-"));
    const socket = join(dir, "notify");
    const listener = spawn("python3", [
      "-uc",
      `import socket,sys\ns=socket.socket(socket.AF_UNIX,socket.SOCK_DGRAM);s.bind(sys.argv[1]);print("bound")\nwhile True: print(s.recv(4096).decode())`,
      socket,
    ]);
    let heard = "";
    listener.stdout.setEncoding("utf8").on("data", (text: string) => {
      heard += text;
    });
    try {
      await until(() => heard.includes("bound"));
      process.env["NOTIFY_SOCKET"] = socket;
      const notify = new SdNotify({ env: process.env, note: () => {} });
      notify.ready();
      notify.status("active for main");
      await until(() => heard.includes("READY=1") && heard.includes("STATUS=active for main"));
    } finally {
      delete process.env["NOTIFY_SOCKET"];
      listener.kill("SIGKILL");
      rmSync(dir, { recursive: true, force: true });
    }
  });
});
