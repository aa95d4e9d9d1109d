import { beforeEach, describe, expect, it } from "vitest";
import { SimClock } from "../../adapters/io/sim/clock.ts";
import type { Position } from "../spool/position.ts";
import { checkSpoolSettings } from "../spool/settings.ts";
import { BridgeQueue, type BridgeQueueLimits, bridgeSpool } from "./bridge-queue.ts";
import { link, SpoolSide, unlink } from "./spool-pair.testing.ts";

const LIMITS: BridgeQueueLimits = { maxBytes: 1_048_576, maxAgeMs: 3_600_000, overflow: "drop-oldest" };

let clock: SimClock;
/** What both agents would find in Redis. */
let cursors: Map<string, Position>;
beforeEach(() => {
  clock = new SimClock();
  cursors = new Map();
});

function side(name: string, limits: BridgeQueueLimits = LIMITS): SpoolSide {
  return new SpoolSide(name, clock, 1, bridgeSpool(limits).settings);
}

function queue(of: SpoolSide, epoch: number = 1, limits: BridgeQueueLimits = LIMITS): BridgeQueue {
  return new BridgeQueue({
    spool: of.spool,
    limits,
    epoch,
    timers: of.timers,
    remember: async (incarnation, through) => void cursors.set(incarnation, through),
  });
}

const message = (text: string, size = 0) =>
  ({
    topic: "a/b",
    payload: new TextEncoder().encode(text.padEnd(size)),
    qos: 1,
    retain: false,
    properties: { id: text },
  }) as const;
const texts = (batch: ReturnType<BridgeQueue["next"]>) => batch.map((one) => one.message.properties["id"]);

/** Lets virtual time pass until it is done; rejects as it does. */
async function passing<T>(work: Promise<T>): Promise<T> {
  let open = true;
  const settled = work.finally(() => {
    open = false;
  });
  settled.catch(() => {});
  for (let i = 0; open && i < 2_000; i++) await clock.runFor(1);
  return await settled;
}
const put = async (into: BridgeQueue, ...all: readonly string[]) =>
  void (await passing(Promise.all(all.map((text) => into.add(message(text))))));
/** Takes what is first and has it at the other side. */
async function send(from: BridgeQueue): Promise<readonly (string | undefined)[]> {
  const batch = from.next();
  const last = batch.at(-1);
  if (last !== undefined) from.done(last.position);
  await passing(from.settle());
  await clock.runFor(10);
  return texts(batch);
}

