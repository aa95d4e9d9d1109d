import { dial } from "../../../adapters/io/node/dial.ts";
import { dialUdp } from "../../../adapters/io/node/udp.ts";
import type { Timers } from "../../../adapters/io/timers.ts";
import { type EdgeError, toEdgeError } from "../../../adapters/kit/edge-error.ts";
import type { Transport } from "../../../adapters/kit/ports.ts";
import { later } from "../../../adapters/kit/time.ts";
import type { MeterState } from "../meter-state.ts";
import type { Push } from "../push.ts";

export interface PushSenderParts {
  readonly meter: MeterState;
  readonly timers: Timers;
  readonly connectTimeoutMs: number;
  /** Waits for a place where too many meters speak at once. */
  readonly gate: <T>(run: () => Promise<T>) => Promise<T>;
}

/** Takes the pushes of one meter to where they go, one after the other; what cannot be delivered is tried again, then left. */
export class PushSender {
  readonly #parts: PushSenderParts;
  #isSending = false;
  #stopped = false;
  #wakePause: (() => void) | undefined;

  constructor(parts: PushSenderParts) {
    this.#parts = parts;
  }

  /** There may be something to send. Returns at once. */
  rouse(): void {
    if (this.#isSending || this.#stopped) return;
    this.#isSending = true;
    void this.#run().finally(() => {
      this.#isSending = false;
    });
  }

  stop(): void {
    this.#stopped = true;
    this.#wakePause?.();
  }

  async #run(): Promise<void> {
    const { meter } = this.#parts;
    for (let push = meter.pushes.peek(); push !== undefined && !this.#stopped; push = meter.pushes.peek()) {
      await this.#deliver(push);
      // The oldest may have been dropped meanwhile.
      if (meter.pushes.peek() === push) meter.pushes.shift();
    }
  }

  async #deliver(push: Push): Promise<void> {
    const { meter, timers, gate } = this.#parts;
    const { setup, destination, retries, pauseMs } = push;
    for (let left = retries; !this.#stopped; left--) {
      const fault = await gate(() => this.#once(push));
      if (fault === undefined) {
        meter.notice({ kind: "pushed", setup, destination }, timers.now());
        return;
      }
      meter.notice({ kind: "push-failed", setup, why: fault.code }, timers.now());
      if (left <= 0) return;
      await this.#pause(pauseMs);
    }
  }

  async #once({ destination, carrier, units }: Push): Promise<EdgeError | undefined> {
    const [, host, port] = /^\[?([^\]]+?)\]?:(\d+)$/.exec(destination) ?? [];
    if (host === undefined) return toEdgeError(new Error(`${destination} is no address`), "transport.name-unknown");
    const address = { host, port: Number(port) };
    let transport: Transport | undefined;
    try {
      transport =
        carrier === "udp"
          ? await dialUdp(address)
          : await dial({ ...address, timeoutMs: this.#parts.connectTimeoutMs });
      for (const unit of units) await transport.write(unit);
      await transport.close();
      return undefined;
    } catch (thrown) {
      transport?.destroy();
      return toEdgeError(thrown, "transport.failed");
    }
  }

  #pause(ms: number): Promise<void> {
    const { timers } = this.#parts;
    return new Promise((resolve) => {
      const cancel = timers.at(later(timers.now(), ms), resolve);
      this.#wakePause = () => {
        cancel();
        resolve();
      };
    });
  }
}
