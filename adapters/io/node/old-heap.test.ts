import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { growthPercent, HEAP_BUDGET_BYTES } from "./old-heap.ts";

const MB = 1_048_576;

/**
 * Keeps some 30 MB alive, replaces as much again and again, and tells how large its heap became, MB: in the second half of its
 * life, since newer V8s make their first full collection only when a limit of their own is reached.
 */
function largestHeap(before: string): number {
  const program = `${before}
    const alive = Array.from({ length: 200_000 }, (_, at) => ({ at, text: "x" + at, more: [at] }));
    const passing = new Array(200_000).fill(0);
    let largest = 0;
    for (let at = 0; at < 6_000_000; at++) {
      passing[at % passing.length] = { at, more: [at, at, at, at], one: { at } };
      if (at % 20_000 !== 0) continue;
      if (at > 3_000_000) largest = Math.max(largest, process.memoryUsage().heapTotal);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    console.log(alive.length > 0 ? largest / ${MB} : 0);`;
  return Number(execFileSync(process.execPath, ["--input-type=module", "--eval", program], { encoding: "utf8" }));
}

describe("a heap that is kept small", () => {
  it("stays smaller than V8 would let it become, in this Node too", { timeout: 120_000 }, () => {
    const module = JSON.stringify(`file://${join(import.meta.dirname, "../../../dist/adapters/io/node/old-heap.js")}`);
    const kept = largestHeap(`import { keepHeapSmall } from ${module}; keepHeapSmall(${120 * MB});`);
    expect(kept).toBeLessThan(0.75 * largestHeap(""));
  });

  it("may grow as far as the budget goes, at least a little and never more than V8 would let it", () => {
    expect(growthPercent(HEAP_BUDGET_BYTES / 2, HEAP_BUDGET_BYTES)).toBe(100);
    expect(growthPercent(HEAP_BUDGET_BYTES / 1.5, HEAP_BUDGET_BYTES)).toBe(50);
    expect(growthPercent(20 * MB, HEAP_BUDGET_BYTES)).toBe(300);
    expect(growthPercent(3 * HEAP_BUDGET_BYTES, HEAP_BUDGET_BYTES)).toBe(30);
  });
});
