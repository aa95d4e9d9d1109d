import type { SimClock } from "../../adapters/io/sim/clock.ts";
import type { SeededRandom } from "../../adapters/kit/random.ts";
import type { DurationMs } from "../../adapters/kit/time.ts";
import type { Court } from "./court.ts";
import { copyState, emptyState, lostBetween, type RedisState } from "./redis-state.ts";

/**
 * `steady`: one Redis with its log: a killed process loses nothing. `replicated`: commits and acquisitions wait for a
 * replica, and a failover loses what no replica has. `lossy`: nobody waits, and a power failure or a failover loses the
 * last of what was confirmed, lease, epoch, ledger and messages alike.
 */
export type RedisMode = "steady" | "replicated" | "lossy";

export interface SimRedisSettings {
  readonly clock: SimClock;
  readonly random: SeededRandom;
  readonly court: Court;
  readonly mode: RedisMode;
}

/** What a request wants to be told, whatever happens. */
export interface Visitor {
  readonly run: () => void;
  /** Redis went down while it waited, or is not there. */
  readonly gone: () => void;
}

/** How long WAIT waits for a replica that does not answer. */
const WAIT_MS: DurationMs = 100;

/** One Redis as the agents and the cores reach it: one thread, one state, and every way in which it fails. */
export class SimRedis {
  readonly mode: RedisMode;
  readonly #settings: SimRedisSettings;
  #state: RedisState = emptyState();
  #up = true;
  #stopped = false;
  #backlog: Visitor[] = [];
  /** What the replica has, since it no longer follows. */
  #replica: RedisState | undefined;
  #clockOffset = 0;
  #refusing: "OOM" | "READONLY" | undefined;
  readonly #bells = new Set<() => void>();

  constructor(settings: SimRedisSettings) {
    this.#settings = settings;
    this.mode = settings.mode;
  }

  get state(): RedisState {
    return this.#state;
  }

  get isUp(): boolean {
    return this.#up;
  }

  get refusing(): "OOM" | "READONLY" | undefined {
    return this.#refusing;
  }

  /** Its own clock, by which keys expire. */
  get time(): number {
    return this.#settings.clock.now + this.#clockOffset;
  }

  get court(): Court {
    return this.#settings.court;
  }

  /** Lets a request in: now, or when the process goes on, or never. */
  serve(visitor: Visitor): void {
    if (!this.#up) visitor.gone();
    else if (this.#stopped) this.#backlog.push(visitor);
    else visitor.run();
  }

  /** When what was written now is as durable as it was asked for; `undefined`: nobody will confirm it. */
  confirmation(): { readonly afterMs: DurationMs; readonly confirmed: boolean } {
    if (this.mode !== "replicated") return { afterMs: 0, confirmed: true };
    if (this.#replica !== undefined) return { afterMs: WAIT_MS, confirmed: false };
    return { afterMs: 0.2 + this.#settings.random.below(1_000) / 1_000, confirmed: true };
  }

  /** As SIGSTOP, or a slow disk. */
  stop(): void {
    this.#stopped = true;
  }

  goOn(): void {
    this.#stopped = false;
    for (const visitor of this.#backlog.splice(0)) this.serve(visitor);
  }

  /** As SIGKILL: the log has everything that was answered, and more. */
  kill(): void {
    this.#up = false;
    this.#stopped = false;
    this.#refusing = undefined;
    for (const visitor of this.#backlog.splice(0)) visitor.gone();
  }

  start(): void {
    this.#up = true;
  }

  refuse(why: "OOM" | "READONLY" | undefined): void {
    this.#refusing = why;
  }

  /** From here on nothing reaches the replica (or the medium): it is what a failover would find. */
  lag(): void {
    this.#replica ??= copyState(this.#state);
  }

  /** The replica follows again, or the medium was synced. */
  catchUp(): void {
    this.#replica = undefined;
  }

  /** The master is gone; the replica (or the medium) is what there is now. To be started. */
  failover(): void {
    this.kill();
    const after = this.#replica;
    if (after === undefined) return;
    this.#replica = undefined;
    const lost = lostBetween(this.#state, after);
    this.#state = after;
    this.court.tell({ kind: "forgot", ...lost });
  }

  jumpClock(byMs: number): void {
    this.#clockOffset += byMs;
  }

  /** Calls back whenever a command was queued. */
  onCommand(ring: () => void): () => void {
    this.#bells.add(ring);
    return () => this.#bells.delete(ring);
  }

  ringBells(): void {
    for (const ring of [...this.#bells]) ring();
  }
}
