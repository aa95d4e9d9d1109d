import { type Command, InvalidArgumentError } from "commander";
import type { Ingredient } from "../../adapters/kit/mix.ts";
import { readIngredient } from "../../firmware-sim/iec61850/behaviour-mix.ts";
import type { SimulateIec61850Flags } from "./simulate-iec61850.ts";
import { toExportFile, toHost, toMs, toWhole } from "./simulate-options.ts";

/** `busbar simulate iec61850` */
export function registerIec61850(simulate: Command): void {
  simulate
    .command("iec61850")
    .description(
      "IEDs that answer, report and are operated, for any MMS client, e.g.  busbar simulate iec61850 --devices 3 --listen-port 10102",
    )
    .option("-n, --devices <n>", "how many", toWhole(1, 10_000), 1)
    .option(
      "--listen-port <port>",
      "of the first; each has a port of its own (102 needs privileges)",
      toWhole(1, 65_535),
      10_102,
    )
    .option("--address <ip>", "where they listen", (text: string) => toHost(text).host, "127.0.0.1")
    .option("--model <name>", "one of --list-models", "bay")
    .option("--scl <file>", "an ICD, CID or SCD instead of a model of ours")
    .option("--ied <name>", "of the SCL file; the first with a server where not given")
    .option("--list-models", "say what there is, and end")
    .option("--write-icd <file>", "write the model as an ICD, and end")
    .option("--seed <text>", "dice follow from it", "demo")
    .option("--every <duration>", "measured values move so often", toMs, 2_000)
    .option("--events-every <duration>", "something happens about so often", toMs, 30_000)
    .option(
      "--behaviours <list>",
      "odd and faulty ones join a complete device, good ones replace it; falls-silent=5% for a share",
      toIngredients,
    )
    .option("--list-behaviours", "say what there is, and end")
    .option("--password <text>", "clients must give it")
    .option("--tls-cert <file>", "TLS with this certificate chain, PEM")
    .option("--tls-key <file>", "its private key, PEM")
    .option("--tls-ca <file>", "clients must show a certificate of this authority, PEM")
    .option(
      "--register <address>",
      "HOST:PORT where street lights announce themselves, every minute until told not to",
      toHost,
    )
    .option("--hands", "take lines from the standard input: UID set|get|trip|behave|stop|restart …")
    .option("--for <duration>", "end by itself after so long", toMs)
    .option("--export <file>", "write the devices for a Busbar configuration: .yaml or .csv", toExportFile)
    .option("--log <file>", "everything that happens to the devices, one JSON object a line")
    .option("--json", "the books at the end as one JSON object")
    .action(async (flags: SimulateIec61850Flags) => {
      const { simulateIec61850 } = await import("./simulate-iec61850.ts");
      process.exitCode = await simulateIec61850(flags);
    });
}

function toIngredients(text: string): readonly Ingredient[] {
  return text.split(",").map((one) => {
    const ingredient = readIngredient(one.trim());
    if (ingredient !== undefined) return ingredient;
    const hint = "busbar simulate iec61850 --list-behaviours lists them";
    throw new InvalidArgumentError(`there is no behaviour ${JSON.stringify(one)}; ${hint}`);
  });
}
