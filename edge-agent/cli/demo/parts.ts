import type { DemoPart, PartOptions } from "./part.ts";
import { DlmsPart } from "./part-dlms.ts";
import { MqttPart } from "./part-mqtt.ts";
import { Iec61850Part } from "./part-iec61850.ts";

/** Every protocol that is shown next to the street lights. A new one is one line here. */
export const DEMO_PARTS: readonly ((options: PartOptions) => DemoPart)[] = [
  () => new DlmsPart(),
  () => new Iec61850Part(),
  (options) => new MqttPart(options),
];
