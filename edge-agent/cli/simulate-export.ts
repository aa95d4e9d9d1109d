import { closeSync, openSync, writeSync } from "node:fs";
import type { FleetMember } from "../../firmware-sim/oslp/fleet/fleet.ts";

/** Writes the devices as the `devices` section of a configuration, or as its CSV file. A fleet of 40,000 is 12 MB. */
export function exportDevices(file: string, members: readonly FleetMember[]): void {
  const out = openSync(file, "w");
  try {
    const line = file.endsWith(".csv") ? csvLine : yamlLine;
    writeSync(out, file.endsWith(".csv") ? `${COLUMNS.join(",")}\n` : "devices:\n");
    for (let at = 0; at < members.length; at += LINES_AT_ONCE) {
      writeSync(
        out,
        members
          .slice(at, at + LINES_AT_ONCE)
          .map(line)
          .join(""),
      );
    }
  } finally {
    closeSync(out);
  }
}

const LINES_AT_ONCE = 1_000;
const COLUMNS = ["uid", "protocol", "identification", "version", "publicKey", "address", "port"] as const;

function csvLine({ uid, identification, version, publicKey, address }: FleetMember): string {
  return `${[uid, "oslp", identification, version, publicKey, address.host, address.port].join(",")}\n`;
}

function yamlLine({ uid, identification, version, publicKey, address }: FleetMember): string {
  const { host, port } = address;
  return (
    `  - { uid: ${uid}, protocol: oslp, identification: ${identification}, version: "${version}", ` +
    `publicKey: ${publicKey}, address: ${host}, port: ${port} }\n`
  );
}
