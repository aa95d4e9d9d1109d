import { type DurationMs, type Instant, later } from "../../adapters/kit/time.ts";
import type { SpoolRecord } from "./record.ts";

export interface GroupCommitSettings {
  /** How long the first record of a group waits for company. */
  readonly lingerMs: DurationMs;
  /** A group is due when its payloads reach this. */
  readonly maxBytes: number;
  readonly maxRecords: number;
}

export const DEFAULT_GROUP_COMMIT: GroupCommitSettings = { lingerMs: 2, maxBytes: 65_536, maxRecords: 1_000 };

/** One append and one sync for everybody in it; `tokens` are told once both have returned. */
export interface CommitGroup<Token> {
  readonly records: readonly SpoolRecord[];
  readonly tokens: readonly Token[];
}

/**
 * Gathers records that become durable together. A sync costs the same for one record and for a hundred, so those that
 * come while one is waiting share it. It holds one group: whoever adds asks whether it is due, and takes it.
 */
export class GroupCommit<Token> {
  readonly #settings: GroupCommitSettings;
  #records: SpoolRecord[] = [];
  #tokens: Token[] = [];
  #bytes = 0;
  #dueAt: Instant | undefined;
  readonly #devices = new Set<string>();

  constructor(settings: GroupCommitSettings = DEFAULT_GROUP_COMMIT) {
    this.#settings = settings;
  }

  get length(): number {
    return this.#records.length;
  }

  /** Whether a record of the device waits here, on its way into the spool. */
  holds(device: string): boolean {
    return this.#devices.has(device);
  }

  /** When `take` has to be called at the latest; `undefined` while nothing waits. */
  get wakeAt(): Instant | undefined {
    return this.#dueAt;
  }

  /** Whether the record can join: a group never exceeds its limits, except by its first record. */
  hasRoomFor(record: SpoolRecord): boolean {
    const { maxBytes, maxRecords } = this.#settings;
    return (
      this.#records.length === 0 ||
      (this.#records.length < maxRecords && this.#bytes + record.payload.length <= maxBytes)
    );
  }

  /** Adds a record; the caller takes the group first where `hasRoomFor` said no. */
  add(record: SpoolRecord, token: Token, now: Instant): void {
    this.#dueAt ??= later(now, this.#settings.lingerMs);
    this.#records.push(record);
    this.#tokens.push(token);
    this.#devices.add(record.device);
    this.#bytes += record.payload.length;
    if (this.#bytes >= this.#settings.maxBytes || this.#records.length >= this.#settings.maxRecords) this.#dueAt = now;
  }

  isDue(now: Instant): boolean {
    return this.#dueAt !== undefined && this.#dueAt <= now;
  }

  take(): CommitGroup<Token> {
    const group = { records: this.#records, tokens: this.#tokens };
    this.#records = [];
    this.#tokens = [];
    this.#devices.clear();
    this.#bytes = 0;
    this.#dueAt = undefined;
    return group;
  }
}

/** A spool and the group on its way into it, as one: what waits for the append is already in front of what comes later. */
export function withGroup(
  spool: { readonly isEmpty: boolean; holds(device: string): boolean },
  group: { readonly length: number; holds(device: string): boolean },
): { readonly isEmpty: boolean; holds(device: string): boolean } {
  return {
    get isEmpty() {
      return spool.isEmpty && group.length === 0;
    },
    holds: (device) => spool.holds(device) || group.holds(device),
  };
}
