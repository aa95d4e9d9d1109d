import type { AlarmFacts } from "./alarms.ts";

/** The object configurations this build carries; `generic` has what every meter keeps at the same place,
 * and asks the meter for its object list where that does not do. */
export const PROFILE_NAMES = ["generic", "dsmr-4.2.2", "smr-4.3", "smr-5.0", "smr-5.1", "smr-5.2", "smr-5.5"] as const;
export type ProfileName = (typeof PROFILE_NAMES)[number];

/** How many phases a meter measures. */
export type Phases = 1 | 3;

/**
 * Where the scaler and unit of a register come from: fixed by the companion standard, attribute 3 of the object at the
 * meter, or (magnitudes of power quality events) the register the event is about.
 */
export type Scale = { readonly scaler: number; readonly unit: string } | "meter" | "event";

/** Which power quality reading an object belongs to, and for which meters. */
export interface QualityUse {
  readonly profile: "public" | "private";
  readonly actual?: readonly Phases[];
  readonly periodic?: readonly Phases[];
}

/** One object as the file has it. */
export interface ObjectEntry {
  /** Ours: what it is, `active-energy-import`. */
  readonly tag: string;
  readonly class: number;
  readonly version: number;
  /** Logical name, `x` for the M-Bus channel: `0.x.24.2.1.255`. */
  readonly obis: string;
  /** Type of attribute 2 in the words of the standard. */
  readonly type: string;
  readonly scale?: Scale;
  /** Only meters of three phases have it. */
  readonly phases?: 3;
  readonly quality?: QualityUse;
  /** Profile generic: tag and attribute of each column; missing where the client sets them. */
  readonly capture?: readonly (readonly [tag: string, attribute: number])[];
  /** Profile generic: tags of what a client may choose as columns. */
  readonly selectable?: readonly string[];
  /** Profile generic: capture period in seconds, 0: on events or at the month. */
  readonly period?: number;
  /** Profile generic: rows it holds. */
  readonly entries?: number;
}

/** The configuration object (0-1:94.31.3) of a companion standard. */
export interface ConfigurationForm {
  /** `structure`: {enum GPRS operation mode, bit-string}; `bit-string`: the flags alone. */
  readonly form: "structure" | "bit-string";
  /** Flag to bit; bit 0 is the first on the wire. */
  readonly flags: Readonly<Record<string, number>>;
}

/** What differs from one companion standard to another besides its objects. */
export interface ProfileTraits {
  /** M-Bus identification number in the M-Bus client: digits as BCD, or the number. */
  readonly mbusIdentification: "bcd" | "decimal";
  /** How a new user key is wrapped for an M-Bus device. */
  readonly mbusKey: "aes-cbc" | "aes-gcm" | "none";
  /** Message type written into a push setup: 0 A-XDR encoded xDLMS, 128 and above of the manufacturer. */
  readonly pushMessage: number;
  readonly configuration: ConfigurationForm | undefined;
}

/** A companion standard with everything it inherits. */
export interface ObjectProfile extends ProfileTraits {
  readonly profile: ProfileName;
  readonly title: string;
  /** Which event names it uses where two families share a code. */
  readonly family: AlarmFamily;
  readonly objects: ReadonlyMap<string, ObjectEntry>;
}

/** The two families of companion standards that give the same event code different names. */
export type AlarmFamily = "dsmr" | "smr";

/** Alarms a profile can raise: those whose register it has. */
export function hasAlarm(profile: ObjectProfile, alarm: Pick<AlarmFacts, "register">): boolean {
  return profile.objects.has(`alarm-register-${alarm.register}`);
}
