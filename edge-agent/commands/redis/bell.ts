import type { RedisConnection } from "../../../adapters/io/node/redis.ts";
import type { Timers } from "../../../adapters/io/timers.ts";
import { later } from "../../../adapters/kit/time.ts";

/**
 * Rings when there may be a job to take: BullMQ puts a marker where a taker waits for it. It may ring for nothing, and
 * where the connection is silent it rings by itself after a while: the queue is the truth.
 */
export class Bell {
  readonly #connection: RedisConnection;
  readonly #timers: Timers;
  readonly #marker: string;
  #listening: Promise<unknown> | undefined;
  #ring: (() => void) | undefined;

  /** The connection, of role `worker`, becomes the bell's: `close` ends it. */
  constructor(connection: RedisConnection, timers: Timers, marker: string) {
    this.#connection = connection;
    this.#timers = timers;
    this.#marker = marker;
  }

  /** Resolves when it rings, at the latest after `longestMs`. */
  wait(longestMs: number): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.#timers.at(later(this.#timers.now(), longestMs), () => this.#ring?.());
      this.#ring = () => {
        cancel();
        this.#ring = undefined;
        resolve();
      };
      this.#listen();
    });
  }

  /** Wakes up who waits. */
  ring(): void {
    this.#ring?.();
  }

  close(): void {
    this.ring();
    this.#connection.client.disconnect();
  }

  /** One blocking read at a time; it outlives a wait that rang by itself, and then serves the next. */
  #listen(): void {
    this.#listening ??= this.#connection.client
      .bzpopmin(this.#marker, LISTEN_S)
      .then(
        (marker) => {
          if (marker !== null) this.ring();
        },
        // A connection that is closed or failing: the wait ends by its own time, and the next one tries again.
        () => undefined,
      )
      .finally(() => {
        this.#listening = undefined;
        if (this.#ring !== undefined && this.#connection.client.status === "ready") this.#listen();
      });
  }
}

/** Seconds; less than the silence after which a connection of role `worker` counts as dead. */
const LISTEN_S = 5;
