import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { EdgeError } from "../../../adapters/kit/edge-error.ts";
import type { CommandConclusion } from "../../../adapters/kit/session.ts";
import { toWall } from "../../../adapters/kit/time.ts";
import type { Command } from "../../model/command.ts";
import type { Attempt } from "../carry-ports.ts";
import { type CommandFacts, command, concluded } from "../command.testing.ts";
import { promised, Rigs, until } from "./intake.testing.ts";

const A = { holder: "a", epoch: 1 };
const B = { holder: "b", epoch: 2 };

let rigs: Rigs;
beforeAll(async () => {
  rigs = await Rigs.start();
});
afterEach(() => rigs.closeRigs());
afterAll(() => rigs.close());

/** A command of now, with a minute to go. */
function now(facts: CommandFacts = {}): Command {
  return command({ deadline: Date.now() + 60_000, ...facts });
}

describe("CommandIntake", () => {
  it("takes a command through the ledger to the device and tells its end", async () => {
    const rig = rigs.rig();
    const agent = await rig.promote(A);
    await rig.send([now()]);
    await until(async () => (await rig.queue.getJobCounts("completed"))["completed"] === 1);
    expect(agent.did).toEqual(["c1"]);
    expect(await rig.record("c1")).toMatchObject({ state: "succeeded", attempt: 1, epoch: 1, result: { on: true } });
    expect(agent.told).toMatchObject([
      { id: "result-c1-succeeded-1", subject: "dev_1", correlationid: "c1", data: { state: "succeeded", attempt: 1 } },
    ]);
    const job = await rig.queue.getJob("cmd-c1");
    expect(job?.returnvalue).toMatchObject({ uid: "c1", state: "succeeded" });
    expect(agent.intake.stats()).toMatchObject({ held: 0, busy: 0, taken: 1, ended: { succeeded: 1 } });
  });

  it("gives repeats the recorded result and does nothing for them, while the first runs and after", async () => {
    const rig = rigs.rig();
    const answer = promised();
    const agent = await rig.promote(A, {
      execute: async (one, attempt) => {
        await attempt.begin();
        agent.did.push(one.uid);
        await answer.promise;
        return concluded(one.uid, "succeeded");
      },
    });
    const one = now();
    await rig.send([one], { forget: true });
    await until(() => agent.did.length === 1);
    await rig.send([one], { forget: true });
    await rig.queue.add("again", one, { jobId: "another-job" });
    await until(() => agent.intake.stats().taken === 2);
    answer.keep();
    await until(() => agent.told.length === 2);
    await until(async () => (await rig.queue.getJob("cmd-c1")) === undefined);
    await rig.send([one], { forget: true });
    await until(() => agent.told.length === 3);
    expect(agent.did).toEqual(["c1"]);
    expect(new Set(agent.told.map((draft) => draft.id)).size).toBe(1);
    expect(agent.intake.stats().repeats).toBe(2);
  });

  it("puts another command under a used uid aside", async () => {
    const rig = rigs.rig();
    const agent = await rig.promote(A);
    await rig.send([now({ value: 1 })]);
    await until(() => agent.told.length === 1);
    await rig.queue.add("x", now({ value: 2 }), { jobId: "other" });
    await until(async () => (await (await rig.queue.getJob("other"))?.isFailed()) === true);
    expect(agent.did).toEqual(["c1"]);
    expect(agent.intake.stats().reused).toBe(1);
  });

  it("does not do what was cancelled before it began", async () => {
    const rig = rigs.rig();
    const agent = await rig.promote(A, {
      execute: async (one, attempt) => {
        await rig.ledger.cancel(one.uid, toWall(Date.now()));
        return agent.obey(one, attempt);
      },
    });
    await rig.ledger.cancel("c0", toWall(Date.now()));
    await rig.send([now({ uid: "c0" }), now({ uid: "c1" })]);
    await until(() => agent.told.length === 2);
    expect(agent.did).toEqual([]);
    expect(agent.told.map((draft) => draft.data.state)).toEqual(["cancelled", "cancelled"]);
  });

  it("lets the device's answer stand against a cancel that came too late", async () => {
    const rig = rigs.rig();
    const agent = await rig.promote(A, {
      execute: async (one, attempt) => {
        const conclusion = await agent.obey(one, attempt);
        expect((await rig.ledger.cancel(one.uid, toWall(Date.now()))).state).toBe("sent");
        return conclusion;
      },
    });
    await rig.send([now()]);
    await until(() => agent.told.length === 1);
    expect(await rig.state("c1")).toBe("succeeded");
  });

  it("does not repeat an unanswered command after it was cancelled", async () => {
    const rig = rigs.rig();
    const agent = await rig.promote(A, {
      execute: async (one, attempt) => {
        await agent.obey(one, attempt);
        await rig.ledger.cancel(one.uid, toWall(Date.now()));
        return concluded(one.uid, "unanswered");
      },
    });
    await rig.send([now({ idempotent: true, maxAttempts: 5 })]);
    await until(() => agent.told.length === 1);
    expect(agent.did).toEqual(["c1"]);
    expect(await rig.state("c1")).toBe("unknown");
  });

  it("expires in the queue, and behind a device that hangs, without being sent", async () => {
    const rig = rigs.rig();
    await rig.send([now({ uid: "old", device: "dev_2", deadline: Date.now() - 1 })]);
    const agent = await rig.promote(A, {
      execute: async (one, attempt) => {
        await attempt.begin();
        agent.did.push(one.uid);
        return new Promise<CommandConclusion>(() => {});
      },
    });
    await rig.send([now({ uid: "hangs" }), now({ uid: "behind", deadline: Date.now() + 400 })]);
    await until(async () => (await rig.state("old")) === "expired" && (await rig.state("behind")) === "expired");
    await until(() => agent.told.length === 2);
    expect(agent.did).toEqual(["hangs"]);
    expect(agent.told.map((draft) => draft.data.uid).sort()).toEqual(["behind", "old"]);
  });

  it("waits for notBefore", async () => {
    const rig = rigs.rig();
    const agent = await rig.promote(A);
    const due = Date.now() + 300;
    await rig.send([now({ notBefore: due })]);
    await until(() => agent.told.length === 1);
    expect(Date.now()).toBeGreaterThanOrEqual(due);
    expect(agent.did).toEqual(["c1"]);
  });

  it("tries again what did not reach the device, until it does or the deadline comes", async () => {
    const rig = rigs.rig();
    let tries = 0;
    const agent = await rig.promote(A, {
      execute: async (one, attempt) => {
        tries += 1;
        if (one.uid === "never" || tries < 6) {
          if (tries % 2 === 0) await attempt.begin();
          return concluded(one.uid, "unsent");
        }
        return agent.obey(one, attempt);
      },
    });
    await rig.send([now()]);
    await until(() => agent.told.length === 1);
    expect(await rig.record("c1")).toMatchObject({ state: "succeeded", attempt: 1, turn: 3 });
    await rig.send([now({ uid: "never", deadline: Date.now() + 300 })]);
    await until(() => agent.told.length === 2);
    expect(await rig.record("never")).toMatchObject({ state: "expired", attempt: 0 });
  });

  it("refuses what is no command: by its uid where that can be read, else as a failed job", async () => {
    const rig = rigs.rig();
    const agent = await rig.promote(A);
    const { deadline: _gone, ...noDeadline } = now({ uid: "half" });
    await rig.queue.add("x", noDeadline, { jobId: "j1" });
    await rig.queue.add("x", { uid: "bare" }, { jobId: "j2" });
    await rig.queue.add("x", "light on please", { jobId: "j3" });
    await rig.queue.add("x", { ...now({ uid: "never" }), deadline: "2026-02-30T00:00:00Z" }, { jobId: "j4" });
    await rig.connection.client.hset(rig.queue.toKey("j5"), { data: "{not json", opts: "{", name: "x" });
    await rig.connection.client.lpush(rig.queue.toKey("wait"), "j5", "j6-without-a-hash");
    await rig.send([now()]);
    await until(() => agent.did.length === 1);
    await until(async () => (await rig.queue.getJobCounts("failed", "active"))["active"] === 0);
    expect(await rig.record("half")).toMatchObject({ state: "rejected", reason: "model.command.invalid" });
    expect(await rig.record("bare")).toMatchObject({ state: "rejected", device: undefined });
    expect(agent.told.map((draft) => draft.data.uid).sort()).toEqual(["c1", "half", "never"]);
    for (const id of ["j3", "j5"]) {
      // Not even BullMQ can read the options of j5.
      const reason = await rig.connection.client.hget(rig.queue.toKey(id), "failedReason");
      expect(reason).toMatch(/^model\.command\.invalid/);
    }
    expect(agent.intake.stats()).toMatchObject({ held: 0, invalid: 6 });
  });

  it("carries out what a take had taken whose reply was lost", async () => {
    const rig = rigs.rig();
    await rig.send([now({ uid: "c1" }), now({ uid: "c2" })]);
    let lost = 0;
    const agent = await rig.promote(A, {
      ports: (ports) => {
        const { queue } = ports;
        const take = async (...args: Parameters<typeof queue.take>) => {
          const reply = await queue.take(...args);
          lost += 1;
          if (lost > 2) return reply;
          throw new EdgeError({ code: "queue.unavailable", blame: "network", retry: "backoff", message: "no reply" });
        };
        const rest = {
          recover: () => queue.recover(),
          reclaim: (known: readonly string[]) => queue.reclaim(known),
          giveBack: (ids: readonly string[]) => queue.giveBack(ids),
          complete: (...args: Parameters<typeof queue.complete>) => queue.complete(...args),
          fail: (...args: Parameters<typeof queue.fail>) => queue.fail(...args),
          delay: (...args: Parameters<typeof queue.delay>) => queue.delay(...args),
          close: () => queue.close(),
        };
        return { ...ports, queue: { ...rest, take } };
      },
    });
    await until(async () => (await rig.queue.getJobCounts("completed"))["completed"] === 2);
    expect(agent.did).toEqual(["c1", "c2"]);
    expect(agent.intake.stats()).toMatchObject({ held: 0, taken: 2, recovered: 4 });
  });

  it("does urgent commands first and one at a time per device", async () => {
    const rig = rigs.rig();
    const first = promised();
    const agent = await rig.promote(A, {
      execute: async (one, attempt) => {
        if (one.uid === "first") await first.promise;
        return agent.obey(one, attempt);
      },
    });
    await rig.send([now({ uid: "first" })]);
    await until(() => agent.intake.stats().busy === 1);
    const rest = (["bulk", "normal", "urgent"] as const).map((priority) => now({ uid: priority, priority }));
    await rig.send(rest);
    await until(() => agent.intake.stats().waiting === 3);
    first.keep();
    await until(() => agent.told.length === 4);
    expect(agent.did).toEqual(["first", "urgent", "normal", "bulk"]);
  });

  it("rejects what no longer fits behind a device, and takes no more than its window", async () => {
    const rig = rigs.rig();
    const open = promised();
    const limits = { window: 4, perDevice: 1, atOnce: 10 };
    const agent = await rig.promote(A, {
      limits,
      execute: async (one, attempt) => {
        await open.promise;
        return agent.obey(one, attempt);
      },
    });
    await rig.send([now({ uid: "c1" }), now({ uid: "c2" }), now({ uid: "c3" })]);
    await until(() => agent.told.length === 1);
    expect(await rig.record("c3")).toMatchObject({ state: "rejected", reason: "command.lane.full" });
    await rig.send([4, 5, 6, 7, 8].map((i) => now({ uid: `c${i}`, device: `dev_${i}` })));
    await until(() => agent.intake.stats().held === 4);
    expect((await rig.queue.getJobCounts("prioritized"))["prioritized"]).toBe(3);
    open.keep();
    await until(() => agent.told.length === 8);
  });

  it("asks for more when a quarter of its window is free, and not for each place", async () => {
    const rig = rigs.rig();
    await rig.send(Array.from({ length: 24 }, (_, i) => now({ uid: `c${i}`, device: `dev_${i}` })));
    const asked: number[] = [];
    const agent = await rig.promote(A, {
      limits: { window: 8, perDevice: 1, atOnce: 2 },
      ports: (ports) => {
        const { queue } = ports;
        const take: typeof queue.take = (atMost, at) => {
          asked.push(atMost);
          return queue.take(atMost, at);
        };
        const rest = {
          recover: () => queue.recover(),
          reclaim: (known: readonly string[]) => queue.reclaim(known),
          giveBack: (ids: readonly string[]) => queue.giveBack(ids),
          complete: (...args: Parameters<typeof queue.complete>) => queue.complete(...args),
          fail: (...args: Parameters<typeof queue.fail>) => queue.fail(...args),
          delay: (...args: Parameters<typeof queue.delay>) => queue.delay(...args),
          close: () => queue.close(),
        };
        return { ...ports, queue: { ...rest, take } };
      },
    });
    await until(() => agent.told.length === 24);
    expect(asked[0]).toBe(8);
    expect(Math.min(...asked)).toBeGreaterThanOrEqual(2);
  });

  it("leaves in the queue what would only stand in line for a place", async () => {
    const rig = rigs.rig();
    await rig.send(Array.from({ length: 800 }, (_, i) => now({ uid: `c${i}`, device: `dev_${i}` })));
    const open = promised();
    const agent = await rig.promote(A, {
      limits: { atOnce: 1 },
      execute: async (one, attempt) => {
        await open.promise;
        return agent.obey(one, attempt);
      },
    });
    await until(() => agent.intake.stats().held > 128);
    // Whatever has begun to be taken is here before this is answered.
    for (let i = 0; i < 10; i++) await rig.record("c0");
    expect(agent.intake.stats().held).toBeLessThan(500);
    open.keep();
    await until(() => agent.told.length === 800, 10_000);
  });

  it("lets no device wait for another one's", async () => {
    const rig = rigs.rig();
    const agent = await rig.promote(A, {
      execute: (one, attempt) =>
        one.device === "dead" ? new Promise<CommandConclusion>(() => {}) : agent.obey(one, attempt),
    });
    const dead = Array.from({ length: 100 }, (_, i) => now({ uid: `d${i}`, device: "dead" }));
    const live = Array.from({ length: 200 }, (_, i) => now({ uid: `l${i}`, device: `dev_${i}` }));
    await rig.send([...dead, ...live]);
    expect(await until(() => agent.did.length === 200)).toBeLessThan(2_000);
  });

  it("keeps the order of every device over 5,000 commands and 1,000 devices", async () => {
    const rig = rigs.rig();
    const atOnce = new Map<string, number>();
    let most = 0;
    const agent = await rig.promote(A, {
      execute: async (one: Command, attempt: Attempt) => {
        const running = (atOnce.get(one.device) ?? 0) + 1;
        atOnce.set(one.device, running);
        most = Math.max(most, running);
        const conclusion = await agent.obey(one, attempt);
        atOnce.set(one.device, running - 1);
        return conclusion;
      },
    });
    const all = Array.from({ length: 5_000 }, (_, i) => now({ uid: `c${i}`, device: `dev_${i % 1_000}` }));
    await rig.send(all);
    await until(() => agent.told.length === 5_000, 15_000);
    expect(most).toBe(1);
    for (const device of ["dev_0", "dev_421", "dev_999"]) {
      const theirs = all.filter((one) => one.device === device).map((one) => one.uid);
      expect(agent.did.filter((uid) => theirs.includes(uid))).toEqual(theirs);
    }
    const order = new Map<number, number>();
    for (const uid of agent.did) {
      const number = Number(uid.slice(1));
      expect(order.get(number % 1_000) ?? -1).toBeLessThan(number);
      order.set(number % 1_000, number);
    }
    expect(agent.did.length).toBe(5_000);
    await until(() => agent.intake.stats().held === 0);
  });

  it("reports a begin of a lost lease to the device's side as fenced, and sends nothing", async () => {
    const rig = rigs.rig();
    const codes: string[] = [];
    const agent = await rig.promote(A, {
      execute: async (one, attempt) => {
        await rig.lend(B);
        agent.mayAct = false;
        return agent.obey(one, attempt).catch((fault: unknown) => {
          if (fault instanceof EdgeError) codes.push(fault.code);
          throw fault;
        });
      },
    });
    await rig.send([now()]);
    await until(() => codes.length === 1);
    const next = await rig.promote(B);
    await until(() => next.told.length === 1);
    expect(codes).toEqual(["command.begin.fenced"]);
    expect([agent.did, next.did]).toEqual([[], ["c1"]]);
  });
});
