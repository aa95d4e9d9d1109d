import { toInstant } from "../adapters/kit/time.ts";
import { comparePositions, type Position } from "./position.ts";
import type { ProgressBoard } from "./progress-board.ts";
import { type Order, type Release, Resequencer, type ResequencerLimits, type Run } from "./resequencer.ts";
import type { UnfinishedJob } from "./unfinished-jobs.ts";

const LOOK_EVERY_MS = 25;

/** A parcel's turn has come. */
export interface Passage {
  readonly ticket: number;
  readonly orders: readonly Order[];
}

/** Runs the resequencer of one group on real time and asks the other cores' progress while something is held. */
export class Turnstile {
  readonly #board: ProgressBoard;
  readonly #unfinished: () => Promise<readonly UnfinishedJob[]>;
  readonly #machine: Resequencer;
  readonly #waiting = new Map<number, (passage: Passage) => void>();
  #nextTicket = 1;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isClosed = false;

  constructor(parts: {
    readonly board: ProgressBoard;
    /** Jobs unfinished elsewhere: what is missing is in one of them, or will not come. */
    readonly unfinished: () => Promise<readonly UnfinishedJob[]>;
    readonly limits: Partial<ResequencerLimits>;
  }) {
    this.#board = parts.board;
    this.#unfinished = parts.unfinished;
    this.#machine = new Resequencer(parts.limits);
  }

  get held(): number {
    return this.#machine.held;
  }

  /** Offers all parcels of a job in one step; `passed` is called for each when its turn has come. Answers their tickets. */
  async enter(parcels: readonly (readonly Run[])[], passed: (passage: Passage) => void): Promise<number[]> {
    const unknown = new Set<string>();
    for (const runs of parcels) for (const run of runs) if (!this.#machine.knows(run.device)) unknown.add(run.device);
    const progress = await this.#board.fetch([...unknown]);
    for (const [device, position] of progress) this.#pass(this.#machine.learned(device, position, now()));
    const tickets: number[] = [];
    for (const runs of parcels) {
      const ticket = this.#nextTicket++;
      tickets.push(ticket);
      this.#waiting.set(ticket, passed);
      this.#pass(this.#machine.offer(ticket, runs, now()));
    }
    this.#watch(0);
    return tickets;
  }

  /** Another core handled the device up to here. */
  learned(device: string, position: Position): void {
    if (this.#machine.knows(device)) this.#pass(this.#machine.learned(device, position, now()));
  }

  handled(ticket: number): void {
    this.#pass(this.#machine.handled(ticket, now()));
  }

  withdraw(ticket: number): void {
    this.#waiting.delete(ticket);
    this.#pass(this.#machine.withdrawn(ticket, now()));
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
  }

  #pass(releases: readonly Release[]): void {
    for (const release of releases) {
      const passed = this.#waiting.get(release.ticket);
      this.#waiting.delete(release.ticket);
      passed?.(release);
    }
  }

  #watch(afterMs: number): void {
    if (this.#timer !== undefined || this.#isClosed || this.#machine.held === 0) return;
    this.#timer = setTimeout(() => {
      this.#look()
        // Redis is away: what is held stays held for its time, the next look comes.
        .catch(() => undefined)
        .finally(() => {
          this.#timer = undefined;
          this.#watch(LOOK_EVERY_MS);
        });
    }, afterMs);
  }

  async #look(): Promise<void> {
    const blocked = this.#machine.blocked();
    if (blocked.length === 0) return this.#pass(this.#machine.wake(now()));
    // First what is unfinished elsewhere, then how far the others are: a core tells its progress before it finishes a job,
    // so what was finished by the first question is visible to the second.
    const unfinished = await this.#unfinished();
    const devices = new Set(blocked.flatMap((one) => one.runs.map((run) => run.device)));
    const progress = await this.#board.fetch([...devices]);
    for (const [device, position] of progress) this.#pass(this.#machine.learned(device, position, now()));
    const still = new Set(this.#machine.blocked().map((one) => one.ticket));
    for (const { ticket, runs } of blocked) {
      if (!still.has(ticket)) continue;
      const before = unfinished.filter((job) => runs.some((run) => mayBring(job, run))).length;
      this.#machine.behind(ticket, before);
      if (before > 0) continue;
      const devices = runs.map((run) => run.device);
      this.#pass(this.#machine.settle(ticket, devices, now()));
    }
    this.#pass(this.#machine.wake(now()));
  }
}

function mayBring(job: UnfinishedJob, run: Run): boolean {
  const earliest = job.earliest.get(run.device);
  return earliest !== undefined && comparePositions(earliest, run.first) < 0;
}

function now() {
  return toInstant(performance.now());
}
