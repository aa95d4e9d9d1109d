import { describe, expect, it } from "vitest";
import type { StoredMemory } from "../queue/memories.ts";
import { toPosition } from "../spool/position.ts";
import { AlreadyQueued, type DrainedEntry } from "./already-queued.ts";
import { cursorEntry } from "./spool-cursor.ts";
import { entry } from "./spool-pair.testing.ts";

function drained(order: number, doubtful: boolean, epoch: number = 1): DrainedEntry {
  return { entry: { ...entry("d", order, epoch), doubtful }, position: toPosition(order) };
}

function knowing(...known: readonly (readonly [device: string, StoredMemory])[]) {
  const asked: string[][] = [];
  const remembered = (devices: readonly string[]) => {
    asked.push([...devices]);
    return Promise.resolve(new Map(known));
  };
  return { already: new AlreadyQueued(remembered), asked };
}

function at(epoch: number, order: number): StoredMemory {
  return { place: { epoch, order }, memory: { n: order } };
}

async function left(already: AlreadyQueued, entries: readonly DrainedEntry[]): Promise<readonly number[]> {
  return (await already.emptied(entries, "cafe"))
    .filter(({ messages, memory }) => messages.length > 0 && memory !== undefined)
    .map(({ place }) => place.order);
}

describe("what was asked for and not answered", () => {
  it("is not committed again up to the place of the memory that is stored", async () => {
    const { already } = knowing(["d", at(1, 2)]);
    expect(await left(already, [drained(1, true), drained(2, true), drained(3, true)])).toEqual([3]);
  });

  it("keeps its place in the batch", async () => {
    const { already } = knowing(["d", at(1, 2)]);
    expect(await already.emptied([drained(2, true)], "cafe")).toEqual([
      { device: "d", place: { epoch: 1, order: 2 }, messages: [], memory: undefined },
    ]);
  });

  it("is committed where what is stored is another reign's, earlier or later, or nothing is", async () => {
    for (const known of [at(2, 9), at(0, 9)]) {
      expect(await left(knowing(["d", known]).already, [drained(1, true)])).toEqual([1]);
    }
    expect(await left(knowing().already, [drained(1, true)])).toEqual([1]);
  });

  it("is not asked after where nothing is in doubt", async () => {
    const { already, asked } = knowing(["d", at(1, 9)]);
    expect(await left(already, [drained(1, false)])).toEqual([1]);
    expect(asked).toEqual([]);
  });

  it("is found by how far the spool is drained, where a batch of it was not answered, until one is", async () => {
    const { device, memory } = cursorEntry("cafe", toPosition(2));
    const { already, asked } = knowing([device, { place: { epoch: 1, order: 7 }, memory: memory ?? {} }]);
    already.unanswered("cafe");
    expect(await left(already, [drained(1, false), drained(2, false), drained(3, false)])).toEqual([3]);
    already.answered("cafe");
    expect(await left(already, [drained(2, false)])).toEqual([2]);
    expect(asked).toEqual([[device]]);
  });

  it("is asked for again by and by where Redis does not say", async () => {
    const already = new AlreadyQueued(() => Promise.reject(new Error("away")));
    await expect(already.emptied([drained(1, true)], undefined)).rejects.toThrow("away");
  });
});
