import type { EdgeError } from "../../adapters/kit/edge-error.ts";
import { Fifo } from "../../adapters/kit/fifo.ts";
import { invariant } from "../../adapters/kit/invariant.ts";
import { spoolFault } from "./spool-fault.ts";

/**
 * - `direct`: the queue takes what comes.
 * - `spilling`: it does not; everything goes into the spool.
 * - `draining`: it takes again, and the spool is being emptied. A device with nothing in the spool goes direct: order is a
 *   promise per device, and the others need neither the detour nor the wait.
 * - `closing`: what the drain commits now is the last there is. New entries of devices that are in it wait for the end of
 *   that one commit instead of following into the spool, or a device that never rests would never leave it.
 */
export type StorePathState = "direct" | "spilling" | "draining" | "closing";

/** What the path asks of the spool, the group on its way into it included: see `withGroup`. */
export interface SpoolView {
  readonly isEmpty: boolean;
  holds(device: string): boolean;
}

/** What is to be done with an entry, now and in the order given. */
export type Move<Entry> =
  /** Commit it, and report `settled` or `unsettled`. */
  | { readonly to: "queue"; readonly device: string; readonly entry: Entry }
  /** It is acknowledged when the spool has synced. */
  | { readonly to: "spool"; readonly device: string; readonly entry: Entry }
  /** Not stored, not acknowledged: the device keeps it. */
  | { readonly to: "refuse"; readonly device: string; readonly entry: Entry; readonly fault: EdgeError };

export interface StorePathSettings {
  /** Entries of all devices that wait for the fate of an earlier one of their device. */
  readonly maxWaiting: number;
}

export const DEFAULT_STORE_PATH: StorePathSettings = { maxWaiting: 10_000 };

interface Lane<Entry> {
  /** Entries given to the queue whose fate is open. */
  underWay: number;
  /** Made when the first one has to wait, which is rare. */
  waiting: Fifo<Entry> | undefined;
  /** What a queue that was full turned away while earlier ones were under way: older than all that wait. */
  turnedAway: Fifo<Entry> | undefined;
}

/**
 * Decides for every entry whether it goes into the queue or into the spool, so that the order of a device holds from
 * queue to spool to queue. Two rules are enough: nothing goes direct while an earlier entry of its device is in the spool,
 * and nothing goes into the spool while the fate of an earlier one is open in the queue.
 *
 * Of the queue it asks what the committer promises: entries of a device become durable in the order they were given,
 * and when one is rejected, so is everything of that device given after it, in order. With `queue.overfull` it may be
 * rejected while the fate of those before it is still open; it waits for that here.
 */
export class StorePath<Entry> {
  readonly #spool: SpoolView;
  readonly #settings: StorePathSettings;
  readonly #lanes = new Map<string, Lane<Entry>>();
  #state: StorePathState;
  #waiting = 0;

  constructor(spool: SpoolView, settings: StorePathSettings = DEFAULT_STORE_PATH) {
    this.#spool = spool;
    this.#settings = settings;
    this.#state = spool.isEmpty ? "direct" : "draining";
  }

  get state(): StorePathState {
    return this.#state;
  }

  /** Entries not yet moved anywhere. */
  get waiting(): number {
    return this.#waiting;
  }

