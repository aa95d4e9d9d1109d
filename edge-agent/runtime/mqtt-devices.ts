import type { Mapping } from "../../adapters/mqtt/mapping-rule.ts";
import { parseAddress } from "../../adapters/mqtt/sparkplug/topic.ts";
import { compileRule, SHIPPED } from "../../adapters/mqtt/written-mapping.ts";
import type { DeviceDirectory, ListedDevice } from "../../adapters/mqtt/wire/listener-settings.ts";
import type { MqttDevice, MqttSection } from "../config/mqtt.ts";
import { DeviceBook, type KnownDevice } from "./device-book.ts";

/** An MQTT device as the runtime keeps it; its identification is its client id. */
export type BookedMqttDevice = MqttDevice & KnownDevice & { readonly says: Mapping };

export type MqttBook = DeviceBook<BookedMqttDevice>;

export function bookOf(
  devices: readonly MqttDevice[],
  section: MqttSection,
  isServed: (group: string) => boolean,
): MqttBook {
  const mappings = mappingsOf(section);
  const none: Mapping = { name: "none", rules: [] };
  const booked = devices.map((device) => ({
    ...device,
    protocolId: device.clientId,
    says: mappings.get(device.mapping) ?? none,
  }));
  return new DeviceBook<BookedMqttDevice>(booked, [], isServed);
}

export function mappingsOf(section: MqttSection): ReadonlyMap<string, Mapping> {
  const written = Object.entries(section.mappings).map(([name, rules]): [string, Mapping] => [
    name,
    { name, rules: rules.map(compileRule) },
  ]);
  return new Map([...SHIPPED.map((mapping): [string, Mapping] => [mapping.name, mapping]), ...written]);
}

/** The edge node a device is; what is behind an edge node has no connection of its own. */
function nodeOf({ sparkplug }: BookedMqttDevice): ListedDevice["sparkplug"] {
  const address = sparkplug === undefined ? undefined : parseAddress(sparkplug);
  return address?.device === undefined ? address : undefined;
}

/** Finds the devices that connect to us by what their connections prove. */
export function directoryOf(book: MqttBook, isServed: (group: string) => boolean): DeviceDirectory {
  const byClientId = new Map<string, BookedMqttDevice>();
  const byUsername = new Map<string, BookedMqttDevice>();
  const byCertificate = new Map<string, BookedMqttDevice>();
  for (const device of book.all()) {
    if (device.broker !== undefined) continue;
    byClientId.set(device.clientId, device);
    byUsername.set(device.username, device);
    byCertificate.set(device.certificate, device);
  }
  const listed = (device: BookedMqttDevice | undefined): ListedDevice | undefined =>
    device && {
      uid: device.uid,
      identification: device.clientId,
      served: isServed(device.group),
      sparkplug: nodeOf(device),
    };
  return {
    byClientId: (clientId) => listed(byClientId.get(clientId)),
    byUsername: (username) => listed(byUsername.get(username)),
    byCertificate: (name) => listed(byCertificate.get(name)),
  };
}
