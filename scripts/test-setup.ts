import { ensureMosquitto } from "../adapters/mqtt/wire/private-mosquitto.ts";
import { ensureRedisServer } from "../adapters/io/node/redis-server.ts";

/** Runs once before all tests: makes sure there is a redis-server to start private ones from, and a mosquitto where it can. */
export async function setup(): Promise<void> {
  const log = (sentence: string): void => void process.stderr.write(`${sentence}\n`);
  await ensureRedisServer({ log });
  ensureMosquitto(log);
}
