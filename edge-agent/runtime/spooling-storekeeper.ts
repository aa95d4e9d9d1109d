import type { Timers } from "../../adapters/io/timers.ts";
import { EdgeError, toEdgeError } from "../../adapters/kit/edge-error.ts";
import type { Random } from "../../adapters/kit/ports.ts";
import type { CommitEntry } from "../model/commit.ts";
import type { Reign } from "../model/reign.ts";
import type { PlacedEntry } from "../queue/load.ts";
import type { ManyOutcome } from "../queue/committer.ts";
import type { Settled } from "../queue/waiting-line.ts";
import { Drain, type DrainBatch, type DrainSettings } from "../spool/drain.ts";
import type { Gap } from "../spool/gap.ts";
import { type SpooledEntry, type StoredRecord, toEntry } from "../spool/record.ts";
import { type Move, StorePath } from "../spool/store-path.ts";
import { AlreadyQueued, type DrainedEntry, type Remembered } from "./already-queued.ts";
import type { GroupSpool } from "./group-spool.ts";
import { pausing } from "./pausing.ts";
import { cursorEntry } from "./spool-cursor.ts";
import type { Storekeeper } from "./storekeeper.ts";

/** What the storekeeper needs of the committer of its reign. */
export interface Commits {
  readonly gate: "open" | "closed" | "ended";
  place(entry: CommitEntry): PlacedEntry;
  take(entry: CommitEntry, settled: Settled): void;
  commitMany(entries: readonly PlacedEntry[]): Promise<ManyOutcome>;
  reopen(): void;
  idle(): Promise<void>;
  end(): void;
}

export interface SpoolingParts {
  readonly reign: Reign;
  readonly committer: Commits;
  readonly spool: GroupSpool;
  readonly drain: DrainSettings;
  readonly timers: Timers;
  readonly random: Random;
  /** Messages that announce what was dropped, stamped for this reign. */
  readonly announce: (gaps: readonly Gap[]) => CommitEntry;
  /** Over the connection commits go over, so that it is behind what was asked for before. */
  readonly remembered: Remembered;
  readonly noted: (what: StoreNote) => void;
  /** Became durable in the spool. */
  readonly spooled?: (entry: CommitEntry) => void;
}

export type StoreNote =
  | { readonly kind: "spilling"; readonly fault: EdgeError }
  /** The queue takes again and nothing is left in the spool. */
  | { readonly kind: "direct"; readonly buffered: number; readonly forMs: number }
  | { readonly kind: "undeliverable"; readonly device: string; readonly fault: EdgeError };

/** An entry on its way, and whoever waits for it. The committer tells it what became of it. */
class Item implements Settled {
  readonly entry: PlacedEntry;
  readonly stored: () => void;
  readonly refused: (fault: EdgeError) => void;
  readonly #fates: Fates;
  /** The queue was asked for it and has not answered. */
  isDoubtful = false;

  constructor(entry: PlacedEntry, fates: Fates, stored: () => void, refused: (fault: EdgeError) => void) {
    this.entry = entry;
    this.#fates = fates;
    this.stored = stored;
    this.refused = refused;
  }

  resolve(): void {
    this.#fates.taken(this);
  }

  reject(fault: EdgeError): void {
    this.#fates.notTaken(this, fault);
  }
}

/** What the queue made of an item: one pair of functions for all of them. */
interface Fates {
  readonly taken: (item: Item) => void;
  readonly notTaken: (item: Item, fault: EdgeError) => void;
}

const LOOK_AGAIN_MS = 50;

/**
 * The queue where it takes an entry in time, the spool where it does not; and the spool back into the queue. Which way an
 * entry goes is decided per device by `StorePath`, so that nothing of a device ever overtakes what it said before.
 */
export class SpoolingStorekeeper implements Storekeeper {
  readonly #parts: SpoolingParts;
  readonly #path: StorePath<Item>;
  readonly #drain: Drain;
  readonly #already: AlreadyQueued;
  #begun = false;
  #ended = false;
  #draining = false;
  #spillingSince: number | undefined;
  /** The queue has taken something since: before that, an empty spool says nothing of it. */
  #taken = false;
  #buffered = 0;
  #open = 0;
  #forgetArrivals: (() => void) | undefined;
  readonly #fates: Fates = {
    taken: (item) => {
      this.#isStored(item);
      this.#perform(this.#path.settled(item.entry.device));
      this.#taken = true;
      if (this.#spillingSince !== undefined && this.#path.state === "direct") this.#noteDirect();
    },
    notTaken: (item, fault) => this.#notTaken(item, fault),
  };

