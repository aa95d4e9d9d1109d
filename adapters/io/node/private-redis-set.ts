import type { PrivateRedis } from "./private-redis.ts";

const LOOK_EVERY_MS = 20;

/** Ends servers that belong together. Killed first: a primary asked to stop would wait for its replicas. */
export async function stopAll(servers: readonly PrivateRedis[]): Promise<void> {
  await Promise.all(
    servers.map(async (one) => {
      await one.kill();
      await one.stop();
    }),
  );
}

/** Waits for a condition; one that throws is not fulfilled yet. Rejects with what was waited for. */
export async function untilSo(what: string, withinMs: number, so: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + withinMs;
  let last: unknown;
  while (performance.now() < deadline) {
    try {
      if (await so()) return;
    } catch (thrown) {
      last = thrown;
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
  throw new Error(`no ${what} within ${withinMs} ms`, { cause: last });
}
