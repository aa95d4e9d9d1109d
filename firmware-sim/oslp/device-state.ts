import type { Crypto, KeyRef } from "../../adapters/kit/adapter.ts";
import type { Random } from "../../adapters/kit/ports.ts";
import type { WallMs } from "../../adapters/kit/time.ts";
import type { Fifo } from "../../adapters/kit/fifo.ts";
import type { EventNotification } from "../../proto/oslp/gen/types.ts";

/** Who a simulated device is. Nothing of it changes while it runs. */
export interface DeviceIdentity {
  /** Name in the platform, 1 to 40 characters. */
  readonly identification: string;
  /** 2 bytes manufacturer, 10 bytes device uid. */
  readonly deviceId: Uint8Array;
  readonly version: "0.5.1" | "0.6.1";
  readonly kind: "SSLD" | "PSLD";
  /** The device's own private key. */
  readonly signKey: KeyRef;
  /** The platform's public key. */
  readonly platformKey: KeyRef;
  /** IPv4 the device says it can be reached at. */
  readonly ipAddress: readonly [number, number, number, number];
}

export interface Relay {
  /** External index 1 to 6. */
  readonly index: number;
  readonly type: "LIGHT" | "TARIFF";
  on: boolean;
  /** Percent, 1 to 100; kept while off, reported as 0. */
  dim: number;
}

/** What the device really did, written by the device alone: the judge of every promise made about it. */
export interface DeviceLog {
  /** The platform said it has this event. */
  acknowledged(event: { readonly description: string; readonly timestamp: string | undefined }): void;
  /** The device carried out a request. */
  executed(request: { readonly member: string; readonly sequenceNumber: number; readonly body: unknown }): void;
  /** Something an observer may want to see: `registered`, `event rejected`, `no answer`. */
  note(what: string): void;
}

export type Registration = "unregistered" | "confirming" | "registered";

/** One event waiting to be acknowledged: sent again, the same to the byte, until the platform has it. */
export interface PendingEvent {
  readonly event: EventNotification;
  /** The number of the first attempt; repeats use it again, because the device never saw it answered. */
  sequenceNumber: number | undefined;
}

/** The mutable inside of a simulated device; behaviours work on it. */
export interface DeviceState {
  readonly identity: DeviceIdentity;
  readonly relays: readonly Relay[];
  readonly random: Random;
  readonly crypto: Crypto;
  readonly wall: () => WallMs;
  readonly log: DeviceLog;
  readonly pending: Fifo<PendingEvent>;
  registration: Registration;
  /** The last number used or seen, both directions. */
  sequenceNumber: number;
  /** Window told at the confirmation. */
  window: number;
  randomDevice: number;
  randomPlatform: number;
  hasSchedule: boolean;
  eventMask: number;
  /** Switched off or rebooting: neither opens conversations nor answers. */
  poweredOn: boolean;
}

/** Events waiting per device; the oldest is dropped when a device has been without a platform for too long. */
export const PENDING_EVENTS_MAX = 1_000;

export function raise(state: DeviceState, event: EventNotification): void {
  if (state.pending.length >= PENDING_EVENTS_MAX) state.pending.shift();
  state.pending.push({ event, sequenceNumber: undefined });
}

/** `yyyyMMddHHmmss` in UTC. */
export function stampOf(at: WallMs, toRfc3339: (at: WallMs) => string): string {
  return toRfc3339(at).slice(0, 19).replace(/[-:T]/g, "");
}