describe("the queue of a bridge", () => {
  it("gives every message an id of its own, which is the same on the disk of the peer", async () => {
    const [a, b] = [side("a"), side("b")];
    link(a, b);
    await clock.runFor(1_000);
    const first = queue(a);
    await put(first, "named");
    await passing(Promise.all([1, 2].map(() => first.add({ ...message("x"), properties: { hops: "1" } }))));
    const ids = texts(first.next());
    expect(ids[0]).toBe("named");
    expect(new Set(ids).size).toBe(3);
    unlink(a, b);
    expect(texts(queue(b, 2).next())).toEqual(ids);
  });

  it("is told to the peer as far as it has gone, without waiting for Redis", async () => {
    const [a, b] = [side("a"), side("b")];
    link(a, b);
    await clock.runFor(1_000);
    const first = queue(a);
    await put(first, "1", "2", "3");
    first.done(first.next()[1]?.position ?? fail());
    await clock.runFor(5);
    unlink(a, b);
    expect(cursors.size).toBe(0);
    expect(texts(queue(b, 2).next())).toEqual(["3"]);
  });

  it("gives what was put in, again and again until it is done, and after a restart", async () => {
    const a = side("a");
    const first = queue(a);
    await put(first, "1", "2", "3");
    const batch = first.next();
    expect(texts(batch)).toEqual(["1", "2", "3"]);
    expect(texts(first.next())).toEqual(["1", "2", "3"]);
    first.done(batch[1]?.position ?? fail());
    expect(first.status()).toMatchObject({ messages: 1, dropped: 0, mirrored: false });
    first.end();
    a.spool.close();
    a.reopen();
    const rest = queue(a, 2).next();
    expect(texts(rest)).toEqual(["3"]);
    expect(rest[0]?.message).toMatchObject({ topic: "a/b", qos: 1, retain: false });
    expect(new TextDecoder().decode(rest[0]?.message.payload)).toBe("3");
  });

  it("is on the peer's disk before anybody is thanked, and goes over from there when its agent is dead", async () => {
    const [a, b] = [side("a"), side("b")];
    link(a, b);
    await clock.runFor(1_000);
    const first = queue(a);
    await put(first, "1", "2", "3");
    expect(first.status()).toMatchObject({ messages: 3, mirrored: true });
    expect((await send(first)).length).toBe(3);
    await put(first, "4", "5");
    unlink(a, b);
    // The process and the disk of a are gone; b is active, and devices go on talking.
    const second = queue(b, 2);
    const adding = put(second, "6");
    await adding;
    expect(await send(second)).toEqual(["4", "5"]);
    expect(await send(second)).toEqual(["6"]);
    expect(await send(second)).toEqual([]);
  });

  it("does not send again what went over from the peer's disk, when its agent is back", async () => {
    const [a, b] = [side("a"), side("b")];
    link(a, b);
    await clock.runFor(1_000);
    await put(queue(a), "1", "2");
    unlink(a, b);
    a.reopen();
    expect(await send(queue(b, 2))).toEqual(["1", "2"]);
    link(a, b);
    await clock.runFor(1_000);
    for (const one of a.spool.sources.all()) {
      const through = cursors.get(one.incarnation);
      if (through !== undefined) one.trim(through);
    }
    const third = queue(a, 3);
    await put(third, "3");
    expect(await send(third)).toEqual(["3"]);
  });

  it("lets the oldest go when it is full, or takes no more", async () => {
    const dropping = queue(side("a"));
    for (let i = 0; i < 300; i++) await passing(dropping.add(message(String(i), 8_000)));
    const [oldest] = texts(dropping.next());
    expect(Number(oldest)).toBeGreaterThan(100);
    expect(dropping.status().dropped).toBeGreaterThan(100);
    const limits = { ...LIMITS, overflow: "block" } as const;
    const blocking = queue(side("b", limits), 1, limits);
    const filling = async () => {
      for (let i = 0; i < 300; i++) await blocking.add(message(String(i), 8_000));
    };
    await expect(passing(filling())).rejects.toMatchObject({ code: "spool.full" });
    expect(texts(blocking.next())[0]).toBe("0");
  });

  it("refuses a message that is too long by itself, and not those beside it", async () => {
    const one = queue(side("a"));
    const small = one.add(message("small"));
    const large = one.add(message("large", 100_000));
    await expect(large).rejects.toMatchObject({ code: "spool.record.overlong" });
    await passing(small);
    expect(texts(one.next())).toEqual(["small"]);
  });

  it("wakes whoever found nothing, while something waits that a disk may give again", async () => {
    const one = queue(side("a"));
    await put(one, "1");
    let woken = 0;
    void one.arrival().then(() => (woken += 1));
    await clock.runFor(1_100);
    expect(woken).toBe(1);
    await send(one);
    void one.arrival().then(() => (woken += 1));
    await clock.runFor(5_000);
    expect(woken).toBe(1);
  });

  it("has lawful settings for every size an operator may choose", () => {
    for (const maxBytes of [1_048_576, 3_000_000, 268_435_456, 1_099_511_627_776]) {
      for (const overflow of ["drop-oldest", "drop-new", "block"] as const)
        expect(() => checkSpoolSettings(bridgeSpool({ ...LIMITS, maxBytes, overflow }).settings)).not.toThrow();
    }
  });
});

function fail(): never {
  throw new Error("there is no such record");
}
