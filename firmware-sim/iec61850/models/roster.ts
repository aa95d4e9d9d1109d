import { bayIcd } from "./bay.ts";
import { lightSensorIcd } from "./light-sensor.ts";
import { streetLightIcd } from "./street-light.ts";

/** Every model there is without a file, by its name. */
export const MODELS: Readonly<
  Record<string, { readonly summary: string; readonly icd: (iedName?: string) => string }>
> = {
  bay: { summary: "a feeder bay: breaker, measurements, meter, protection, controls in every model", icd: bayIcd },
  "street-light": { summary: "GXF's SWDevice-010805: four relays, events by report", icd: streetLightIcd },
  "light-sensor": { summary: "GXF's FlexOVL 540: sixteen inputs, reports without options", icd: lightSensorIcd },
};
