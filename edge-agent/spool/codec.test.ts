import { crc32 as nativeCrc32 } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { SeededRandom } from "../../adapters/kit/random.ts";
import { toWall } from "../../adapters/kit/time.ts";
import type { CommitEntry } from "../model/commit.ts";
import { decodeRecords, encodeRecords } from "./batch-codec.ts";
import { BLOCK_BYTES, dataStart, pieces } from "./blocks.ts";
import { pureCrc32 } from "./crc32.ts";
import { SITE } from "./fixture.testing.ts";
import { beyondKnown, disjoint, formatPosition, toPosition } from "./position.ts";
import { isSheddable, memoryAlone, outOfTurn, RECORD_CLASSES, type StoredRecord, toEntry, toRecord } from "./record.ts";
import { Segment } from "./segment.ts";
import { readRecordAt, scanSegment } from "./segment-scan.ts";
import { layOut, segmentCapacity } from "./segment-write.ts";
import { Uids } from "./uids.ts";
import { examples } from "./entries.testing.ts";

const uids = new Uids();
const seal = Segment.seal(3, { identity: SITE, incarnation: "00", crc32: pureCrc32, uids });

const stored: fc.Arbitrary<Omit<StoredRecord, "position" | "after">> = fc.record({
  class: fc.constantFrom(...RECORD_CLASSES),
  device: fc.stringMatching(/^[A-Za-z0-9_.~-]{1,64}$/),
  epoch: fc.integer({ min: 0, max: 0xffff_ffff }),
  sequence: fc.maxSafeNat(),
  messages: fc.integer({ min: 0, max: 0xffff }),
  hasMemory: fc.boolean(),
  settled: fc.maxSafeNat().map(toPosition),
  storedAt: fc.maxSafeNat().map(toWall),
  payload: fc
    .tuple(fc.oneof(fc.integer({ min: 0, max: 400 }), fc.integer({ min: 20_000, max: 70_000 })), fc.integer())
    .map(([length, seed]) => new SeededRandom(seed).bytes(length)),
});

const inOrder = (records: readonly Omit<StoredRecord, "position" | "after">[]): StoredRecord[] =>
  records.map((record, i) => ({ ...record, position: toPosition(i + 1), after: toPosition(i) }));

/** Long payloads by their checksum: comparing them byte by byte takes seconds. */
const brief = (records: readonly (StoredRecord | undefined)[]) =>
  records.map((record) => ({ ...record, payload: nativeCrc32(record?.payload ?? "") }));

describe("the checksum", () => {
  it("is the one of zlib, in one go and in pieces", () => {
    expect(pureCrc32(new TextEncoder().encode("123456789"))).toBe(0xcbf43926);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.nat(300), (bytes, cut) => {
        expect(pureCrc32(bytes)).toBe(nativeCrc32(bytes));
        expect(pureCrc32(bytes.subarray(cut), pureCrc32(bytes.subarray(0, cut)))).toBe(nativeCrc32(bytes));
      }),
    );
  });
});

describe("a segment", () => {
  it("gives back every record as it was, wherever the block markers fall", () => {
    fc.assert(
      fc.property(fc.array(stored, { minLength: 1, maxLength: 12 }), fc.integer({ min: 1, max: 4 }), (some, writes) => {
        const records = inOrder(some);
        const file = new Uint8Array(32 * BLOCK_BYTES);
        let at = dataStart(0);
        const each = Math.ceil(records.length / writes);
        for (let i = 0; i < records.length; i += each) {
          const layout = layOut(at, file.length, records.slice(i, i + each), seal, uids);
          expect(layout).toBeDefined();
          file.set(layout?.bytes ?? [], layout?.from);
          at = layout?.end ?? at;
        }
        const scan = scanSegment(file, seal);
        expect(scan).toMatchObject({ badBytes: 0, badMarkers: 0 });
        expect(brief(scan.index.starts.map((start) => readRecordAt(file, start, 0, seal, uids)))).toEqual(
          brief(records),
        );
      }),
      { numRuns: 60 },
    );
  });

  it("takes what it says it takes, however it falls on the blocks", () => {
    const size = 4 * BLOCK_BYTES;
    const capacity = segmentCapacity(size);
    for (const length of [1, 63, 64, 100, 1_000, 8_000, 16_000, 30_000]) {
      const bytes = 64 + 5 + length;
      const some = Array.from({ length: Math.floor(capacity / bytes) }, () => ({
        class: "event" as const,
        device: "dev_1",
        epoch: 1,
        sequence: 1,
        messages: 1,
        hasMemory: false,
        settled: toPosition(0),
        storedAt: toWall(0),
        payload: new Uint8Array(length),
      }));
      expect(layOut(dataStart(0), size, inOrder(some), seal, uids), `records of ${bytes} bytes`).toBeDefined();
    }
  });

  it("does not take a record of another segment or site for its own", () => {
    const file = new Uint8Array(2 * BLOCK_BYTES);
    const layout = layOut(
      dataStart(0),
      file.length,
      inOrder([
        {
          class: "event",
          device: "d",
          epoch: 1,
          sequence: 1,
          messages: 1,
          hasMemory: false,
          settled: toPosition(0),
          storedAt: toWall(0),
          payload: new Uint8Array(9),
        },
      ]),
      seal,
      uids,
    );
    file.set(layout?.bytes ?? [], layout?.from);
    expect(scanSegment(file, seal).index.positions).toEqual([1]);
    const context = { incarnation: "00", crc32: pureCrc32, uids };
    expect(scanSegment(file, Segment.seal(4, { ...context, identity: SITE })).index.positions).toEqual([]);
    expect(
      scanSegment(file, Segment.seal(3, { ...context, identity: { ...SITE, stream: "b" } })).index.positions,
    ).toEqual([]);
  });

  it("puts the pieces of a body around the markers", () => {
    expect([...pieces(BLOCK_BYTES - 10, 30)]).toEqual([
      { from: BLOCK_BYTES - 10, to: BLOCK_BYTES },
      { from: BLOCK_BYTES + 20, to: BLOCK_BYTES + 40 },
    ]);
    expect([...pieces(BLOCK_BYTES, 5)]).toEqual([{ from: BLOCK_BYTES + 20, to: BLOCK_BYTES + 25 }]);
  });
});

