import { describe, expect, it } from "vitest";
import { toEntry, toRecord } from "../spool/record.ts";
import { entry, link, SimClock, SpoolSide, unlink } from "./spool-pair.testing.ts";
import { withSpooled } from "./spooled-memories.ts";
import { cursorEntry, readCursor } from "./spool-cursor.ts";

function pair(settings = {}): { clock: SimClock; a: SpoolSide; b: SpoolSide } {
  const clock = new SimClock();
  return { clock, a: new SpoolSide("a", clock, 1, settings), b: new SpoolSide("b", clock, 1, settings) };
}

/** Whether the promise has settled by now. */
function watch(promise: Promise<void>): { state: "open" | "kept" | "refused" } {
  const seen: { state: "open" | "kept" | "refused" } = { state: "open" };
  promise.then(
    () => {
      seen.state = "kept";
    },
    () => {
      seen.state = "refused";
    },
  );
  return seen;
}

function textsIn(side: SpoolSide): string[] {
  const all: string[] = [];
  for (const spool of side.spool.sources.all()) {
    for (const record of spool.read({ maxRecords: 1_000, maxBytes: 1_000_000 })) {
      all.push(`${record.device}${toEntry(record).place?.order}`);
    }
  }
  return all;
}

describe("a spooled entry", () => {
  it("counts as stored on this disk alone while there is no link", async () => {
    const { clock, a } = pair();
    const stored = watch(a.spool.add(entry("d", 1)));
    await clock.runFor(10);
    expect(stored.state).toBe("kept");
    expect(a.spool.mirrors.storedAlone).toBe(1);
  });

  it("counts as stored only when it is on both disks, while the link is up", async () => {
    const { clock, a, b } = pair();
    link(a, b);
    await clock.runFor(50);
    expect(a.spool.mirrors.state).toBe("mirrored");
    b.deaf = true;
    const stored = watch(a.spool.add(entry("d", 1)));
    await clock.runFor(500);
    expect(stored.state).toBe("open");
    b.deaf = false;
  });

  it("is no longer held up by a peer that stores nothing, and that is counted", async () => {
    const { clock, a, b } = pair();
    link(a, b);
    await clock.runFor(50);
    b.deaf = true;
    const stored = watch(a.spool.add(entry("d", 1)));
    await clock.runFor(1_500);
    expect(stored.state).toBe("kept");
    expect(a.spool.mirrors.degradations).toBe(1);
  });

  it("is on the peer's disk after this one is gone for good", async () => {
    const { clock, a, b } = pair();
    link(a, b);
    await clock.runFor(50);
    const stored = [1, 2, 3].map((n) => watch(a.spool.add(entry("d", n))));
    await clock.runFor(100);
    expect(stored.map((one) => one.state)).toEqual(["kept", "kept", "kept"]);
    unlink(a, b);
    b.reopen();
    expect(textsIn(b)).toEqual(["d1", "d2", "d3"]);
  });

  it("reaches the mirror later where the link was down meanwhile", async () => {
    const { clock, a, b } = pair();
    await Promise.all([a.spool.add(entry("d", 1)), clock.runFor(10)]);
    link(a, b);
    await clock.runFor(100);
    expect(a.spool.mirrors.state).toBe("mirrored");
    expect(textsIn(b)).toEqual(["d1"]);
  });

  it("is forgotten by the mirror when its owner has delivered it", async () => {
    const { clock, a, b } = pair();
    link(a, b);
    await clock.runFor(50);
    await Promise.all([a.spool.add(entry("d", 1)), clock.runFor(50)]);
    a.spool.own.trim(a.spool.own.last);
    a.spool.trimmed();
    await clock.runFor(50);
    expect(b.spool.sources.isEmpty).toBe(true);
  });

  it("is refused, not half stored, where the disk is full", async () => {
    const { clock, a } = pair({ maxBytes: 196_608 });
    const states = [];
    for (let n = 1; n <= 800; n++) states.push(watch(a.spool.add(entry("d", n))));
    await clock.runFor(1_000);
    const kept = states.filter((one) => one.state === "kept").length;
    expect(states.some((one) => one.state === "refused")).toBe(true);
    expect(textsIn(a).length).toBe(kept);
    expect(a.spool.own.status().refused).toBe(states.length - kept);
  });
});

describe("both sides with records", () => {
  it("are drained by reign, whoever wrote them", async () => {
    const { clock, a, b } = pair();
    link(a, b);
    await clock.runFor(50);
    await Promise.all([a.spool.add(entry("d", 7, 2)), clock.runFor(50)]);
    await Promise.all([b.spool.add(entry("d", 3, 1)), clock.runFor(50)]);
    const order: string[] = [];
    while (!b.spool.sources.isEmpty) {
      const records = b.spool.sources.read({ maxRecords: 10, maxBytes: 100_000 });
      for (const record of records) order.push(`${record.epoch}.${toEntry(record).place?.order}`);
      const last = records.at(-1);
      if (last !== undefined) b.spool.sources.trim(last.position);
    }
    expect(order).toEqual(["1.3", "2.7"]);
  });
});

