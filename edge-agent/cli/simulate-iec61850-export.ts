import { writeFileSync } from "node:fs";
import { reportsOf } from "../../adapters/iec61850/scl/proposal.ts";
import type { SclDocument } from "../../adapters/iec61850/scl/document.ts";
import type { FleetMember } from "../../firmware-sim/iec61850/fleet/fleet.ts";

/** Profiles of the gateway by the models that need one; their devices go by a serial number or by their uid. */
const PROFILES: Readonly<Record<string, string>> = {
  "street-light": "swdevice-010805",
  "light-sensor": "flexovl-540",
};

export interface ExportParts {
  readonly members: readonly FleetMember[];
  readonly document: SclDocument;
  /** The IED of the document they are all made of. */
  readonly iedName: string;
  /** `undefined` where it is somebody else's file. */
  readonly model: string | undefined;
}

/** Writes the IEDs as the `devices` section of a configuration, or as its CSV file. */
export function exportIeds(file: string, parts: ExportParts): void {
  const isCsv = file.endsWith(".csv");
  const rows = parts.members.map((member) => rowOf(member, parts, isCsv));
  const [first = {}] = rows;
  const lines = isCsv
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

function rowOf(
  member: FleetMember,
  { document, iedName, model }: ExportParts,
  isCsv: boolean,
): Readonly<Record<string, string>> {
  const { uid, serial, address } = member;
  const profile = model === undefined ? undefined : PROFILES[model];
  // Only ours are numbered: IEDs of one name each go by their uid.
  const identification = model === "street-light" ? `"${serial}"` : model === "bay" ? member.iedName : uid;
  const ied = document.ieds.find(({ name }) => name === iedName);
  const reports = ied === undefined ? [] : reportsOf({ ...ied, name: member.iedName });
  return {
    ...{ uid, protocol: "iec61850", identification: isCsv ? identification.replaceAll('"', "") : identification },
    ...{ address: address.host, port: String(address.port) },
    ...(profile === undefined ? {} : { profile }),
    ...(reports.length === 0 ? {} : { reports: isCsv ? reports.join(" ") : `[${reports.join(", ")}]` }),
  };
}
