import type { Referencing } from "./association/names.ts";
import type { GmacCounter } from "./association/settings.ts";
import type { KeyRef } from "../kit/adapter.ts";
import type { ProfileName } from "./config/object-profile.ts";
import type { Phases } from "./config/object-profile.ts";
import type { AccessTechnology } from "./cosem/gsm-diagnostic.ts";
import type { ZoneName } from "./cosem/time-zone.ts";
import type { Obis } from "./obis.ts";
import type { ProtectionForm } from "./security/envelope.ts";
import type { KeyChoice } from "./security/general-keys.ts";
import type { SecuritySuite } from "./security/suite.ts";

/** How a client proves who it is (IEC 62056-5-3, 5.3.6); `none` is the lowest level. */
export const AUTHENTICATIONS = [
  "none",
  "lls",
  "hls-manufacturer",
  "hls-md5",
  "hls-sha1",
  "hls-gmac",
  "hls-sha256",
  "hls-ecdsa",
] as const;
export type Authentication = (typeof AUTHENTICATIONS)[number];

/** What protects each APDU. */
export const PROTECTIONS = ["none", "authenticated", "encrypted", "both"] as const;
export type ProtectionName = (typeof PROTECTIONS)[number];

export const COUNTER_DECREASES = ["refused", "alarmed"] as const;
export type CounterDecrease = (typeof COUNTER_DECREASES)[number];

/** Keys of one meter, by reference. Which are needed, authentication and protection say. */
export interface DlmsKeys {
  /** Global unicast encryption key. */
  readonly encryption: KeyRef | undefined;
  /** Global authentication key. */
  readonly authentication: KeyRef | undefined;
  readonly broadcast: KeyRef | undefined;
  /** Key encrypting key, which wraps new keys. */
  readonly master: KeyRef | undefined;
  /** Password, or the shared secret of high level authentication. */
  readonly secret: KeyRef | undefined;
  /** Our private signing key and the meter's public one, for ECDSA. */
  readonly signing: KeyRef | undefined;
  readonly serverSigning: KeyRef | undefined;
  /** Our private key agreement key and the meter's public one. */
  readonly agreement: KeyRef | undefined;
  readonly serverAgreement: KeyRef | undefined;
  /** The pair that `keys.replace` brings in. */
  readonly next: { readonly encryption: KeyRef; readonly authentication: KeyRef } | undefined;
}

/** Keys of an M-Bus device behind a meter: its default (master) key, the user key that is to be set, and what proves firmware to it. */
export interface MbusKeys {
  readonly master: KeyRef;
  readonly user: KeyRef;
  readonly firmware: KeyRef | undefined;
}

/** The transport below the association. */
export type DlmsTransport =
  /** A stream (TCP), or each APDU a datagram (UDP). */
  | { readonly kind: "wrapper"; readonly carrier: "stream" | "datagram" }
  | {
      readonly kind: "hdlc";
      /** Physical device, the lower part of the server address; `undefined`: one part only. */
      readonly physical: number | undefined;
      /** Octets of the server address. */
      readonly addressOctets: 1 | 2 | 4;
      /** Information field, octets. */
      readonly information: number;
      readonly window: number;
    };

/** One meter as the configuration has it. */
export interface DlmsDevice {
  /** Ours, immutable. */
  readonly uid: string;
  /** What it calls itself in pushes: equipment identifier or logical device name; the protocol's own identification. */
  readonly identification: string;
  readonly profile: ProfileName;
  readonly phases: Phases;
  /** Where a date-time has no deviation, and for calendar steps. */
  readonly zone: ZoneName;
  readonly deviationTurned: boolean;
  readonly transport: DlmsTransport;
  /** How its objects are named in associations. */
  readonly referencing: Referencing;
  /** Client SAP of our association. */
  readonly client: number;
  /** Client SAP of the public one, through which the invocation counter is read. */
  readonly publicClient: number;
  /** Logical device. */
  readonly server: number;
  readonly authentication: Authentication;
  readonly protection: ProtectionName;
  readonly suite: SecuritySuite;
  /** A dedicated key for every association. */
  readonly dedicated: boolean;
  /** How a protected APDU is wrapped. */
  readonly form: ProtectionForm;
  /** Services in general-ciphering instead, with a key of this choice. */
  readonly generalCiphering: KeyChoice | undefined;
  /** Services are signed, and answers have to be. */
  readonly signs: boolean;
  readonly keys: DlmsKeys;
  readonly mbusKeys: Readonly<Partial<Record<1 | 2 | 3 | 4, MbusKeys>>>;
  /** Eight octets. */
  readonly clientTitle: Uint8Array;
  /** The meter's own, for pushes; else it is learnt in the association. */
  readonly serverTitle: Uint8Array | undefined;
  /** The meter begins its own invocation counter anew with every association, as some do: replays are then not noticed. */
  readonly counterRestarts: boolean;
  /** A counter of the meter below the remembered one, when an association begins: refused, or taken with an alarm. */
  readonly counterDecrease: CounterDecrease;
  /** The invocation counter of our proof of HLS 5: its own, or that of the APDU around it. */
  readonly gmacCounter: GmacCounter;
  /** Where the meter keeps its invocation counter. */
  readonly counterObject: Obis;
  /** Attributes of one GET or SET with list; 1: no lists. */
  readonly listMax: number;
  /** Profiles by range; else everything is read and filtered here. */
  readonly selectsRange: boolean;
  /** Columns within a range. */
  readonly selectsColumns: boolean;
  readonly accessTechnology: AccessTechnology;
  /** Longest APDU we take, octets. */
  readonly maxPdu: number;
  readonly deviceType: string | undefined;
}
