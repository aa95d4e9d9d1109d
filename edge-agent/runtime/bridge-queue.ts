import type { Timers } from "../../adapters/io/timers.ts";
import { type EdgeError, toEdgeError } from "../../adapters/kit/edge-error.ts";
import type { Disk } from "../../adapters/kit/ports.ts";
import { type DurationMs, later } from "../../adapters/kit/time.ts";
import { BLOCK_BYTES } from "../spool/blocks.ts";
import type { Crc32 } from "../spool/crc32.ts";
import type { Position } from "../spool/position.ts";
import { Mender } from "../spool/mender.ts";
import { DEFAULT_SPOOL_SETTINGS, type SpoolPolicy, type SpoolSettings } from "../spool/settings.ts";
import { Spool } from "../spool/spool.ts";
import type { SpoolStatus } from "../spool/spool-status.ts";

/** A message on its way over a bridge, under the topic it has at the other side. */
export interface QueuedMessage {
  readonly topic: string;
  readonly payload: Uint8Array;
  readonly qos: 0 | 1;
  readonly retain: boolean;
  readonly properties: Readonly<Record<string, string>>;
}

export interface BridgeQueueParts {
  readonly disk: Disk;
  readonly timers: Timers;
  readonly name: string;
  readonly gateway: string;
  readonly group: string;
  /** Names this life of the directory where it is new. */
  readonly incarnation: string;
  readonly crc32: Crc32 | undefined;
  readonly limits: {
    readonly maxBytes: number;
    readonly maxAgeMs: DurationMs;
    readonly overflow: "drop-oldest" | "drop-new" | "block";
  };
}

/** Messages are made durable together: so many, or after so long. */
const TOGETHER = 256;
const LINGER_MS = 3;
const HOUSEKEEPING_MS = 1_000;
const SEGMENTS = 8;
const LARGEST_SEGMENT = 4 * 1024 * 1024;
const READ = { maxRecords: 200, maxBytes: 1_048_576 };

const POLICIES: Readonly<Record<BridgeQueueParts["limits"]["overflow"], SpoolPolicy>> = {
  "drop-oldest": "drop-oldest",
  "drop-new": "drop-newest",
  block: "block",
};

interface Joining {
  readonly message: QueuedMessage;
  readonly resolve: () => void;
  readonly reject: (fault: EdgeError) => void;
}

/**
 * The durable queue of one bridge, over the segment log of the spool: bounded by bytes and age, with a policy for when it is
 * full. It outlives reigns; what one reign put in here the next one on this agent sends.
 */
export class BridgeQueue {
  readonly #spool: Spool;
  readonly #mender: Mender;
  readonly #timers: Timers;
  #joining: Joining[] = [];
  #armed = false;
  #read: Position | undefined;
  #wake: (() => void) | undefined;
  #cancelHousekeeping: (() => void) | undefined;

  /** Recovers the directory. Throws `spool.*` and `disk.*` where it cannot be used. */
  constructor(parts: BridgeQueueParts) {
    const { disk, timers, name, gateway, group, incarnation, crc32 } = parts;
    this.#timers = timers;
    const identity = { source: gateway, group, stream: `bridge-${name}` };
    this.#spool = Spool.open({ disk, clock: timers, settings: settingsOf(parts.limits), identity, incarnation, crc32 });
    this.#mender = new Mender(this.#spool);
    this.#keepHouse();
  }

