import type { Crypto, KeyRef } from "../../adapters/kit/adapter.ts";
import type { Fifo } from "../../adapters/kit/fifo.ts";
import type { Random } from "../../adapters/kit/ports.ts";
import type { Instant, WallMs } from "../../adapters/kit/time.ts";
import type { Agenda } from "./agenda.ts";
import type { DeviceClock } from "./device-clock.ts";
import type { ConfigurationBanks } from "./configuration-banks.ts";
import type { FirmwareBanks } from "./firmware-banks.ts";
import type { Meter } from "./meter.ts";
import type { Notice } from "./notice.ts";
import type { ScheduleStore } from "./schedule-store.ts";
import type { Place } from "./sun.ts";
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
  /** Switched by hand: the schedule leaves it alone until it is told to resume. */
  adHoc?: boolean;
  /** When its schedule switched it last, by the device's clock. */
  scheduledAt?: WallMs;
}

/** What the device really did, written by the device alone: the judge of every promise made about it. */
export interface DeviceLog {
  /** The platform said it has this event. */
  acknowledged(event: { readonly description: string; readonly timestamp: string | undefined }): void;
  /** The device carried out a request. */
  executed(request: { readonly member: string; readonly sequenceNumber: number; readonly body: unknown }): void;
  /** Something an observer may want to see: `registered`, `event rejected`, `no answer`. */
  note(what: string): void;
  /** The same and more, for programs. */
  noticed?(notice: Notice): void;
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
  relays: readonly Relay[];
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
  /** How often it has been started. */
  startups: number;
  /** Verifies what the platform sends. */
  platformKey: KeyRef;
  /** The key before the last SetDeviceVerificationKey, until the new one has verified something. */
  formerPlatformKey: KeyRef | undefined;
  /** Makes a public key it was sent usable; `undefined` for what is no key. */
  readonly learnKey: (spki: Uint8Array) => KeyRef | undefined;
  readonly agenda: Agenda;
  /** Tells the log and the behaviours. */
  readonly notice: (notice: Notice, now: Instant) => void;
  clock: DeviceClock;
  /** Seconds of its clock per second of the instants it is given: more than 1 in an accelerated simulation. */
  readonly speed: number;
  /** Where it stands, once a registration has told it. */
  place: Place | undefined;
  /** What it knows beyond the above is made by the behaviours that need it. */
  schedule: ScheduleStore | undefined;
  configuration: ConfigurationBanks | undefined;
  firmware: FirmwareBanks | undefined;
  meter: Meter | undefined;
  /** When the registration in force was confirmed. */
  registeredAt: Instant | undefined;
  /** The number of the next registration, where it is not thrown. */
  registersWith: number | undefined;
}

/** Events waiting per device; the oldest is dropped when a device has been without a platform for too long. */
export const PENDING_EVENTS_MAX = 1_000;

/** Puts an event into the queue of those to be told, unless the mask says that nobody wants it. */
export function raise(state: DeviceState, event: EventNotification): void {
  if (!isWanted(event.event, state.eventMask)) {
    state.log.noticed?.({ kind: "event-masked" });
    return;
  }
  if (state.pending.length >= PENDING_EVENTS_MAX) {
    state.pending.shift();
    state.log.noticed?.({ kind: "event-dropped" });
  }
  state.pending.push({ event, sequenceNumber: undefined });
}

/** NotificationBit of an event: 2 to the power of its number / 1000. Groups the contract does not have have no bit. */
function isWanted(event: number, mask: number): boolean {
  const group = Math.floor(event / 1_000);
  return group > 7 || (mask & (1 << group)) !== 0;
}

/** `yyyyMMddHHmmss` in UTC. */
export function stampOf(at: WallMs, toRfc3339: (at: WallMs) => string): string {
  return toRfc3339(at).slice(0, 19).replace(/[-:T]/g, "");
}
