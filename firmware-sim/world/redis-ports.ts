import type { Timers } from "../../adapters/io/timers.ts";
import { EdgeError } from "../../adapters/kit/edge-error.ts";
import type { DeviceMemory } from "../../adapters/kit/session.ts";
import { later } from "../../adapters/kit/time.ts";
import type { Hold, Ledger } from "../../edge-agent/commands/ledger.ts";
import type { MemoryLedger } from "../../edge-agent/commands/memory-ledger.ts";
import type { JobBell } from "../../edge-agent/commands/redis/intake-ports.ts";
import { acquireOn, observeOn, releaseOn, renewOn } from "../../edge-agent/lease/record.ts";
import type { LeaseStore } from "../../edge-agent/lease/store.ts";
import { readBatch } from "../../edge-agent/model/batch.ts";
import type { LedgerRecord } from "../../edge-agent/model/ledger.ts";
import type { Message } from "../../edge-agent/model/message.ts";
import { fenced } from "../../edge-agent/queue/commit-faults.ts";
import type { Fence, FencedEffects, FencedOutcome } from "../../edge-agent/queue/fenced-script.ts";
import type { Remembered } from "../../edge-agent/runtime/already-queued.ts";
import type { LoadedMemories, StoredMemory } from "../../edge-agent/queue/memories.ts";
import type { RedisLine } from "./redis-line.ts";
import type { SimRedis } from "./sim-redis.ts";

/** What the agents ask of Redis, as their real ports, over one line. The scripts' meaning is said here a second time. */

export function leaseStore(redis: SimRedis, line: RedisLine): LeaseStore {
  const record = () => redis.state.lease;
  return {
    acquire: (request) =>
      line.ask({
        what: "acquire",
        writes: true,
        confirmed: true,
        effect: () => {
          const reply = acquireOn(record(), request, redis.time);
          if (reply.kind === "granted") {
            redis.court.tell({ kind: "granted", agent: request.holder, epoch: reply.epoch });
          }
          return reply;
        },
      }),
    renew: (request) => line.ask({ what: "renew", writes: true, effect: () => renewOn(record(), request, redis.time) }),
    release: (request) =>
      line.ask({
        what: "release",
        writes: true,
        effect: () => {
          const reply = releaseOn(record(), request, redis.time);
          if (reply.kind === "released") {
            redis.court.tell({ kind: "released", agent: request.holder, epoch: request.epoch });
          }
          return reply;
        },
      }),
    observe: () => line.ask({ what: "observe", writes: false, effect: () => observeOn(record(), redis.time) }),
  };
}

/** The token of the living lease, empty where there is none. */
export function currentToken(redis: SimRedis): string {
  const { lease } = redis.state.lease;
  return lease !== undefined && lease.expiresAt > redis.time ? lease.token : "";
}

export function fence(redis: SimRedis, line: RedisLine): Fence {
  return {
    run: async (token, effects) => {
      const outcome = await line.ask({
        what: "commit",
        writes: true,
        confirmed: true,
        effect: () => {
          const holder = currentToken(redis);
          return holder === token ? commitOn(redis, token, effects) : holder;
        },
      });
      if (typeof outcome === "string") throw fenced(token, outcome);
      return outcome;
    },
  };
}

/** What the commit script does once the lease was found right. */
export function commitOn(redis: SimRedis, token: string, effects: FencedEffects): FencedOutcome {
  const { jobs, memories } = redis.state;
  const committed: Message[] = [];
  const added = effects.jobs.map(({ id, data }): "added" | "duplicate" => {
    if (jobs.has(id)) return "duplicate";
    const { messages } = readBatch(JSON.parse(data), { validate: false });
    jobs.set(id, { id, messages });
    redis.state.waiting.push(id);
    committed.push(...messages);
    return "added";
  });
  const stored = effects.memories.map(({ device, place, json }): "stored" | "known" | "older" => {
    const before = memories.get(device)?.place;
    const ahead = before === undefined ? 1 : place.epoch - before.epoch || place.order - before.order;
    if (ahead > 0) memories.set(device, { place, json });
    return ahead > 0 ? "stored" : ahead === 0 ? "known" : "older";
  });
  redis.court.tell({ kind: "committed", token, messages: committed });
  return { jobs: added, memories: stored };
}