  /** A new entry of a device. */
  offer(device: string, entry: Entry): readonly Move<Entry>[] {
    const lane = this.#lanes.get(device);
    if (!this.#mustWait(device, lane)) return [this.#route(device, entry)];
    if (this.#waiting >= this.#settings.maxWaiting) {
      const fault = spoolFault("spool.path.overfull", `${this.#waiting} entries wait for the fate of earlier ones`);
      return [{ to: "refuse", device, entry, fault }];
    }
    const waitingLane = this.#lane(device);
    waitingLane.waiting ??= new Fifo();
    waitingLane.waiting.push(entry);
    this.#waiting += 1;
    return [];
  }

  /** The queue has the oldest entry of the device that was under way. */
  settled(device: string): readonly Move<Entry>[] {
    this.#landed(device);
    return this.#follow(device);
  }

  /**
   * The queue does not have it, or nobody knows. Fenced: nothing of this reign will be stored any more. An entry that alone
   * can never be taken (`retry: never`) is refused alone. Anything else goes into the spool, and what waits behind it.
   */
  unsettled(device: string, entry: Entry, fault: EdgeError): readonly Move<Entry>[] {
    this.#landed(device);
    if (fault.code === "queue.fenced") {
      const behind = this.#takeWaiting(device);
      return [entry, ...behind].map((one) => ({ to: "refuse", device, entry: one, fault }));
    }
    if (fault.retry === "never") return [{ to: "refuse", device, entry, fault }, ...this.#follow(device)];
    this.#state = "spilling";
    if (fault.code === "queue.overfull") {
      const lane = this.#lane(device);
      lane.turnedAway ??= new Fifo();
      lane.turnedAway.push(entry);
      this.#waiting += 1;
      return this.#follow(device);
    }
    return [{ to: "spool", device, entry }, ...this.#follow(device)];
  }

  /** The queue is known to be away: nothing goes direct until a drain succeeds, or finds nothing to do. */
  queueAway(): void {
    this.#state = "spilling";
  }

  /** The drain begins to commit. `isLast`: nothing is left in the spool, nor on its way there, once it has. */
  drainBegins(isLast: boolean): void {
    if (this.#state === "draining" && isLast) this.#state = "closing";
  }

  /** The drain committed and the cursor has moved, or there was nothing to commit and the queue is known to be back. */
  drainSucceeded(): readonly Move<Entry>[] {
    this.#state = this.#spool.isEmpty ? "direct" : "draining";
    return this.#followAll();
  }

  /** What waits for it follows its device's earlier entries into the spool. */
  drainFailed(): readonly Move<Entry>[] {
    this.#state = "spilling";
    return this.#followAll();
  }

  /** The reign is over: nobody tells any more what those that wait are waiting for. */
  end(fault: EdgeError): readonly Move<Entry>[] {
    return [...this.#lanes.keys()].flatMap((device) =>
      this.#takeWaiting(device).map((entry) => ({ to: "refuse" as const, device, entry, fault })),
    );
  }

  #mustWait(device: string, lane: Lane<Entry> | undefined): boolean {
    if (lane !== undefined && hasWaiting(lane)) return true;
    if (this.#goesDirect(device)) return false;
    return (lane !== undefined && lane.underWay > 0) || (this.#state === "closing" && this.#spool.holds(device));
  }

  #goesDirect(device: string): boolean {
    return this.#state !== "spilling" && !this.#spool.holds(device);
  }

  #route(device: string, entry: Entry): Move<Entry> {
    if (!this.#goesDirect(device)) return { to: "spool", device, entry };
    this.#lane(device).underWay += 1;
    return { to: "queue", device, entry };
  }

  #followAll(): readonly Move<Entry>[] {
    return [...this.#lanes.keys()].flatMap((device) => this.#follow(device));
  }

  /** What waited goes the way that is open now. Its moves are one step: the spool does not change in between. */
  #follow(device: string): readonly Move<Entry>[] {
    const lane = this.#lanes.get(device);
    if (lane === undefined || !hasWaiting(lane)) return [];
    const isClosing = this.#state === "closing" && this.#spool.holds(device);
    if (isClosing || (lane.underWay > 0 && !this.#goesDirect(device))) return [];
    return this.#takeWaiting(device).map((entry) => this.#route(device, entry));
  }

  #landed(device: string): void {
    const lane = this.#lanes.get(device);
    invariant(lane !== undefined && lane.underWay > 0, "a fate belongs to an entry under way");
    lane.underWay -= 1;
    if (lane.underWay === 0 && !hasWaiting(lane)) this.#lanes.delete(device);
  }

  #takeWaiting(device: string): readonly Entry[] {
    const lane = this.#lanes.get(device);
    if (lane === undefined || !hasWaiting(lane)) return [];
    const taken = [...(lane.turnedAway ?? []), ...(lane.waiting ?? [])];
    lane.turnedAway = undefined;
    lane.waiting = undefined;
    this.#waiting -= taken.length;
    if (lane.underWay === 0) this.#lanes.delete(device);
    return taken;
  }

  #lane(device: string): Lane<Entry> {
    const known = this.#lanes.get(device);
    if (known !== undefined) return known;
    const lane = { underWay: 0, waiting: undefined, turnedAway: undefined };
    this.#lanes.set(device, lane);
    return lane;
  }
}

function hasWaiting<Entry>({ waiting, turnedAway }: Lane<Entry>): boolean {
  return waiting !== undefined || turnedAway !== undefined;
}
