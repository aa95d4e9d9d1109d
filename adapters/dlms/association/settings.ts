import type { KeyRef } from "../../kit/adapter.ts";
import type { KeyMaterial } from "../../kit/ciphers.ts";
import type { DurationMs } from "../../kit/time.ts";
import { type Conformance, LN_CONFORMANCE, SN_CONFORMANCE } from "../apdu/conformance.ts";
import { APDU_LIMITS, type ApduLimits } from "../apdu/descriptor.ts";
import { AUTHENTICATED_ENCRYPTED, type Protection } from "../security/control.ts";
import type { ProtectionForm, SecurityMaterial } from "../security/envelope.ts";
import type { KeyChoice, PartyKeys } from "../security/general-keys.ts";
import type { Mechanism } from "../security/hls.ts";
import type { Referencing } from "./names.ts";

/** One association of one client with one logical device. */
export interface AssociationSettings {
  readonly referencing: Referencing;
  readonly authentication: Authentication;
  /** `undefined`: a context without ciphering. */
  readonly security: SecuritySettings | undefined;
  /** 8 octets; needed for ciphering and for mechanisms 5, 6 and 7. */
  readonly clientSystemTitle: Uint8Array | undefined;
  /** For servers that do not say theirs, and for pre-established associations. */
  readonly serverSystemTitle: Uint8Array | undefined;
  /** The user of the client, for servers that keep a list of them. */
  readonly userId: number | undefined;
  readonly conformance: Conformance;
  /** Octets the server may send in one APDU; 0 means no limit. */
  readonly maxReceivePduSize: number;
  /** Nothing is negotiated: the server has always been in this association. */
  readonly preEstablished: PreEstablished | undefined;
  readonly release: "rlrq" | "none";
  readonly highPriority: boolean;
  /** Items of one GET, SET or ACTION with a list; 1 sends them one by one. */
  readonly listItemsMax: number;
  /** Carry long requests in general block transfer even where the service has blocks of its own. */
  readonly preferGeneralBlockTransfer: boolean;
  /** Blocks of general block transfer we take at once, 1 to 63. */
  readonly blockWindow: number;
  /**
   * What an APDU that does not fit, does not decipher or comes too late does to the association: `resynchronise` drops it
   * and goes on, `end` ends the association.
   */
  readonly onDisorder: "end" | "resynchronise";
  readonly timeouts: AssociationTimeouts;
  readonly limits: AssociationLimits;
}

export interface Authentication {
  readonly mechanism: Mechanism;
  /** Low level authentication. */
  readonly password?: KeyMaterial;
  /** Mechanisms 2, 3, 4 and 6. */
  readonly secret?: KeyMaterial;
  /** Mechanism 5 in a context without ciphering. */
  readonly gmac?: SecurityMaterial;
  /**
   * Mechanism 5: the invocation counter of our proof. `shared`: that of the APDU which carries it, for servers that believe no
   * other. It is then used for two tags under one key, which weakens both.
   */
  readonly gmacCounter?: GmacCounter;
  /** Mechanism 7: ours to sign with, theirs to verify with. */
  readonly signingKey?: KeyRef;
  readonly serverKey?: KeyMaterial;
  /** Octets of our challenge: 8 to 64, 32 to 64 for mechanism 7. */
  readonly challengeOctets?: number;
  /** Some servers of mechanism 2 do not answer our challenge. Without it the server proves nothing. */
  readonly acceptSilentServer?: boolean;
}

export const GMAC_COUNTERS = ["own", "shared"] as const;
export type GmacCounter = (typeof GMAC_COUNTERS)[number];

export interface SecuritySettings {
  readonly material: SecurityMaterial;
  readonly protection: Protection;
  /** What answers must have at least. */
  readonly expected: Protection;
  readonly form: ProtectionForm;
  /** Services go in general-ciphering instead, with a key of this choice; the other side's choice is its own. */
  readonly generalCiphering: KeyChoice | undefined;
  /** Services are signed besides, and answers have to be (general-signing); only in suites 1 and 2. */
  readonly signs: boolean;
  /** What general-ciphering and general-signing need besides `material`. */
  readonly party: PartyKeys;
  /** Make a key for this association, give it to the server, and use it for all but the authentication. */
  readonly dedicatedKey: boolean;
  /** `plain`: the InitiateRequest inside the AARQ is not ciphered (DSMR 2.2). */
  readonly initiate: "protected" | "plain";
}

export interface PreEstablished {
  readonly conformance: Conformance;
  /** Octets of an APDU the server takes. */
  readonly maxSendPduSize: number;
}

export interface AssociationTimeouts {
  readonly associateMs: DurationMs;
  /** For each answer, each block of a long one included. */
  readonly responseMs: DurationMs;
  readonly releaseMs: DurationMs;
}

export interface AssociationLimits {
  readonly apdu: ApduLimits;
  /** Octets of one value over all its blocks. */
  readonly transferOctets: number;
  /** Blocks of one value. */
  readonly blocks: number;
  /** Blocks one after the other that bring nothing. */
  readonly emptyBlocks: number;
  /** APDUs dropped while one answer is awaited. */
  readonly dropped: number;
}

export const ASSOCIATION_DEFAULTS: AssociationSettings = {
  referencing: "logical-name",
  authentication: { mechanism: "lowest" },
  security: undefined,
  clientSystemTitle: undefined,
  serverSystemTitle: undefined,
  userId: undefined,
  conformance: LN_CONFORMANCE,
  maxReceivePduSize: 0xffff,
  preEstablished: undefined,
  release: "rlrq",
  highPriority: true,
  listItemsMax: 32,
  preferGeneralBlockTransfer: false,
  blockWindow: 10,
  onDisorder: "end",
  timeouts: { associateMs: 20_000, responseMs: 20_000, releaseMs: 5_000 },
  limits: { apdu: APDU_LIMITS, transferOctets: 8 * 1024 * 1024, blocks: 65_536, emptyBlocks: 3, dropped: 16 },
};

export function associationSettings(settings: Partial<AssociationSettings>): AssociationSettings {
  const conformance = settings.referencing === "short-name" ? SN_CONFORMANCE : LN_CONFORMANCE;
  return { ...ASSOCIATION_DEFAULTS, conformance, ...settings };
}

/** Ciphering as most meters want it: authenticated and encrypted both ways, service-specific, no dedicated key. */
export function securitySettings(
  material: SecurityMaterial,
  settings: Partial<Omit<SecuritySettings, "material">> = {},
): SecuritySettings {
  const protection = settings.protection ?? AUTHENTICATED_ENCRYPTED;
  return {
    protection,
    expected: protection,
    form: "service-specific",
    generalCiphering: undefined,
    signs: false,
    party: {},
    dedicatedKey: false,
    initiate: "protected",
    ...settings,
    material,
  };
}
