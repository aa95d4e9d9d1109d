import { ensureRedisServer } from "../adapters/io/node/redis-server.ts";

/** Runs once before all tests: makes sure there is a redis-server to start private ones from. */
export async function setup(): Promise<void> {
  await ensureRedisServer({ log: (sentence) => process.stderr.write(`${sentence}\n`) });
}
