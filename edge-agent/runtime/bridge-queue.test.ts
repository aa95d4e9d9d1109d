import { afterEach, describe, expect, it } from "vitest";
import { NodeTimers } from "../../adapters/io/node/clock.ts";
import { NodeRandom } from "../../adapters/io/node/random.ts";
import { SeededRandom } from "../../adapters/kit/random.ts";
import { SimDisk } from "../../adapters/io/sim/disk.ts";
import { newIncarnation } from "../spool/position.ts";
import { BridgeQueue, type BridgeQueueParts, settingsOf } from "./bridge-queue.ts";
import { checkSpoolSettings } from "../spool/settings.ts";

const LIMITS = { maxBytes: 1_048_576, maxAgeMs: 3_600_000, overflow: "drop-oldest" } as const;
const open: BridgeQueue[] = [];
afterEach(() => {
  for (const one of open.splice(0)) one.close();
});

const disk = () => new SimDisk({ random: new SeededRandom(1) });

function queue(disk: BridgeQueueParts["disk"], limits: BridgeQueueParts["limits"] = LIMITS): BridgeQueue {
  const one = new BridgeQueue({
    disk,
    timers: new NodeTimers(),
    name: "centre",
    gateway: "/s/g",
    group: "main",
    incarnation: newIncarnation(new NodeRandom()),
    crc32: undefined,
    limits,
  });
  open.push(one);
  return one;
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

describe("the queue of a bridge", () => {
  it("gives what was put in, again and again until it is done, and after a restart", async () => {
    const medium = disk();
    const first = queue(medium);
    await Promise.all(["1", "2", "3"].map((text) => first.add(message(text))));
    const batch = first.next();
    expect(texts(batch)).toEqual(["1", "2", "3"]);
    expect(first.next()).toEqual([]);
    first.rewind();
    expect(texts(first.next())).toEqual(["1", "2", "3"]);
    first.done(batch[1]?.position ?? fail());
    first.close();
    const second = queue(medium);
    const rest = second.next();
    expect(texts(rest)).toEqual(["3"]);
    expect(rest[0]?.message).toMatchObject({ topic: "a/b", qos: 1, retain: false });
    expect(new TextDecoder().decode(rest[0]?.message.payload)).toBe("3");
  });

  it("lets the oldest go when it is full, or takes no more", async () => {
    const dropping = queue(disk());
    for (let i = 0; i < 300; i++) await dropping.add(message(String(i), 8_000));
    const [oldest] = texts(dropping.next());
    expect(Number(oldest)).toBeGreaterThan(100);
    expect(dropping.status().gaps).toBeGreaterThan(0);
    const blocking = queue(disk(), { ...LIMITS, overflow: "block" });
    const filling = async () => {
      for (let i = 0; i < 300; i++) await blocking.add(message(String(i), 8_000));
    };
    await expect(filling()).rejects.toMatchObject({ code: "spool.full" });
    expect(texts(blocking.next())[0]).toBe("0");
  });

  it("has lawful settings for every size an operator may choose", () => {
    for (const maxBytes of [1_048_576, 3_000_000, 268_435_456, 1_099_511_627_776]) {
      for (const overflow of ["drop-oldest", "drop-new", "block"] as const)
        expect(() => checkSpoolSettings(settingsOf({ ...LIMITS, maxBytes, overflow }))).not.toThrow();
    }
  });
});

function fail(): never {
  throw new Error("there is no such record");
}
