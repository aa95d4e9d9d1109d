import { type Command, Option } from "commander";
import { registerIec61850 } from "./simulate-iec61850-verb.ts";
import { registerDlms } from "./simulate-dlms-verb.ts";
import { registerMqtt } from "./simulate-mqtt-verb.ts";
import type { SimulateFlags } from "./simulate-oslp.ts";
import { toExportFile, toHost, toIngredients, toMs, toPlatforms, toSpeed, toWhole } from "./simulate-options.ts";
import { SUMMARIES } from "./verb.ts";

export function register(program: Command): void {
  const simulate = program.command("simulate").description(SUMMARIES.simulate);
  registerIec61850(simulate);
  simulate
    .command("oslp")
    .description(
      "street-light controllers that register, notify and answer, e.g.  busbar simulate oslp --devices 10 --platform localhost",
    )
    .option("-n, --devices <n>", "how many", toWhole(1, 1_000_000), 10)
    .option(
      "-p, --platform <list>",
      "HOST:PORT,… in the order they are tried; 0.5.1=HOST:PORT for one version; HOST has the port of the version",
      toPlatforms,
    )
    .addOption(
      new Option("--version <version>", "the contract they speak; mixed: one in four the old one")
        .choices(["0.6.1", "0.5.1", "mixed"])
        .default("0.6.1"),
    )
    .option("--seed <text>", "names, keys and dice follow from it", "demo")
    .option("--listen-port <port>", "where they listen for their platform", toWhole(1, 65_535), 12_124)
    .addOption(
      new Option("--addressing <how>", "range: one address each in 127.64.0.0/10 (Linux); ports: one port each")
        .choices(["range", "ports"])
        .default("ports"),
    )
    .option("--address <ip>", "with ports: the address they listen on and register", (text) => toHost(text).host)
    .addOption(new Option("--every <duration>", "each raises an event so often").argParser(toMs).default(10_000, "10s"))
    .option(
      "--behaviours <list>",
      "odd and faulty ones join a complete device, good ones replace it; falls-silent=5% for a share",
      toIngredients,
    )
    .option("--list-behaviours", "say what there is, and end")
    .option("--platform-key <file>", "the platform's public (or private) key, PEM or DER")
    .option("--generate-platform-key <file>", "write a new private key there, its public one to <file>.pub")
    .option("--speed <n>", "their clocks run so many times faster: schedules of a night in minutes", toSpeed, 1)
    .option("--at-once <n>", "conversations open at once, all devices together", toWhole(1, 20_000), 256)
    .option("--for <duration>", "end by itself after so long", toMs)
    .option("--export <file>", "write the devices for a Busbar configuration: .yaml or .csv", toExportFile)
    .option("--log <file>", "everything that happens to the devices, one JSON object a line")
    .option("--json", "the books at the end as one JSON object")
    .action(async (flags: SimulateFlags) => {
      const { simulateOslp } = await import("./simulate-oslp.ts");
      process.exitCode = await simulateOslp(flags);
    });
  registerDlms(simulate);
  registerMqtt(simulate);
}
