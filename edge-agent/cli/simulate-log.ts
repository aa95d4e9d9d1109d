import { createWriteStream, type WriteStream } from "node:fs";
import { toHex } from "../../adapters/kit/bytes.ts";
import type { LogLine } from "./simulate-books.ts";

/** Lines that may wait for the disk; more are left out and counted, a simulation does not grow for its log. */
const WAITING_BYTES_MAX = 16 * 1_024 * 1_024;

/** One JSON object a line, with the time: everything that happens to the devices. */
export class SimulationLog {
  readonly #out: WriteStream;
  #leftOut = 0;

  constructor(file: string) {
    this.#out = createWriteStream(file, { flags: "a" });
    this.#out.on("error", () => {
      this.#leftOut += 1;
    });
  }

  get leftOut(): number {
    return this.#leftOut;
  }

  write(line: LogLine): void {
    if (this.#out.writableLength > WAITING_BYTES_MAX || this.#out.destroyed) {
      this.#leftOut += 1;
      return;
    }
    this.#out.write(`${JSON.stringify({ at: new Date().toISOString(), ...line }, plain)}\n`);
  }

  close(): Promise<void> {
    return new Promise((resolve) => {
      if (this.#out.destroyed) resolve();
      else this.#out.end(() => resolve());
    });
  }
}

function plain(_key: string, value: unknown): unknown {
  if (value instanceof Uint8Array) return toHex(value);
  return typeof value === "bigint" ? String(value) : value;
}