  /** Resolves when the message is on disk, or was dropped by the operator's policy; rejects with `spool.*` where it was not taken. */
  add(message: QueuedMessage): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#joining.push({ message, resolve, reject });
      if (this.#joining.length >= TOGETHER) this.#write();
      else if (!this.#armed) {
        this.#armed = true;
        this.#timers.at(later(this.#timers.now(), LINGER_MS), () => this.#write());
      }
    });
  }

  /** The next messages after the last that were read, in their order; empty where there are none. */
  next(): readonly { readonly position: Position; readonly message: QueuedMessage }[] {
    const records = this.#spool.read({ ...READ, after: this.#read });
    this.#read = records.at(-1)?.position ?? this.#read;
    return records.flatMap(({ position, payload }) => {
      const message = decode(payload);
      return message === undefined ? [] : [{ position, message }];
    });
  }

  /** Everything up to here is at the other side. */
  done(through: Position): void {
    this.#spool.trim(through);
  }

  /** Reads again from the first that is not done. */
  rewind(): void {
    this.#read = undefined;
  }

  /** Resolves when something has come, once. */
  arrival(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake?.();
      this.#wake = resolve;
    });
  }

  get isEmpty(): boolean {
    return this.#spool.isEmpty;
  }

  status(): SpoolStatus {
    return this.#spool.status();
  }

  /** Lets whoever waits for an arrival go on. */
  wake(): void {
    const wake = this.#wake;
    this.#wake = undefined;
    wake?.();
  }

  close(): void {
    this.#cancelHousekeeping?.();
    this.#write();
    this.wake();
    this.#spool.close();
  }

  #write(): void {
    const joining = this.#joining;
    this.#joining = [];
    this.#armed = false;
    const taken: Joining[] = [];
    for (const one of joining) {
      try {
        this.#spool.append([recordOf(one.message)]);
        taken.push(one);
      } catch (thrown) {
        one.reject(toEdgeError(thrown, "spool.failed"));
      }
    }
    if (taken.length === 0) return;
    try {
      this.#spool.sync();
    } catch (thrown) {
      const fault = toEdgeError(thrown, "spool.failed");
      for (const one of taken) one.reject(fault);
      return;
    }
    for (const one of taken) one.resolve();
    this.wake();
  }

  #keepHouse(): void {
    this.#mender.look(this.#timers.now());
    try {
      this.#spool.expire();
      this.#spool.prepare();
    } catch (thrown) {
      // A disk that fails says so at the next write, to whoever waits for it.
      toEdgeError(thrown, "spool.failed");
    }
    this.#cancelHousekeeping = this.#timers.at(later(this.#timers.now(), HOUSEKEEPING_MS), () => this.#keepHouse());
  }
}

export function settingsOf({ maxBytes, maxAgeMs, overflow }: BridgeQueueParts["limits"]): SpoolSettings {
  const segmentBytes =
    Math.max(2, Math.min(LARGEST_SEGMENT / BLOCK_BYTES, Math.floor(maxBytes / SEGMENTS / BLOCK_BYTES))) * BLOCK_BYTES;
  const recordBytes = Math.floor(segmentBytes / 2);
  return {
    ...DEFAULT_SPOOL_SETTINGS,
    segmentBytes,
    maxBytes,
    maxAgeMs: overflow === "block" ? undefined : maxAgeMs,
    policy: POLICIES[overflow],
    maxRecordBytes: Math.min(DEFAULT_SPOOL_SETTINGS.maxRecordBytes, recordBytes),
    maxUnsyncedBytes: recordBytes,
    destinations: ["remote"],
  };
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** A length, a head of JSON, and the payload as it is. */
function recordOf({ topic, payload, qos, retain, properties }: QueuedMessage): Parameters<Spool["append"]>[0][number] {
  const head = encoder.encode(JSON.stringify({ topic, qos, retain, properties }));
  const bytes = new Uint8Array(4 + head.length + payload.length);
  new DataView(bytes.buffer).setUint32(0, head.length);
  bytes.set(head, 4);
  bytes.set(payload, 4 + head.length);
  return { class: "reading", device: "bridge", epoch: 0, sequence: 0, messages: 1, hasMemory: false, payload: bytes };
}

function decode(bytes: Uint8Array): QueuedMessage | undefined {
  try {
    const length = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(0);
    const head = JSON.parse(decoder.decode(bytes.subarray(4, 4 + length))) as Omit<QueuedMessage, "payload">;
    return { ...head, payload: bytes.slice(4 + length) };
  } catch (_unreadable) {
    // The log's checksum held, so an older format wrote it: it is passed over, and counted by nobody twice.
    return undefined;
  }
}
