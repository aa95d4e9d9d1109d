import type { Instant } from "../../adapters/kit/time.ts";
import type { OslpMessage } from "../../adapters/oslp/message.ts";
import type { DeviceState } from "./device-state.ts";
import type { Notice } from "./notice.ts";

/** What a device does with a request: an answer, possibly late, or nothing at all. */
export type Reply =
  | {
      readonly kind: "answer";
      readonly message: OslpMessage;
      readonly afterMs?: number;
      /** Instead of the number of the request plus one. */
      readonly sequenceNumber?: number;
      /** Done when the answer has left: it is still verified and signed as before. */
      readonly afterwards?: (now: Instant) => void;
    }
  /** Reads and says nothing; the connection stays open. */
  | { readonly kind: "silence" }
  | { readonly kind: "hang-up" };

/** Which side of a conversation an envelope that is about to leave belongs to. */
export type Leaving = "request" | "answer";

/**
 * One small habit of a device. A device is a list of them; the first that has an answer gives it. Faulty firmware is a
 * behaviour too, put in front of the good ones. One behaviour may serve many devices: what it remembers about one is in
 * the state.
 */
export interface Behaviour {
  readonly name: string;
  /** The device was switched on, or came back from a reboot. */
  readonly starts?: (state: DeviceState, now: Instant) => void;
  /** A request of the platform that was verified. */
  readonly answers?: (state: DeviceState, request: OslpMessage, now: Instant) => Reply | undefined;
  /** Sees the reply somebody gave and may give another one instead. */
  readonly alters?: (state: DeviceState, reply: Reply, request: OslpMessage, now: Instant) => Reply;
  /** Time passes: raises events, changes lights. Returns when it wants to be called next. */
  readonly ticks?: (state: DeviceState, now: Instant) => Instant | undefined;
  /** Something happened inside the device. */
  readonly notices?: (state: DeviceState, notice: Notice, now: Instant) => void;
  /** A last look at an envelope about to leave; what it returns leaves instead. */
  readonly leaves?: (state: DeviceState, envelope: Uint8Array, leaving: Leaving) => Uint8Array;
  /** How the envelope is cut into writes; one write where nobody has an opinion. */
  readonly writes?: (state: DeviceState, envelope: Uint8Array) => readonly Uint8Array[];
  /** How long to wait before the conversation the device is about to open; `undefined` has no opinion. */
  readonly opens?: (state: DeviceState, now: Instant) => "refuse" | undefined;
}
