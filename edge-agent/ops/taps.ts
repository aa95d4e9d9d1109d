import { once } from "node:events";
import type { FastifyInstance } from "fastify";
import { OpsFault } from "./ops-fault.ts";
import { tapFilter } from "./queries.ts";
import type { TapFilter } from "../model/device-status.ts";
import type { OpsSource } from "./source.ts";

const NEWLINE = "\n";
/** A line that says nothing but "still here", so that a cut connection is noticed by both sides. */
const QUIET_MS = 15_000;

/**
 * Messages as they go by, one JSON object a line: `{"message": …}`, `{"dropped": n}` for what a slow reader missed, and
 * `{"quiet": true}` now and then where nothing happens.
 */
export class Taps {
  readonly #source: Pick<OpsSource, "tap">;
  readonly #max: number;
  readonly #open = new Set<AbortController>();

  constructor(source: Pick<OpsSource, "tap">, max: number) {
    this.#source = source;
    this.#max = max;
  }

  addTo(app: FastifyInstance): void {
    app.get("/tap", async (request, reply) => {
      const filter = tapFilter(request.query);
      if (this.#open.size >= this.#max) {
        throw new OpsFault(429, "ops.taps.full", `${this.#max} taps are open already; ops.maxTaps is the limit`);
      }
      const ending = new AbortController();
      this.#open.add(ending);
      reply.raw.once("close", () => ending.abort());
      reply.hijack();
      reply.raw.writeHead(200, {
        ...Object.fromEntries(Object.entries(reply.getHeaders()).map(([name, value]) => [name, String(value)])),
        "content-type": "application/x-ndjson",
      });
      reply.raw.flushHeaders();
      try {
        await this.#pour(filter, ending.signal, reply.raw);
      } finally {
        this.#open.delete(ending);
        reply.raw.end();
      }
    });
  }

  close(): void {
    for (const one of this.#open) one.abort();
  }

  async #pour(filter: TapFilter, signal: AbortSignal, out: NodeJS.WritableStream): Promise<void> {
    const quiet = setInterval(() => out.write(`{"quiet":true}${NEWLINE}`), QUIET_MS);
    try {
      for await (const item of this.#source.tap(filter, signal)) {
        const line = item.kind === "message" ? { message: item.message } : { dropped: item.count };
        // Waiting here lets the source's own bound fill, and it counts what does not fit.
        if (!out.write(JSON.stringify(line) + NEWLINE)) await once(out, "drain", { signal });
        if (signal.aborted) return;
      }
    } catch (thrown) {
      if (!signal.aborted) throw thrown;
    } finally {
      clearInterval(quiet);
    }
  }
}