export function memories(redis: SimRedis, line: RedisLine): () => Promise<LoadedMemories> {
  return () =>
    line.ask({
      what: "memories",
      writes: false,
      effect: () => ({ memories: memoriesOn(redis, () => true), unreadable: [] }),
    });
}

export function remembered(redis: SimRedis, line: RedisLine): Remembered {
  return (devices) =>
    line.ask({
      what: "remembered",
      writes: false,
      effect: () => memoriesOn(redis, (device) => devices.includes(device)),
    });
}

function memoriesOn(redis: SimRedis, which: (device: string) => boolean): Map<string, StoredMemory> {
  const loaded = new Map<string, StoredMemory>();
  for (const [device, { place, json }] of redis.state.memories) {
    if (which(device)) loaded.set(device, { place, memory: JSON.parse(json) as DeviceMemory });
  }
  return loaded;
}

export function ledger(redis: SimRedis, line: RedisLine): Ledger {
  const ask = <Reply>(what: string, writes: boolean, effect: (ledger: MemoryLedger) => Promise<Reply>) =>
    line
      .ask({
        what,
        writes,
        confirmed: what === "begin" || what === "finish",
        // The ledger answers at once; only its promises are of another age.
        effect: () => {
          const [holder = "", epoch = ""] = currentToken(redis).split(":");
          redis.state.ledger.lease = holder === "" ? undefined : { holder, epoch: Number(epoch) };
          return { reply: effect(redis.state.ledger) };
        },
      })
      .then(({ reply }) => reply);
  const told = <Reply extends { readonly kind: string } | { readonly record: LedgerRecord }>(reply: Reply): Reply => {
    if ("record" in reply) redis.court.tell({ kind: "recorded", record: reply.record });
    return reply;
  };
  const changing = <Reply extends { readonly kind: string }>(
    what: string,
    effect: (ledger: MemoryLedger) => Promise<Reply>,
  ) => ask(what, true, (of) => effect(of).then(told));
  return {
    accept: (hold, command, now) => changing("accept", (of) => of.accept(hold, command, now)),
    begin: (hold, uid, begin) => changing("begin", (of) => of.begin(hold, uid, begin)),
    retract: (hold, uid, turn) => changing("retract", (of) => of.retract(hold, uid, turn)),
    finish: (hold, uid, finish) => changing("finish", (of) => of.finish(hold, uid, finish)),
    cancel: (uid, now) => ask("cancel", true, (of) => of.cancel(uid, now).then((record) => told({ record }).record)),
    read: (uid) => ask("read", false, (of) => of.read(uid)),
  };
}

/** Rings a moment after a command was queued, or when it was waited for long enough. */
export function bell(redis: SimRedis, timers: Timers, deliver: (run: () => void) => void): JobBell {
  let ring: (() => void) | undefined;
  const forget = redis.onCommand(() => deliver(() => ring?.()));
  return {
    wait: (longestMs) =>
      new Promise((resolve) => {
        const cancel = timers.at(later(timers.now(), longestMs), () => ring?.());
        ring = () => {
          ring = undefined;
          cancel();
          resolve();
        };
      }),
    close: () => {
      forget();
      ring?.();
    },
  };
}

/** A hold as text, as the lock of a job and the value of the lease key have it. */
export function tokenOf(hold: Hold): string {
  return `${hold.holder}:${hold.epoch}`;
}

export function unavailable(what: string): EdgeError {
  return new EdgeError({ code: "queue.unavailable", blame: "network", retry: "backoff", message: what });
}
