import type { Socket } from "node:net";
import type { Flow } from "./conditions.ts";

export interface PipeParts {
  readonly source: Socket;
  readonly sink: Socket;
  /** Asked for every chunk. */
  readonly flow: () => Flow;
  /** Bytes handed on. */
  readonly passed: (bytes: number) => void;
}

type Item = { readonly dueAt: number } & (
  | { readonly kind: "bytes"; readonly bytes: Buffer }
  | { readonly kind: "end" }
  | { readonly kind: "reset" }
);

/** Above this the source has to wait, as it would for a slow receiver. */
const WAITING_ITEMS_MAX = 64;

/** One direction of a relayed connection: bytes, ends and resets in their order, subject to the weather. */
export class Pipe {
  readonly #parts: PipeParts;
  readonly #items: Item[] = [];
  #timer: NodeJS.Timeout | undefined;
  #draining = false;
  #ended = false;
  #abandoned = false;

  constructor(parts: PipeParts) {
    this.#parts = parts;
    const { source, sink } = parts;
    source.on("data", (bytes: Buffer) => this.#take({ kind: "bytes", bytes, dueAt: this.#dueAt() }));
    source.once("end", () => {
      this.#ended = true;
      this.#take({ kind: "end", dueAt: this.#dueAt() });
    });
    source.once("error", () => this.#take({ kind: "reset", dueAt: this.#dueAt() }));
    // Destroyed without an end: somebody reset it.
    source.once("close", () => {
      if (!this.#ended) this.#take({ kind: "reset", dueAt: this.#dueAt() });
    });
    sink.on("drain", () => {
      this.#draining = false;
      this.pump();
    });
  }

  /** The sink is gone, and the source shall not know: what still comes is thrown away. */
  abandon(): void {
    this.#abandoned = true;
    this.#items.length = 0;
    clearTimeout(this.#timer);
    this.#parts.source.resume();
  }

  /** Hands on what may pass now. */
  pump(): void {
    clearTimeout(this.#timer);
    const { source, sink, flow, passed } = this.#parts;
    for (let item = this.#items[0]; item !== undefined; item = this.#items[0]) {
      if (this.#draining || flow().kind === "hold") {
        source.pause();
        return;
      }
      const early = item.dueAt - performance.now();
      if (early > 0) {
        this.#timer = setTimeout(() => this.pump(), Math.ceil(early));
        return;
      }
      this.#items.shift();
      if (item.kind === "reset") sink.resetAndDestroy();
      else if (item.kind === "end") sink.end();
      else {
        passed(item.bytes.length);
        this.#draining = !sink.write(item.bytes);
      }
    }
    if (!this.#draining) source.resume();
  }

  #take(item: Item): void {
    if (this.#abandoned) return;
    this.#items.push(item);
    if (this.#items.length > WAITING_ITEMS_MAX) this.#parts.source.pause();
    this.pump();
  }

  #dueAt(): number {
    const flow = this.#parts.flow();
    return performance.now() + (flow.kind === "delay" ? flow.ms : 0);
  }
}
