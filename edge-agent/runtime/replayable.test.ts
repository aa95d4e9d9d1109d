import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, it } from "vitest";
import type { Transport } from "../../adapters/kit/ports.ts";
import { Replayable } from "./replayable.ts";

setFlagsFromString("--expose-gc");
const collectGarbage: () => void = runInNewContext("gc");

/** A transport whose bytes are pushed by the test. */
class Pushed implements Transport {
  readonly peer = "test";
  readonly #queue: (Uint8Array | undefined)[] = [];
  #wake: (() => void) | undefined;
  written: Uint8Array[] = [];
  destroyed = false;

  push(...bytes: number[]): void {
    this.#queue.push(Uint8Array.from(bytes));
    this.#wake?.();
  }

  end(): void {
    this.#queue.push(undefined);
    this.#wake?.();
  }

  async *[Symbol.asyncIterator](): AsyncIterator<Uint8Array> {
    for (;;) {
      const next = this.#queue.shift();
      if (next !== undefined) yield next;
      else if (this.#queue.length === 0 && this.#ended) return;
      else {
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
      }
    }
  }

  get #ended(): boolean {
    return this.destroyed;
  }

  write(bytes: Uint8Array): Promise<void> {
    this.written.push(bytes);
    return Promise.resolve();
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  destroy(): void {
    this.destroyed = true;
    this.#wake?.();
  }
}

async function take(from: AsyncIterator<Uint8Array>): Promise<number[]> {
  const next = await from.next();
  return next.done === true ? [] : [...next.value];
}

describe("a connection read twice", () => {
  it("gives the second reader everything from the first byte on, in order", async () => {
    const transport = new Pushed();
    const replayable = new Replayable(transport);
    const first = replayable[Symbol.asyncIterator]();
    transport.push(1, 2);
    expect(await take(first)).toEqual([1, 2]);
    transport.push(3);
    expect(await take(first)).toEqual([3]);
    const second = replayable.detach()[Symbol.asyncIterator]();
    transport.push(4);
    expect([await take(second), await take(second), await take(second)]).toEqual([[1, 2], [3], [4]]);
  });

  it("ends its first reader, also one that is waiting, and loses nothing that reader had asked for", async () => {
    const transport = new Pushed();
    const replayable = new Replayable(transport);
    const first = replayable[Symbol.asyncIterator]();
    transport.push(1);
    expect(await take(first)).toEqual([1]);
    const waiting = first.next();
    const second = replayable.detach()[Symbol.asyncIterator]();
    expect((await waiting).done).toBe(true);
    transport.push(2);
    expect([await take(second), await take(second)]).toEqual([[1], [2]]);
  });

  it("is not destroyed by the reader it was taken from", () => {
    const transport = new Pushed();
    const replayable = new Replayable(transport);
    replayable.detach();
    replayable.destroy();
    expect(transport.destroyed).toBe(false);
  });

  it("is whole only while nobody was answered and little was said", async () => {
    const answered = new Replayable(new Pushed());
    expect(answered.isWhole).toBe(true);
    await answered.write(Uint8Array.of(1));
    expect(answered.isWhole).toBe(false);
    const transport = new Pushed();
    const talkative = new Replayable(transport);
    const reader = talkative[Symbol.asyncIterator]();
    transport.push(...new Array<number>(64 * 1024).fill(7));
    await take(reader);
    expect(talkative.isWhole).toBe(true);
    transport.push(7);
    await take(reader);
    expect(talkative.isWhole).toBe(false);
  });

  it("holds nothing of what went by once it was answered: a conversation may last for months", async () => {
    const chunk = Uint8Array.of(1);
    const endless: Transport = {
      peer: "test",
      write: () => Promise.resolve(),
      close: () => Promise.resolve(),
      destroy: () => {},
      async *[Symbol.asyncIterator]() {
        for (;;) yield chunk;
      },
    };
    const replayable = new Replayable(endless);
    const reader = replayable[Symbol.asyncIterator]();
    const readOn = async (chunks: number): Promise<number> => {
      for (let n = 0; n < chunks; n++) await reader.next();
      collectGarbage();
      return process.memoryUsage().heapUsed;
    };
    await reader.next();
    await replayable.write(chunk);
    const before = await readOn(10_000);
    expect((await readOn(200_000)) - before).toBeLessThan(8_000_000);
  }, 30_000);
});
