import type { Message } from "../edge-agent/model/message.ts";
import type { Delivery, Handling } from "./delivery.ts";
import { comparePositions, type Position, positionOf } from "./position.ts";
import type { ReignAge } from "./reign-watch.ts";
import type { Order, Run } from "./resequencer.ts";
import type { Passage } from "./turnstile.ts";

/** Where parcels wait for their turn; without an order to keep, everything passes at once. */
export interface Turns {
  enter(parcels: readonly (readonly Run[])[], passed: (passage: Passage) => void): Promise<number[]>;
  handled(ticket: number): void;
  withdraw(ticket: number): void;
}

export interface JobFacts {
  readonly id: string;
  readonly group: string;
  readonly start: number;
}

/** What came of one start of a job. */
export interface JobOutcome {
  readonly handled: number;
  /** In their order; empty when the job is done. */
  readonly unhandled: readonly Message[];
  /** The first rejection; `undefined` where the run was stopped by `stop`. */
  readonly rejection: { readonly thrown: unknown } | undefined;
  readonly afterGap: number;
  readonly behind: number;
  /** The furthest handled position of each device. */
  readonly progress: ReadonlyMap<string, Position>;
}

/** The messages that go to the handler in one call. */
interface Parcel {
  readonly messages: readonly Message[];
  readonly runs: readonly Run[];
}

/**
 * Hands one job's messages to the handler, each when its turn has come, one call at a time. A message that is rejected takes
 * the later ones of its device with it, nobody else's. Never rejects for what the handler did.
 */
export class JobRun {
  readonly #facts: JobFacts;
  readonly #handling: Handling;
  readonly #turns: Turns;
  readonly #reignOf: (message: Message) => ReignAge;
  readonly #parcels: readonly Parcel[];
  readonly #beforeWaiting: (progress: ReadonlyMap<string, Position>) => void;
  readonly #passed: Passage[] = [];
  readonly #rejectedDevices = new Set<string>();
  readonly #done = new Set<Parcel>();
  readonly #deliveries: Delivery[] = [];
  readonly #progress = new Map<string, Position>();
  #rejection: { readonly thrown: unknown } | undefined;
  #afterGap = 0;
  #behind = 0;
  #isStopped = false;
  #hasEntered = false;
  #wake: () => void = () => undefined;

  constructor(parts: {
    readonly facts: JobFacts;
    readonly messages: readonly Message[];
    readonly handling: Handling;
    readonly turns: Turns;
    readonly reignOf: (message: Message) => ReignAge;
    /** Called with what was handled so far before it waits for a turn: others may be waiting for just that. */
    readonly beforeWaiting?: (progress: ReadonlyMap<string, Position>) => void;
  }) {
    this.#facts = parts.facts;
    this.#handling = parts.handling;
    this.#turns = parts.turns;
    this.#reignOf = parts.reignOf;
    this.#beforeWaiting = parts.beforeWaiting ?? (() => undefined);
    this.#parcels =
      parts.handling.mode === "batch" ? [toParcel(parts.messages)] : parts.messages.map((one) => toParcel([one]));
  }

  /** Its messages are where their turns are decided: nothing of it is missing any more. */
  get hasEntered(): boolean {
    return this.#hasEntered;
  }

  /** What has not begun is given back; the call under way is waited for. */
  stop(): void {
    this.#isStopped = true;
    this.#wake();
  }

