import type { KeyRef } from "../kit/adapter.ts";
import type { ContractVersion } from "../../proto/oslp/gen/fields.ts";

/** One device as the configuration has it. */
export interface OslpDevice {
  /** Ours, immutable. */
  readonly uid: string;
  /** Its name in the platform, 1 to 40 characters: the stable key; its 12-byte device id may change at a registration. */
  readonly deviceIdentification: string;
  readonly version: ContractVersion;
  /** Verifies what it signs. */
  readonly publicKey: KeyRef;
  /** Replaces the address of its registration: for devices behind address translation. */
  readonly address?: string | undefined;
  /** Replaces the port of its version. */
  readonly port?: number | undefined;
  /** Model key of its profile. */
  readonly deviceType?: string | undefined;
  /** Replaces the location of the settings. */
  readonly location?: Location | undefined;
}

/** What a device is told at its registration to know local time and the sun. */
export interface Location {
  /** Minutes to add to UTC in standard time; the device adds summer time itself. */
  readonly timeOffsetMinutes: number;
  /** Degrees, north and east positive. */
  readonly latitude: number;
  readonly longitude: number;
}
