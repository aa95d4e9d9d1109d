import type { KeyRef } from "../kit/adapter.ts";
import { type DurationMs, MINUTE_MS, SECOND_MS } from "../kit/time.ts";
import type { ContractVersion } from "../../proto/oslp/gen/fields.ts";
import { oslpFault } from "./codes.ts";
import type { Location, OslpDevice } from "./device.ts";
import { ENVELOPE_BYTES_MAX, HEADER_BYTES } from "./envelope.ts";
import type { OslpMemory } from "./memory.ts";
import type { SequenceWindow } from "./sequence-number.ts";

/** How we are a platform. Everything has a default but the key. */
export interface OslpSettings {
  /** Signs everything we send. */
  readonly signingKey: KeyRef;
  /** Where devices of a version find us, and where we find them. There is no version on the wire: the port says it. */
  readonly ports: Readonly<Record<ContractVersion, number>>;
  /** The same for devices on a loopback address, which share a machine with us. */
  readonly loopbackPorts: Readonly<Record<ContractVersion, number>>;
  readonly sequence: SequenceWindow;
  readonly timeouts: {
    /** For the answer to a request. */
    readonly responseMs: DurationMs;
    /** For the rest of an envelope that has begun. */
    readonly envelopeMs: DurationMs;
    /** A connection on which nothing happens. */
    readonly idleMs: DurationMs;
  };
  readonly limits: {
    /** The longest envelope, header included, in bytes. */
    readonly envelopeBytes: number;
    /** Envelopes a device may send ahead on one connection while one of them is being stored. */
    readonly waitingEnvelopes: number;
    /** Events of one EventNotificationRequest. */
    readonly events: number;
  };
  /** Entries of one SetScheduleRequest; a longer schedule goes in pages. */
  readonly schedulePageSize: number;
  /** After a SetLight that was OK, a ResumeSchedule (all relays, not immediately). */
  readonly resumeScheduleAfterSetLight: boolean;
  /** After a SetConfiguration that was OK, a SetReboot. */
  readonly rebootAfterSetConfiguration: boolean;
  /** Told at a registration; `undefined`: devices are told no location. */
  readonly location: Location | undefined;
  /**
   * A conversation a device opened waits for its turn: an outcome `store` without content says whose it is, and nothing
   * of it is looked at before that is `stored`. For a runtime that has conversations of its own with the same device.
   */
  readonly takesTurns: boolean;
}

/** The values of the platforms in the field; where they have no limit, ours. */
export const OSLP_DEFAULTS: Omit<OslpSettings, "signingKey"> = {
  ports: { "0.5.1": 12_121, "0.6.1": 12_122 },
  loopbackPorts: { "0.5.1": 12_123, "0.6.1": 12_124 },
  sequence: { window: 6, maximum: 65_535 },
  timeouts: { responseMs: 20 * SECOND_MS, envelopeMs: 20 * SECOND_MS, idleMs: MINUTE_MS },
  limits: { envelopeBytes: 16_384, waitingEnvelopes: 32, events: 64 },
  schedulePageSize: 5,
  resumeScheduleAfterSetLight: true,
  rebootAfterSetConfiguration: true,
  location: undefined,
  takesTurns: false,
};

/** Settings with the defaults filled in. Throws `oslp.settings.invalid`, which names the setting. */
export function oslpSettings(given: Partial<OslpSettings> & Pick<OslpSettings, "signingKey">): OslpSettings {
  const settings: OslpSettings = { ...OSLP_DEFAULTS, ...given };
  const { sequence, timeouts, limits, location } = settings;
  check("sequence.maximum", sequence.maximum, 1, 65_535);
  check("sequence.window", sequence.window, 1, Math.floor(sequence.maximum / 2) - 1);
  for (const version of ["0.5.1", "0.6.1"] as const) {
    check(`ports.${version}`, settings.ports[version], 1, 65_535);
    check(`loopbackPorts.${version}`, settings.loopbackPorts[version], 1, 65_535);
  }
  check("timeouts.responseMs", timeouts.responseMs, 1, 10 * MINUTE_MS);
  check("timeouts.envelopeMs", timeouts.envelopeMs, 1, 10 * MINUTE_MS);
  check("timeouts.idleMs", timeouts.idleMs, 1, 24 * 60 * MINUTE_MS);
  check("limits.envelopeBytes", limits.envelopeBytes, HEADER_BYTES, ENVELOPE_BYTES_MAX);
  check("limits.waitingEnvelopes", limits.waitingEnvelopes, 1, 1_000);
  check("limits.events", limits.events, 1, 1_000);
  check("schedulePageSize", settings.schedulePageSize, 1, 50);
  if (location !== undefined) {
    check("location.timeOffsetMinutes", location.timeOffsetMinutes, -720, 840);
    check("location.latitude", location.latitude, -90, 90);
    check("location.longitude", location.longitude, -180, 180);
  }
  return settings;
}

/** Where to dial a device; `undefined` while it has neither a configured address nor a registration. */
export function dialTarget(
  settings: OslpSettings,
  device: OslpDevice,
  memory: OslpMemory,
): { readonly host: string; readonly port: number } | undefined {
  const host = device.address ?? memory.active?.address;
  if (host === undefined) return undefined;
  const ports = /^127\.|^::1$|^localhost$/.test(host) ? settings.loopbackPorts : settings.ports;
  return { host, port: device.port ?? ports[device.version] };
}

function check(name: string, value: number, low: number, high: number): void {
  if (value >= low && value <= high) return;
  throw oslpFault("oslp.settings.invalid", `${name} is ${value}; ${low} to ${high} are possible`, {
    blame: "operator",
  });
}