describe("what is remembered when a reign begins", () => {
  it("is the newest of Redis and the spools", async () => {
    const { clock, a } = pair();
    await Promise.all([a.spool.add(entry("new", 5)), a.spool.add(entry("old", 6)), clock.runFor(10)]);
    const loaded = new Map([
      ["new", { place: { epoch: 1, order: 4 }, memory: { n: 4 } }],
      ["old", { place: { epoch: 2, order: 1 }, memory: { n: 99 } }],
    ]);
    const { memories } = await withSpooled({ memories: loaded, unreadable: [] }, a.spool);
    expect(memories.get("new")?.memory).toEqual({ n: 5 });
    expect(memories.get("old")?.memory).toEqual({ n: 99 });
  });

  it("is read a portion at a time: timers run between two of them", async () => {
    const { clock, a } = pair({ maxBytes: 16_777_216 });
    const stored = Promise.all(Array.from({ length: 5_000 }, (_, n) => a.spool.add(entry(`d${n}`, n))));
    await Promise.all([stored, clock.runFor(10)]);
    let isLoaded = false;
    let turnsBefore = 0;
    const loading = withSpooled({ memories: new Map(), unreadable: [] }, a.spool).then(({ memories }) => {
      isLoaded = true;
      return memories.size;
    });
    const turn = (): void => {
      if (isLoaded) return;
      turnsBefore += 1;
      a.timers.at(a.timers.now(), turn);
    };
    a.timers.at(a.timers.now(), turn);
    await clock.runFor(100);
    expect(await loading).toBe(5_000);
    expect(turnsBefore).toBeGreaterThan(3);
  });

  it("does not need what cannot be read as an entry", async () => {
    const { clock, a } = pair();
    a.spool.own.append([{ ...toRecord(entry("bad", 1)), payload: new TextEncoder().encode("{") }]);
    a.spool.own.sync();
    await Promise.all([a.spool.add(entry("good", 2)), clock.runFor(10)]);
    const { memories, unreadable } = await withSpooled({ memories: new Map(), unreadable: [] }, a.spool);
    expect([...memories.keys()]).toEqual(["good"]);
    expect(unreadable).toEqual(["bad"]);
  });

  it("starts behind what was drained elsewhere, on this disk and in the mirror", async () => {
    const { clock, a, b } = pair();
    link(a, b);
    await clock.runFor(50);
    await Promise.all([a.spool.add(entry("d", 1)), a.spool.add(entry("d", 2)), clock.runFor(50)]);
    const { incarnation } = a.spool.own;
    const [first] = a.spool.own.read({ maxRecords: 1, maxBytes: 1_000 });
    if (first === undefined) throw new Error("there is a first record");
    const cursor = cursorEntry(incarnation, first.position);
    const loaded = () => ({
      memories: new Map([[cursor.device, { place: { epoch: 2, order: 1 }, memory: cursor.memory ?? {} }]]),
      unreadable: [],
    });
    unlink(a, b);
    for (const side of [a, b]) {
      const { memories } = await withSpooled(loaded(), side.spool);
      expect(textsIn(side)).toEqual(["d2"]);
      expect([...memories.keys()]).toEqual(["d"]);
    }
  });
});

describe("a spool cursor", () => {
  it("is told from the memory of a device", () => {
    const { device, memory } = cursorEntry("0123456789abcdef", 7 as never);
    expect(readCursor(device, memory ?? {})).toEqual({ incarnation: "0123456789abcdef", through: 7 });
    expect(readCursor("lamp-1", { through: 7 })).toBeUndefined();
    expect(readCursor(device, { through: "7" })).toBeUndefined();
  });
});

describe("a disk that keeps nothing", () => {
  it("fails the spool, which is tried again until it does, and goes on with everything it had", async () => {
    const { clock, a } = pair();
    const before = watch(a.spool.add(entry("d", 1)));
    await clock.runFor(10);
    a.disks.get("own")?.failSyncs(1_000);
    const meanwhile = watch(a.spool.add(entry("d", 2)));
    await clock.runFor(1_500);
    expect([before.state, meanwhile.state]).toEqual(["kept", "refused"]);
    expect(a.spool.own.status().condition).toBe("failed");
    expect(a.spool.mendsInMs).toBeGreaterThan(0);
    expect(a.notes.join()).toContain("takes nothing");
    await clock.runFor(20_000);
    a.disks.get("own")?.failSyncs(0);
    await clock.runFor(31_000);
    expect(a.spool.own.status()).toMatchObject({ condition: "open", mended: 1 });
    expect(a.spool.mendsInMs).toBeUndefined();
    const after = watch(a.spool.add(entry("d", 2)));
    await clock.runFor(10);
    expect(after.state).toBe("kept");
    expect(textsIn(a)).toEqual(["d1", "d2"]);
  });

  it("under a mirror leaves the owner alone, which is mirrored again when the disk keeps again", async () => {
    const { clock, a, b } = pair();
    link(a, b);
    await clock.runFor(50);
    const [mirrorDisk] = [...b.disks].filter(([name]) => name.startsWith("peer-a-")).map(([, disk]) => disk);
    mirrorDisk?.failSyncs(1_000);
    const stored = watch(a.spool.add(entry("d", 1)));
    await clock.runFor(3_000);
    expect([stored.state, a.spool.mirrors.state]).toEqual(["kept", "alone"]);
    expect(b.spool.mirrors.kept.failed.join()).toContain("peer-a-");
    mirrorDisk?.failSyncs(0);
    await clock.runFor(35_000);
    expect(b.spool.mirrors.kept.failed).toEqual([]);
    expect(a.spool.mirrors.state).toBe("mirrored");
    expect(textsIn(b)).toEqual(["d1"]);
  });
});
