import { Event } from "../../proto/oslp/gen/types.ts";
import type { EventCategory, Severity } from "../../edge-agent/model/data.ts";

/** What we make of an event number. */
export interface EventFacts {
  /** Ours: `light.on`; `oslp.event-2` for a number no contract has. */
  readonly code: string;
  /** The name in the contract, or the number as text: vendors have their own. */
  readonly nativeCode: string;
  readonly category: EventCategory;
  readonly severity: Severity;
  /** NotificationBit of its group, 2 to the power of number / 1000; `undefined` above the last group. */
  readonly notificationBit: number | undefined;
}

export type EventName = keyof typeof Event;

/** Facts of any number: unknown ones are data too, in the category of their group. */
export function eventFacts(number: number): EventFacts {
  const group = Math.floor(number / 1_000);
  const notificationBit = group >= 0 && group < GROUPS.length ? 2 ** group : undefined;
  const name = NAMES.get(number);
  if (name !== undefined) {
    const [code, category, severity] = FACTS[name];
    return { code, nativeCode: name, category, severity, notificationBit };
  }
  const category = GROUPS[group] ?? "diag";
  return { code: `oslp.event-${number}`, nativeCode: String(number), category, severity: "warning", notificationBit };
}

/** The category of the groups 0 to 7, by thousands of the event number. */
const GROUPS: readonly EventCategory[] = [
  "diag",
  "hardware",
  "light",
  "tariff",
  "diag",
  "firmware",
  "comms",
  "security",
];

const FACTS: Readonly<Record<EventName, readonly [code: string, EventCategory, Severity]>> = {
  DIAG_EVENTS_GENERAL: ["diag.general", "diag", "info"],
  DIAG_EVENTS_UNKNOWN_MESSAGE_TYPE: ["diag.unknown-message-type", "diag", "warning"],
  HARDWARE_FAILURE_RELAY: ["hardware.relay-failure", "hardware", "alarm"],
  HARDWARE_FAILURE_FLASH_WRITE_ERROR: ["hardware.flash-write-error", "hardware", "alarm"],
  HARDWARE_FAILURE_FLASH_MEMORY_CORRUPT: ["hardware.flash-corrupt", "hardware", "alarm"],
  HARDWARE_FAILURE_RTC_NOT_SET: ["clock.not-set", "clock", "warning"],
  LIGHT_EVENTS_LIGHT_ON: ["light.on", "light", "info"],
  LIGHT_EVENTS_LIGHT_OFF: ["light.off", "light", "info"],
  LIGHT_FAILURE_DALI_COMMUNICATION: ["light.dali-communication-failure", "light", "alarm"],
  LIGHT_FAILURE_BALLAST: ["light.ballast-failure", "light", "alarm"],
  LIGHT_FAILURE_TARIFF_SWITCH_ATTEMPT: ["light.tariff-switch-attempt", "light", "warning"],
  TARIFF_EVENTS_TARIFF_ON: ["tariff.on", "tariff", "info"],
  TARIFF_EVENTS_TARIFF_OFF: ["tariff.off", "tariff", "info"],
  MONITOR_EVENTS_LONG_BUFFER_FULL: ["diag.buffer-full", "diag", "warning"],
  MONITOR_FAILURE_P1_COMMUNICATION: ["comms.p1-failure", "comms", "alarm"],
  MONITOR_SHORT_DETECTED: ["power.short-detected", "power", "critical"],
  MONITOR_SHORT_RESOLVED: ["power.short-resolved", "power", "info"],
  MONITOR_DOOR_OPENED: ["tamper.door-opened", "tamper", "alarm"],
  MONITOR_DOOR_CLOSED: ["tamper.door-closed", "tamper", "info"],
  MONITOR_EVENTS_TEST_RELAY_ON: ["diag.test-relay-on", "diag", "info"],
  MONITOR_EVENTS_TEST_RELAY_OFF: ["diag.test-relay-off", "diag", "info"],
  MONITOR_EVENTS_LOSS_OF_POWER: ["power.lost", "power", "alarm"],
  MONITOR_EVENTS_LOCAL_MODE: ["control.local-mode", "control", "warning"],
  MONITOR_EVENTS_REMOTE_MODE: ["control.remote-mode", "control", "info"],
  FIRMWARE_EVENTS_ACTIVATING: ["firmware.activating", "firmware", "info"],
  FIRMWARE_EVENTS_DOWNLOAD_NOTFOUND: ["firmware.download-not-found", "firmware", "alarm"],
  FIRMWARE_EVENTS_DOWNLOAD_FAILED: ["firmware.download-failed", "firmware", "alarm"],
  FIRMWARE_EVENTS_CONFIGURATION_CHANGED: ["firmware.configuration-changed", "firmware", "info"],
  COMM_EVENTS_ALTERNATIVE_CHANNEL: ["comms.alternative-channel", "comms", "warning"],
  COMM_EVENTS_RECOVERED_CHANNEL: ["comms.recovered-channel", "comms", "info"],
  SECURITY_EVENTS_OUT_OF_SEQUENCE: ["security.out-of-sequence", "security", "warning"],
  SECURITY_EVENTS_OSLP_VERIFICATION_FAILED: ["security.verification-failed", "security", "alarm"],
  SECURITY_EVENTS_INVALID_CERTIFICATE: ["security.invalid-certificate", "security", "alarm"],
};

const NAMES: ReadonlyMap<number, EventName> = new Map(
  Object.entries(Event).map(([name, number]) => [number, name as EventName]),
);
