import { describe, expect, it } from "vitest";
import { SimDisk } from "../../adapters/io/sim/disk.ts";
import { SeededRandom } from "../../adapters/kit/random.ts";
import { toInstant, toWall } from "../../adapters/kit/time.ts";
import { MemoryDisk } from "../spool/memory-disk.testing.ts";
import { toRecord } from "../spool/record.ts";
import { DEFAULT_SPOOL_SETTINGS } from "../spool/settings.ts";
import { Spool } from "../spool/spool.ts";
import { SpoolSources } from "./spool-sources.ts";

const SETTINGS = {
  ...DEFAULT_SPOOL_SETTINGS,
  segmentBytes: 65_536,
  maxBytes: 4 * 65_536,
  maxRecordBytes: 16_384,
  maxUnsyncedBytes: 32_768,
};
const CLOCK = { now: () => toInstant(0), wall: () => toWall(0) };

function open(stream: string): { readonly disk: SimDisk; readonly spool: Spool } {
  const disk = new SimDisk({ random: new SeededRandom(1) });
  const identity = { source: "/site/gw", group: "g", stream };
  const incarnation = stream.repeat(16).slice(0, 16);
  return { disk, spool: Spool.open({ disk, clock: CLOCK, settings: SETTINGS, identity, incarnation }) };
}

function store(spool: Spool, device: string, epoch: number): void {
  spool.append([toRecord({ device, messages: [], memory: { n: epoch }, place: { epoch, order: 1 } })]);
  spool.sync();
}

describe("SpoolSources", () => {
  it("takes the oldest reign first, whoever wrote it", () => {
    const own = open("a").spool;
    const mirror = open("b").spool;
    store(own, "d1", 5);
    store(mirror, "d1", 4);
    const sources = new SpoolSources(own, () => [mirror]);
    const epochs: number[] = [];
    for (let [head] = sources.read({ maxRecords: 10, maxBytes: 1e6 }); head !== undefined; ) {
      epochs.push(head.epoch);
      sources.trim(head.position);
      [head] = sources.read({ maxRecords: 10, maxBytes: 1e6 });
    }
    expect(epochs).toEqual([4, 5]);
    expect(sources.isEmpty).toBe(true);
  });

  it("does not wait for what a failed disk never took", () => {
    const { disk, spool } = open("a");
    const mirror = open("b").spool;
    store(mirror, "d2", 3);
    store(spool, "d3", 2);
    spool.trim(spool.last);
    // The segment is given up, and there is no room for another one.
    disk.setQuota(0);
    disk.failSyncs(1);
    expect(() => store(spool, "d1", 4)).toThrow();
    const sources = new SpoolSources(spool, () => [mirror]);
    const [head] = sources.read({ maxRecords: 10, maxBytes: 1e6 });
    expect(head?.device).toBe("d2");
    if (head !== undefined) sources.trim(head.position);
    expect(sources.read({ maxRecords: 10, maxBytes: 1e6 })).toEqual([]);
    expect(sources.isEmpty).toBe(true);
    expect(sources.holds("d1")).toBe(false);
  });

  it("waits a moment for what a failed disk took and does not give, and passes it by with nothing newer", () => {
    const disk = new MemoryDisk();
    const identity = { source: "/site/gw", group: "g", stream: "a" };
    const spool = Spool.open({ disk, clock: CLOCK, settings: SETTINGS, identity, incarnation: "0a" });
    const mirror = open("b").spool;
    store(spool, "d1", 2);
    store(mirror, "d1", 3);
    disk.failing.sync = 2;
    expect(() => store(spool, "d2", 2)).toThrow();
    const sources = new SpoolSources(spool, () => [mirror]);
    const request = { maxRecords: 10, maxBytes: 1e6 };
    disk.unreadable = { name: "segment-0000000001", from: 0, to: 65_536 };
    expect(sources.read(request)).toEqual([]);
    expect(sources.holds("d1")).toBe(true);
    disk.unreadable = undefined;
    spool.mend();
    expect(sources.read(request).map(({ epoch }) => epoch)).toEqual([2]);
  });
});
