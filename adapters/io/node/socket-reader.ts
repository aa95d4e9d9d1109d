import type { Socket } from "node:net";

const OVER = { done: true, value: undefined } as const;

/**
 * Reads a socket chunk by chunk, when it is asked: what the streams' own iterators do, at a third of their cost, which
 * counts where every request has a connection of its own. Ends where the peer ends or the socket is closed under it.
 */
export class SocketReader implements AsyncIterator<Uint8Array> {
  readonly #socket: Socket;
  readonly #faultOf: (error: unknown) => Error | undefined;
  readonly #left: () => void;
  #waiting: { resolve: (result: IteratorResult<Uint8Array>) => void; reject: (fault: Error) => void } | undefined;
  #listens = false;
  #over = false;
  #error: unknown;

  /**
   * @param faultOf what an error of the socket is to the reader; `undefined` for one that is a plain end
   * @param left called once, when nobody reads any more
   */
  constructor(socket: Socket, faultOf: (error: unknown) => Error | undefined, left: () => void) {
    this.#socket = socket;
    this.#faultOf = faultOf;
    this.#left = left;
  }

  next(): Promise<IteratorResult<Uint8Array>> {
    if (this.#over) return Promise.resolve(OVER);
    this.#listen();
    const chunk = this.#take();
    if (chunk !== undefined) return Promise.resolve({ done: false, value: chunk });
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
      if (this.#socket.destroyed || this.#socket.readableEnded) this.#end();
    });
  }

  return(): Promise<IteratorResult<Uint8Array>> {
    this.#leave();
    return Promise.resolve(OVER);
  }

  #take(): Uint8Array | undefined {
    const chunk: Buffer | null = this.#socket.read();
    return chunk === null ? undefined : new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength);
  }

  #listen(): void {
    if (this.#listens) return;
    this.#listens = true;
    const socket = this.#socket;
    socket.on("readable", this.#onReadable);
    socket.on("end", this.#end);
    socket.on("error", this.#onError);
    socket.on("close", this.#end);
  }

  readonly #onReadable = (): void => {
    const waiting = this.#waiting;
    if (waiting === undefined) return;
    const chunk = this.#take();
    if (chunk === undefined) return;
    this.#waiting = undefined;
    waiting.resolve({ done: false, value: chunk });
  };

  readonly #onError = (error: unknown): void => {
    this.#error = error;
    this.#end();
  };

  /** Whoever is not waiting now asks once more, and hears it then. */
  readonly #end = (): void => {
    const waiting = this.#waiting;
    if (waiting === undefined) return;
    this.#waiting = undefined;
    const fault = this.#faultOf(this.#error ?? this.#socket.errored);
    this.#leave();
    if (fault === undefined) waiting.resolve(OVER);
    else waiting.reject(fault);
  };

  #leave(): void {
    if (this.#over) return;
    this.#over = true;
    if (this.#listens) {
      const socket = this.#socket;
      socket.off("readable", this.#onReadable);
      socket.off("end", this.#end);
      socket.off("error", this.#onError);
      socket.off("close", this.#end);
    }
    this.#left();
  }
}
