import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { until } from "./agent-pair.testing.ts";
import { pauseBefore, Supervisor, type SupervisorNews, type SupervisorSettings } from "./supervisor.ts";

const AGENT = join(import.meta.dirname, "supervised.testing.mjs");
const SETTINGS: SupervisorSettings = { silentForMs: 300, restartAfterMs: 20, maxRestartAfterMs: 200 };

let dir: string;
let supervisor: Supervisor | undefined;
let ended: Promise<number>;
const notes: string[] = [];
const news: string[] = [];
let deaths = 0;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "busbar-supervisor-"));
  notes.length = 0;
  news.length = 0;
  deaths = 0;
});

afterEach(async () => {
  supervisor?.stop();
  supervisor?.stop();
  await ended;
  rmSync(dir, { recursive: true, force: true });
});

function supervise(lives: readonly string[], settings: Partial<SupervisorSettings> = {}): Supervisor {
  const heard: SupervisorNews = {
    ready: () => void news.push("ready"),
    alive: () => {},
    status: (text) => void news.push(text),
    stopping: () => void news.push("stopping"),
  };
  supervisor = new Supervisor({
    settings: { ...SETTINGS, ...settings },
    command: [process.execPath, AGENT, join(dir, "starts"), ...lives],
    note: (level, text) => notes.push(`${level} ${text}`),
    news: heard,
    afterDeath: () => {
      deaths += 1;
    },
  });
  ended = supervisor.run();
  return supervisor;
}

function starts(): number[] {
  const file = join(dir, "starts");
  return existsSync(file) ? readFileSync(file, "utf8").trim().split("\n").map(Number) : [];
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

describe("Supervisor", () => {
  it.each(["hang", "freeze"])("kills an agent whose loop stands still (%s) and starts it again", async (life) => {
    supervise([life, "live"]);
    await until(() => starts().length === 2);
    const [first = 0, second = 0] = starts();
    expect(isAlive(first)).toBe(false);
    expect(isAlive(second)).toBe(true);
    expect(notes.some((line) => /error the agent's loop was silent for \d+ ms: killing it/.test(line))).toBe(true);
    expect(deaths).toBe(1);
  });

  it("starts a crashed agent again, later each time", async () => {
    supervise(["crash"]);
    await until(() => starts().length === 5, 15_000);
    const pauses = notes.map((line) => /again in (\d+) ms/.exec(line)?.[1]).filter((pause) => pause !== undefined);
    expect(pauses.slice(0, 4)).toEqual(["20", "40", "80", "160"]);
  }, 20_000);

  it("does not kill an agent because it did not run itself", async () => {
    const running = supervise(["live"]);
    await until(() => news.includes("ready"));
    const { pid } = running;
    for (let turn = 0; turn < 3; turn++) {
      // This process is the supervisor: its loop does not turn, and the beats wait in its channel.
      const busyUntil = performance.now() + 900;
      while (performance.now() < busyUntil);
      await new Promise((resolve) => setImmediate(resolve));
    }
    const settled = performance.now() + 400;
    await until(() => performance.now() > settled);
    expect(running.pid).toBe(pid);
    expect(notes).toEqual([]);
  });

  it("does not kill an agent on a machine that is busy", async () => {
    const busy: ChildProcess[] = Array.from({ length: 6 }, () =>
      spawn(process.execPath, ["-e", "for(;;);"], { stdio: "ignore" }),
    );
    try {
      const running = supervise(["live"], { silentForMs: 500 });
      await until(() => news.includes("ready"));
      const { pid } = running;
      const settled = performance.now() + 2_500;
      await until(() => performance.now() > settled);
      expect(running.pid).toBe(pid);
      expect(notes).toEqual([]);
    } finally {
      for (const one of busy) one.kill("SIGKILL");
    }
  });

  it("ends with the agent's code where it refuses to run at all", async () => {
    supervise(["usage"]);
    expect(await ended).toBe(2);
    expect(starts()).toHaveLength(1);
  });

  it("says why the agent does not run, and leaves it so", async () => {
    supervise(["refuse"]);
    expect(await ended).toBe(1);
    expect(notes).toEqual(["error the agent does not run: the Redis loses data"]);
  });

  it("does not give up an agent that ran before and is refused later", async () => {
    supervise(["crash", "refuse", "live"]);
    await until(() => starts().length === 3);
    await until(() => isAlive(starts()[2] ?? 0));
  });

  it("stops in order", async () => {
    const running = supervise(["live"]);
    await until(() => news.includes("ready"));
    const { pid = 0 } = running;
    running.stop();
    expect(await ended).toBe(0);
    expect(isAlive(pid)).toBe(false);
    expect(news).toEqual(["ready", "stopping", "the agent ended (exit code 0)"]);
    expect(deaths).toBe(0);
  });

  it("stops while it waits to start the agent again", async () => {
    const running = supervise(["crash"], { restartAfterMs: 60_000, maxRestartAfterMs: 60_000 });
    await until(() => notes.some((line) => line.includes("starting it again in 60000 ms")));
    running.stop();
    expect(await ended).toBe(0);
  });

  it("kills at the second request what does not stop at the first", async () => {
    const running = supervise(["ignore-term"]);
    await until(() => news.includes("ready"));
    running.stop();
    running.stop();
    expect(await ended).toBe(1);
  });

  it("ends where the program is not there", async () => {
    supervisor = new Supervisor({
      settings: SETTINGS,
      command: [join(dir, "nothing")],
      note: (_, text) => notes.push(text),
    });
    ended = supervisor.run();
    expect(await ended).toBe(1);
    expect(notes[0]).toContain("the agent cannot be started");
  });

  it("passes on how the agent says it is", async () => {
    supervise(["status"]);
    await until(() => news.includes("active for main in epoch 7"));
  });
});

describe("pauseBefore", () => {
  it("doubles up to the maximum", () => {
    const pauses = [1, 2, 3, 4, 60].map((n) => pauseBefore(n, { restartAfterMs: 1_000, maxRestartAfterMs: 5_000 }));
    expect(pauses).toEqual([1_000, 2_000, 4_000, 5_000, 5_000]);
  });
});
