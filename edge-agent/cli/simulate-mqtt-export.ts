import { writeFileSync } from "node:fs";
import { passwordLine } from "../../adapters/mqtt/wire/passwords.ts";
import { type FleetMember, passwordOf } from "../../firmware-sim/mqtt/fleet-plan.ts";

/** The passwords are 128 bits of a seed: there is nothing to stretch. As many as `mosquitto_passwd` does. */
const ITERATIONS = 101;

/**
 * Writes the devices as the `devices` section of a configuration, or as its CSV file, and where they have passwords the users
 * beside it, as `mqtt.users` takes them. Returns that file. Edge nodes are not devices that connect to a listener: they are
 * behind the broker they are told of.
 */
export async function exportMqttDevices(
  file: string,
  members: readonly FleetMember[],
  parts: { readonly seed: string; readonly withPasswords: boolean },
): Promise<string | undefined> {
  const isCsv = file.endsWith(".csv");
  const lines = members.map(({ uid, clientId }) =>
    isCsv ? `${uid},mqtt,${clientId}` : `  - { uid: ${uid}, protocol: mqtt, clientId: ${clientId} }`,
  );
  writeFileSync(file, `${[isCsv ? "uid,protocol,clientId" : "devices:", ...lines].join("\n")}\n`);
  if (!parts.withPasswords) return undefined;
  const users: string[] = [];
  for (const { clientId } of members)
    users.push(await passwordLine(clientId, passwordOf(parts.seed, clientId), ITERATIONS));
  const path = `${file}.passwd`;
  writeFileSync(path, `${users.join("\n")}\n`, { mode: 0o600 });
  return path;
}
