import { type Command, Option } from "commander";
import { SELECTOR_PRESETS } from "../../adapters/iec61850/association/parameters.ts";
import { CONTROL_MODELS } from "../../adapters/iec61850/control/operate.ts";
import { IED_VERB_LINES, type ProbeIedFlags } from "./probe-iec61850.ts";
import { toHost, toMs } from "./simulate-options.ts";

export function registerIec61850(probe: Command): void {
  probe
    .command("iec61850 <host> <verb> [arguments...]")
    .description("ask one IED something over MMS; HOST or HOST:PORT (102, with TLS 3782)")
    .addHelpText("after", `\nVerbs:\n${IED_VERB_LINES}`)
    .option("--tls", "TLS, trusting the system's authorities where --ca is not given")
    .option("--ca <file>", "the authority the IED's certificate is of")
    .option("--cert <file>", "our certificate")
    .option("--key <file>", "its key")
    .addOption(new Option("--stack <name>", "selectors and AP titles").choices(SELECTOR_PRESETS).default("libiec61850"))
    .option("--password <file>", "the association's password, in a file")
    .addOption(new Option("--mode <model>", "operate: insist on this control model").choices(CONTROL_MODELS))
    .addOption(new Option("--check <check...>", "operate").choices(["synchrocheck", "interlock"]))
    .option("--test", "operate: with the test flag")
    .option("--watch", "reports: enable them and say what they report, until it is stopped")
    .option("--rcb <pattern>", "reports: which, as LD/LN.name with * and ?")
    .option("--ied <name>", "check: which IED of the file; the one that fits where not given")
    .option("--out <file>", "files get: where to; - is standard output")
    .addOption(
      new Option("--within <duration>", "for a connection and each answer").argParser(toMs).default(10_000, "10s"),
    )
    .option("--json", "JSON")
    .action(async (host: string, verb: string, args: readonly string[], flags: ProbeIedFlags) => {
      const { probeIed } = await import("./probe-iec61850.ts");
      process.exitCode = await probeIed(toHost(host), verb, args, flags);
    });
}
