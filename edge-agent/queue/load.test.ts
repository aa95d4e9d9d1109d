import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { toWall } from "../../adapters/kit/time.ts";
import { decodeBatch } from "../model/batch.ts";
import { BATCH_BYTES, BATCH_MESSAGES } from "../model/limits.ts";
import { type PlacedEntry, ScriptTally, toEffects, toLoad } from "./load.ts";
import { message } from "./queue.testing.ts";

const NOW = toWall(1_700_000_000_000);

function placed(order: number, texts: readonly number[], memory: PlacedEntry["memory"] = undefined): PlacedEntry {
  const messages = texts.map((length, i) => message("d", order * 1_000 + i, 7, "x".repeat(length)));
  return { device: "d", messages, memory, place: { epoch: 7, order } };
}

const load = (entry: PlacedEntry) => toLoad(entry, entry.messages, false);

describe("what a script carries", () => {
  it("holds every message once and in order, within the limits of a batch, whatever their sizes", () => {
    const sizes = fc.array(fc.array(fc.integer({ min: 0, max: 40_000 }), { maxLength: 12 }), { maxLength: 30 });
    fc.assert(
      fc.property(sizes, (all) => {
        const entries = all.map((texts, i) => placed(i + 1, texts));
        const { jobs } = toEffects(entries.map(load), NOW);
        const batches = jobs.map((job) => decodeBatch(job.data, { validate: false }).messages);
        expect(batches.flat().map((one) => one.id)).toEqual(entries.flatMap((one) => one.messages.map((m) => m.id)));
        for (const [at, job] of jobs.entries()) {
          expect(Buffer.byteLength(job.data)).toBeLessThanOrEqual(BATCH_BYTES);
          expect(batches[at]?.length).toBeLessThanOrEqual(BATCH_MESSAGES);
          expect(job.id).toMatch(/^b-[0-9a-f]{32}$/);
        }
      }),
      { numRuns: 30 },
    );
  });

  it("gives the same messages the same job id, late or not", () => {
    const entry = placed(1, [10, 10]);
    const [now] = toEffects([load(entry)], NOW).jobs;
    const [late] = toEffects([toLoad(entry, entry.messages, true)], NOW).jobs;
    expect(late?.id).toBe(now?.id);
    expect(late?.data).not.toBe(now?.data);
  });

  it("stores of a device's memories only the one with the last place", () => {
    const entries = [placed(2, [], { n: 2 }), placed(3, [], { n: 3 }), placed(1, [], { n: 1 })];
    expect(toEffects(entries.map(load), NOW)).toEqual({
      jobs: [],
      memories: [{ device: "d", place: { epoch: 7, order: 3 }, json: '{"n":3}' }],
    });
    const older = { ...placed(9, [], { n: 9 }), place: { epoch: 6, order: 9 } };
    expect(toEffects([...entries, older].map(load), NOW).memories[0]?.json).toBe('{"n":3}');
  });

  it("counts messages and bytes, and takes the first whatever it is", () => {
    const tally = new ScriptTally({ scriptMessages: 3, scriptBytes: 1_000_000 });
    expect([placed(1, [1, 1, 1, 1]), placed(2, [1])].map((one) => tally.takes(load(one)))).toEqual([true, false]);
    const memories = new ScriptTally({ scriptMessages: 2, scriptBytes: 1_000_000 });
    const memory = load(placed(1, [], { n: 1 }));
    expect([memories.takes(memory), memories.takes(memory), memories.takes(memory)]).toEqual([true, true, false]);
    const bytes = new ScriptTally({ scriptMessages: 100, scriptBytes: 2_500 });
    const one = load(placed(1, [500]));
    expect([bytes.takes(one), bytes.takes(one), bytes.takes(one)]).toEqual([true, true, false]);
  });
});
