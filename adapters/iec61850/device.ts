import type { AssociationParameters } from "./association/parameters.ts";
import type { ReportPlan } from "./report/plan.ts";

/** What a device is, beyond the standard: how its values become events and which commands it has. */
export const DEVICE_PROFILES = ["generic", "swdevice-010805", "flexovl-540"] as const;
export type DeviceProfile = (typeof DEVICE_PROFILES)[number];

/** One IED as the configuration has it. */
export interface IedDevice {
  /** Ours, immutable. */
  readonly uid: string;
  /** IED name, or the serial number a street-light device registers with. */
  readonly protocolId: string;
  readonly profile: DeviceProfile;
  readonly association: AssociationParameters;
  /** Where it listens; `undefined`: the address it registered with. */
  readonly address?: string | undefined;
  readonly port?: number | undefined;
  readonly reports: readonly ReportPlan[];
  /** Who we are in a control: category and a short name. */
  readonly originator: { readonly category: number; readonly identification: string };
  /** Model key of its profile. */
  readonly deviceType?: string | undefined;
  /** Street-light devices: where they are, in degrees, north and east positive. */
  readonly position?: { readonly latitude: number; readonly longitude: number } | undefined;
  /** Street-light devices: the index the outside knows of each relay, by its own number. */
  readonly relays?: readonly Relay[] | undefined;
}

export interface Relay {
  /** 1 to 4: `XSWC1` … */
  readonly internal: number;
  /** As commands and events name it. */
  readonly index: number;
  readonly kind: "light" | "tariff";
}
