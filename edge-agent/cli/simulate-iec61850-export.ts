import { writeFileSync } from "node:fs";
import type { FleetMember } from "../../firmware-sim/iec61850/fleet/fleet.ts";

/** Profiles of the gateway by the models that need one. */
const PROFILES: Readonly<Record<string, string>> = {
  "street-light": "swdevice-010805",
  "light-sensor": "flexovl-540",
};

/** Writes the IEDs as the `devices` section of a configuration, or as its CSV file. */
export function exportIeds(
  file: string,
  members: readonly FleetMember[],
  { model, scl }: { readonly model: string; readonly scl?: string },
): void {
  const profile = scl === undefined ? PROFILES[model] : undefined;
  const rows = members.map(({ uid, address }) => ({
    ...{ uid, protocol: "iec61850", address: address.host, port: String(address.port) },
    ...(profile === undefined ? {} : { profile }),
  }));
  const [first = {}] = rows;
  const lines = file.endsWith(".csv")
    ? [Object.keys(first).join(","), ...rows.map((row) => Object.values(row).join(","))]
    : [
        "devices:",
        ...rows.map(
          (row) =>
            `  - { ${Object.entries(row)
              .map(([key, value]) => `${key}: ${value}`)
              .join(", ")} }`,
        ),
      ];
  writeFileSync(file, `${lines.join("\n")}\n`);
}
