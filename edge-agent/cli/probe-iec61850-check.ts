import { discover } from "../../adapters/iec61850/acsi/discover.ts";
import type { IedModel } from "../../adapters/iec61850/model/tree.ts";
import { differences, DIFFERENCES_MAX, type ModelDifference } from "../../adapters/iec61850/scl/differences.ts";
import type { SclDocument, SclIed } from "../../adapters/iec61850/scl/document.ts";
import { domainOf } from "../../adapters/iec61850/scl/names.ts";
import { toModel } from "../../adapters/iec61850/scl/to-model.ts";
import { EdgeError } from "../../adapters/kit/edge-error.ts";
import { clean, complainLine, say, sayJson, table } from "./output.ts";
import type { OpenClient } from "./probe-iec61850-client.ts";
import { readSclFile } from "./scl-file.ts";
import { EXIT } from "./verb.ts";

/**
 * What an IED has otherwise than its SCL file (ICD, CID, SCD). 0: nothing; 1: something. Throws where the file cannot be read, or has
 * none whose logical devices are there, or not the one that was named.
 */
export async function checkAgainst(
  client: OpenClient,
  file: string,
  flags: { readonly ied?: string; readonly json?: boolean },
): Promise<number> {
  const document = readSclFile(file);
  // The file first: an IED is not asked for its model in vain.
  if (flags.ied !== undefined) namedIed(document, flags.ied, file);
  const online = await client.run(discover());
  const ied = flags.ied === undefined ? fittingIed(document, online, file) : namedIed(document, flags.ied, file);
  const found = differences(toModel(document, ied), online);
  if (flags.json === true) sayJson({ file, ied: ied.name, differences: found });
  else print(file, ied, found);
  return found.length === 0 ? EXIT.ok : EXIT.failed;
}

function print(file: string, ied: SclIed, found: readonly ModelDifference[]): void {
  if (found.length === 0) {
    say(clean(`${ied.name} is as ${file} says`));
    return;
  }
  const rows = found.map(({ at, kind, file: wanted, ied: got }) => [
    clean(at),
    kind,
    shortened(wanted),
    shortened(got),
  ]);
  say(table(["where", "what", "file", "IED"], rows));
  const more = found.length >= DIFFERENCES_MAX ? " or more" : "";
  complainLine(clean(`${ied.name} differs from ${file} in ${found.length}${more} places`));
}

const SHOWN = 60;

function shortened(text: string): string {
  return clean(text.length > SHOWN ? `${text.slice(0, SHOWN - 1)}…` : text);
}

function namedIed(document: SclDocument, name: string, file: string): SclIed {
  const ied = document.ieds.find((one) => one.name === name);
  if (ied === undefined) throw wrong(`${file} has no IED ${name}; it has ${namesIn(document)}`);
  return ied;
}

/** The one with most of the logical devices that are there; the only one, even where none of its names is. */
function fittingIed(document: SclDocument, online: IedModel, file: string): SclIed {
  const scored = document.ieds.map((ied) => {
    const devices = ied.accessPoints.flatMap((point) => point.server?.lDevices ?? []);
    return { ied, there: devices.filter((one) => online.devices.has(domainOf(ied, one))).length };
  });
  const [best] = scored.sort((one, other) => other.there - one.there);
  if (best !== undefined && (best.there > 0 || scored.length === 1)) return best.ied;
  const there = [...online.devices.keys()].join(", ");
  throw wrong(`none of the IEDs in ${file} (${namesIn(document)}) has one of the logical devices ${there}: --ied NAME`);
}

function namesIn(document: SclDocument): string {
  return document.ieds.map(({ name }) => name).join(", ") || "none";
}

function wrong(message: string): EdgeError {
  return new EdgeError({ code: "config.value.wrong", blame: "operator", retry: "never", message });
}
