import type { Protocol } from "../../adapters/kit/adapter.ts";
import type { Config } from "../config/config.ts";
import type { ServiceParts } from "./oslp-service.ts";
import type { ProtocolService } from "./protocol-service.ts";

type MakeService = (parts: ServiceParts) => ProtocolService | undefined;

/** Makes the services of the protocols that were loaded. */
export type MakeServices = (parts: ServiceParts) => readonly ProtocolService[];

/** Every protocol this build knows. A new one is one line here. */
const SERVICES: Readonly<Record<Protocol, () => Promise<MakeService>>> = {
  oslp: async () => (await import("./oslp-service.ts")).oslpService,
  dlms: async () => (await import("./dlms-service.ts")).dlmsService,
  iec61850: async () => (await import("./iec61850-service.ts")).iec61850Service,
  mqtt: async () => (await import("./mqtt-service.ts")).mqttService,
};

/** Loads the protocols this configuration has, and no other: an agent that is started again is waited for. */
export async function loadServices({ protocols }: Pick<Config, "protocols">): Promise<MakeServices> {
  const wanted = Object.entries(SERVICES).filter(([name]) => Reflect.get(protocols, name) !== undefined);
  const makers = await Promise.all(wanted.map(([, load]) => load()));
  return (parts) => makers.map((make) => make(parts)).filter((service) => service !== undefined);
}
