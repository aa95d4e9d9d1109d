import type { ProfileName } from "../../adapters/dlms/config/object-profile.ts";
import type { Referencing } from "../../adapters/dlms/association/names.ts";
import type { Conformance } from "../../adapters/dlms/apdu/conformance.ts";
import type { KeyRef } from "../../adapters/kit/adapter.ts";
import type { Ciphers } from "../../adapters/kit/ciphers.ts";
import type { Fifo } from "../../adapters/kit/fifo.ts";
import type { Random } from "../../adapters/kit/ports.ts";
import type { Instant, WallMs } from "../../adapters/kit/time.ts";
import type { Agenda } from "./agenda.ts";
import type { MeterClient } from "./meter-client.ts";
import type { MeterKeys } from "./meter-keys.ts";
import type { Notice } from "./notice.ts";
import type { ObjectStore } from "./objects/object-store.ts";
import type { Push } from "./push.ts";
import type { SecurityState } from "./security-state.ts";
import type { MeterClock } from "./values/meter-clock.ts";

/** One M-Bus device behind an electricity meter. */
export interface MbusDevice {
  readonly channel: 1 | 2 | 3 | 4;
  readonly medium: "gas" | "water" | "heat" | "cold";
  /** Eight digits. */
  readonly identification: number;
}

/** Who a simulated meter is. Nothing of it changes while it runs. */
export interface MeterIdentity {
  /** Our own name for it: that of the device in a configuration. */
  readonly uid: string;
  /** 17 characters, the equipment identifier of the companion standards. */
  readonly equipment: string;
  /** 8 octets. */
  readonly systemTitle: Uint8Array;
  readonly profile: Exclude<ProfileName, "generic">;
  readonly phases: 1 | 3;
  readonly mbus: readonly MbusDevice[];
  /** The SAP of its logical device: 1 where it is the only one. */
  readonly logicalDevice: number;
  /** HLS 7: its own private key. */
  readonly signingKey?: KeyRef;
  /** Keys agreed with it: its own private key. */
  readonly agreementKey?: KeyRef;
}

/** Where meters of the field differ though none of them is wrong. */
export interface Oddities {
  /** Number of the first block of a long answer. */
  firstBlock: number;
  /** null-data in profiles for what is as in the row before. */
  leavesOutRepeats: boolean;
  /** Pushes as the MX382 of DSMR 2.2: an EventNotification with nothing but who it is from. */
  pushesAsMx382: boolean;
  /** Pushes leave in UI frames of HDLC, not in the wrapper. */
  pushesInHdlc: boolean;
  /** Pushes leave in general block transfer, however short. */
  pushesInBlocks: boolean;
}

/** The mutable inside of a simulated meter; behaviours and objects work on it. */
export interface MeterState {
  readonly identity: MeterIdentity;
  readonly random: Random;
  readonly ciphers: Ciphers;
  /** The world's time, faster where the simulation is. */
  readonly wall: () => WallMs;
  readonly clock: MeterClock;
  readonly objects: ObjectStore;
  readonly keys: MeterKeys;
  readonly security: SecurityState;
  readonly clients: readonly MeterClient[];
  /** Logical devices at the same address, for the SAP assignment. */
  readonly neighbours: () => readonly { readonly sap: number; readonly name: string }[];
  readonly agenda: Agenda;
  readonly oddities: Oddities;
  /** Done when the answer under way has been protected: new keys are used from then on. */
  readonly afterAnswer: (() => void)[];
  /** What waits to be pushed; the oldest is dropped when nobody fetches it. */
  readonly pushes: Fifo<Push>;
  readonly notice: (notice: Notice, now: Instant) => void;
  isOn: boolean;
  /** How often it has started. */
  startups: number;
  /** APDUs it sends and takes, octets; 0 for no limit. */
  pduMax: number;
  /** Pushes leave as general-glo-ciphering, authenticated and encrypted. */
  readonly protectsPushes: boolean;
  /** Where pushes go until a client says otherwise: `host:port`. */
  readonly pushTo: string | undefined;
  /** How its associations name objects: in this way only. */
  readonly referencing: Referencing;
  /** The services it offers. */
  conformance: Conformance;
}

export const LOGICAL_DEVICE_NAME_OCTETS = 16;

/** 16 octets: manufacturer and number, as class 1 0.0.42.0.0.255 and the SAP assignment give it. */
export function logicalDeviceName(identity: MeterIdentity): string {
  return `BUS${identity.equipment.slice(-13).padStart(13, "0")}`.slice(0, LOGICAL_DEVICE_NAME_OCTETS);
}
