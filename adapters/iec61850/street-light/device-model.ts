import type { Reference } from "../model/reference.ts";
import type { FunctionalConstraint } from "../model/reference.ts";

/** The one logical device of SWDevice-010805: server name `SWDeviceGeneric`, LD instance `IO`. */
export const STREET_LIGHT_LD = "SWDeviceGenericIO";
/** Switches `XSWC1` to `XSWC4`: 1 is for the tariff and 2 to 4 for lights unless the configuration says otherwise. */
export const RELAY_COUNT = 4;
export const SCHEDULE_ENTRIES = 64;

/** Something of the control logical node `CSLC`. */
export function controller(fc: FunctionalConstraint, ...path: readonly string[]): Reference {
  return { ld: STREET_LIGHT_LD, ln: "CSLC", fc, path };
}

/** Something of one switch, 1 to 4. */
export function relayOf(internal: number, fc: FunctionalConstraint, ...path: readonly string[]): Reference {
  return { ld: STREET_LIGHT_LD, ln: `XSWC${internal}`, fc, path };
}
