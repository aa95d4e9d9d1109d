import { dlmsFault } from "../codes.ts";
import type { DlmsData } from "../data/data.ts";
import { number, numberOf } from "../data/data.ts";
import { type Obis, toObis } from "../obis.ts";
import { attributeOf, invokeMethod, type Procedure, readMany, tryMethod, TYPE_UNMATCHED, writeMany } from "./ask.ts";

/** M-Bus channels of a meter (IEC 62056-6-2, class 72; one client an object). */
export const MBUS_CHANNELS = [1, 2, 3, 4] as const;
export type MbusChannel = (typeof MBUS_CHANNELS)[number];
const CLASS = 72;

/** How the identification number is written: digits as BCD (version 0 of the class), or the number (version 1). */
export type IdentificationCoding = "bcd" | "decimal";

/** Who an M-Bus device is (EN 13757-3). */
export interface MbusIdentity {
  /** Up to eight digits. */
  readonly identification: string;
  /** Three letters. */
  readonly manufacturer: string;
  readonly version: number;
  /** 3 gas, 4 heat, 6 warm water, 7 water, 10 and 12 cooling … */
  readonly deviceType: number;
}

export interface MbusSlot {
  readonly channel: MbusChannel;
  readonly primaryAddress: number | undefined;
  /** `undefined`: nobody is coupled. */
  readonly device: MbusIdentity | undefined;
}

export function mbusClient(channel: MbusChannel): Obis {
  return toObis(`0.${channel}.24.1.0.255`);
}

/** `gas`, `heat`, … of a device type. */
export function mbusMedium(deviceType: number): string {
  return MEDIA[deviceType] ?? "other";
}

const MEDIA: Readonly<Record<number, string>> = {
  1: "oil",
  2: "electricity",
  3: "gas",
  4: "heat",
  6: "water.warm",
  7: "water.cold",
  8: "heat-cost",
  10: "cooling",
  11: "cooling",
  12: "heat",
  13: "heat-cooling",
  21: "water.hot",
  22: "water.cold",
};

export function manufacturerCode(letters: string): number {
  if (!/^[A-Z]{3}$/.test(letters)) {
    throw dlmsFault("dlms.data.unencodable", `an M-Bus manufacturer is three letters, not ${JSON.stringify(letters)}`, {
      blame: "operator",
    });
  }
  const [a = 0, b = 0, c = 0] = [...letters].map((letter) => letter.charCodeAt(0) - 64);
  return a * 1_024 + b * 32 + c;
}

export function manufacturerLetters(code: number): string {
  return String.fromCharCode(64 + ((code >> 10) & 31), 64 + ((code >> 5) & 31), 64 + (code & 31));
}

export function identificationNumber(digits: string, coding: IdentificationCoding): number {
  if (!/^\d{1,8}$/.test(digits)) {
    throw dlmsFault("dlms.data.unencodable", `an M-Bus identification is up to eight digits`, { blame: "operator" });
  }
  return coding === "bcd" ? Number.parseInt(digits, 16) : Number(digits);
}

/** Digits, or the number in hex where it is no identification at all: a scan tells what it found. */
export function identificationDigits(value: number, coding: IdentificationCoding): string {
  if (coding === "decimal") return value <= 99_999_999 ? String(value).padStart(8, "0") : `0x${value.toString(16)}`;
  const text = value.toString(16).padStart(8, "0");
  return /^\d{8}$/.test(text) ? text : `0x${text}`;
}

