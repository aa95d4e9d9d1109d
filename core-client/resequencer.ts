import { type DurationMs, type Instant, later } from "../adapters/kit/time.ts";
import { comparePositions, type Position } from "./position.ts";

/**
 * Restores the order of each device where redelivery broke it: jobs of a core that died come back after younger ones, and
 * two cores take turns. A pure machine: parcels in, releases out, time as an argument.
 *
 * A parcel is what one call of the handler will get: a message, or a whole batch. It is released when, for every device in
 * it, all before it was handled, here or elsewhere (`learned`). One whose predecessors are missing is held until it is
 * known that they are in no job any more (`settle`) or until its time (`holdMs`, and more with jobs before it) passed, and then released as `after-gap`: the missing
 * ones may be repeats the agent recognised and left out. A parcel takes all its devices at once or none, so parcels cannot
 * wait for each other in a circle for longer than `holdMs`.
 */
export interface ResequencerLimits {
  readonly holdMs: DurationMs;
  /** Parcels held; above it the one held longest is released as `after-gap`. */
  readonly held: number;
  /** Devices whose position is remembered; above it the one idle longest is forgotten and read again when needed. */
  readonly devices: number;
}

/**
 * A parcel waits a tenth longer for each job before it that others have in hand. Those jobs wait as well: where all run out
 * of patience because of the same one, at two cores, they do so in their order and with time to tell each other. Counted up
 * to ten, so nothing is held for more than twice `holdMs`.
 */
const JOBS_BEFORE = 10;

export const RESEQUENCER_LIMITS: ResequencerLimits = { holdMs: 10_000, held: 5_000, devices: 100_000 };

/** `after-gap`: predecessors are missing. `behind`: a later one was handled before. */
export type Order = "in-order" | "after-gap" | "behind";

/** Consecutive messages of one device within one parcel. */
export interface Run {
  readonly device: string;
  readonly first: Position;
  readonly last: Position;
}

export interface Release {
  readonly ticket: number;
  /** One per run of the parcel. */
  readonly orders: readonly Order[];
}

interface Parcel {
  readonly ticket: number;
  readonly runs: readonly Run[];
  heldSince: Instant;
  /** Jobs others have in hand that may bring what is missing before it. */
  jobsBefore: number;
  /** Devices of which nobody is going to bring what is missing before it. */
  settled: Set<string> | undefined;
}

interface Device {
  /** The last position handled; `undefined`: not known, what comes first is where we begin. */
  handled: Position | undefined;
  busy: boolean;
  /** In the order of their positions. */
  readonly waiting: Parcel[];
}

const NO_RELEASES: readonly Release[] = [];

export class Resequencer {
  readonly #limits: ResequencerLimits;
  /** The most recently used last. */
  readonly #devices = new Map<string, Device>();
  /** In the order they were offered. */
  readonly #held = new Map<number, Parcel>();
  readonly #released = new Map<number, Parcel>();

  constructor(limits: Partial<ResequencerLimits> = {}) {
    this.#limits = { ...RESEQUENCER_LIMITS, ...limits };
  }

  get held(): number {
    return this.#held.size;
  }

