import { getHeapStatistics, setFlagsFromString } from "node:v8";

/** What a heap may be without being collected more often: that of forty thousand devices with commands under way fits. */
export const HEAP_BUDGET_BYTES: number = 256 * 1_048_576;
const LOOK_EVERY_MS = 250;
/** What V8 itself would let it grow by at most where there is much memory. */
const MOST_PERCENT = 300;
/** Collecting still more often would cost more than the memory is worth. */
const LEAST_PERCENT = 30;

/**
 * Tells V8 from now on by how much the heap may grow until the next full collection, so that it stays within the budget where
 * it can. By itself V8 waits on a machine with much memory until garbage is three times what is alive: forty thousand
 * commands, each of which lives for seconds, made a gigabyte of it. A budget is no limit: what is alive is never refused.
 */
export function keepHeapSmall(budget: number = HEAP_BUDGET_BYTES): void {
  let before = 0;
  const look = (): void => {
    const percent = growthPercent(getHeapStatistics().used_heap_size, budget);
    if (percent !== before) setFlagsFromString(`--heap-growing-percent=${percent}`);
    before = percent;
  };
  look();
  setInterval(look, LOOK_EVERY_MS).unref();
}

/** In steps of ten. What is used now is the most that can be alive after the next collection. */
export function growthPercent(used: number, budget: number): number {
  const room = Math.round((10 * (budget - used)) / used) * 10;
  return Math.min(MOST_PERCENT, Math.max(LEAST_PERCENT, room));
}
