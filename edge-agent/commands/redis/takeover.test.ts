import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { EdgeError } from "../../../adapters/kit/edge-error.ts";
import type { CommandConclusion } from "../../../adapters/kit/session.ts";
import { COMMAND_PRIORITIES, type Command } from "../../model/command.ts";
import type { MessageDraft } from "../../model/draft.ts";
import { type CommandFacts, command, concluded } from "../command.testing.ts";
import { promised, type Rig, Rigs, until } from "./intake.testing.ts";

const A = { holder: "a", epoch: 1 };
const B = { holder: "b", epoch: 2 };
const C = { holder: "c", epoch: 3 };

let rigs: Rigs;
beforeAll(async () => {
  rigs = await Rigs.start({ appendonly: true });
});
afterEach(() => rigs.closeRigs());
afterAll(() => rigs.close());

function now(facts: CommandFacts = {}): Command {
  return command({ deadline: Date.now() + 60_000, ...facts });
}

const PRIORITIES = ["bulk", "normal", "urgent"] as const;
const hangs = (): Promise<CommandConclusion> => new Promise(() => {});

describe("takeover of commands", () => {
  it("after kill -9 between begin and end: at once, and by the rules", async () => {
    const rig = rigs.rig();
    await rig.lend(A);
    const { child, lines } = await startDoomed(rig);
    const lateDeadline = Date.now() + 700;
    await rig.send([
      now({ uid: "once" }),
      now({ uid: "behind", device: "dev_1" }),
      now({ uid: "twice", device: "dev_2", idempotent: true }),
      now({ uid: "readable", device: "dev_3" }),
      now({ uid: "read-undone", device: "dev_4" }),
      now({ uid: "late", device: "dev_5", idempotent: true, deadline: lateDeadline }),
    ]);
    const begun = ["late", "once", "read-undone", "readable", "twice"];
    await until(() => lines.filter((line) => line.startsWith("begun")).length === begun.length);
    expect(lines.filter((line) => line.startsWith("begun")).sort()).toEqual(begun.map((uid) => `begun ${uid}`));
    await killed(child);
    await until(() => Date.now() > lateDeadline);

    const from = performance.now();
    const agent = await rig.promote(B, {
      verifier: {
        verifiable: (one) => one.uid.startsWith("read"),
        verify: async (one) =>
          one.uid === "readable" ? { found: "done", result: { position: "closed" } } : { found: "not-done" },
      },
    });
    await until(() => agent.told.length === 6, 1_000);
    expect(performance.now() - from).toBeLessThan(1_000);
    expect(agent.intake.stats().recovered).toBe(6);
    expect([...agent.did].sort()).toEqual(["behind", "read-undone", "twice"]);
    const ends = Object.fromEntries(agent.told.map((draft) => [draft.data.uid, draft.data.state]));
    expect(ends).toEqual({
      once: "unknown",
      behind: "succeeded",
      twice: "succeeded",
      readable: "succeeded",
      "read-undone": "succeeded",
      late: "unknown",
    });
    expect(await rig.record("twice")).toMatchObject({ attempt: 2, interrupted: 1, doubt: true, holder: "b" });
    expect(await rig.record("once")).toMatchObject({ attempt: 1, holder: "a", epoch: 1 });
  });

  it("does not read back before the earlier holder can no longer act", async () => {
    const rig = rigs.rig();
    const first = await rig.promote(A, { execute: (_one, attempt) => attempt.begin().then(hangs) });
    await rig.send([now()]);
    await until(async () => (await rig.state("c1")) === "sent");
    first.mayAct = false;
    const promotedAt = performance.now();
    let readAt = 0;
    const next = await rig.promote(B, {
      quietMs: 300,
      verifier: {
        verifiable: () => true,
        verify: async () => {
          readAt = performance.now();
          return { found: "not-done" };
        },
      },
    });
    await until(() => next.told.length === 1);
    expect(readAt - promotedAt).toBeGreaterThanOrEqual(300);
  });

  it("tells an end again that was recorded but not told, under the same id", async () => {
    const rig = rigs.rig();
    const told: MessageDraft[] = [];
    await rig.promote(A, {
      publish: (draft) => {
        told.push(draft);
        return new Promise(() => {});
      },
    });
    await rig.send([now()]);
    await until(() => told.length === 1);
    const next = await rig.promote(B);
    await until(() => next.told.length === 1);
    expect(next.told).toEqual(told);
    expect(next.did).toEqual([]);
    await until(async () => (await rig.queue.getJobCounts("completed"))["completed"] === 1);
  });

  it("records the answer that reached a fenced agent, where the next one has not touched the command", async () => {
    const rig = rigs.rig();
    const answer = promised();
    const first = await rig.promote(A, {
      publish: () =>
        Promise.reject(new EdgeError({ code: "queue.fenced", blame: "us", retry: "never", message: "not ours" })),
      execute: async (one, attempt) => {
        await attempt.begin();
        await answer.promise;
        return concluded(one.uid, "succeeded");
      },
    });
    await rig.send([now()]);
    await until(async () => (await rig.state("c1")) === "sent");
    await rig.lend(B);
    first.mayAct = false;
    answer.keep();
    await until(async () => (await rig.state("c1")) === "succeeded");
    const next = await rig.promote(B);
    await until(() => next.told.length === 1);
    expect(next.told[0]?.data).toMatchObject({ state: "succeeded", attempt: 1 });
  });

  it("gives untouched jobs back on step-down, in order and with their priorities", async () => {
    const rig = rigs.rig();
    const first = await rig.promote(A, { execute: (_one, attempt) => attempt.begin().then(hangs) });
    await rig.send([now({ uid: "running" })]);
    await until(async () => (await rig.state("running")) === "sent");
    const sent = Array.from({ length: 150 }, (_, i) => now({ uid: `c${i}`, priority: PRIORITIES[i % 3] ?? "normal" }));
    await rig.send(sent);
    await until(() => first.intake.stats().waiting === 150);
    first.mayAct = false;
    await first.intake.stop({ drainMs: 0 });
    expect(first.intake.stats()).toMatchObject({ givenBack: 150, waiting: 0 });
    const counts = await rig.queue.getJobCounts("wait", "prioritized", "active");
    expect(counts).toEqual({ wait: 50, prioritized: 100, active: 1 });
    // A second and a third who take some and give them back leave the order as it was.
    for (const hold of [B, C]) {
      const next = await rig.promote(hold, { execute: async () => hangs(), limits: { window: 20 } });
      await until(() => next.intake.stats().held === 20);
      next.mayAct = false;
      await next.intake.stop({ drainMs: 0 });
    }
    const last = await rig.promote({ holder: "d", epoch: 4 }, { limits: { window: 1 } });
    await until(() => last.told.length === 151, 10_000);
    const byPriority = COMMAND_PRIORITIES.flatMap((priority) =>
      sent.filter((one) => one.priority === priority).map((one) => one.uid),
    );
    expect(last.did).toEqual(byPriority);
    expect(await rig.state("running")).toBe("unknown");
  });

  it("lets what is under way conclude within the drain, and begins nothing in it", async () => {
    const rig = rigs.rig();
    const answer = promised();
    const connected = promised();
    let refusal = "";
    const first = await rig.promote(A, {
      execute: async (one, attempt) => {
        if (one.uid === "connecting") await connected.promise;
        try {
          await attempt.begin();
        } catch (fault) {
          refusal = fault instanceof EdgeError ? fault.code : "";
          throw fault;
        }
        first.did.push(one.uid);
        await answer.promise;
        return concluded(one.uid, "succeeded");
      },
    });
    await rig.send([now({ uid: "sent" }), now({ uid: "connecting", device: "dev_2" })]);
    await until(() => first.did.length === 1 && first.intake.stats().busy === 2);
    const stopped = first.intake.stop({ drainMs: 5_000 });
    connected.keep();
    await until(() => refusal !== "");
    answer.keep();
    await stopped;
    expect(refusal).toBe("command.begin.stopped");
    expect(first.told.map((draft) => draft.data.uid)).toEqual(["sent"]);
    const next = await rig.promote(B);
    await until(() => next.told.length === 1);
    expect(next.did).toEqual(["connecting"]);
  });

  it("takes nothing without the lease, and goes on when it is granted again", async () => {
    const rig = rigs.rig();
    const agent = await rig.promote(A);
    await rig.connection.client.del(`{busbar:${rig.group}}:lease`);
    await rig.send([now()]);
    await until(() => agent.intake.stats().fenced > 0);
    expect((await rig.queue.getJobCounts("active"))["active"]).toBe(0);
    await rig.lend(A);
    await until(() => agent.told.length === 1);
  });

  it("does not start under a lease that is another's", async () => {
    const rig = rigs.rig();
    await rig.lend(B);
    const late = rig.agent(A);
    await expect(late.intake.start()).rejects.toMatchObject({ code: "command.intake.fenced" });
  });

  it("survives kill -9 of Redis between begin and end", async () => {
    const rig = rigs.rig();
    const answer = promised();
    const agent = await rig.promote(A, {
      execute: async (one, attempt) => {
        await agent.obey(one, attempt);
        await answer.promise;
        return concluded(one.uid, "succeeded");
      },
    });
    await rig.send([now(), now({ uid: "c2" })]);
    await until(() => agent.did.length === 1);
    await rigs.redis.kill();
    answer.keep();
    await until(() => agent.intake.stats().faults > 0);
    await rigs.redis.restart();
    await until(() => agent.told.length === 2, 10_000);
    expect(agent.did).toEqual(["c1", "c2"]);
    expect(await rig.record("c1")).toMatchObject({ state: "succeeded", attempt: 1 });
  });
});

async function startDoomed(rig: Rig): Promise<{ readonly child: ChildProcess; readonly lines: string[] }> {
  const script = fileURLToPath(new URL("crash.testing.mjs", import.meta.url));
  const child = spawn(process.execPath, [script, rig.redis.url, rig.group, "1"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const lines: string[] = [];
  createInterface({ input: child.stdout }).on("line", (line) => lines.push(line));
  await until(() => lines.includes("started") || child.exitCode !== null, 10_000);
  expect(child.exitCode).toBeNull();
  return { child, lines };
}

async function killed(child: ChildProcess): Promise<void> {
  const gone = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGKILL");
  await gone;
}
