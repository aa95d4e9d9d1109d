import { describe, expect, it } from "vitest";
import { SimClock } from "../../adapters/io/sim/clock.ts";
import { SimHost } from "../../adapters/io/sim/host.ts";
import type { CommitEntry } from "../model/commit.ts";
import type { Reign } from "../model/reign.ts";
import { DeviceBook, type KnownDevice } from "./device-book.ts";
import { GroupWork } from "./group-work.ts";
import type { ProtocolService } from "./protocol-service.ts";
import type { Storekeeper } from "./storekeeper.ts";

/** Stores when it is told to, in order. */
class SlowStore implements Storekeeper {
  readonly waiting: {
    readonly entry: CommitEntry;
    readonly resolve: () => void;
    readonly reject: (e: Error) => void;
  }[] = [];
  most = 0;

  begin(): void {}
  settle(): Promise<void> {
    return Promise.resolve();
  }
  end(): void {}

  store(entry: CommitEntry): Promise<void> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ entry, resolve, reject });
      this.most = Math.max(this.most, this.waiting.length);
    });
  }

  async storeNext(): Promise<CommitEntry | undefined> {
    const next = this.waiting.shift();
    next?.resolve();
    for (let turn = 0; turn < 10; turn++) await Promise.resolve();
    return next?.entry;
  }
}

interface Bench {
  readonly clock: SimClock;
  readonly store: SlowStore;
  readonly book: DeviceBook<KnownDevice>;
  work(epoch: number): GroupWork;
}

function bench(devices: readonly string[] = ["d"], expectEveryMs?: number): Bench {
  const clock = new SimClock();
  const host = new SimHost({ clock, name: "a" });
  const store = new SlowStore();
  const known = devices.map((uid) => ({ uid, protocolId: uid, group: "g" }));
  const book = new DeviceBook<KnownDevice>(known, []);
  const unused = (): never => {
    throw new Error("not in this test");
  };
  const service: ProtocolService = {
    protocol: "oslp",
    book,
    listeners: [],
    expectEveryMs: () => expectEveryMs,
    accept: unused,
    dial: unused,
    connect: unused,
    describe: unused,
  };
  const work = (epoch: number): GroupWork => {
    const reign: Reign = { group: "g", holder: "a", epoch, mayAct: () => true };
    return new GroupWork({
      reign,
      gateway: "/t/gw",
      storekeeper: store,
      services: [service],
      serviceOf: () => service,
      devices,
      timers: host.timers,
      refused: () => {},
      stored: () => {},
      note: () => {},
      broke: () => {},
    });
  };
  return { clock, store, book, work };
}

describe("what is remembered of a device", () => {
  it("is not turned back by a store of an earlier reign that is answered late", async () => {
    const { store, book, work } = bench();
    const before = work(1);
    const late = before.store("d", [], { sequenceNumber: 5 });
    before.end();
    const after = work(3);
    const now = after.store("d", [], { sequenceNumber: 9 });
    const [old, young] = store.waiting.splice(0);
    young?.resolve();
    await now;
    old?.resolve();
    await late;
    expect(book.memory("d")).toEqual({ sequenceNumber: 9 });
  });
});

describe("device states", () => {
  it("of a whole network that fell silent are told a portion at a time, all of them", async () => {
    const devices = Array.from({ length: 10_000 }, (_, n) => `d${n}`);
    const { clock, store, work } = bench(devices, 60_000);
    const group = work(1);
    group.start();
    await clock.runFor(62_000);
    const told = new Set<string>();
    for (let guard = 0; guard < 100_000 && store.waiting.length > 0; guard++) {
      const entry = await store.storeNext();
      if (entry !== undefined) told.add(entry.device);
    }
    expect(told.size).toBe(10_000);
    expect(store.most).toBeLessThanOrEqual(1_000);
    group.end();
  }, 60_000);

  it("that change again while they wait are told as they are now", async () => {
    const devices = Array.from({ length: 5_000 }, (_, n) => `d${n}`);
    const { clock, store, work } = bench(devices, 60_000);
    const group = work(1);
    group.start();
    await clock.runFor(62_000);
    group.heard("d4999");
    const said: string[] = [];
    while (store.waiting.length > 0) {
      const entry = await store.storeNext();
      const [message] = entry?.messages ?? [];
      if (message?.type === "busbar.state.v1" && entry?.device === "d4999") said.push(message.data.state);
    }
    expect(said.at(-1)).toBe("online");
    group.end();
  });

  it("are not told any more once the reign is over", async () => {
    const devices = Array.from({ length: 5_000 }, (_, n) => `d${n}`);
    const { clock, store, work } = bench(devices, 60_000);
    const group = work(1);
    group.start();
    await clock.runFor(62_000);
    group.end();
    const begun = store.waiting.length;
    for (let n = 0; n < begun; n++) await store.storeNext();
    expect(store.waiting).toEqual([]);
  });
});
