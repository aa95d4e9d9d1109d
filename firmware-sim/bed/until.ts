const LOOK_EVERY_MS = 20;

/** Waits for a condition. Rejects with what was awaited when it is not met within `patienceMs`. */
export async function until(
  awaited: string,
  condition: () => boolean | Promise<boolean>,
  patienceMs: number,
): Promise<void> {
  const deadline = performance.now() + patienceMs;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`not within ${patienceMs} ms: ${awaited}`);
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
