import { writeFileSync } from "node:fs";
import { passwordLine } from "../../adapters/mqtt/wire/passwords.ts";
import { type FleetMember, passwordOf } from "../../firmware-sim/mqtt/fleet-plan.ts";
import { NODE_DEVICE } from "../../firmware-sim/mqtt/sparkplug/edge-node.ts";

/** The passwords are 128 bits of a seed: there is nothing to stretch. As many as `mosquitto_passwd` does. */
const ITERATIONS = 101;
const COLUMNS = ["uid", "protocol", "clientId", "broker", "sparkplug"] as const;

type Row = Readonly<Partial<Record<(typeof COLUMNS)[number], string>>>;

export interface ExportParts {
  readonly seed: string;
  readonly withPasswords: boolean;
  /** The name of the broker they are behind; absent: they connect to us. Edge nodes are always behind one. */
  readonly behind: string | undefined;
}

/**
 * Writes the devices as the `devices` section of a configuration, or as its CSV file, and where they have passwords the users
 * beside it, as `mqtt.users` takes them. Returns that file.
 */
export async function exportMqttDevices(
  file: string,
  members: readonly FleetMember[],
  parts: ExportParts,
): Promise<string | undefined> {
  const rows = members.flatMap((member) => rowsOf(member, parts.behind));
  const columns = COLUMNS.filter((column) => rows.some((row) => row[column] !== undefined));
  const lines = file.endsWith(".csv")
    ? [columns.join(","), ...rows.map((row) => columns.map((column) => row[column] ?? "").join(","))]
    : ["devices:", ...rows.map(yamlLine)];
  writeFileSync(file, `${lines.join("\n")}\n`);
  if (!parts.withPasswords) return undefined;
  const users: string[] = [];
  for (const { clientId } of members)
    users.push(await passwordLine(clientId, passwordOf(parts.seed, clientId), ITERATIONS));
  const path = `${file}.passwd`;
  writeFileSync(path, `${users.join("\n")}\n`, { mode: 0o600 });
  return path;
}

/** An edge node is two devices: itself, and the one under it. */
function rowsOf({ uid, clientId, speech }: FleetMember, behind: string | undefined): readonly Row[] {
  const own = { uid, protocol: "mqtt" };
  if (speech.kind !== "sparkplug") return [{ ...own, clientId, ...(behind === undefined ? {} : { broker: behind }) }];
  const node = { ...own, broker: behind ?? "plant", sparkplug: `${speech.group}/${clientId}` };
  return [node, { ...node, uid: `${uid}-${NODE_DEVICE}`, sparkplug: `${node.sparkplug}/${NODE_DEVICE}` }];
}

function yamlLine(row: Row): string {
  const facts = Object.entries(row).map(([key, value]) => `${key}: ${value}`);
  return `  - { ${facts.join(", ")} }`;
}
