import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Hook, HookSettings } from "../config/config.ts";
import { type HookCall, Hooks, WAITING_CALLS } from "./hooks.ts";
import type { HookEnd } from "./hook-run.ts";
import { runHook } from "./hook-run.ts";
import { until } from "./agent-pair.testing.ts";

let dir: string;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "busbar-hooks-"));
});

afterEach(() => rmSync(dir, { recursive: true, force: true }));

function script(text: string, timeoutMs: number = 5_000): Hook {
  const file = join(dir, `hook-${Math.random().toString(36).slice(2)}`);
  writeFileSync(file, `#!/bin/sh\n${text}\n`, { mode: 0o755 });
  return { command: [file], timeoutMs };
}

describe("runHook", () => {
  it("gives the program its variables and nothing of our environment", async () => {
    process.env["BUSBAR_TEST_SECRET"] = "hunter2";
    const end = await runHook(script("env | sort"), { BUSBAR_EVENT: "promote" });
    delete process.env["BUSBAR_TEST_SECRET"];
    expect(end.kind).toBe("done");
    expect(end.output).toContain("BUSBAR_EVENT=promote");
    expect(end.output).not.toContain("hunter2");
    expect(end.output).not.toContain("HOME=");
  });

  it("starts no shell: what stands in an argument stays an argument", async () => {
    const end = await runHook({ command: ["/bin/echo", "$(id)", "; id"], timeoutMs: 5_000 }, {});
    expect(end.output).toBe("$(id) ; id");
  });

  it("says how it failed", async () => {
    expect(await runHook(script("echo no such interface >&2; exit 3"), {})).toMatchObject({
      kind: "failed",
      text: "exit code 3",
      output: "no such interface",
    });
    expect(await runHook({ command: [join(dir, "nothing")], timeoutMs: 1_000 }, {})).toMatchObject({
      kind: "not-started",
    });
  });

  it("keeps the end of an output that is too long", async () => {
    const end = await runHook(script("seq 1 100000; echo the-end"), {});
    expect(end.output.length).toBeLessThanOrEqual(4_096);
    expect(end.output.endsWith("the-end")).toBe(true);
  });

  it("kills what hangs, with everything it started and although it ignores the request", async () => {
    const pidFile = join(dir, "pid");
    const hook = script(`trap '' TERM; sleep 600 & echo $! > ${pidFile}; wait; sleep 600`, 300);
    const end = await runHook(hook, {});
    expect(end).toMatchObject({ kind: "killed", text: "killed after 300 ms" });
    expect(end.tookMs).toBeLessThan(3_000);
    const pid = Number(readFileSync(pidFile, "utf8"));
    await until(() => !isAlive(pid));
  });

  it("does not wait for a child that was left behind with the output open", async () => {
    const end = await runHook(script("sleep 5 & echo started"), {});
    expect(end).toMatchObject({ kind: "done", output: "started" });
    expect(end.tookMs).toBeLessThan(3_000);
  });
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    // A zombie that nobody collected is dead too.
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
}

interface Ended {
  readonly call: HookCall;
  readonly end: HookEnd;
}

function hooks(settings: Partial<HookSettings>, ended: Ended[], run?: typeof runHook): Hooks {
  return new Hooks({
    settings: { promote: undefined, demote: undefined, fault: undefined, ...settings },
    agent: "a",
    stateDir: dir,
    peersOf: () => ["b"],
    note: () => {},
    ended: (call, end) => ended.push({ call, end }),
    ...(run === undefined ? {} : { run }),
  });
}

const ACTIVE = { kind: "active", epoch: 7, reason: "silence", detectedAfterMs: 340 } as const;
const STANDBY = { kind: "standby", epoch: 7, reason: "handover" } as const;

describe("Hooks", () => {
  it("runs the programs of a group one after another, in the order of the changes", async () => {
    const out = join(dir, "order");
    const line = `echo "$BUSBAR_EVENT $BUSBAR_GROUP $BUSBAR_AGENT $BUSBAR_PEER $BUSBAR_EPOCH $BUSBAR_REASON" >> ${out}`;
    const ended: Ended[] = [];
    const running = hooks({ promote: script(`sleep 0.2; ${line}`), demote: script(line) }, ended);
    running.note("main", ACTIVE);
    running.note("main", STANDBY);
    await running.idle();
    expect(readFileSync(out, "utf8")).toBe("promote main a b 7 silence\ndemote main a b 7 handover\n");
    expect(ended.map((one) => one.end.kind)).toEqual(["done", "done"]);
  });

  it("does not let one group wait for another", async () => {
    const hung = join(dir, "go");
    const ended: Ended[] = [];
    const running = hooks(
      { promote: script(`[ "$BUSBAR_GROUP" = one ] || exit 0; while [ ! -e ${hung} ]; do sleep 0.02; done`) },
      ended,
    );
    running.note("one", ACTIVE);
    running.note("two", ACTIVE);
    await until(() => ended.length === 1);
    expect(ended[0]?.call.group).toBe("two");
    writeFileSync(hung, "");
    await running.idle();
    expect(ended).toHaveLength(2);
  });

  it("returns at once: nothing of a change of role waits for its hook", () => {
    let started = false;
    const running = hooks({ promote: { command: ["x"], timeoutMs: 1 } }, [], () => {
      started = true;
      return new Promise(() => {});
    });
    running.note("main", ACTIVE);
    expect(started).toBe(false);
  });

  it("keeps the newest calls of a group that changes hands faster than its hooks run", async () => {
    let let_go: () => void = () => {};
    const gate = new Promise<void>((resolve) => {
      let_go = resolve;
    });
    const ran: string[] = [];
    const running = hooks({ promote: script("true"), demote: script("true") }, [], async (_hook, variables) => {
      await gate;
      ran.push(variables["BUSBAR_EPOCH"] ?? "");
      return { kind: "done", text: "", tookMs: 0, output: "" };
    });
    running.note("main", { ...ACTIVE, epoch: 1 });
    await Promise.resolve();
    for (let epoch = 2; epoch < 22; epoch++) running.note("main", { ...STANDBY, epoch });
    let_go();
    await running.idle();
    expect(ran).toHaveLength(1 + WAITING_CALLS);
    expect(ran.at(-1)).toBe("21");
  });

  it("takes away at the start what an earlier life left behind", async () => {
    const out = join(dir, "start");
    const running = hooks({ demote: script(`echo "$BUSBAR_GROUP $BUSBAR_REASON" >> ${out}`) }, []);
    running.starting(["main"]);
    await running.idle();
    expect(readFileSync(out, "utf8")).toBe("main start\n");
    expect(existsSync(out)).toBe(true);
  });

  it("runs nothing where nothing is configured", async () => {
    const ended: Ended[] = [];
    const running = hooks({}, ended);
    running.note("main", ACTIVE);
    await running.idle();
    expect(ended).toEqual([]);
  });
});
