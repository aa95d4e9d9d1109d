import { expect, it } from "vitest";
import { SimClock } from "../../adapters/io/sim/clock.ts";
import { SimDisk } from "../../adapters/io/sim/disk.ts";
import { SeededRandom } from "../../adapters/kit/random.ts";
import type { Spool as Queue } from "../spool/spool.ts";
import { Spool } from "../spool/spool.ts";
import { bridgeSpool } from "./bridge-queue.ts";
import { adoptEarlierQueue, type EarlierQueueParts } from "./earlier-bridge-queue.ts";
import { SpoolSide } from "./spool-pair.testing.ts";

const { settings } = bridgeSpool({ maxBytes: 1_048_576, maxAgeMs: 3_600_000, overflow: "block" });

/** A bridge's directory as an earlier version left it, with so many messages waiting; a further one had gone over. */
function left(messages: number) {
  const now = new SpoolSide("a", new SimClock(), 1, settings);
  const disk = new SimDisk({ random: new SeededRandom(3) });
  const options = { clock: now.timers, settings, incarnation: "0a0b", crc32: undefined };
  const earlier = Spool.open({ ...options, disk, identity: { source: "/t/gw", group: "g", stream: "bridge-centre" } });
  for (let i = 0; i <= messages; i++) {
    const { positions } = earlier.append([record(i)]);
    earlier.sync();
    if (i === 0) earlier.trim(positions[0] ?? earlier.last);
  }
  earlier.close();
  const into: Pick<Queue, "append" | "sync"> = now.spool.own;
  const parts: EarlierQueueParts = { disk, name: "centre", source: "/t/gw", group: "g", options, into };
  return { now, disk, parts };
}

function record(number: number) {
  const payload = new Uint8Array(2_000).fill(number);
  return { class: "reading", device: "bridge", epoch: 0, sequence: 0, messages: 1, hasMemory: false, payload } as const;
}

const firstBytes = (side: SpoolSide): (number | undefined)[] =>
  side.spool.own.read({ maxRecords: 1_000, maxBytes: 10_000_000 }).map(({ payload }) => payload[0]);

it("what an earlier version had queued for a bridge goes over, in its order, once", () => {
  const { now, disk, parts } = left(100);
  expect(adoptEarlierQueue(parts)).toEqual({ messages: 100, fault: undefined });
  expect(firstBytes(now)).toEqual(Array.from({ length: 100 }, (_, i) => i + 1));
  expect(disk.list()).toEqual([]);
  expect(adoptEarlierQueue(parts)).toBeUndefined();
});

it("what finds no room stays where it is, and comes at the next start", () => {
  const { now, disk, parts } = left(100);
  let room = 1;
  const into: Pick<Queue, "append" | "sync"> = {
    append: (records) => {
      if (room-- > 0) return parts.into.append(records);
      return now.spool.own.append([{ ...record(0), payload: new Uint8Array(10_000_000) }]);
    },
    sync: () => parts.into.sync(),
  };
  const first = adoptEarlierQueue({ ...parts, into });
  expect(first?.messages).toBeGreaterThan(0);
  expect(first?.messages).toBeLessThan(100);
  expect(first?.fault?.code).toBe("spool.record.overlong");
  expect(disk.list()).not.toEqual([]);
  adoptEarlierQueue(parts);
  expect(firstBytes(now)).toEqual(Array.from({ length: 100 }, (_, i) => i + 1));
});

it("what is another bridge's is not touched", () => {
  const { disk, parts } = left(3);
  const before = disk.list();
  expect(adoptEarlierQueue({ ...parts, name: "other" })).toMatchObject({
    messages: 0,
    fault: { code: "spool.foreign" },
  });
  expect(disk.list()).toEqual(before);
});
