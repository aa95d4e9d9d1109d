import type { TapFilter, TapItem } from "../model/device-status.ts";
import type { Message } from "../model/message.ts";

/** Messages that wait for one reader. */
export const QUEUED_PER_TAP = 1_000;

interface Tap {
  readonly filter: TapFilter;
  readonly queue: Message[];
  dropped: number;
  wake: (() => void) | undefined;
  closed: boolean;
}

/** Lets people watch messages go by. A slow watcher loses messages and is told how many; nobody else notices. */
export class Taps {
  readonly #taps = new Set<Tap>();

  get size(): number {
    return this.#taps.size;
  }

  show(messages: readonly Message[]): void {
    if (this.#taps.size === 0) return;
    for (const tap of this.#taps) {
      for (const message of messages) if (passes(tap.filter, message)) offer(tap, message);
    }
  }

  /** From the first `next` until the signal, or until all taps are closed. */
  async *open(filter: TapFilter, signal?: AbortSignal): AsyncGenerator<TapItem> {
    const tap: Tap = { filter, queue: [], dropped: 0, wake: undefined, closed: signal?.aborted === true };
    const onAbort = (): void => end(tap);
    signal?.addEventListener("abort", onAbort, { once: true });
    this.#taps.add(tap);
    try {
      while (!tap.closed) {
        if (tap.dropped > 0) {
          const count = tap.dropped;
          tap.dropped = 0;
          yield { kind: "dropped", count };
          continue;
        }
        const message = tap.queue.shift();
        if (message !== undefined) yield { kind: "message", message };
        else {
          await new Promise<void>((resolve) => {
            tap.wake = resolve;
          });
        }
      }
    } finally {
      signal?.removeEventListener("abort", onAbort);
      this.#taps.delete(tap);
    }
  }

  close(): void {
    for (const tap of this.#taps) end(tap);
  }
}

function end(tap: Tap): void {
  tap.closed = true;
  tap.wake?.();
}

function passes({ device, type, protocol }: TapFilter, message: Message): boolean {
  return (
    (device === undefined || message.subject === device) &&
    (type === undefined || message.type === type || message.type === `busbar.${type}.v1`) &&
    (protocol === undefined || message.protocol === protocol)
  );
}

function offer(tap: Tap, message: Message): void {
  if (tap.queue.length >= QUEUED_PER_TAP) tap.dropped += 1;
  else tap.queue.push(message);
  tap.wake?.();
}
