import { ALWAYS, needsOneServer, type Fault, type Ground, momentary, type Struck } from "./fault.ts";

const AWAY_MS = { from: 100, to: 3_000 } as const;
const FROZEN_MS = { from: 300, to: 4_000 } as const;
const REFUSING_MS = { from: 200, to: 2_000 } as const;

/** What Redis does to those who trust it. */
export const REDIS_FAULTS: readonly Fault[] = [
  {
    kind: "redis-kill",
    summary: "SIGKILL to Redis, which comes back with its file",
    missing: ALWAYS,
    strike: async ({ bed, random }) => {
      await bed.redis.kill();
      const lastsMs = random.between(AWAY_MS.from, AWAY_MS.to);
      return { detail: `away for ${lastsMs} ms`, lastsMs, mend: () => bed.redis.restart() };
    },
  },
  {
    kind: "redis-freeze",
    summary: "SIGSTOP to Redis: connections stay open and nobody answers",
    missing: ALWAYS,
    strike: ({ bed, random }) => {
      bed.redis.freeze();
      const lastsMs = random.between(FROZEN_MS.from, FROZEN_MS.to);
      return Promise.resolve({
        detail: `for ${lastsMs} ms`,
        lastsMs,
        mend: () => Promise.resolve(bed.redis.thaw()),
      });
    },
  },
  {
    kind: "script-flush",
    summary: "SCRIPT FLUSH: every script has to be sent again",
    missing: needsOneServer,
    strike: async ({ bed }) => {
      await withClient(bed, (client) => client.script("FLUSH"));
      return momentary("SCRIPT FLUSH");
    },
  },
  {
    kind: "redis-full",
    summary: "maxmemory is reached: writes are refused",
    missing: needsOneServer,
    strike: (ground) => configured(ground, "maxmemory", "1mb", "0"),
  },
  {
    kind: "redis-lonely",
    summary: "min-replicas-to-write: writes are refused",
    missing: needsOneServer,
    strike: (ground) => configured(ground, "min-replicas-to-write", "9", "0"),
  },
];

async function configured({ bed, random }: Ground, setting: string, bad: string, good: string): Promise<Struck> {
  await withClient(bed, (client) => client.config("SET", setting, bad));
  const lastsMs = random.between(REFUSING_MS.from, REFUSING_MS.to);
  return {
    detail: `${setting} ${bad} for ${lastsMs} ms`,
    lastsMs,
    mend: async () => {
      await withClient(bed, (client) => client.config("SET", setting, good));
    },
  };
}

type Client = ReturnType<Ground["bed"]["redis"]["client"]>;

/** Redis may be away for a fault of its own: then this one is not felt. */
async function withClient(bed: Ground["bed"], act: (client: Client) => Promise<unknown>): Promise<void> {
  const client = bed.redis.client();
  try {
    await act(client);
  } catch (_away) {
    return;
  } finally {
    client.disconnect();
  }
}