/** Attributes 5 to 9 of the channels: address, identification, manufacturer, version, device type. */
export function* scanChannels(
  channels: readonly MbusChannel[],
  coding: IdentificationCoding,
): Procedure<readonly MbusSlot[]> {
  const attributes = [5, 6, 7, 8, 9];
  const results = yield* readMany(
    channels.flatMap((channel) => attributes.map((attribute) => attributeOf(CLASS, mbusClient(channel), attribute))),
  );
  return channels.map((channel, index) => {
    const slice = results.slice(index * attributes.length, (index + 1) * attributes.length);
    const [address, id, manufacturer, version, deviceType] = slice.map((result) =>
      result.kind === "data" ? numberOf(result.data) : undefined,
    );
    const empty = (id ?? 0) === 0 && (manufacturer ?? 0) === 0;
    return {
      channel,
      primaryAddress: address,
      device: empty
        ? undefined
        : {
            identification: identificationDigits(id ?? 0, coding),
            manufacturer: manufacturerLetters(manufacturer ?? 0),
            version: version ?? 0,
            deviceType: deviceType ?? 0,
          },
    };
  });
}

/**
 * Couples a device: to the channel that has it already, else to the first free one, whose identity attributes are written.
 * `undefined`: all channels have other devices.
 */
export function* coupleDevice(
  device: MbusIdentity,
  coding: IdentificationCoding,
  primaryAddress: number | undefined,
): Procedure<{ readonly channel: MbusChannel; readonly wasCoupled: boolean } | undefined> {
  const slots = yield* scanChannels(MBUS_CHANNELS, coding);
  const same = slots.find(
    (slot) =>
      slot.device?.identification === device.identification.padStart(8, "0") &&
      slot.device.manufacturer === device.manufacturer,
  );
  if (same !== undefined) return { channel: same.channel, wasCoupled: true };
  const free = slots.find((slot) => slot.device === undefined);
  if (free === undefined) return undefined;
  const client = mbusClient(free.channel);
  yield* writeMany([
    [
      attributeOf(CLASS, client, 6),
      number("double-long-unsigned", identificationNumber(device.identification, coding)),
    ],
    [attributeOf(CLASS, client, 7), number("long-unsigned", manufacturerCode(device.manufacturer))],
    [attributeOf(CLASS, client, 8), number("unsigned", device.version)],
    [attributeOf(CLASS, client, 9), number("unsigned", device.deviceType)],
    ...(primaryAddress === undefined
      ? []
      : [[attributeOf(CLASS, client, 5), number("unsigned", primaryAddress)] as const]),
  ]);
  return { channel: free.channel, wasCoupled: false };
}

/** Deinstalls the slave of a channel and clears what the channel knows of it. What was there is the result. */
export function* decoupleChannel(channel: MbusChannel, coding: IdentificationCoding): Procedure<MbusSlot> {
  const [slot] = yield* scanChannels([channel], coding);
  const method = { classId: CLASS, instance: mbusClient(channel), method: 2 };
  const { result } = yield* tryMethod(method, number("integer", 0));
  if (result === TYPE_UNMATCHED) yield* tryMethod(method, number("unsigned", 0));
  const client = mbusClient(channel);
  yield* writeMany([
    [attributeOf(CLASS, client, 6), number("double-long-unsigned", 0)],
    [attributeOf(CLASS, client, 7), number("long-unsigned", 0)],
    [attributeOf(CLASS, client, 8), number("unsigned", 0)],
    [attributeOf(CLASS, client, 9), number("unsigned", 0)],
    [attributeOf(CLASS, client, 5), number("unsigned", 0)],
  ]);
  return slot ?? { channel, primaryAddress: undefined, device: undefined };
}

/** encryption_key_status, attribute 14 of version 1. */
export const KEY_STATUSES: Readonly<Record<number, string>> = {
  0: "none",
  1: "set",
  2: "transferred",
  3: "set-and-transferred",
  4: "in-use",
};

/** Transfers the wrapped key to the device, then sets the plain one in the client. */
export function* transferKey(channel: MbusChannel, wrapped: DlmsData, plain: DlmsData): Procedure<void> {
  const client = { classId: CLASS, instance: mbusClient(channel) };
  yield* invokeMethod({ ...client, method: 8 }, wrapped);
  yield* invokeMethod({ ...client, method: 7 }, plain);
}
