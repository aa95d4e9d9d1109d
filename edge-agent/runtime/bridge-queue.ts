import type { CancelTimer, Timers } from "../../adapters/io/timers.ts";
import { type DurationMs, later } from "../../adapters/kit/time.ts";
import { BLOCK_BYTES } from "../spool/blocks.ts";
import type { GroupCommitSettings } from "../spool/group-commit.ts";
import type { Position } from "../spool/position.ts";
import type { SpoolRecord, StoredRecord } from "../spool/record.ts";
import { DEFAULT_SPOOL_SETTINGS, type SpoolPolicy, type SpoolSettings } from "../spool/settings.ts";
import { spoolFault } from "../spool/spool-fault.ts";
import type { GroupSpool } from "./group-spool.ts";

/** A message on its way over a bridge, under the topic it has at the other side. */
export interface QueuedMessage {
  readonly topic: string;
  readonly payload: Uint8Array;
  readonly qos: 0 | 1;
  readonly retain: boolean;
  readonly properties: Readonly<Record<string, string>>;
  /** Correlation Data of an answer, as hex. */
  readonly correlation?: string | undefined;
}

export interface BridgeQueueLimits {
  readonly maxBytes: number;
  readonly maxAgeMs: DurationMs;
  readonly overflow: "drop-oldest" | "drop-new" | "block";
}

export interface BridgeQueueParts {
  /** On this disk and the peer's. It is whoever made it who closes it: it outlives reigns. */
  readonly spool: GroupSpool;
  readonly limits: BridgeQueueLimits;
  /** Of the reign: what an earlier one put in, on whichever agent, goes first. */
  readonly epoch: number;
  readonly timers: Timers;
  /** Remembers how far a spool has gone over, for the agent whose disk it is on; resolves when that is durable. */
  readonly remember: (incarnation: string, through: Position) => Promise<void>;
}

/** How much of a queue waits, and what has become of the rest. */
export interface BridgeQueueStatus {
  readonly messages: number;
  readonly bytes: number;
  /** By policy, ever, on this disk. */
  readonly dropped: number;
  /** Everything is on the peer's disk too. */
  readonly mirrored: boolean;
}

/** What went over and is not remembered yet may go over again after a takeover, where the pair link was down as well. */
const REMEMBER_MS = 1_000;
const TOGETHER = 256;
const LINGER_MS = 3;
const SEGMENTS = 8;
const LARGEST_SEGMENT = 4 * 1024 * 1024;
const READ = { maxRecords: 200, maxBytes: 1_048_576 };

const POLICIES: Readonly<Record<BridgeQueueLimits["overflow"], SpoolPolicy>> = {
  "drop-oldest": "drop-oldest",
  "drop-new": "drop-newest",
  block: "block",
};

/**
 * The durable queue of one bridge during one reign: a spool of its own, bounded by bytes and age, mirrored on the peer's
 * disk as that of a group is. What one agent put in the next active sends, whether the first one is still there or not.
 */
export class BridgeQueue {
  readonly #parts: BridgeQueueParts;
  readonly #recordBytes: number;
  /** By incarnation: gone over, and not remembered. */
  readonly #owed = new Map<string, Position>();
  readonly #forgetArrivals: () => void;
  #wake: (() => void) | undefined;
  #cancelRemembering: CancelTimer | undefined;

  constructor(parts: BridgeQueueParts) {
    this.#parts = parts;
    this.#recordBytes = bridgeSpool(parts.limits).settings.maxRecordBytes - RECORD_HEADER_BYTES;
    this.#forgetArrivals = parts.spool.onArrival(() => this.wake());
  }