  async run(): Promise<JobOutcome> {
    const runs = this.#parcels.map((parcel) => parcel.runs);
    const tickets = await this.#turns.enter(runs, (passage) => {
      this.#passed.push(passage);
      this.#wake();
    });
    this.#hasEntered = true;
    const open = new Map(tickets.map((ticket, at) => [ticket, this.#parcels[at]]));
    while (open.size > 0 && !this.#isStopped) {
      const passage = this.#passed.shift();
      if (passage === undefined) {
        this.#beforeWaiting(this.#progress);
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
        continue;
      }
      const parcel = open.get(passage.ticket);
      if (parcel === undefined) continue;
      open.delete(passage.ticket);
      if (await this.#handle(parcel, passage)) this.#turns.handled(passage.ticket);
      else {
        this.#turns.withdraw(passage.ticket);
        this.#withdrawFollowers(open);
      }
    }
    for (const ticket of open.keys()) this.#turns.withdraw(ticket);
    let handled = 0;
    for (const parcel of this.#done) handled += parcel.messages.length;
    const unhandled = this.#parcels.filter((parcel) => !this.#done.has(parcel)).flatMap((parcel) => parcel.messages);
    return {
      handled,
      unhandled,
      rejection: this.#rejection,
      afterGap: this.#afterGap,
      behind: this.#behind,
      progress: this.#progress,
    };
  }

  async #handle(parcel: Parcel, passage: Passage): Promise<boolean> {
    const orders = ordersOf(parcel, passage);
    const deliveries = parcel.messages.map((message) =>
      this.#deliveryOf(this.#reignOf(message), orders?.get(message.subject) ?? "in-order"),
    );
    try {
      const handling = this.#handling;
      if (handling.mode === "batch") await handling.handler(parcel.messages, deliveries);
      else
        for (const [at, message] of parcel.messages.entries()) {
          const delivery = deliveries[at];
          if (delivery !== undefined) await handling.handler(message, delivery);
        }
    } catch (thrown) {
      this.#rejection ??= { thrown };
      for (const run of parcel.runs) this.#rejectedDevices.add(run.device);
      return false;
    }
    this.#done.add(parcel);
    for (const [at, run] of parcel.runs.entries()) {
      const before = this.#progress.get(run.device);
      if (before === undefined || comparePositions(run.last, before) > 0) this.#progress.set(run.device, run.last);
      if (passage.orders[at] === "after-gap") this.#afterGap += 1;
      if (passage.orders[at] === "behind") this.#behind += 1;
    }
    return true;
  }

  #withdrawFollowers(open: Map<number, Parcel | undefined>): void {
    for (const [ticket, parcel] of open) {
      if (parcel?.runs.some((run) => this.#rejectedDevices.has(run.device)) !== true) continue;
      open.delete(ticket);
      this.#turns.withdraw(ticket);
    }
  }

  /** Most messages of a job have the same: there are six at most. */
  #deliveryOf(reign: ReignAge, order: Order): Delivery {
    for (const one of this.#deliveries) if (one.order === order && one.reign === reign) return one;
    const { group, id, start } = this.#facts;
    const delivery = { group, jobId: id, start, order, reign };
    this.#deliveries.push(delivery);
    return delivery;
  }
}

/** Without an order to keep. */
export class NoTurns implements Turns {
  #nextTicket = 1;

  enter(parcels: readonly (readonly Run[])[], passed: (passage: Passage) => void): Promise<number[]> {
    const tickets = parcels.map(() => this.#nextTicket++);
    for (const [at, ticket] of tickets.entries()) {
      passed({ ticket, orders: (parcels[at] ?? []).map(() => "in-order" as const) });
    }
    return Promise.resolve(tickets);
  }

  handled(): void {}

  withdraw(): void {}
}

/** By device; `undefined` where all are in order, which is nearly always. */
function ordersOf(parcel: Parcel, passage: Passage): ReadonlyMap<string, Order> | undefined {
  if (passage.orders.every((order) => order === "in-order")) return undefined;
  return new Map(parcel.runs.map((run, at) => [run.device, passage.orders[at] ?? "in-order"]));
}

function toParcel(messages: readonly Message[]): Parcel {
  const runs = new Map<string, { first: Position; last: Position }>();
  for (const message of messages) {
    const position = positionOf(message);
    const run = runs.get(message.subject);
    if (run === undefined) {
      runs.set(message.subject, { first: position, last: position });
      continue;
    }
    if (comparePositions(position, run.last) > 0) run.last = position;
    if (comparePositions(position, run.first) < 0) run.first = position;
  }
  return { messages, runs: [...runs].map(([device, run]) => ({ device, ...run })) };
}
