import type { Apdu } from "../../adapters/dlms/apdu/apdu.ts";
import type { DurationMs, Instant } from "../../adapters/kit/time.ts";
import type { MeterState } from "./meter-state.ts";
import type { Notice } from "./notice.ts";

/** What a meter does about a request. */
export type Reply =
  | { readonly kind: "answer"; readonly apdu: Apdu; readonly afterMs?: DurationMs }
  /** Reads and says nothing; the connection stays open. */
  | { readonly kind: "silence" }
  | { readonly kind: "hang-up" }
  /** Loses power: every connection is gone, and with it every association and block transfer. */
  | { readonly kind: "reboot"; readonly awayMs: DurationMs };

/**
 * One small habit of a meter. A meter is a list of them: good ones bring their objects, faulty ones stand in front and
 * spoil answers. One behaviour may serve many meters; what it remembers about one is made in `begins`.
 */
export interface Behaviour {
  readonly name: string;
  /** Called once for a meter, before it runs: adds objects, and gives what it does with this meter. */
  readonly begins?: (meter: MeterState) => Habit;
}

export interface Habit {
  /** Switched on, or back from a reboot. */
  readonly starts?: (now: Instant) => void;
  /** Time passes. Returns when it wants to be called next. */
  readonly ticks?: (now: Instant) => Instant | undefined;
  readonly notices?: (notice: Notice, now: Instant) => void;
  /** A request, deciphered: an answer of its own instead of the meter's; the request is not carried out then. */
  readonly answers?: (request: Apdu, now: Instant) => Reply | undefined;
  /** Sees the reply that was given, the deed done, and may give another one instead. */
  readonly alters?: (reply: Reply, request: Apdu, now: Instant) => Reply;
  /** The octets of an answer before they are protected. */
  readonly encodes?: (octets: Uint8Array, now: Instant) => Uint8Array;
  /** The protected octets of an APDU about to leave. */
  readonly protects?: (octets: Uint8Array, now: Instant) => Uint8Array;
  /** A link unit about to leave (wrapper PDU or HDLC frame): what is written, in how many writes. */
  readonly leaves?: (unit: Uint8Array, now: Instant) => readonly Uint8Array[];
}
