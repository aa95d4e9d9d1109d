import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { SeededRandom } from "../../adapters/kit/random.ts";
import { EVERYTHING, openSpool, readAll, record, tagOf } from "./fixture.testing.ts";
import { MemoryDisk } from "./memory-disk.testing.ts";
import type { Spool } from "./spool.ts";

const RUNS = Number(process.env["SPOOL_RUNS"] ?? 150);
const BIG = { maxBytes: 64 * 65_536 };

type Deed =
  | { readonly kind: "append"; readonly sizes: readonly number[] }
  | { readonly kind: "sync" }
  | { readonly kind: "trim"; readonly part: number }
  | { readonly kind: "crash"; readonly seed: number }
  | { readonly kind: "reopen" }
  | { readonly kind: "kill" }
  | { readonly kind: "sync-fails" }
  | { readonly kind: "write-fails" }
  | { readonly kind: "state-fails" }
  | { readonly kind: "breaks"; readonly attempts: number };

const deed: fc.Arbitrary<Deed> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant("append" as const),
      sizes: fc.array(fc.integer({ min: 0, max: 9_000 }), { minLength: 1, maxLength: 6 }),
    }),
  },
  { weight: 6, arbitrary: fc.record({ kind: fc.constant("sync" as const) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("trim" as const), part: fc.integer({ min: 0, max: 100 }) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("crash" as const), seed: fc.integer() }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant("breaks" as const), attempts: fc.integer({ min: 0, max: 3 }) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constantFrom("reopen", "kill", "sync-fails", "write-fails", "state-fails") }),
  },
);

/** The spool as an array: what was appended, how much of it is durable, how much was trimmed. */
class Model {
  tags: number[] = [];
  positions: number[] = [];
  synced = 0;
  trimmed = 0;
  next = 1;

  append(tags: readonly number[], positions: readonly (number | undefined)[]): void {
    this.tags.push(...tags);
    for (const position of positions) this.positions.push(position ?? Number.NaN);
  }
}

/** Compares after a power failure, and takes over what of the unsynced records happened to survive. */
function survive(spool: Spool, model: Model): void {
  const found = readAll(spool);
  const cursor = model.positions.filter((position) => position <= spool.cursor()).length;
  expect(cursor, "the cursor is not ahead of what was trimmed").toBeLessThanOrEqual(model.trimmed);
  expect(found, "in order, nothing invented, nothing twice").toEqual(model.tags.filter((tag) => found.includes(tag)));
  const durable = model.tags.slice(model.trimmed, model.synced);
  expect(
    found.filter((tag) => durable.includes(tag)),
    "everything durable is there",
  ).toEqual(durable);
  expect(model.tags.indexOf(found[0] ?? Number.NaN), "nothing from behind the cursor").not.toBeLessThan(
    found.length > 0 ? cursor : -1,
  );
  const kept = model.tags.map((tag, i) => i < model.trimmed || found.includes(tag));
  model.positions = model.positions.filter((_, i) => kept[i]);
  model.tags = model.tags.filter((_, i) => kept[i]);
  model.synced = model.tags.length;
  model.trimmed = cursor;
}

/** The disk takes nothing for a while. What was not durable is forgotten, on both sides; then it is mended and goes on. */
function breakAndMend(disk: MemoryDisk, spool: Spool, model: Model, attempts: number): void {
  spool.append([record(model.next)]);
  model.next += 1;
  const left = Math.max(model.trimmed, model.tags.length + 1 - spool.status().unsyncedRecords);
  model.tags.length = Math.min(left, model.tags.length);
  model.positions.length = model.tags.length;
  disk.failing.sync = 2;
  expect(() => spool.sync()).toThrowError(expect.objectContaining({ code: "spool.failed" }));
  expect(readAll(spool)).toEqual(model.tags.slice(model.trimmed));
  disk.failing.replace = 0;
  disk.failing.create = attempts;
  for (let i = 0; i < attempts; i++) expect(() => spool.mend()).toThrowError();
  spool.mend();
  // Once something is written behind it, nothing of what was given up can come back.
  model.append([model.next], spool.append([record(model.next)]).positions);
  model.next += 1;
  spool.sync();
  model.synced = model.tags.length;
}

function perform(deeds: readonly Deed[]): void {
  const disk = new MemoryDisk();
  let spool = openSpool(disk, BIG);
  const model = new Model();
  for (const one of deeds) {
    switch (one.kind) {
      case "append": {
        const records = one.sizes.map((bytes) => record(model.next++, { bytes }));
        model.append(records.map(tagOf), spool.append(records).positions);
        break;
      }
      case "sync":
        spool.sync();
        model.synced = model.tags.length;
        break;
      case "trim": {
        const read = spool.read(EVERYTHING);
        const until = read[Math.floor((read.length * one.part) / 100) - 1];
        if (until === undefined) break;
        spool.trim(until.position);
        model.trimmed = model.tags.indexOf(tagOf(until)) + 1;
        model.synced = Math.max(model.synced, model.trimmed);
        break;
      }
      case "crash":
        disk.crash(new SeededRandom(one.seed));
        spool = openSpool(disk, BIG);
        survive(spool, model);
        break;
      case "kill":
        spool = openSpool(disk, BIG);
        model.synced = model.tags.length;
        survive(spool, model);
        break;
      case "reopen":
        spool.close();
        spool = openSpool(disk, BIG);
        model.synced = model.tags.length;
        survive(spool, model);
        break;
      case "sync-fails":
        disk.failing.sync = 1;
        spool.sync();
        disk.failing.sync = 0;
        model.synced = model.tags.length;
        break;
      case "write-fails":
        disk.failing.write = 1;
        model.append([model.next], spool.append([record(model.next)]).positions);
        disk.failing.write = 0;
        model.next += 1;
        model.synced = model.tags.length;
        break;
      case "breaks":
        breakAndMend(disk, spool, model, one.attempts);
        break;
      case "state-fails":
        disk.failing.replace = 1;
        break;
    }
    expect(readAll(spool)).toEqual(model.tags.slice(model.trimmed));
    expect(spool.status().records).toBe(model.tags.length - model.trimmed);
  }
}

describe("the spool and its model", () => {
  it("agree whatever is appended, synced, trimmed, crashed, failed and reopened in whatever order", {
    timeout: 120_000,
  }, () => {
    fc.assert(fc.property(fc.array(deed, { minLength: 1, maxLength: 60 }), perform), {
      numRuns: RUNS,
      endOnFailure: false,
    });
  });
});
