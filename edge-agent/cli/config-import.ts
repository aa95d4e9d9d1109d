import { writeFileSync } from "node:fs";
import type { Command } from "commander";
import type { IedProposal } from "../../adapters/iec61850/scl/proposal.ts";
import { ID_PATTERN } from "../model/fields.ts";
import { complainLine, say, sayJson } from "./output.ts";
import { EXIT } from "./verb.ts";

interface ImportFlags {
  readonly out?: string;
  readonly group?: string;
  readonly ied?: readonly string[];
  readonly json?: boolean;
}

/** `busbar config import scd FILE` */
export function registerImport(config: Command): void {
  const verb = config.command("import").description("propose devices out of somebody else's file");
  verb
    .command("scd <file>")
    .description(
      "IEDs of an SCL file (SCD, CID, ICD): addresses, selectors and reports, as the devices section of a configuration",
    )
    .option("--out <file>", "write them there instead of saying them")
    .option("--group <name>", "the group they belong to")
    .option("--ied <name...>", "only these")
    .option("--json", "for programs")
    .action(async (file: string, flags: ImportFlags) => {
      process.exitCode = await importScd(file, flags);
    });
}

/** Exit code 1 where the file has no server, or not the IED that was asked for. */
async function importScd(file: string, flags: ImportFlags): Promise<number> {
  const { readSclFile } = await import("./scl-file.ts");
  const { proposals } = await import("../../adapters/iec61850/scl/proposal.ts");
  const all = proposals(readSclFile(file));
  const wanted = all.filter(({ iedName }) => flags.ied === undefined || flags.ied.includes(iedName));
  for (const { iedName, remarks } of wanted) for (const remark of remarks) complainLine(`${iedName}: ${remark}`);
  for (const name of flags.ied ?? [])
    if (!all.some(({ iedName }) => iedName === name)) complainLine(`${file} has no IED ${name} with a server`);
  if (wanted.length === 0) {
    complainLine(`${file} has no IED with a server that was asked for`);
    return EXIT.failed;
  }
  if (flags.json === true) sayJson(wanted);
  else {
    const text = devicesSection(wanted, flags.group);
    if (flags.out === undefined) say(text.trimEnd());
    else writeFileSync(flags.out, text);
  }
  return flags.ied !== undefined && wanted.length < flags.ied.length ? EXIT.failed : EXIT.ok;
}

/** YAML; every text is quoted as JSON, which YAML reads. */
export function devicesSection(wanted: readonly IedProposal[], group: string | undefined): string {
  const lines = ["devices:"];
  for (const one of wanted) {
    lines.push(`  - uid: ${JSON.stringify(uidOf(one.iedName))}`, "    protocol: iec61850");
    if (group !== undefined) lines.push(`    group: ${JSON.stringify(group)}`);
    lines.push(`    identification: ${JSON.stringify(one.iedName)}`);
    if (one.address === undefined) lines.push("    # address: the file does not say");
    else lines.push(`    address: ${JSON.stringify(one.address)}`);
    if (one.port !== undefined) lines.push(`    port: ${one.port}`);
    if (one.wantsPassword) lines.push("    # password: { file: … }: the file says that one is wanted");
    const remote = Object.entries(one.remote).map(([key, value]) => `${key}: ${JSON.stringify(value)}`);
    if (remote.length > 0) lines.push(`    remote: { ${remote.join(", ")} }`);
    lines.push(`    reports: [${one.reports.map((name) => JSON.stringify(name)).join(", ")}]`);
  }
  return `${lines.join("\n")}\n`;
}

/** Names of IEDs are uids but for their case, which people forget. */
function uidOf(iedName: string): string {
  const uid = iedName.toLowerCase().replace(/[^a-z0-9._~-]/g, "-");
  return ID_PATTERN.test(uid) ? uid : `ied-${uid}`;
}
