import { EdgeError } from "../../../adapters/kit/edge-error.ts";
import { Fifo } from "../../../adapters/kit/fifo.ts";
import type { Transport } from "../../../adapters/kit/ports.ts";

/** Lets so many connections be open at once; the others wait in the order they came. */
export class Gate {
  #free: number;
  #closed = false;
  readonly #waiting: Fifo<{ readonly enter: () => void; readonly turnAway: (fault: EdgeError) => void }> = new Fifo();

  constructor(atOnce: number) {
    this.#free = atOnce;
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  /** Opens a connection when there is room; the room is free again when the connection is closed. */
  async through<Line extends Transport>(open: () => Promise<Line>): Promise<Transport> {
    await this.#enter();
    try {
      return new Passage(await open(), () => this.#leave());
    } catch (thrown) {
      this.#leave();
      throw thrown;
    }
  }

  /** Nobody comes through any more, those who wait neither: they get `transport.aborted`. */
  close(): void {
    this.#closed = true;
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) next.turnAway(closed());
  }

  #enter(): Promise<void> {
    if (this.#closed) return Promise.reject(closed());
    if (this.#free > 0) {
      this.#free -= 1;
      return Promise.resolve();
    }
    return new Promise((enter, turnAway) => this.#waiting.push({ enter, turnAway }));
  }

  #leave(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#free += 1;
    else next.enter();
  }
}

function closed(): EdgeError {
  return new EdgeError({
    code: "transport.aborted",
    blame: "us",
    retry: "never",
    message: "the fleet is being stopped",
  });
}

/** A connection that says once that it is over. */
class Passage implements Transport {
  readonly #line: Transport;
  readonly #over: () => void;
  #isOver = false;

  constructor(line: Transport, over: () => void) {
    this.#line = line;
    this.#over = over;
  }

  get peer(): string {
    return this.#line.peer;
  }

  write(bytes: Uint8Array): Promise<void> {
    return this.#line.write(bytes);
  }

  async close(): Promise<void> {
    await this.#line.close();
    this.#end();
  }

  destroy(): void {
    this.#line.destroy();
    this.#end();
  }

  [Symbol.asyncIterator](): AsyncIterator<Uint8Array> {
    return this.#line[Symbol.asyncIterator]();
  }

  #end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#over();
  }
}
