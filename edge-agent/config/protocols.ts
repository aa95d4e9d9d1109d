import type { z } from "zod";
import type { Config, Listener } from "./config.ts";
import { type DlmsDeviceConfig, type DlmsSection, dlmsSettings } from "./dlms.ts";
import { type Iec61850Device, type Iec61850Section, iec61850Settings } from "./iec61850.ts";
import { type MqttDevice, type MqttSection, mqttSettings } from "./mqtt.ts";
import { type OslpDevice, type OslpSection, oslpSettings } from "./oslp.ts";

/** What every device has, whatever it speaks. */
export interface DeviceBase {
  /** Ours, immutable: the subject of its messages. */
  readonly uid: string;
  readonly group: string;
  /** A message is expected at least this often; silence makes the device `stalled`. Absent: it speaks when it likes. */
  readonly expectEveryMs: number | undefined;
}

/** One protocol's part of the file. A new protocol is one file that exports this, and a line in the roster below. */
export interface ProtocolSettings<Section, Device extends DeviceBase> {
  readonly section: z.ZodType<Section>;
  /** The keys of a device of this protocol, without `protocol`. */
  readonly device: z.ZodType<Device>;
  /** The `listen` list an agent may give for itself; absent: the protocol only dials. */
  readonly listeners: z.ZodType<readonly Listener[]> | undefined;
  listenersOf(section: Section): readonly Listener[];
  /** What must be unique among the devices of this protocol besides the uid: the file's key and its value. */
  identityOf(device: Device): { readonly key: string; readonly value: string };
  /** What both agents must agree on: see `hash.ts`. */
  agreedOf(section: Section): unknown;
  /**
   * Settings that an earlier version of this program did not have, with the value of a file that does not name them: where
   * they have it the fingerprint is the earlier version's, so that a pair can be upgraded one agent at a time.
   */
  readonly added?: { readonly section?: Partial<Section>; readonly device?: Partial<Device> };
  /** Rules that need the whole configuration; paths are those of the file. */
  complaints(
    section: Section | undefined,
    devices: readonly Device[],
    config: Pick<Config, "agents"> & {
      /** Names of the groups; `undefined` where they cannot be told, and that is complained about elsewhere. */
      readonly groups?: readonly string[] | undefined;
    },
  ): readonly Complaint[];
}

export interface Complaint {
  readonly severity: "error" | "warning";
  readonly path: readonly (string | number)[];
  readonly message: string;
  readonly fix: string;
}

export interface ProtocolRoster {
  readonly oslp: ProtocolSettings<OslpSection, OslpDevice>;
  readonly dlms: ProtocolSettings<DlmsSection, DlmsDeviceConfig>;
  readonly iec61850: ProtocolSettings<Iec61850Section, Iec61850Device>;
  readonly mqtt: ProtocolSettings<MqttSection, MqttDevice>;
}

export const PROTOCOLS: ProtocolRoster = {
  oslp: oslpSettings,
  dlms: dlmsSettings,
  iec61850: iec61850Settings,
  mqtt: mqttSettings,
};

export type ProtocolName = keyof ProtocolRoster;

/** One protocol's part, for code that treats them all alike; what belongs to which protocol is then the caller's to keep. */
export function settingsOf(protocol: ProtocolName): ProtocolSettings<unknown, DeviceBase> {
  return PROTOCOLS[protocol];
}

export const PROTOCOL_NAMES: readonly ProtocolName[] = Object.keys(PROTOCOLS) as ProtocolName[];

export type ProtocolSections = {
  readonly [P in ProtocolName]?: ProtocolRoster[P] extends ProtocolSettings<infer Section, infer _> ? Section : never;
};

/** A device of any protocol; `protocol` tells which. */
export type DeviceSettings = {
  [P in ProtocolName]: ProtocolRoster[P] extends ProtocolSettings<infer _, infer Device>
    ? Device & { readonly protocol: P }
    : never;
}[ProtocolName];
