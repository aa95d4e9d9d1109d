import { connectRedis, type RedisClient } from "../../../adapters/io/node/redis.ts";
import { checkRedis } from "../../queue/check-redis.ts";
import { durabilityOf } from "../../runtime/durability.ts";
import { toConnectSettings } from "../../runtime/redis-links.ts";
import { type Check, error, type Finding, ok, type Patient, textOf, warning } from "./finding.ts";

const CONNECT_MS = 3_000;
const PINGS = 50;
/** Beyond this the wall clocks of this host and of Redis' disagree enough to confuse people and certificates. */
const CLOCK_OFFSET_MS = 1_000;

export const redisCheck: Check = {
  name: "redis",
  run: async ({ config }) => {
    const connection = connectRedis(toConnectSettings(config.redis), "reader", { name: "busbar-doctor" });
    try {
      await connection.ready({ timeoutMs: CONNECT_MS });
      return [
        ...(await settings(connection.client, config)),
        await latency(connection.client, config),
        await clock(connection.client),
      ];
    } catch (thrown) {
      return [error(textOf(thrown), "start Redis, or correct redis: in the configuration")];
    } finally {
      await connection.close();
    }
  },
};

async function settings(client: RedisClient, config: Patient["config"]): Promise<readonly Finding[]> {
  const findings = await checkRedis(client, durabilityOf(config.redis));
  if (findings.length === 0) return [ok("reachable, and it keeps what it takes")];
  return findings.map(({ severity, message, fix, node }) =>
    severity === "risks" || config.redis.allowLossySettings
      ? warning(`${node}: ${message}`, fix)
      : error(`${node}: ${message}`, fix),
  );
}

async function latency(client: RedisClient, config: Patient["config"]): Promise<Finding> {
  const times: number[] = [];
  for (let i = 0; i < PINGS; i++) {
    const began = performance.now();
    await client.ping();
    times.push(performance.now() - began);
  }
  const worst = Math.max(...times);
  const shown = `slowest of ${PINGS} round trips: ${worst.toFixed(1)} ms`;
  const limit = config.lease.attemptTimeoutMs / 2;
  return worst < limit
    ? ok(shown)
    : warning(
        `${shown}; lease.attemptTimeout is ${config.lease.attemptTimeoutMs} ms`,
        "a nearer Redis, or longer lease times",
      );
}

async function clock(client: RedisClient): Promise<Finding> {
  const before = Date.now();
  const [seconds, micros] = await client.time();
  const there = Number(seconds) * 1_000 + Number(micros) / 1_000;
  const offset = Math.round(there - (before + Date.now()) / 2);
  if (Math.abs(offset) < CLOCK_OFFSET_MS) return ok(`clock: ${offset} ms from Redis'`);
  return warning(`clock: ${offset} ms from Redis'`, "synchronise both hosts (chrony, slewing only)");
}
