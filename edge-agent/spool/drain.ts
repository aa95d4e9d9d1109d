import { type BackoffSettings, pauseBefore } from "../../adapters/kit/backoff.ts";
import type { EdgeError } from "../../adapters/kit/edge-error.ts";
import { invariant } from "../../adapters/kit/invariant.ts";
import type { Random } from "../../adapters/kit/ports.ts";
import { type Instant, later } from "../../adapters/kit/time.ts";
import type { Gap } from "./gap.ts";
import type { Position } from "./position.ts";
import type { StoredRecord } from "./record.ts";

export interface DrainSettings {
  /** Records a second; the queue has live traffic to take too. */
  readonly recordsPerSecond: number;
  /** Records that may go at once after a quiet time. */
  readonly burst: number;
  readonly batchMessages: number;
  /** Payload bytes; the first record always fits. */
  readonly batchBytes: number;
  readonly backoff: BackoffSettings;
}

export const DEFAULT_DRAIN: DrainSettings = {
  recordsPerSecond: 20_000,
  burst: 2_000,
  batchMessages: 100,
  batchBytes: 60_000,
  backoff: { firstMs: 100, maxMs: 5_000, factor: 2, jitter: 0.5 },
};

/** What the drain needs of a spool. */
export interface Drainable {
  readonly isEmpty: boolean;
  readonly last: Position;
  read(request: { readonly maxRecords: number; readonly maxBytes: number }): readonly StoredRecord[];
  trim(through: Position): void;
  discard(through: Position, reason: "undeliverable"): void;
  takeGaps(): readonly Gap[];
  gapsForwarded(): void;
}

/** What is to be committed next. One is outstanding at a time: that is the order per device. */
export type DrainBatch =
  /** Drops to be announced, before anything that came after them. */
  | { readonly kind: "gaps"; readonly gaps: readonly Gap[] }
  | {
      readonly kind: "records";
      readonly records: readonly StoredRecord[];
      /** Nothing will be left in the spool once these are committed. */
      readonly isLast: boolean;
    };

export type DrainPlan =
  | { readonly kind: "commit"; readonly batch: DrainBatch }
  | { readonly kind: "wait"; readonly until: Instant }
  /** A batch is outstanding. */
  | { readonly kind: "busy" }
  /** Nothing is left, neither records nor gaps. */
  | { readonly kind: "empty" };

/**
 * Plans how a spool goes back into the queue: first in, first out, a batch at a time, no faster than allowed, with
 * growing pauses while the queue fails. A record the queue refuses for good is found by halving the batch and given up
 * alone, counted and announced, so that one bad record stops nobody else's.
 */
export class Drain {
  readonly #spool: Drainable;
  readonly #settings: DrainSettings;
  readonly #random: Random;
  #tokens: number;
  #filledAt: Instant | undefined;
  #outstanding: DrainBatch | undefined;
  #failures = 0;
  #retryAt: Instant | undefined;
  /** Records of the next batch at most, while looking for one that is refused for good. */
  #narrow: number | undefined;

  constructor(spool: Drainable, settings: DrainSettings, random: Random) {
    invariant(settings.recordsPerSecond > 0 && settings.burst >= 1, "a drain lets something through");
    this.#spool = spool;
    this.#settings = settings;
    this.#random = random;
    this.#tokens = settings.burst;
  }

  get isBusy(): boolean {
    return this.#outstanding !== undefined;
  }

  /** Commits in a row that failed. */
  get failures(): number {
    return this.#failures;
  }

  plan(now: Instant): DrainPlan {
    if (this.#outstanding !== undefined) return { kind: "busy" };
    this.#refill(now);
    if (this.#retryAt !== undefined && now < this.#retryAt) return { kind: "wait", until: this.#retryAt };
    const gaps = this.#spool.takeGaps();
    if (gaps.length > 0) return this.#commit({ kind: "gaps", gaps });
    if (this.#spool.isEmpty) return { kind: "empty" };
    if (this.#tokens < 1) return { kind: "wait", until: this.#nextToken(now) };
    const records = this.#nextRecords();
    const last = records.at(-1);
    if (last === undefined) {
      // What is left can no longer be read. It was counted just now, and its gap goes out with the next plan.
      this.#spool.trim(this.#spool.last);
      return { kind: "wait", until: now };
    }
    this.#tokens -= records.length;
    return this.#commit({ kind: "records", records, isLast: last.position === this.#spool.last });
  }

  /**
   * What became of the outstanding batch: how many of its records are in the queue, counted from the front, and why not
   * the others (gaps: 1 or 0). The cursor has moved past the former when this returns. The others are sent again: ids are
   * deterministic. A fault that will never pass (`retry: never`) and is not the fence's is the fault of one of them; it is
   * looked for by halving, and given up once it stands alone.
   */
  finished(durable: number, fault: EdgeError | undefined, now: Instant): void {
    const batch = this.#outstanding;
    invariant(batch !== undefined, "a result belongs to an outstanding batch");
    this.#outstanding = undefined;
    if (batch.kind === "gaps" && durable > 0) this.#spool.gapsForwarded();
    if (batch.kind === "records") this.#trim(batch.records.slice(0, durable));
    this.#retryAt = undefined;
    if (fault === undefined) {
      this.#failures = 0;
      this.#narrow = undefined;
      return;
    }
    this.#failures += 1;
    if (batch.kind === "records" && fault.retry === "never" && fault.code !== "queue.fenced") {
      this.#isolate(batch.records.slice(durable));
    } else {
      this.#retryAt = later(now, pauseBefore(this.#failures, this.#settings.backoff, this.#random));
    }
  }

  #isolate(left: readonly StoredRecord[]): void {
    const [bad] = left;
    this.#narrow = left.length > 1 ? Math.floor(left.length / 2) : undefined;
    if (bad !== undefined && left.length === 1) this.#spool.discard(bad.position, "undeliverable");
  }

  /** The queue is known to be back: the pause ends now. */
  encourage(): void {
    this.#retryAt = undefined;
  }

  #commit(batch: DrainBatch): DrainPlan {
    this.#outstanding = batch;
    return { kind: "commit", batch };
  }

  #trim(records: readonly StoredRecord[]): void {
    const last = records.at(-1);
    if (last !== undefined) this.#spool.trim(last.position);
  }

  #nextRecords(): readonly StoredRecord[] {
    const { batchMessages, batchBytes } = this.#settings;
    const maxRecords = Math.max(1, Math.min(this.#narrow ?? batchMessages, Math.floor(this.#tokens)));
    const records = this.#spool.read({ maxRecords, maxBytes: batchBytes });
    let messages = 0;
    const end = records.findIndex((record, i) => {
      messages += Math.max(1, record.messages);
      return i > 0 && messages > batchMessages;
    });
    return end === -1 ? records : records.slice(0, end);
  }

  #refill(now: Instant): void {
    const elapsed = this.#filledAt === undefined ? 0 : Math.max(0, now - this.#filledAt);
    this.#filledAt = now;
    this.#tokens = Math.min(this.#settings.burst, this.#tokens + (elapsed * this.#settings.recordsPerSecond) / 1_000);
  }

  #nextToken(now: Instant): Instant {
    return later(now, Math.max(1, ((1 - this.#tokens) / this.#settings.recordsPerSecond) * 1_000));
  }
}
