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
  #closed = false;

  constructor(peer: string, line: ChannelLine) {
    this.peer = peer;
    this.#line = line;
  }

  /** Both sides are done: nothing more comes or goes. */
  get isOver(): boolean {
    return this.#fault !== undefined || (this.#closed && this.#heardEnd);
  }

  async *[Symbol.asyncIterator](): AsyncIterator<Uint8Array> {
    for (;;) {
      const bytes = this.#received.shift();
      if (bytes !== undefined) {
        yield bytes;
        if (!this.#closed) this.#line.consumed(bytes.length);
        continue;
      }
      if (this.#fault !== undefined) throw this.#fault;
      if (this.#heardEnd || this.#closed) return;
      await new Promise<void>((resolve) => {
        this.#wakeReader = resolve;
      });
    }
  }

  write(bytes: Uint8Array): Promise<void> {
    if (this.#closed || this.#fault !== undefined) return Promise.reject(this.#fault ?? gone(this.peer));
    return new Promise((resolve, reject) => {
      this.#unsent.push({ bytes, resolve, reject });
      this.writable();
    });
  }

  close(): Promise<void> {
    if (!this.#closed) {
      this.#closed = true;
      this.#line.close("end");
      this.#stop(gone(this.peer));
    }
    return Promise.resolve();
  }

  destroy(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#line.close("reset");
    this.#stop(gone(this.peer));
  }

  /** The link: bytes came. */
  receive(bytes: Uint8Array): void {
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