  /**
   * An agent that stood still may hear of a commit when its reign is over. The next one has loaded what is remembered by then,
   * and the device, which is not thanked, says it again there: what we spooled now would be another message, and out of turn.
   */
  readonly #refusal = (): EdgeError | undefined =>
    this.#ended || !this.#parts.reign.mayAct() ? reignOver(this.#parts.reign) : undefined;

  constructor(parts: SpoolingParts) {
    this.#parts = parts;
    this.#path = new StorePath<Item>(parts.spool.view);
    this.#already = new AlreadyQueued(parts.remembered);
    this.#drain = new Drain(parts.spool.sources, parts.drain, parts.random);
  }

  begin(): void {
    this.#begun = true;
    this.#forgetArrivals = this.#parts.spool.onArrival(() => this.#wakeDrain());
    if (!this.#parts.spool.view.isEmpty) this.#spillingSince ??= this.#parts.timers.now();
    this.#wakeDrain();
  }

  get state(): string {
    return this.#path.state;
  }

  /** Entries not yet durable. */
  get open(): number {
    return this.#open;
  }

  store(entry: CommitEntry): Promise<void> {
    if (this.#ended) return Promise.reject(reignOver(this.#parts.reign));
    const placed = this.#parts.committer.place(entry);
    this.#open += 1;
    return new Promise<void>((resolve, reject) => {
      this.#perform(this.#path.offer(entry.device, new Item(placed, this.#fates, resolve, reject)));
    });
  }

  async settle(): Promise<void> {
    while (this.#open > 0 && !this.#ended) await pausing(this.#parts.timers, 5);
    await this.#parts.committer.idle();
  }

  end(): void {
    this.#ended = true;
    this.#forgetArrivals?.();
    this.#parts.committer.end();
    this.#perform(this.#path.end(reignOver(this.#parts.reign)));
  }

  #perform(moves: readonly Move<Item>[]): void {
    for (const move of moves) {
      switch (move.to) {
        case "queue":
          this.#parts.committer.take(move.entry.entry, move.entry);
          break;
        case "spool":
          this.#toSpool(move.entry);
          break;
        case "refuse":
          this.#refuse(move.entry, move.fault);
          break;
      }
    }
  }

  #notTaken(item: Item, fault: EdgeError): void {
    const { device } = item.entry;
    const { noted, timers } = this.#parts;
    if (fault.code !== "queue.fenced") {
      if (fault.retry === "never") noted({ kind: "undeliverable", device, fault });
      else if (this.#spillingSince === undefined) {
        this.#spillingSince = timers.now();
        this.#taken = false;
        noted({ kind: "spilling", fault });
      }
    }
    item.isDoubtful = fault.code === "queue.unavailable";
    this.#perform(this.#path.unsettled(device, item, fault));
  }

  #toSpool(item: Item): void {
    const over = this.#refusal();
    if (over !== undefined) {
      this.#refuse(item, over);
      return;
    }
    this.#buffered += 1;
    this.#add(item.isDoubtful ? { ...item.entry, doubtful: true } : item.entry).then(
      () => {
        this.#parts.spooled?.(item.entry);
        this.#isStored(item);
      },
      (thrown: unknown) => this.#refuse(item, neitherTakes(toEdgeError(thrown, "spool.failed"))),
    );
    this.#wakeDrain();
  }

  /** Never throws: those whose fate the committer tells in the same breath are still to hear of theirs. */
  async #add(entry: SpooledEntry): Promise<void> {
    await this.#parts.spool.add(entry, this.#refusal);
  }

  #isStored(item: Item): void {
    this.#open -= 1;
    item.stored();
  }

  #refuse(item: Item, fault: EdgeError): void {
    this.#open -= 1;
    item.refused(fault);
  }

  #wakeDrain(): void {
    if (!this.#begun || this.#draining || this.#ended) return;
    this.#draining = true;
    this.#drainOn()
      .catch((thrown: unknown) => this.#parts.noted({ kind: "spilling", fault: toEdgeError(thrown, "spool.failed") }))
      .finally(() => {
        this.#draining = false;
        // Something may have been spooled between the last look and now.
        if (!this.#ended && (!this.#parts.spool.view.isEmpty || this.#path.state !== "direct")) {
          void pausing(this.#parts.timers, LOOK_AGAIN_MS).then(() => this.#wakeDrain());
        }
      });
  }

  /** Empties the spool into the queue, a batch at a time, until nothing is left or the reign ends. */
  async #drainOn(): Promise<void> {
    const { spool, timers } = this.#parts;
    while (!this.#ended) {
      const plan = this.#drain.plan(timers.now());
      if (plan.kind === "busy") return;
      if (plan.kind === "empty") {
        if (!spool.view.isEmpty) return;
        this.#backToDirect();
        return;
      }
      if (plan.kind === "wait") await pausing(timers, Math.max(1, plan.until - timers.now()));
      else await this.#commitBatch(plan.batch);
    }
  }

  async #commitBatch(batch: DrainBatch): Promise<void> {
    const { committer, spool, timers } = this.#parts;
    const from = batch.kind === "records" ? spool.sources.current?.incarnation : undefined;
    let drained: DrainedEntry[];
    try {
      drained = batch.kind === "records" ? batch.records.map(toDrained) : [];
    } catch (thrown) {
      // A record that is no entry: looked for and given up as one the queue refuses for good.
      this.#drain.finished(0, toEdgeError(thrown, "spool.record.invalid"), timers.now());
      return;
    }
    this.#path.drainBegins(batch.kind === "records" && batch.isLast && !spool.isJoining);
    const outcome = await this.#commitDrained(batch, drained, from);
    if (this.#ended) return;
    const durable = Math.min(outcome.durable, batch.kind === "records" ? batch.records.length : 1);
    if (from !== undefined) {
      if (outcome.fault === undefined) this.#already.answered(from);
      else this.#already.unanswered(from);
    }
    this.#drain.finished(durable, outcome.fault, timers.now());
    spool.trimmed();
    if (outcome.fault?.code === "queue.fenced") return;
    if (outcome.fault !== undefined) {
      this.#perform(this.#path.drainFailed());
      return;
    }
    committer.reopen();
    this.#taken = true;
    this.#perform(this.#path.drainSucceeded());
  }

  /** Never rejects. */
  async #commitDrained(
    batch: DrainBatch,
    drained: readonly DrainedEntry[],
    from: string | undefined,
  ): Promise<Pick<ManyOutcome, "durable" | "fault">> {
    const { committer, announce } = this.#parts;
    if (batch.kind === "gaps") return await committer.commitMany([committer.place(announce(batch.gaps))]);
    let entries: PlacedEntry[];
    try {
      entries = [...(await this.#already.emptied(drained, from))];
    } catch (thrown) {
      return { durable: 0, fault: toEdgeError(thrown, "queue.unavailable") };
    }
    // How far this spool is drained becomes durable with what was drained: whoever holds a copy of it starts behind.
    const last = drained.at(-1);
    if (last !== undefined && from !== undefined) entries.push(committer.place(cursorEntry(from, last.position)));
    return await committer.commitMany(entries);
  }

  #backToDirect(): void {
    const { committer } = this.#parts;
    if (committer.gate === "closed") committer.reopen();
    this.#perform(this.#path.drainSucceeded());
    if (this.#taken) this.#noteDirect();
  }

  #noteDirect(): void {
    const { timers, noted } = this.#parts;
    if (this.#spillingSince === undefined) return;
    noted({ kind: "direct", buffered: this.#buffered, forMs: timers.now() - this.#spillingSince });
    this.#spillingSince = undefined;
    this.#buffered = 0;
  }
}

/** Throws `spool.record.invalid`. */
function toDrained(record: StoredRecord): DrainedEntry {
  const entry = toEntry(record);
  const { epoch, sequence: order, position } = record;
  return { entry: { ...entry, place: entry.place ?? { epoch, order } }, position };
}

/**
 * A spool that failed takes nothing for as long as it lives, but the queue may be back any moment: what neither takes now
 * is worth another try. Only what can never be stored at all is refused for good.
 */
function neitherTakes(fault: EdgeError): EdgeError {
  if (fault.code !== "spool.failed" && fault.code !== "spool.closed") return fault;
  const { code, blame, message, native, cause } = fault;
  return new EdgeError({ code, blame, retry: "backoff", message, native, cause });
}

function reignOver(reign: Reign): EdgeError {
  return new EdgeError({
    code: "queue.fenced",
    blame: "us",
    retry: "never",
    message: `the reign ${reign.holder}:${reign.epoch} of group ${reign.group} is over`,
  });
}
