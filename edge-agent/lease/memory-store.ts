import { acquireOn, emptyRecord, type LeaseRecord, observeOn, releaseOn, renewOn } from "./record.ts";
import type {
  AcquireReply,
  AcquireRequest,
  LeaseStore,
  ObservedReply,
  ReleaseReply,
  ReleaseRequest,
  RenewReply,
  RenewRequest,
} from "./store.ts";

/** A lease store in memory for simulations, several agents sharing one record. `now` is the store's own clock. */
export class MemoryLeaseStore implements LeaseStore {
  readonly record: LeaseRecord;
  readonly #now: () => number;
  readonly #reach: () => Promise<void>;

  /** @param reach the way to the store: it may delay, and it rejects when the store cannot be reached. */
  constructor(now: () => number, record: LeaseRecord = emptyRecord(), reach: () => Promise<void> = async () => {}) {
    this.record = record;
    this.#now = now;
    this.#reach = reach;
  }

  async acquire(request: AcquireRequest): Promise<AcquireReply> {
    await this.#reach();
    return acquireOn(this.record, request, this.#now());
  }

  async renew(request: RenewRequest): Promise<RenewReply> {
    await this.#reach();
    return renewOn(this.record, request, this.#now());
  }

  async release(request: ReleaseRequest): Promise<ReleaseReply> {
    await this.#reach();
    return releaseOn(this.record, request, this.#now());
  }

  async observe(): Promise<ObservedReply> {
    await this.#reach();
    return observeOn(this.record, this.#now());
  }
}
