import { type Instant, toInstant, toWall, type WallMs } from "../../kit/time.ts";
import type { CancelTimer, Timers } from "../timers.ts";
import type { SimClock } from "./clock.ts";

export interface SimHostSettings {
  readonly clock: SimClock;
  readonly name: string;
  /** Where this host's monotonic clock starts: those of two machines have nothing to do with each other. */
  readonly monotonicOffsetMs?: number;
  /** How fast this host's clocks run; 1.0001 gains 100 µs a second. */
  readonly rate?: number;
  /** The wall time at the start of the world. */
  readonly wallStartMs?: number;
}

/**
 * A machine with one process on it. Everything that makes the process move (timers, bytes, answers) passes through
 * `deliver`, so that it can be frozen as SIGSTOP does, or killed.
 */
export class SimHost {
  readonly name: string;
  readonly timers: SimTimers;
  readonly #clock: SimClock;
  #frozen = false;
  /** Counts the processes this host has had. What was meant for an earlier one never arrives. */
  #life = 1;
  #waiting: (() => void)[] = [];
  readonly #deathbed = new Set<() => void>();

  constructor(settings: SimHostSettings) {
    this.name = settings.name;
    this.#clock = settings.clock;
    this.timers = new SimTimers(settings, this);
  }

  get frozen(): boolean {
    return this.#frozen;
  }

  get life(): number {
    return this.#life;
  }

  /** Runs it now, when the process is thawed, or never, where the process it was meant for is dead. */
  deliver(life: number, run: () => void): void {
    if (life !== this.#life) return;
    if (this.#frozen) this.#waiting.push(run);
    else run();
  }

  /** As SIGSTOP: nothing runs here, all clocks go on. */
  freeze(): void {
    this.#frozen = true;
  }

  /** As SIGCONT: everything that became due meanwhile runs at once, in its order. */
  thaw(): void {
    this.#frozen = false;
    const life = this.#life;
    for (const run of this.#waiting.splice(0)) this.#clock.after(0, () => this.deliver(life, run));
  }

  /** As SIGKILL. What the process had open is closed by the network it used; a new process may be started here at once. */
  kill(): void {
    this.#life += 1;
    this.#frozen = false;
    this.#waiting = [];
    for (const bury of [...this.#deathbed]) bury();
    this.#deathbed.clear();
  }

  /** Calls back when the process is killed: how the kernel closes what it had open. */
  onKill(bury: () => void): () => void {
    this.#deathbed.add(bury);
    return () => this.#deathbed.delete(bury);
  }
}

/** One host's clocks: drifting, and with a wall clock that can jump. */
export class SimTimers implements Timers {
  readonly #clock: SimClock;
  readonly #host: SimHost;
  readonly #offset: number;
  readonly #rate: number;
  #wallOffset: number;
  /** A timer that was asked for 7.3 fires at a `now` of 7.3 or later, whatever the rounding of the drift. */
  #floor = Number.NEGATIVE_INFINITY;

  constructor(settings: SimHostSettings, host: SimHost) {
    this.#clock = settings.clock;
    this.#host = host;
    this.#offset = settings.monotonicOffsetMs ?? 0;
    this.#rate = settings.rate ?? 1;
    this.#wallOffset = settings.wallStartMs ?? 0;
  }

  now(): Instant {
    return toInstant(Math.max(this.#floor, this.#offset + this.#clock.now * this.#rate));
  }

  wall(): WallMs {
    return toWall(Math.floor(this.#wallOffset + this.#clock.now * this.#rate));
  }

  at(instant: Instant, callback: () => void): CancelTimer {
    const life = this.#host.life;
    let cancelled = false;
    const fire = (): void => {
      if (cancelled) return;
      this.#floor = Math.max(this.#floor, instant);
      callback();
    };
    const cancel = this.#clock.at((instant - this.#offset) / this.#rate, () => this.#host.deliver(life, fire));
    return () => {
      cancelled = true;
      cancel();
    };
  }

  /** As an operator, or NTP in a hurry, steps the clock; negative goes back. */
  jumpWall(byMs: number): void {
    this.#wallOffset += byMs;
  }
}
