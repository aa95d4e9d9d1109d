import { Redis } from "ioredis";
import { type RedisConnectSettings, toTlsOptions } from "./redis-settings.ts";

export interface SentinelWatch {
  close(): void;
}

const RETRY_MS = 500;
const SWITCHED = "+switch-master";

/**
 * Calls back whenever a Sentinel says that another server is the primary now. After a failover by hand the Sentinels leave
 * the former primary as it is for about ten seconds; whoever goes on writing there loses it. Does nothing where the target
 * has no Sentinels.
 */
export function watchSentinels(settings: RedisConnectSettings, switched: () => void): SentinelWatch {
  const { target, tls } = settings;
  if (target.kind !== "sentinel") return { close: () => {} };
  const watchers = target.sentinels.map(({ host, port }) => {
    const sentinel = new Redis({
      host,
      port,
      retryStrategy: () => RETRY_MS,
      enableReadyCheck: false,
      ...(tls === undefined ? {} : { tls: toTlsOptions(tls) }),
    });
    // Sentinels may come and go; the connections themselves say what is wrong with Redis.
    sentinel.on("error", () => {});
    sentinel.on("message", (_channel: string, text: string) => {
      if (text.split(" ", 1)[0] === target.name) switched();
    });
    sentinel.subscribe(SWITCHED).catch(() => {});
    return sentinel;
  });
  return {
    close: () => {
      for (const one of watchers) one.disconnect();
    },
  };
}
