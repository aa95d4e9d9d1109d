import { describe, expect, it } from "vitest";
import type { CancelTimer, Timers } from "../../adapters/io/timers.ts";
import { EdgeError } from "../../adapters/kit/edge-error.ts";
import { type Instant, toInstant, toWall, type WallMs } from "../../adapters/kit/time.ts";
import { decodeBatch } from "../model/batch.ts";
import type { CommitLimits } from "./commit-limits.ts";
import { Committer } from "./committer.ts";
import type { Fence, FencedEffects, FencedOutcome } from "./fenced-script.ts";
import { entry, message, reignOf, until } from "./queue.testing.ts";

/** A clock that stands still until it is told. */
class HandClock implements Timers {
  #now = 1_000;
  readonly #due = new Map<() => void, number>();

  now(): Instant {
    return toInstant(this.#now);
  }

  wall(): WallMs {
    return toWall(1_700_000_000_000 + this.#now);
  }

  at(instant: Instant, callback: () => void): CancelTimer {
    this.#due.set(callback, instant);
    return () => this.#due.delete(callback);
  }

  get armed(): number {
    return this.#due.size;
  }

  advance(ms: number): void {
    this.#now += ms;
    for (const [callback, at] of [...this.#due]) {
      if (at > this.#now) continue;
      this.#due.delete(callback);
      callback();
    }
  }
}

interface Call {
  readonly effects: FencedEffects;
  answer(): void;
  fail(fault: unknown): void;
}

/** A fence that answers when the test says so. */
class HandFence implements Fence {
  readonly calls: Call[] = [];
  underWay = 0;
  mostUnderWay = 0;

  run(_token: string, effects: FencedEffects): Promise<FencedOutcome> {
    this.underWay += 1;
    this.mostUnderWay = Math.max(this.mostUnderWay, this.underWay);
    return new Promise<FencedOutcome>((resolve, reject) => {
      const outcome: FencedOutcome = {
        jobs: effects.jobs.map(() => "added"),
        memories: effects.memories.map(() => "stored"),
      };
      this.calls.push({ effects, answer: () => resolve(outcome), fail: reject });
    }).finally(() => {
      this.underWay -= 1;
    });
  }

  async next(count: number): Promise<Call> {
    await until(() => this.calls.length >= count);
    const call = this.calls[count - 1];
    if (call === undefined) throw new Error("no such call");
    return call;
  }
}

function ids(effects: FencedEffects): string[] {
  return effects.jobs.flatMap((job) => decodeBatch(job.data, { validate: false }).messages.map((one) => one.id));
}

function set(limits: Partial<CommitLimits> = {}) {
  const fence = new HandFence();
  const timers = new HandClock();
  const reign = reignOf("a", 7);
  const committer = new Committer({ reign, fence, timers, limits });
  const log: string[] = [];
  const commit = (device: string, sequence: number): void => {
    committer.commit(entry(device, sequence)).then(
      () => log.push(`${device}${sequence} durable`),
      (fault: EdgeError) => log.push(`${device}${sequence} ${fault.code}`),
    );
  };
  return { fence, timers, reign, committer, log, commit };
}

const unavailable = new EdgeError({ code: "queue.unavailable", blame: "network", retry: "backoff", message: "gone" });
const settle = () => new Promise((resolve) => setImmediate(resolve));

describe("gathering", () => {
  it("sends what came in one turn of the event loop as one job, in order", async () => {
    const { fence, commit, log } = set();
    for (let i = 1; i <= 5; i++) commit(i % 2 === 0 ? "d" : "e", i);
    const call = await fence.next(1);
    expect(call.effects.jobs).toHaveLength(1);
    expect(ids(call.effects)).toEqual(["oslp-e-7-1", "oslp-d-7-2", "oslp-e-7-3", "oslp-d-7-4", "oslp-e-7-5"]);
    call.answer();
    await until(() => log.length === 5);
    expect(log).toEqual(["e1 durable", "d2 durable", "e3 durable", "d4 durable", "e5 durable"]);
  });

  it("keeps one script under way, at most 100 messages a job and 500 a script", async () => {
    const { fence, commit, log } = set();
    for (let i = 1; i <= 1_234; i++) commit("d", i);
    const sizes: number[][] = [];
    for (let n = 1; n <= 3; n++) {
      const call = await fence.next(n);
      await settle();
      sizes.push(call.effects.jobs.map((job) => decodeBatch(job.data).messages.length));
      call.answer();
    }
    await until(() => log.length === 1_234);
    expect(sizes).toEqual([
      [100, 100, 100, 100, 100],
      [100, 100, 100, 100, 100],
      [100, 100, 34],
    ]);
    expect(fence.mostUnderWay).toBe(1);
    expect(fence.calls.flatMap((call) => ids(call.effects))).toEqual(
      Array.from({ length: 1_234 }, (_, i) => `oslp-d-7-${i + 1}`),
    );
  });

  it("keeps Redis at work where a full job waits, and tells in order what is durable while it is", async () => {
    const { fence, commit, log, committer } = set();
    const scriptsWhenTold: number[] = [];
    const first = committer.commit(entry("c", 0)).then(() => scriptsWhenTold.push(fence.calls.length));
    for (let i = 1; i <= 1_100; i++) commit("d", i);
    (await fence.next(1)).answer();
    await first;
    expect(scriptsWhenTold).toEqual([2]);
    await until(() => log.length === 499);
    const second = await fence.next(2);
    second.answer();
    const third = await fence.next(3);
    await until(() => log.length === 999);
    third.fail(unavailable);
    await until(() => log.length === 1_100);
    expect(log).toEqual(
      Array.from({ length: 1_100 }, (_, i) => `d${i + 1} ${i < 999 ? "durable" : "queue.unavailable"}`),
    );
    await committer.idle();
  });

  it("tells what is durable before it ends", async () => {
    const { fence, commit, log, committer } = set();
    for (let i = 1; i <= 700; i++) commit("d", i);
    (await fence.next(1)).answer();
    await fence.next(2);
    committer.end();
    await until(() => log.length >= 500);
    expect(log.slice(0, 500).every((line) => line.endsWith("durable"))).toBe(true);
    fence.calls[1]?.answer();
    await until(() => log.length === 700);
    expect(log[699]).toBe("d700 durable");
  });

  it("keeps a job within 64 KiB and a script within its bytes", async () => {
    const { fence, committer } = set({ scriptBytes: 150_000 });
    const large = (n: number) => ({
      device: "d",
      messages: [message("d", n, 7, "x".repeat(30_000))],
      memory: undefined,
    });
    const all = Promise.all([1, 2, 3, 4, 5, 6].map((n) => committer.commit(large(n))));
    const first = await fence.next(1);
    expect(first.effects.jobs.map((job) => job.data.length <= 65_536)).toEqual([true, true]);
    expect(ids(first.effects)).toHaveLength(4);
    first.answer();
    (await fence.next(2)).answer();
    await all;
  });

  it("does not linger while messages come alone, and lingers when company is the rule", async () => {
    const { fence, timers, commit, log } = set({ lingerMs: 3 });
    commit("d", 1);
    (await fence.next(1)).answer();
    await until(() => log.length === 1);
    for (let i = 2; i <= 41; i++) commit("d", i);
    (await fence.next(2)).answer();
    await until(() => log.length === 41);
    commit("d", 42);
    await settle();
    expect(fence.calls).toHaveLength(2);
    commit("d", 43);
    timers.advance(3);
    const call = await fence.next(3);
    expect(ids(call.effects)).toEqual(["oslp-d-7-42", "oslp-d-7-43"]);
    call.answer();
    await until(() => log.length === 43);
  });

  it("does not linger once a job is full", async () => {
    const { fence, commit, log } = set({ lingerMs: 1_000 });
    for (let i = 1; i <= 50; i++) commit("d", i);
    (await fence.next(1)).answer();
    await until(() => log.length === 50);
    for (let i = 51; i <= 149; i++) commit("d", i);
    await settle();
    expect(fence.calls).toHaveLength(1);
    commit("d", 150);
    expect((await fence.next(2)).effects.jobs).toHaveLength(1);
  });
});

describe("failing", () => {
  it("rejects the script's entries and all behind them in order, and takes nothing until reopened", async () => {
    const { fence, commit, committer, log } = set();
    commit("d", 1);
    const call = await fence.next(1);
    commit("d", 2);
    commit("e", 3);
    call.fail(unavailable);
    await until(() => log.length === 3);
    commit("d", 4);
    await settle();
    expect(log).toEqual([
      "d1 queue.unavailable",
      "d2 queue.unavailable",
      "e3 queue.unavailable",
      "d4 queue.unavailable",
    ]);
    expect(committer.gate).toBe("closed");
    committer.reopen();
    commit("d", 5);
    (await fence.next(2)).answer();
    await until(() => log.length === 5);
    expect(log[4]).toBe("d5 durable");
    expect(committer.counts.failed.get("queue.unavailable")).toBe(4);
  });

  it("gives up waiting for an answer", async () => {
    const { fence, timers, commit, log } = set({ timeoutMs: 400 });
    commit("d", 1);
    await fence.next(1);
    await settle();
    timers.advance(399);
    await settle();
    expect(log).toEqual([]);
    timers.advance(1);
    await until(() => log.length === 1);
    expect(log).toEqual(["d1 queue.unavailable"]);
    expect(timers.armed).toBe(0);
  });

  it("repeats what had no answer under the same job ids", async () => {
    const { fence, committer } = set();
    const placed = [1, 2, 3].map((n) => committer.place(entry("d", n, { n })));
    const first = Promise.allSettled(placed.map((one) => committer.commit(one)));
    const lost = await fence.next(1);
    lost.fail(unavailable);
    await first;
    const again = committer.commitMany(placed);
    const repeated = await fence.next(2);
    expect(repeated.effects.jobs.map((job) => job.id)).toEqual(lost.effects.jobs.map((job) => job.id));
    expect(repeated.effects.memories).toEqual(lost.effects.memories);
    repeated.answer();
    expect(await again).toEqual({ durable: 3, fault: undefined, older: [] });
  });

  it("ends for good when it is fenced", async () => {
    const { fence, commit, committer, log } = set();
    commit("d", 1);
    const call = await fence.next(1);
    commit("d", 2);
    call.fail(new EdgeError({ code: "queue.fenced", blame: "us", retry: "never", message: "b:8" }));
    await until(() => log.length === 2);
    committer.reopen();
    commit("d", 3);
    expect(await committer.commitMany([committer.place(entry("d", 4))])).toMatchObject({
      durable: 0,
      fault: { code: "queue.fenced" },
    });
    expect(log).toEqual(["d1 queue.fenced", "d2 queue.fenced", "d3 queue.fenced"]);
    expect(fence.calls).toHaveLength(1);
    expect(committer.gate).toBe("ended");
  });

  it("sends nothing once the lease's own deadline has passed", async () => {
    const { fence, reign, commit, log } = set();
    commit("d", 1);
    reign.over = true;
    await until(() => log.length === 1);
    expect(log).toEqual(["d1 queue.fenced"]);
    expect(fence.calls).toHaveLength(0);
  });

  it("rejects what waits when it is ended, and lets what is under way come", async () => {
    const { fence, commit, committer, log } = set();
    commit("d", 1);
    const call = await fence.next(1);
    commit("d", 2);
    committer.end();
    call.answer();
    await until(() => log.length === 2);
    expect(log.sort()).toEqual(["d1 durable", "d2 queue.fenced"]);
  });
});

describe("bounds", () => {
  it("refuses above its entries, and lets nobody overtake the refused one", async () => {
    const { fence, commit, committer, log } = set({ waitingEntries: 3 });
    commit("d", 1);
    const call = await fence.next(1);
    for (let i = 2; i <= 5; i++) commit("d", i);
    call.answer();
    (await fence.next(2)).answer();
    await until(() => log.length === 5);
    commit("d", 6);
    await until(() => log.length === 6);
    expect(log.filter((line) => line.endsWith("durable"))).toEqual([
      "d1 durable",
      "d2 durable",
      "d3 durable",
      "d4 durable",
    ]);
    expect(log.filter((line) => line.endsWith("overfull"))).toEqual(["d5 queue.overfull", "d6 queue.overfull"]);
    committer.reopen();
    expect(committer.waiting).toEqual({ entries: 0, messages: 0, bytes: 0 });
  });

  it("refuses above its bytes", async () => {
    const { committer } = set({ waitingBytes: 1_500 });
    committer.commit(entry("d", 1)).catch(() => undefined);
    committer.commit(entry("d", 2)).catch(() => undefined);
    await expect(committer.commit(entry("d", 3))).rejects.toMatchObject({ code: "queue.overfull", retry: "backoff" });
    expect(committer.waiting.bytes).toBeLessThanOrEqual(1_500);
    committer.end();
  });

  it("refuses for ever, and alone, what is too large for any commit", async () => {
    const { fence, committer } = set({ scriptBytes: 100_000 });
    const huge = { device: "d", messages: [message("d", 1, 7, "x".repeat(70_000))], memory: undefined };
    const many = {
      device: "d",
      messages: [1, 2, 3, 4].map((n) => message("d", n, 7, "x".repeat(30_000))),
      memory: undefined,
    };
    const memory = { device: "d", messages: [], memory: { text: "x".repeat(5_000) } };
    for (const one of [huge, many, memory]) {
      await expect(committer.commit(one)).rejects.toMatchObject({ code: "queue.overfull", retry: "never" });
    }
    const fine = committer.commit(entry("d", 5));
    (await fence.next(1)).answer();
    await fine;
    const outcome = committer.commitMany([
      committer.place(entry("d", 6)),
      committer.place(huge),
      committer.place(entry("d", 7)),
    ]);
    (await fence.next(2)).answer();
    expect(await outcome).toMatchObject({ durable: 1, fault: { code: "queue.overfull", retry: "never" } });
  });
});

describe("what is known already", () => {
  it("answers a repeat without a second commit, and still stores its memory", async () => {
    const { fence, committer } = set();
    const first = committer.commit(entry("d", 1, { sequenceNumber: 1 }));
    (await fence.next(1)).answer();
    await first;
    await committer.commit(entry("d", 1));
    expect(fence.calls).toHaveLength(1);
    const again = committer.commit(entry("d", 1, { sequenceNumber: 2 }));
    const call = await fence.next(2);
    expect(call.effects.jobs).toHaveLength(0);
    expect(call.effects.memories[0]).toMatchObject({ device: "d", place: { epoch: 7, order: 3 } });
    call.answer();
    await again;
    expect(committer.counts.recognised).toBe(2);
  });

  it("does not take a message for known whose commit failed", async () => {
    const { fence, committer } = set();
    const first = committer.commit(entry("d", 1));
    (await fence.next(1)).fail(unavailable);
    await expect(first).rejects.toMatchObject({ code: "queue.unavailable" });
    committer.reopen();
    const again = committer.commit(entry("d", 1));
    const call = await fence.next(2);
    expect(ids(call.effects)).toEqual(["oslp-d-7-1"]);
    call.answer();
    await again;
  });
});

describe("salvage", () => {
  it("marks what is of an earlier epoch, keeps its place, and goes past a closed gate", async () => {
    const { fence, commit, committer, log } = set();
    commit("d", 1);
    (await fence.next(1)).fail(unavailable);
    await until(() => log.length === 1);
    const old = { device: "d", messages: [message("d", 9, 6)], memory: { n: 9 }, place: { epoch: 6, order: 41 } };
    const many = committer.commitMany([old, committer.place(entry("d", 2))]);
    const call = await fence.next(2);
    const sent = decodeBatch(call.effects.jobs[0]?.data ?? "").messages;
    expect(sent.map((one) => [one.id, one.epoch, one.late])).toEqual([
      ["oslp-d-6-9", "0000000006", true],
      ["oslp-d-7-2", "0000000007", undefined],
    ]);
    expect(call.effects.memories).toEqual([{ device: "d", place: { epoch: 6, order: 41 }, json: '{"n":9}' }]);
    call.answer();
    expect(await many).toEqual({ durable: 2, fault: undefined, older: [] });
    expect(committer.counts.late).toBe(1);
    expect(committer.gate).toBe("closed");
  });

  it("shares the one script under way with what comes in", async () => {
    const { fence, commit, committer, log } = set({ scriptMessages: 2 });
    const many = committer.commitMany([1, 2, 3, 4].map((n) => committer.place(entry("d", n))));
    commit("e", 1);
    for (let n = 1; n <= 3; n++) {
      const call = await fence.next(n);
      await settle();
      await settle();
      call.answer();
    }
    expect(await many).toMatchObject({ durable: 4 });
    await until(() => log.length === 1);
    expect(fence.mostUnderWay).toBe(1);
  });

  it("stops where Redis stops, and says how far it came", async () => {
    const { fence, committer } = set({ scriptMessages: 2 });
    const placed = [1, 2, 3, 4, 5].map((n) => committer.place(entry("d", n)));
    const many = committer.commitMany(placed);
    (await fence.next(1)).answer();
    (await fence.next(2)).fail(unavailable);
    expect(await many).toMatchObject({ durable: 2, fault: { code: "queue.unavailable" } });
  });

  it("knows from an entry of a later epoch that its own reign is over", async () => {
    const { committer } = set();
    const later = { device: "d", messages: [message("d", 1, 8)], memory: undefined, place: { epoch: 8, order: 1 } };
    expect(await committer.commitMany([later])).toMatchObject({ durable: 0, fault: { code: "queue.fenced" } });
    expect(committer.gate).toBe("ended");
  });
});

describe("a handover", () => {
  it("is idle when nothing waits and nothing is under way", async () => {
    const { fence, commit, committer, log } = set({ lingerMs: 1_000 });
    for (let i = 1; i <= 20; i++) commit("d", i);
    (await fence.next(1)).answer();
    await until(() => log.length === 20);
    commit("d", 21);
    let idle = false;
    const waiting = committer.idle().then(() => {
      idle = true;
    });
    const call = await fence.next(2);
    expect(idle).toBe(false);
    call.answer();
    await waiting;
    expect(log).toHaveLength(21);
  });
});
