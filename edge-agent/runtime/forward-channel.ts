import { EdgeError } from "../../adapters/kit/edge-error.ts";
import { Fifo } from "../../adapters/kit/fifo.ts";
import type { Transport } from "../../adapters/kit/ports.ts";

/** What a channel says on its link. */
export interface ChannelLine {
  /** How many of the bytes are on their way; the rest waits for `writable`. */
  send(bytes: Uint8Array): number;
  /** The peer may send so many bytes more. */
  consumed(bytes: number): void;
  close(how: "end" | "reset"): void;
}

/** One device connection carried over the pair link, as a `Transport`. Its windows bound what waits on either side. */
export class ForwardChannel implements Transport {
  readonly peer: string;
  readonly #line: ChannelLine;
  readonly #received = new Fifo<Uint8Array>();
  readonly #unsent: { bytes: Uint8Array; readonly resolve: () => void; readonly reject: (fault: EdgeError) => void }[] =
    [];
  #wakeReader: (() => void) | undefined;
  #heardEnd = false;
  #fault: EdgeError | undefined;
  /** Our half has ended. */
  #finished = false;
  /** Nobody reads any more. */
  #discarding = false;

  constructor(peer: string, line: ChannelLine) {
    this.peer = peer;
    this.#line = line;
  }

  /** Both sides are done: nothing more comes or goes. */
  get isOver(): boolean {
    return this.#fault !== undefined || (this.#finished && this.#heardEnd);
  }

  /** Broken off, by either side or with the link. */
  get isReset(): boolean {
    return this.#fault !== undefined;
  }

  async *[Symbol.asyncIterator](): AsyncIterator<Uint8Array> {
    for (;;) {
      const bytes = this.#received.shift();
      if (bytes !== undefined) {
        yield bytes;
        if (this.#fault === undefined) this.#line.consumed(bytes.length);
        continue;
      }
      if (this.#fault !== undefined) throw this.#fault;
      if (this.#heardEnd || this.#discarding) return;
      await new Promise<void>((resolve) => {
        this.#wakeReader = resolve;
      });
    }
  }

  write(bytes: Uint8Array): Promise<void> {
    if (this.#finished || this.#fault !== undefined) return Promise.reject(this.#fault ?? gone(this.peer));
    return new Promise((resolve, reject) => {
      this.#unsent.push({ bytes, resolve, reject });
      this.writable();
    });
  }

  /** Ends our half; the other one is read on: a device may close its half and listen. */
  finish(): void {
    if (this.#finished || this.#fault !== undefined) return;
    this.#finished = true;
    this.#line.close("end");
    this.#stop(gone(this.peer));
  }

  /** What still comes is taken and thrown away: a peer with more to say than its window would never come to its end. */
  close(): Promise<void> {
    this.#discarding = true;
    let unread = 0;
    for (let bytes = this.#received.shift(); bytes !== undefined; bytes = this.#received.shift())
      unread += bytes.length;
    if (unread > 0 && this.#fault === undefined) this.#line.consumed(unread);
    this.finish();
    this.#wake();
    return Promise.resolve();
  }

  /** Breaks off, also where our half has ended and the other one is still heard. */
  destroy(): void {
    if (this.isOver) return;
    this.#fault = gone(this.peer);
    this.#line.close("reset");
    this.#stop(this.#fault);
  }

  /** The link: bytes came. */
  receive(bytes: Uint8Array): void {
    if (this.#discarding) {
      if (this.#fault === undefined) this.#line.consumed(bytes.length);
      return;
    }
    this.#received.push(bytes);
    this.#wake();
  }

  /** The link: the other side is done, or gone. */
  ended(how: "end" | "reset"): void {
    if (how === "end") this.#heardEnd = true;
    else this.#fault ??= gone(this.peer);
    if (how === "reset") this.#stop(this.#fault ?? gone(this.peer));
    this.#wake();
  }

  /** The link: there is room again. */
  writable(): void {
    for (let first = this.#unsent[0]; first !== undefined; first = this.#unsent[0]) {
      const taken = this.#line.send(first.bytes);
      if (taken < first.bytes.length) {
        first.bytes = first.bytes.subarray(taken);
        return;
      }
      this.#unsent.shift();
      first.resolve();
    }
  }

  #stop(fault: EdgeError): void {
    for (const one of this.#unsent.splice(0)) one.reject(fault);
    this.#wake();
  }

  #wake(): void {
    this.#wakeReader?.();
    this.#wakeReader = undefined;
  }
}

function gone(peer: string): EdgeError {
  return new EdgeError({
    code: "transport.reset",
    blame: "network",
    retry: "backoff",
    message: `${peer}: the forwarded connection is gone`,
  });
}