  /**
   * Resolves when the message is on this disk and the peer's, or was dropped by the operator's policy; rejects with `spool.*`
   * where it was not taken.
   */
  async add(message: QueuedMessage): Promise<void> {
    const record = recordOf(message, this.#parts.epoch);
    // By itself: those that share its append are not to be refused with it.
    if (record.payload.length > this.#recordBytes) {
      const text = `a message for ${message.topic} has ${record.payload.length} bytes of ${this.#recordBytes}`;
      throw spoolFault("spool.record.overlong", text);
    }
    await this.#parts.spool.addRecord(record);
    this.wake();
  }

  /**
   * The first messages that are not done, in their order; empty where there are none. Those without an `id` among their
   * properties have one made of their place: the same whichever agent sends them, and however often.
   */
  next(): readonly { readonly position: Position; readonly message: QueuedMessage }[] {
    const { sources } = this.#parts.spool;
    for (;;) {
      const records = sources.read(READ);
      const last = records.at(-1);
      if (last === undefined) return [];
      const incarnation = sources.current?.incarnation ?? "";
      const found = records.flatMap((record) => decoded(record, incarnation));
      if (found.length > 0) return found;
      // The log's checksums held, so an older format wrote them: they are passed over.
      this.done(last.position);
    }
  }

  /** What `next` gave last is at the other side, up to here. The peer hears of it at once, over the pair link. */
  done(through: Position): void {
    const { spool, timers } = this.#parts;
    const from = spool.sources.current;
    if (from === undefined) return;
    spool.sources.trim(through);
    spool.trimmed();
    this.#owed.set(from.incarnation, through);
    this.#cancelRemembering ??= timers.at(later(timers.now(), REMEMBER_MS), () => void this.settle());
  }

  /** Resolves when it is remembered how far it has gone, or cannot be: then some of it goes over twice. */
  async settle(): Promise<void> {
    this.#cancelRemembering?.();
    this.#cancelRemembering = undefined;
    const owed = [...this.#owed];
    this.#owed.clear();
    await Promise.all(
      owed.map(([incarnation, through]) => this.#parts.remember(incarnation, through).catch(() => undefined)),
    );
  }

  /** Resolves when something has come, once. */
  arrival(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake?.();
      this.#wake = resolve;
    });
  }

  /** Lets whoever waits for an arrival go on. */
  wake(): void {
    const wake = this.#wake;
    this.#wake = undefined;
    wake?.();
  }

  status(): BridgeQueueStatus {
    const { sources, mirrors, own } = this.#parts.spool;
    let [messages, bytes] = [0, 0];
    for (const one of sources.all()) {
      const status = one.status();
      messages += status.records;
      bytes += status.bytes;
    }
    const dropped = Object.values(own.status().dropped).reduce((sum, one) => sum + one, 0);
    return { messages, bytes, dropped, mirrored: mirrors.state === "mirrored" };
  }

  /** The reign is over: what waits stays. */
  end(): void {
    this.#cancelRemembering?.();
    this.#forgetArrivals();
    this.wake();
  }
}

/** The spool of a queue with these limits. */
export function bridgeSpool({ maxBytes, maxAgeMs, overflow }: BridgeQueueLimits): {
  readonly settings: SpoolSettings;
  readonly groupCommit: GroupCommitSettings;
} {
  const segmentBytes =
    Math.max(2, Math.min(LARGEST_SEGMENT / BLOCK_BYTES, Math.floor(maxBytes / SEGMENTS / BLOCK_BYTES))) * BLOCK_BYTES;
  const recordBytes = Math.floor(segmentBytes / 2);
  const settings = {
    ...DEFAULT_SPOOL_SETTINGS,
    segmentBytes,
    maxBytes,
    maxAgeMs: overflow === "block" ? undefined : maxAgeMs,
    policy: POLICIES[overflow],
    maxRecordBytes: Math.min(DEFAULT_SPOOL_SETTINGS.maxRecordBytes, recordBytes),
    maxUnsyncedBytes: recordBytes,
    destinations: ["remote"],
  };
  // With their headers those that are written together must fit into one append.
  return {
    settings,
    groupCommit: { lingerMs: LINGER_MS, maxBytes: Math.floor(recordBytes / 4), maxRecords: TOGETHER },
  };
}

/** What a record has besides its payload, with room. */
const RECORD_HEADER_BYTES = 512;
const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** A length, a head of JSON, and the payload as it is. */
function recordOf({ payload, ...rest }: QueuedMessage, epoch: number): SpoolRecord {
  const { topic, qos, retain, properties, correlation } = rest;
  const head = encoder.encode(JSON.stringify({ topic, qos, retain, properties, correlation }));
  const bytes = new Uint8Array(4 + head.length + payload.length);
  new DataView(bytes.buffer).setUint32(0, head.length);
  bytes.set(head, 4);
  bytes.set(payload, 4 + head.length);
  return { class: "reading", device: "bridge", epoch, sequence: 0, messages: 1, hasMemory: false, payload: bytes };
}

function decoded(
  { position, payload: bytes }: StoredRecord,
  incarnation: string,
): { position: Position; message: QueuedMessage }[] {
  try {
    const length = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(0);
    const head = JSON.parse(decoder.decode(bytes.subarray(4, 4 + length))) as Omit<QueuedMessage, "payload">;
    const properties = { id: `${incarnation}.${position}`, ...head.properties };
    return [{ position, message: { ...head, properties, payload: bytes.slice(4 + length) } }];
  } catch (_unreadable) {
    return [];
  }
}
