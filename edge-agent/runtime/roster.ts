import { dlmsService } from "./dlms-service.ts";
import { iec61850Service } from "./iec61850-service.ts";
import { mqttService } from "./mqtt-service.ts";
import type { ServiceParts } from "./oslp-service.ts";
import { oslpService } from "./oslp-service.ts";
import type { ProtocolService } from "./protocol-service.ts";

/** Every protocol this build knows. A new one is one line here. */
const SERVICES: readonly ((parts: ServiceParts) => ProtocolService | undefined)[] = [
  oslpService,
  dlmsService,
  iec61850Service,
  mqttService,
];

export function makeServices(parts: ServiceParts): readonly ProtocolService[] {
  return SERVICES.map((make) => make(parts)).filter((service) => service !== undefined);
}