  get wakeAt(): Instant | undefined {
    let first: Instant | undefined;
    for (const parcel of this.#held.values()) {
      if (!this.#isBlocked(parcel)) continue;
      const at = this.#patientUntil(parcel);
      if (first === undefined || at < first) first = at;
    }
    return first;
  }

  /** Whether the position of this device is known here, or has to be asked for (`learned`) before it is offered. */
  knows(device: string): boolean {
    return this.#devices.has(device);
  }

  /** Parcels that wait for a missing predecessor and not merely for their turn, with the runs it is missing of. */
  blocked(): readonly { readonly ticket: number; readonly runs: readonly Run[] }[] {
    const blocked: { ticket: number; runs: Run[] }[] = [];
    for (const parcel of this.#held.values()) {
      const runs = parcel.runs.filter((run) => parcel.settled?.has(run.device) !== true && this.#isGap(run, parcel));
      if (runs.length > 0) blocked.push({ ticket: parcel.ticket, runs });
    }
    return blocked;
  }

  /** Tickets are the caller's, each used once. */
  offer(ticket: number, runs: readonly Run[], now: Instant): readonly Release[] {
    const parcel: Parcel = { ticket, runs, heldSince: now, jobsBefore: 0, settled: undefined };
    this.#held.set(ticket, parcel);
    for (const run of runs) insert(this.#device(run.device).waiting, parcel, run);
    const releases = this.#pump(runs, now);
    return this.#held.size > this.#limits.held ? [...releases, ...this.#releaseOldest(now)] : releases;
  }

  /** The handler is done with it. */
  handled(ticket: number, now: Instant): readonly Release[] {
    return this.#finish(ticket, now, true);
  }

  /** The handler refused it or never got it: it will come again, and what follows it waits for that. */
  withdrawn(ticket: number, now: Instant): readonly Release[] {
    return this.#finish(ticket, now, false);
  }

  /** Somebody else handled the device up to here. */
  learned(device: string, position: Position, now: Instant): readonly Release[] {
    const known = this.#device(device);
    if (known.handled !== undefined && comparePositions(position, known.handled) <= 0) return NO_RELEASES;
    known.handled = position;
    return this.#pump([{ device }], now);
  }

  /**
   * What is missing before this parcel of these devices is in no job any more: nobody is going to bring it. Of its other
   * devices nothing is said: what is missing of them, once it is their turn, is asked for then.
   */
  settle(ticket: number, devices: Iterable<string>, now: Instant): readonly Release[] {
    const parcel = this.#held.get(ticket);
    if (parcel === undefined) return NO_RELEASES;
    parcel.settled = new Set([...(parcel.settled ?? []), ...devices]);
    return this.#pump(parcel.runs, now);
  }

  /** So many jobs in other hands may bring what is missing before this parcel. */
  behind(ticket: number, jobs: number): void {
    const parcel = this.#held.get(ticket);
    if (parcel !== undefined) parcel.jobsBefore = Math.min(jobs, JOBS_BEFORE);
  }

  wake(now: Instant): readonly Release[] {
    const releases: Release[] = [];
    for (const parcel of [...this.#held.values()]) {
      if (this.#isExpired(parcel, now)) releases.push(...this.#pump(parcel.runs, now));
    }
    return releases;
  }

  #finish(ticket: number, now: Instant, isHandled: boolean): readonly Release[] {
    const parcel = this.#released.get(ticket) ?? this.#held.get(ticket);
    if (parcel === undefined) return NO_RELEASES;
    const wasReleased = this.#released.delete(ticket);
    this.#held.delete(ticket);
    for (const run of parcel.runs) {
      const device = this.#device(run.device);
      this.#devices.delete(run.device);
      this.#devices.set(run.device, device);
      if (wasReleased) device.busy = false;
      else remove(device.waiting, parcel);
      if (!isHandled) for (const next of device.waiting) holdAnew(next, now);
      else if (device.handled === undefined || comparePositions(run.last, device.handled) > 0)
        device.handled = run.last;
    }
    return this.#pump(parcel.runs, now);
  }

  /** Releases what may go of the given devices. */
  #pump(touched: readonly { readonly device: string }[], now: Instant): readonly Release[] {
    let releases: Release[] | undefined;
    for (const { device: name } of touched) {
      const device = this.#devices.get(name);
      if (device === undefined || device.busy) continue;
      const next = device.waiting.find((parcel) => this.#mayGo(parcel, now));
      if (next === undefined) continue;
      releases ??= [];
      releases.push(this.#release(next));
    }
    return releases ?? NO_RELEASES;
  }

  #release(parcel: Parcel): Release {
    const orders = parcel.runs.map((run) => this.#orderOf(run));
    this.#held.delete(parcel.ticket);
    this.#released.set(parcel.ticket, parcel);
    for (const run of parcel.runs) {
      const device = this.#device(run.device);
      device.busy = true;
      // The first we ever see of a device is where we start: if it fails, what follows waits for it.
      device.handled ??= { epoch: run.first.epoch, sequence: run.first.sequence - 1 };
      remove(device.waiting, parcel);
    }
    return { ticket: parcel.ticket, orders };
  }

  #mayGo(parcel: Parcel, now: Instant): boolean {
    if (parcel.runs.some((run) => this.#device(run.device).busy)) return false;
    return this.#isExpired(parcel, now) || parcel.runs.every((run) => this.#isTurn(run, parcel));
  }

  #isTurn(run: Run, parcel: Parcel): boolean {
    if (this.#device(run.device).waiting[0] !== parcel) return false;
    return parcel.settled?.has(run.device) === true || this.#follows(run);
  }

  /**
   * Nothing can be missing before it. What was salvaged late is no exception: where its place is long past it passes, and
   * where it is the next of its device, as after a takeover, it waits like any other. A device's first message here and the first of a new epoch are not so sure: what comes
   * before them may be at another core, which `settle` finds out.
   */
  #follows(run: Run): boolean {
    const handled = this.#device(run.device).handled;
    if (handled === undefined) return false;
    if (comparePositions(run.first, handled) <= 0) return true;
    return run.first.epoch === handled.epoch && run.first.sequence === handled.sequence + 1;
  }

  /** It is next of what we have, and something before it is missing. */
  #isGap(run: Run, parcel: Parcel): boolean {
    const device = this.#device(run.device);
    return !device.busy && device.waiting[0] === parcel && !this.#follows(run);
  }

  #isBlocked(parcel: Parcel): boolean {
    return !parcel.runs.some((run) => this.#device(run.device).busy);
  }

  /** Nor does one pass those of its devices that stand before it and are still patient. */
  #isExpired(parcel: Parcel, now: Instant): boolean {
    if (now < this.#ownPatience(parcel)) return false;
    for (const before of this.#before(parcel)) if (now < this.#ownPatience(before)) return false;
    return true;
  }

  #patientUntil(parcel: Parcel): Instant {
    let until = this.#ownPatience(parcel);
    for (const before of this.#before(parcel)) {
      const one = this.#ownPatience(before);
      if (one > until) until = one;
    }
    return until;
  }

  #ownPatience(parcel: Parcel): Instant {
    return later(parcel.heldSince, this.#limits.holdMs * (1 + parcel.jobsBefore / JOBS_BEFORE));
  }

  *#before(parcel: Parcel): Iterable<Parcel> {
    for (const run of parcel.runs) {
      for (const one of this.#device(run.device).waiting) {
        if (one === parcel) break;
        yield one;
      }
    }
  }

  /** A new epoch begins with sequence 1. */
  #orderOf(run: Run): Order {
    const handled = this.#device(run.device).handled;
    if (handled === undefined) return "in-order";
    if (comparePositions(run.first, handled) <= 0) return "behind";
    const expected = run.first.epoch === handled.epoch ? handled.sequence + 1 : 1;
    return run.first.sequence === expected ? "in-order" : "after-gap";
  }

  #releaseOldest(now: Instant): readonly Release[] {
    for (const parcel of this.#held.values()) {
      if (!this.#isBlocked(parcel)) continue;
      parcel.settled = new Set(parcel.runs.map((run) => run.device));
      const releases = this.#pump(parcel.runs, now);
      if (releases.length > 0) return releases;
    }
    return NO_RELEASES;
  }

  #device(name: string): Device {
    const known = this.#devices.get(name);
    const device = known ?? { handled: undefined, busy: false, waiting: [] };
    if (known === undefined && this.#devices.size >= this.#limits.devices) this.#forgetOne();
    if (known === undefined) this.#devices.set(name, device);
    return device;
  }

  #forgetOne(): void {
    let looks = 0;
    for (const [name, device] of this.#devices) {
      this.#devices.delete(name);
      if (!device.busy && device.waiting.length === 0) return;
      this.#devices.set(name, device);
      looks += 1;
      if (looks > this.#held.size + this.#released.size) return;
    }
  }
}

/** What it waits for will come again: whatever was known about a gap before it is not true any more. */
function holdAnew(parcel: Parcel, now: Instant): void {
  parcel.heldSince = now;
  parcel.settled = undefined;
}

function insert(waiting: Parcel[], parcel: Parcel, run: Run): void {
  let at = waiting.length;
  while (at > 0) {
    const before = waiting[at - 1]?.runs.find((one) => one.device === run.device);
    if (before === undefined || comparePositions(before.first, run.first) <= 0) break;
    at -= 1;
  }
  waiting.splice(at, 0, parcel);
}

function remove(waiting: Parcel[], parcel: Parcel): void {
  const at = waiting.indexOf(parcel);
  if (at >= 0) waiting.splice(at, 1);
}
