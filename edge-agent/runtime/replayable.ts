import type { Transport } from "../../adapters/kit/ports.ts";

/** Bytes kept for a second reader; a peer that says more before anybody knows who it is is not forwarded. */
const KEPT_BYTES = 64 * 1024;

/**
 * A connection that can be read a second time from its first byte, as long as nobody has written to it and little has
 * been said: for a device whose group turns out to be active on another agent.
 */
export class Replayable implements Transport {
  readonly peer: string;
  readonly #transport: Transport;
  readonly #inner: AsyncIterator<Uint8Array>;
  readonly #kept: Uint8Array[] = [];
  #keptBytes = 0;
  #whole = true;
  /** Asked for and not yet there; whoever reads next gets it. */
  #asked: Promise<IteratorResult<Uint8Array>> | undefined;
  #detached = false;
  #wake: (() => void) | undefined;

  constructor(transport: Transport) {
    this.peer = transport.peer;
    this.#transport = transport;
    this.#inner = transport[Symbol.asyncIterator]();
  }

  /** Whether everything that came is still here and nothing was answered. */
  get isWhole(): boolean {
    return this.#whole;
  }

  async *[Symbol.asyncIterator](): AsyncIterator<Uint8Array> {
    const left = new Promise<undefined>((resolve) => {
      this.#wake = () => resolve(undefined);
    });
    while (!this.#detached) {
      this.#asked ??= this.#inner.next();
      // Nobody takes an answered connection away; a race for every chunk of it would leave something behind on `left`.
      const next: IteratorResult<Uint8Array> | undefined = this.#whole
        ? await Promise.race([this.#asked, left])
        : await this.#asked;
      if (next === undefined) return;
      this.#asked = undefined;
      if (next.done === true) return;
      this.#keep(next.value);
      yield next.value;
    }
  }

  write(bytes: Uint8Array): Promise<void> {
    this.#settle();
    return this.#transport.write(bytes);
  }

  close(): Promise<void> {
    return this.#detached ? Promise.resolve() : this.#transport.close();
  }

  destroy(): void {
    if (!this.#detached) this.#transport.destroy();
  }

  /** Takes the connection away from its first reader, which sees it end; the result reads it from the first byte. */
  detach(): Transport {
    this.#detached = true;
    this.#wake?.();
    const transport = this.#transport;
    const rest = this.#rest();
    return {
      peer: this.peer,
      write: (bytes) => transport.write(bytes),
      close: () => transport.close(),
      destroy: () => transport.destroy(),
      [Symbol.asyncIterator]: () => rest,
    };
  }

  async *#rest(): AsyncGenerator<Uint8Array> {
    yield* this.#kept;
    for (;;) {
      const next = await (this.#asked ?? this.#inner.next());
      this.#asked = undefined;
      if (next.done === true) return;
      yield next.value;
    }
  }

  #keep(chunk: Uint8Array): void {
    if (!this.#whole) return;
    this.#keptBytes += chunk.length;
    if (this.#keptBytes > KEPT_BYTES) this.#settle();
    else this.#kept.push(chunk.slice());
  }

  #settle(): void {
    this.#whole = false;
    this.#kept.length = 0;
  }
}
