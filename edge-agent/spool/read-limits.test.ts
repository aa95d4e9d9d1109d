import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { openSpool, range, readAll, record, tags } from "./fixture.testing.ts";
import { MemoryDisk } from "./memory-disk.testing.ts";

describe("reading with limits", () => {
  it("gives what comes next and leaves nothing out, wherever segments begin and a limit falls", () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 6_000 }), { minLength: 60, maxLength: 120 });
    fc.assert(
      fc.property(sizes, fc.integer({ min: 1, max: 30_000 }), (bytes, maxBytes) => {
        const spool = openSpool(new MemoryDisk(), { maxBytes: 40 * 65_536 });
        for (const [at, size] of bytes.entries()) spool.append([record(at + 1, { bytes: size })]);
        spool.sync();
        const all: number[] = [];
        for (let after = spool.cursor(); ; ) {
          const records = spool.read({ maxRecords: 1_000, maxBytes, after });
          const last = records.at(-1);
          if (last === undefined) break;
          all.push(...tags(records));
          after = last.position;
        }
        expect(all).toEqual(range(1, bytes.length));
        expect(readAll(spool)).toEqual(all);
      }),
      { numRuns: 50 },
    );
  });
});
