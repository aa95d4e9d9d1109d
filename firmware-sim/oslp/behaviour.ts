import type { Instant } from "../../adapters/kit/time.ts";
import type { OslpMessage } from "../../adapters/oslp/message.ts";
import type { DeviceState } from "./device-state.ts";

/** What a device does with a request: an answer, possibly late, or nothing at all. */
export type Reply =
  | { readonly kind: "answer"; readonly message: OslpMessage; readonly afterMs?: number }
  /** Reads and says nothing; the connection stays open. */
  | { readonly kind: "silence" }
  | { readonly kind: "hang-up" };

/**
 * One small habit of a device. A device is a list of them; the first that has an answer gives it. Faulty firmware is a
 * behaviour too, put in front of the good ones.
 */
export interface Behaviour {
  readonly name: string;
  /** The device was switched on, or came back from a reboot. */
  readonly starts?: (state: DeviceState, now: Instant) => void;
  /** A request of the platform that was verified. */
  readonly answers?: (state: DeviceState, request: OslpMessage, now: Instant) => Reply | undefined;
  /** Time passes: raises events, changes lights. Returns when it wants to be called next. */
  readonly ticks?: (state: DeviceState, now: Instant) => Instant | undefined;
  /** A last look at an envelope about to leave; what it returns leaves instead. */
  readonly leaves?: (state: DeviceState, envelope: Uint8Array) => Uint8Array;
  /** How long to wait before the conversation the device is about to open; `undefined` has no opinion. */
  readonly opens?: (state: DeviceState, now: Instant) => "refuse" | undefined;
}
