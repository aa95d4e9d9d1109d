import type { DeviceMemory } from "../kit/session.ts";

/** What one registration told us. */
export interface Registration {
  /** Base64 of the 12 bytes. */
  readonly deviceId: string;
  /** The last number used in either direction. */
  readonly sequenceNumber: number;
  readonly randomDevice: number;
  readonly randomPlatform: number;
  /** Where the device says it can be reached. */
  readonly address: string;
  readonly hasSchedule: boolean;
  /** DeviceType as sent: 0 PSLD, 1 SSLD. */
  readonly deviceType: number;
  /** Wall clock, milliseconds since 1970. */
  readonly registeredAt: number;
}

/**
 * What must survive a takeover about a device. A RegisterDevice carries no proof of freshness, anybody who recorded one
 * can send it again: so what it says is `pending` until a ConfirmRegisterDevice returns both randoms, and the
 * registration in force keeps its device id and number until then.
 */
export interface OslpMemory {
  readonly active: Registration | undefined;
  readonly pending: Registration | undefined;
  /** The command whose request was let go under this memory, while its answer is outstanding. */
  readonly requestUid: string | undefined;
}

/** Memory fields by which a device is found; the values are Base64 device ids. */
export const MEMORY_INDEXES = ["deviceId", "pendingDeviceId"] as const;

const EMPTY: OslpMemory = { active: undefined, pending: undefined, requestUid: undefined };
type FieldName = keyof Registration;
const FIELD_TYPES: Readonly<Record<FieldName, "string" | "number" | "boolean">> = {
  deviceId: "string",
  sequenceNumber: "number",
  randomDevice: "number",
  randomPlatform: "number",
  address: "string",
  hasSchedule: "boolean",
  deviceType: "number",
  registeredAt: "number",
};

/** Reads a memory; one that is not ours, or not there, is empty: the device registers again. */
export function readMemory(memory: DeviceMemory | undefined): OslpMemory {
  if (memory === undefined) return EMPTY;
  const uid = memory["requestUid"];
  return {
    active: readRegistration(memory, (field) => field),
    pending: readRegistration(memory, pendingName),
    requestUid: typeof uid === "string" ? uid : undefined,
  };
}

/** The flat record that is stored: the active registration under its plain names, so that it can be found by them. */
export function writeMemory({ active, pending, requestUid }: OslpMemory): DeviceMemory {
  const flat: Record<string, string | number | boolean> = { ...active };
  for (const [name, value] of Object.entries(pending ?? {})) flat[pendingName(name)] = value;
  if (requestUid !== undefined) flat["requestUid"] = requestUid;
  return flat;
}

function readRegistration(memory: DeviceMemory, nameOf: (field: string) => string): Registration | undefined {
  const registration: Record<string, unknown> = {};
  for (const [field, type] of Object.entries(FIELD_TYPES)) {
    const value = memory[nameOf(field)];
    if (typeof value !== type) return undefined;
    registration[field] = value;
  }
  return registration as unknown as Registration;
}

function pendingName(field: string): string {
  return `pending${field.charAt(0).toUpperCase()}${field.slice(1)}`;
}
