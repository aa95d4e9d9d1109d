import { toInstant } from "../adapters/kit/time.ts";
import type { ProgressBoard } from "./progress-board.ts";
import { type Order, type Release, Resequencer, type ResequencerLimits, type Run } from "./resequencer.ts";

const LOOK_EVERY_MS = 50;

/** One job's parcels wait here for their turn. */
export interface Passage {
  readonly ticket: number;
  readonly orders: readonly Order[];
}

interface Waiting {
  readonly job: JobTurn;
  readonly passed: (passage: Passage) => void;
}

/** What the turnstile must know of a job to find out whether what is missing before it may still come. */
export interface JobTurn {
  readonly id: string;
  readonly timestamp: number;
}

/** Runs the resequencer of one group on real time and asks the other cores' progress while something is held. */
export class Turnstile {
  readonly #board: ProgressBoard;
  readonly #mayStillCome: (job: JobTurn) => Promise<boolean>;
  readonly #machine: Resequencer;
  readonly #waiting = new Map<number, Waiting>();
  #nextTicket = 1;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isClosed = false;

  constructor(parts: {
    readonly board: ProgressBoard;
    /** Whether jobs before this one are unfinished elsewhere. */
    readonly mayStillCome: (job: JobTurn) => Promise<boolean>;
    readonly limits: Partial<ResequencerLimits>;
  }) {
    this.#board = parts.board;
    this.#mayStillCome = parts.mayStillCome;
    this.#machine = new Resequencer(parts.limits);
  }

  get held(): number {
    return this.#machine.held;
  }

  /** Offers all parcels of a job in one step; `passed` is called for each when its turn has come. Answers their tickets. */
  async enter(
    job: JobTurn,
    parcels: readonly (readonly Run[])[],
    passed: (passage: Passage) => void,
  ): Promise<number[]> {
    const unknown = new Set<string>();
    for (const runs of parcels) for (const run of runs) if (!this.#machine.knows(run.device)) unknown.add(run.device);
    const progress = await this.#board.fetch([...unknown]);
    for (const [device, position] of progress) this.#pass(this.#machine.learned(device, position, now()));
    const tickets: number[] = [];
    for (const runs of parcels) {
      const ticket = this.#nextTicket++;
      tickets.push(ticket);
      this.#waiting.set(ticket, { job, passed });
      this.#pass(this.#machine.offer(ticket, runs, now()));
    }
    this.#watch(0);
    return tickets;
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
      const waiting = this.#waiting.get(release.ticket);
      this.#waiting.delete(release.ticket);
      waiting?.passed(release);
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
    this.#pass(this.#machine.wake(now()));
    const blocked = this.#machine.blocked();
    if (blocked.length === 0) return;
    // First whether anything earlier is unfinished, then how far the others are: a core tells its progress before it
    // finishes a job, so what was finished by the first question is visible to the second.
    const settled: number[] = [];
    const asked = new Map<string, Promise<boolean>>();
    for (const { ticket } of blocked) {
      const job = this.#waiting.get(ticket)?.job;
      if (job === undefined) continue;
      const answer = asked.get(job.id) ?? this.#mayStillCome(job);
      asked.set(job.id, answer);
      if (!(await answer)) settled.push(ticket);
    }
    const progress = await this.#board.fetch([...new Set(blocked.flatMap((one) => one.devices))]);
    for (const [device, position] of progress) this.#pass(this.#machine.learned(device, position, now()));
    const still = new Set(this.#machine.blocked().map((one) => one.ticket));
    for (const ticket of settled) if (still.has(ticket)) this.#pass(this.#machine.settle(ticket, now()));
  }
}

function now() {
  return toInstant(performance.now());
}
