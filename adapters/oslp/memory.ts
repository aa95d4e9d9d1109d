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
/** The names a pending registration has in the flat record. */
const PENDING: { readonly [Field in keyof Registration]: string } = {
  deviceId: "pendingDeviceId",
  sequenceNumber: "pendingSequenceNumber",
  randomDevice: "pendingRandomDevice",
  randomPlatform: "pendingRandomPlatform",
  address: "pendingAddress",
  hasSchedule: "pendingHasSchedule",
  deviceType: "pendingDeviceType",
  registeredAt: "pendingRegisteredAt",
};
const ACTIVE: { readonly [Field in keyof Registration]: string } = {
  deviceId: "deviceId",
  sequenceNumber: "sequenceNumber",
  randomDevice: "randomDevice",
  randomPlatform: "randomPlatform",
  address: "address",
  hasSchedule: "hasSchedule",
  deviceType: "deviceType",
  registeredAt: "registeredAt",
};

/** Reads a memory; one that is not ours, or not there, is empty: the device registers again. */
export function readMemory(memory: DeviceMemory | undefined): OslpMemory {
  if (memory === undefined) return EMPTY;
  const uid = memory["requestUid"];
  return {
    active: readRegistration(memory, ACTIVE),
    pending: readRegistration(memory, PENDING),
    requestUid: typeof uid === "string" ? uid : undefined,
  };
}

/** The flat record that is stored: the active registration under its plain names, so that it can be found by them. */
export function writeMemory({ active, pending, requestUid }: OslpMemory): DeviceMemory {
  const flat: Record<string, string | number | boolean> = { ...active };
  if (pending !== undefined) {
    for (const [field, name] of Object.entries(PENDING)) flat[name] = pending[field as keyof Registration];
  }
  if (requestUid !== undefined) flat["requestUid"] = requestUid;
  return flat;
}

/** Field by field: it is read several times for each request, and a literal costs a tenth of a loop over names. */
function readRegistration(memory: DeviceMemory, names: typeof ACTIVE): Registration | undefined {
  const deviceId = memory[names.deviceId];
  const sequenceNumber = memory[names.sequenceNumber];
  const randomDevice = memory[names.randomDevice];
  const randomPlatform = memory[names.randomPlatform];
  const address = memory[names.address];
  const hasSchedule = memory[names.hasSchedule];
  const deviceType = memory[names.deviceType];
  const registeredAt = memory[names.registeredAt];
  if (typeof deviceId !== "string" || typeof address !== "string" || typeof hasSchedule !== "boolean") return undefined;
  if (typeof sequenceNumber !== "number" || typeof randomDevice !== "number" || typeof randomPlatform !== "number")
    return undefined;
  if (typeof deviceType !== "number" || typeof registeredAt !== "number") return undefined;
  return {
    deviceId,
    sequenceNumber,
    randomDevice,
    randomPlatform,
    address,
    hasSchedule,
    deviceType,
    registeredAt,
  };
}
