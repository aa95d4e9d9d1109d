import { describe, expect, it } from "vitest";
import { SimDisk } from "../../adapters/io/sim/disk.ts";
import { SeededRandom } from "../../adapters/kit/random.ts";
import { toRecord } from "../spool/record.ts";
import { DEFAULT_SPOOL_SETTINGS } from "../spool/settings.ts";
import { Spool } from "../spool/spool.ts";
import { entry, link, SimClock, SpoolSide } from "./spool-pair.testing.ts";

const OURS = { source: "/t/gw", group: "g", stream: "b" };
const SETTINGS = {
  ...DEFAULT_SPOOL_SETTINGS,
  segmentBytes: 65_536,
  maxBytes: 1_048_576,
  maxRecordBytes: 16_384,
  maxUnsyncedBytes: 32_768,
};

function spoolOn(disk: SimDisk, clock: SpoolSide, identity: typeof OURS, incarnation: string): Spool {
  return Spool.open({ disk, clock: clock.timers, settings: SETTINGS, identity, incarnation });
}

/** An agent that finds a directory of a peer's records at its start, with one record of that owner in it. */
function found(identity: typeof OURS): { clock: SimClock; a: SpoolSide; disk: SimDisk } {
  const clock = new SimClock();
  const a = new SpoolSide("a", clock, 1);
  const disk = new SimDisk({ random: new SeededRandom(2) });
  const spool = spoolOn(disk, a, identity, "ab");
  spool.append([toRecord(entry("d", 7))]);
  spool.sync();
  a.disks.set("peer-b-ab", disk);
  return { clock, a, disk };
}

describe("the mirror of a peer, found at the start", () => {
  it("is drained from where it is ours", () => {
    const { a } = found(OURS);
    a.reopen();
    expect([...a.spool.mirrors.spools()].map((spool) => spool.status().records)).toEqual([1]);
    expect(a.spool.mirrors.kept.aside).toEqual([]);
  });

  it("is set aside where it is another site's, untouched, and the agent runs", async () => {
    const { clock, a, disk } = found({ ...OURS, source: "/elsewhere/gw" });
    a.reopen();
    expect(a.spool.mirrors.kept.aside).toEqual(["aside-1-peer-b-ab"]);
    expect(a.notes.join()).toContain("belongs to /elsewhere/gw, group g, stream b");
    expect(a.disks.get("aside-1-peer-b-ab")).toBe(disk);
    const there = spoolOn(disk, a, { ...OURS, source: "/elsewhere/gw" }, "ab");
    expect(there.status().records).toBe(1);
    let stored = false;
    void a.spool.add(entry("d", 1)).then(() => (stored = true));
    await clock.runFor(20);
    expect(stored).toBe(true);
    a.disks.delete("aside-1-peer-b-ab");
    await clock.runFor(1_500);
    expect(a.spool.mirrors.kept.aside).toEqual([]);
  });

  it("has another one in its place as soon as its owner asks for it", async () => {
    const { clock, a } = found({ ...OURS, group: "h" });
    a.reopen();
    const b = new SpoolSide("b", clock, 3);
    link(a, b);
    await clock.runFor(50);
    expect(b.spool.mirrors.state).toBe("mirrored");
    expect(a.spool.mirrors.kept.aside).toEqual(["aside-1-peer-b-ab"]);
  });

  it("is tried again where the disk does not give it", async () => {
    const { clock, a } = found(OURS);
    const disk = a.disks.get("peer-b-ab");
    a.refusing = "peer-b-ab";
    a.reopen();
    expect(a.spool.mirrors.kept.failed).toEqual(["peer-b-ab: no such device"]);
    expect([...a.spool.mirrors.spools()]).toEqual([]);
    a.refusing = undefined;
    await clock.runFor(12_000);
    expect(a.spool.mirrors.kept.failed).toEqual([]);
    expect([...a.spool.mirrors.spools()].map((spool) => spool.status().records)).toEqual([1]);
    expect(a.disks.get("peer-b-ab")).toBe(disk);
  });
});