describe("a batch of records", () => {
  it("comes back as it was, and not at all with any bit changed", () => {
    fc.assert(
      fc.property(fc.array(stored, { maxLength: 6 }), fc.nat(), fc.nat(7), (some, where, bit) => {
        const batch = { after: toPosition(0), records: inOrder(some) };
        const bytes = encodeRecords(batch, pureCrc32);
        const decoded = decodeRecords(bytes, pureCrc32);
        expect([decoded.after, brief(decoded.records)]).toEqual([batch.after, brief(batch.records)]);
        const damaged = bytes.slice();
        const at = where % bytes.length;
        damaged[at] = (damaged[at] ?? 0) ^ (1 << bit);
        const refused = expect.objectContaining({ code: "spool.batch.damaged" });
        expect(() => decodeRecords(damaged, pureCrc32)).toThrowError(refused);
        expect(() => decodeRecords(bytes.subarray(0, at), pureCrc32)).toThrowError(refused);
      }),
    );
  });
});

describe("a record", () => {
  it("is its entry and what must be known of it without reading it", () => {
    for (const entry of examples) {
      const record = toRecord(entry);
      expect(toEntry(record)).toEqual(JSON.parse(JSON.stringify(entry)));
      expect(record.messages).toBe(entry.messages.length);
      expect(record.device).toBe(entry.device);
    }
    const [event, reading, mixed, memory] = examples.map(toRecord);
    expect(event).toMatchObject({ class: "event", epoch: 7, sequence: 18_231, hasMemory: false });
    expect(reading).toMatchObject({ class: "reading" });
    expect(mixed, "the most important of its messages").toMatchObject({ class: "event", messages: 2, hasMemory: true });
    expect(memory).toMatchObject({ class: "memory", messages: 0, epoch: 9, hasMemory: true });
    expect([event, reading, mixed, memory].map((one) => one !== undefined && isSheddable(one.class))).toEqual([
      false,
      true,
      false,
      false,
    ]);
  });

  it("leaves its device memory behind when it is dropped", () => {
    const mixed: CommitEntry | undefined = examples[2];
    if (mixed === undefined) throw new Error("no example");
    const left = memoryAlone(toRecord(mixed));
    expect(left).toMatchObject({ class: "memory", messages: 0, hasMemory: true, epoch: 7 });
    expect(toEntry(left)).toEqual({ device: mixed.device, messages: [], memory: mixed.memory });
  });

  it("is no longer in doubt where it comes back out of turn", () => {
    const mixed: CommitEntry | undefined = examples[2];
    if (mixed === undefined) throw new Error("no example");
    const doubtful = toRecord({ ...mixed, doubtful: true });
    expect(toEntry(doubtful)).toEqual({ ...mixed, doubtful: true });
    expect(toEntry(outOfTurn(doubtful))).toEqual(mixed);
    const noEntry = { ...doubtful, payload: Uint8Array.of(1) };
    expect(outOfTurn(noEntry)).toBe(noEntry);
  });
});

describe("positions", () => {
  it("say run and ordinal", () => {
    expect(formatPosition(toPosition(3 * 2 ** 32 + 17))).toBe("3.17");
  });

  it("take ranges apart and put them together", () => {
    const of = (after: number, through: number) => ({ after: toPosition(after), through: toPosition(through) });
    expect(beyondKnown(of(0, 10), [of(2, 4), of(8, 20)])).toEqual([of(0, 2), of(4, 8)]);
    expect(beyondKnown(of(2, 4), [of(0, 10)])).toEqual([]);
    expect(disjoint([of(0, 5), of(3, 8), of(1, 2)])).toEqual([of(0, 5), of(5, 8)]);
  });
});
