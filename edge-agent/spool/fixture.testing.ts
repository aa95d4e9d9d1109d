import type { Clock, Disk } from "../../adapters/kit/ports.ts";
import { toInstant, toWall } from "../../adapters/kit/time.ts";
import type { RecordClass, SpoolRecord, StoredRecord } from "./record.ts";
import type { SpoolIdentity } from "./segment-header.ts";
import { DEFAULT_SPOOL_SETTINGS, type SpoolSettings } from "./settings.ts";
import { Spool } from "./spool.ts";

export const SITE: SpoolIdentity = { source: "/sub-042/gw", group: "north", stream: "a" };

/** Four small segments: limits are reached with a few hundred records. */
export const SMALL: SpoolSettings = {
  ...DEFAULT_SPOOL_SETTINGS,
  segmentBytes: 65_536,
  maxBytes: 4 * 65_536,
  maxRecordBytes: 16_384,
  maxUnsyncedBytes: 60_000,
  policy: "block",
};

export const EVERYTHING = { maxRecords: Number.MAX_SAFE_INTEGER, maxBytes: Number.MAX_SAFE_INTEGER };

export class SetClock implements Clock {
  ms = 0;
  now(): ReturnType<typeof toInstant> {
    return toInstant(this.ms);
  }
  wall(): ReturnType<typeof toWall> {
    return toWall(1_800_000_000_000 + this.ms);
  }
}

export function openSpool(
  disk: Disk,
  settings: Partial<SpoolSettings> = {},
  rest: Partial<{ identity: SpoolIdentity; clock: SetClock; incarnation: string }> = {},
): Spool {
  return Spool.open({
    disk,
    clock: rest.clock ?? new SetClock(),
    settings: { ...SMALL, ...settings },
    identity: rest.identity ?? SITE,
    incarnation: rest.incarnation ?? "00",
  });
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** A record that says who it is: `tag`, then as many bytes as wanted. */
export function record(
  tag: number,
  rest: Partial<{
    device: string;
    class: RecordClass;
    bytes: number;
    epoch: number;
    memory: boolean;
    messages: number;
  }> = {},
): SpoolRecord {
  const device = rest.device ?? `dev_${tag % 7}`;
  const memory = rest.memory === true ? { tag } : undefined;
  const entry = { device, messages: [{ tag, fill: "x".repeat(rest.bytes ?? 0) }], memory };
  return {
    class: rest.class ?? "event",
    device,
    epoch: rest.epoch ?? 1,
    sequence: tag,
    messages: rest.messages ?? 1,
    hasMemory: rest.memory === true,
    payload: encoder.encode(JSON.stringify(entry)),
  };
}

export function tagOf(stored: SpoolRecord): number {
  const entry: { messages: { tag: number }[] } = JSON.parse(decoder.decode(stored.payload));
  return entry.messages[0]?.tag ?? -1;
}

export function tags(records: readonly StoredRecord[]): number[] {
  return records.map(tagOf);
}

export function readAll(spool: Spool): number[] {
  return tags(spool.read(EVERYTHING));
}

export function range(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, i) => from + i);
}
