import type { EdgeError } from "../../../adapters/kit/edge-error.ts";
import type { Instant } from "../../../adapters/kit/time.ts";

/** What came in from one client for one logical device. */
export type Heard = { readonly client: number; readonly logicalDevice: number } & (
  | { readonly kind: "apdu"; readonly apdu: Uint8Array }
  /** The layer below has something to say of its own. */
  | { readonly kind: "frames"; readonly units: readonly Uint8Array[] }
  /** The link below is over, and the associations on it. */
  | { readonly kind: "disconnected"; readonly units: readonly Uint8Array[] }
);

export interface Received {
  readonly heard: readonly Heard[];
  readonly fault: EdgeError | undefined;
}

/** What carries the APDUs of one connection: the wrapper in a stream or in datagrams, or HDLC. */
export interface Carrier {
  receive(chunk: Uint8Array, now: Instant): Received;
  /** The units that carry an APDU back. */
  send(to: Heard, apdu: Uint8Array): readonly Uint8Array[];
  /** There is no answer: where the layer must say so, its units. */
  nothing(to: Heard): readonly Uint8Array[];
  /** The answer comes later: where the layer says so meanwhile, its units. */
  later(to: Heard): readonly Uint8Array[];
  wake(now: Instant): Received;
  readonly wakeAt: Instant | undefined;
  readonly pending: number;
  /** Blocks of a general block transfer that can be sent without the client saying something in between. */
  readonly blocksAtOnce: number;
}
