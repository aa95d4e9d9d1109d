/** Resolves when the condition holds; rejects with what was waited for after `withinMs`. */
export async function until(what: string, holds: () => boolean, withinMs: number = 10_000): Promise<void> {
  const deadline = performance.now() + withinMs;
  while (!holds()) {
    if (performance.now() > deadline) throw new Error(`not within ${withinMs} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
