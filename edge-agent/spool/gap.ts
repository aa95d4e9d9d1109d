import type { WallMs } from "../../adapters/kit/time.ts";
import type { SpoolRecord } from "./record.ts";

/**
 * Why a record went without being delivered.
 * `full`: no room for it. `evicted`: it made room for a newer or more important one. `age`: older than the limit.
 * `damaged`: the disk lost it. `undeliverable`: the queue refuses this one for good.
 */
export type DropReason = "full" | "evicted" | "age" | "damaged" | "undeliverable";
export const DROP_REASONS: readonly DropReason[] = ["full", "evicted", "age", "damaged", "undeliverable"];

/** Where a message stands among those of its device. */
export interface Order {
  readonly epoch: number;
  readonly sequence: number;
}

/** What the core must hear about what it will not get: within `from` … `to` of the device, `messages` are missing. */
export interface Gap {
  /** Empty where the disk no longer says whose they were. */
  readonly device: string;
  readonly reason: DropReason;
  readonly records: number;
  /** Where `device` is empty, the records: their messages can no longer be counted. */
  readonly messages: number;
  readonly from: Order;
  readonly to: Order;
  readonly since: WallMs;
  readonly until: WallMs;
}

/** Gaps kept one by one; beyond it they are added up under an empty device, by reason. */
export const GAPS_KEPT = 1_024;

/**
 * Gaps on their way to the core. They are in the state file until somebody says they were forwarded, so that a crash
 * between a drop and its announcement does not make the drop a silent one.
 */
export class GapLedger {
  #pending = new Map<string, Gap>();
  #taken: readonly Gap[] = [];

  static of(taken: readonly Gap[], pending: readonly Gap[]): GapLedger {
    const ledger = new GapLedger();
    ledger.#taken = taken;
    for (const gap of pending) ledger.#pending.set(keyOf(gap), gap);
    return ledger;
  }

  get length(): number {
    return this.#pending.size + this.#taken.length;
  }

  get taken(): readonly Gap[] {
    return this.#taken;
  }

  get pending(): readonly Gap[] {
    return [...this.#pending.values()];
  }

  add(record: Omit<SpoolRecord, "payload">, reason: DropReason, now: WallMs): void {
    const from = { epoch: record.epoch, sequence: record.sequence };
    const to = { epoch: record.epoch, sequence: record.sequence + Math.max(0, record.messages - 1) };
    this.#merge({
      device: record.device,
      reason,
      records: 1,
      messages: record.messages,
      from,
      to,
      since: now,
      until: now,
    });
  }

  /** Records whose owner is no longer known. */
  addUnknown(records: number, reason: DropReason, now: WallMs): void {
    const nowhere = { epoch: 0, sequence: 0 };
    this.#merge({ device: "", reason, records, messages: records, from: nowhere, to: nowhere, since: now, until: now });
  }

  /** Hands the gaps out for forwarding; the same ones until `forwarded` is called, whatever is dropped meanwhile. */
  take(): readonly Gap[] {
    if (this.#taken.length === 0) {
      this.#taken = this.pending;
      this.#pending.clear();
    }
    return this.#taken;
  }

  forwarded(): void {
    this.#taken = [];
  }

  #merge(gap: Gap): void {
    const known = this.#pending.get(keyOf(gap));
    if (known !== undefined) this.#pending.set(keyOf(gap), joined(known, gap));
    else if (gap.device === "" || this.#pending.size < GAPS_KEPT) this.#pending.set(keyOf(gap), gap);
    else this.#merge({ ...gap, device: "" });
  }
}

function keyOf(gap: Gap): string {
  return `${gap.reason} ${gap.device}`;
}

function joined(a: Gap, b: Gap): Gap {
  return {
    ...a,
    records: a.records + b.records,
    messages: a.messages + b.messages,
    from: a.device === "" ? a.from : earlier(a.from, b.from),
    to: a.device === "" ? a.to : earlier(a.to, b.to) === a.to ? b.to : a.to,
    until: b.until,
  };
}

function earlier(a: Order, b: Order): Order {
  return a.epoch < b.epoch || (a.epoch === b.epoch && a.sequence <= b.sequence) ? a : b;
}
