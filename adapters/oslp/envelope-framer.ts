import { type EdgeError, toEdgeError } from "../kit/edge-error.ts";
import { PrefixFramer } from "../kit/framing.ts";
import { type OslpFaultCode, oslpFault } from "./codes.ts";
import { envelopeLength, HEADER_BYTES } from "./envelope.ts";

/** What a chunk completed: the envelopes before the fault are whole and good, whatever follows them. */
export interface FramedEnvelopes {
  readonly envelopes: readonly Uint8Array[];
  readonly fault: EdgeError | undefined;
}

/**
 * Cuts the stream into envelopes. It feeds the framer one envelope's bytes at a time, so that an envelope completed
 * before a bad one in the same chunk is not lost with it: the result does not depend on how the stream was cut.
 */
export class EnvelopeFramer {
  readonly #framer: PrefixFramer;
  #announced = HEADER_BYTES;
  #fault: EdgeError | undefined;

  /** `limit`: the longest envelope accepted, header included, in bytes. */
  constructor(limit: number) {
    const tooLong: OslpFaultCode = "oslp.envelope.overlong";
    this.#framer = new PrefixFramer({
      prefix: HEADER_BYTES,
      lengthOf: (header) => {
        this.#announced = envelopeLength(header);
        return this.#announced;
      },
      limit,
      tooLong,
    });
  }

  /** Bytes of an unfinished envelope held back. */
  get pending(): number {
    return this.#framer.pending;
  }

  push(chunk: Uint8Array): FramedEnvelopes {
    const envelopes: Uint8Array[] = [];
    let at = 0;
    while (at < chunk.length && this.#fault === undefined) {
      const held = this.#framer.pending;
      const wanted = (held < HEADER_BYTES ? HEADER_BYTES : this.#announced) - held;
      const take = Math.min(wanted, chunk.length - at);
      try {
        envelopes.push(...this.#framer.push(chunk.subarray(at, at + take)));
      } catch (thrown) {
        this.#fault = toEdgeError(thrown, "oslp.envelope.overlong");
      }
      at += take;
    }
    return { envelopes, fault: this.#fault };
  }
}

/** The fault of a stream that ended with `pending` bytes of an envelope. */
export function truncatedStream(pending: number): EdgeError {
  return oslpFault("oslp.envelope.truncated", `the stream ended after ${pending} bytes of an envelope`, {
    blame: "network",
    retry: "backoff",
    offset: pending,
  });
}
