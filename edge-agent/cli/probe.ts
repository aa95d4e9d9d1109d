import { type Command, Option } from "commander";
import { register as registerDecode } from "./probe-decode.ts";
import { VERB_LINES } from "./probe-verbs.ts";
import { registerDlms } from "./probe-dlms-verb.ts";
import { registerIec61850 } from "./probe-iec61850-verb.ts";
import type { ProbeFlags } from "./probe-oslp.ts";
import { toHost, toMs, toPlatforms, toWhole } from "./simulate-options.ts";
import { SUMMARIES } from "./verb.ts";

export function register(program: Command): void {
  const probe = program.command("probe").description(SUMMARIES.probe);
  probe
    .command("oslp <verb> [arguments...]")
    .description("ask one street-light controller something, or ask a platform why it does not register a device")
    .addHelpText("after", `\nVerbs:\n${VERB_LINES}`)
    .option("--host <host>", "the device: HOST or HOST:PORT (its version's port where none is given)", toHost)
    .option("--port <port>", "the device's port", toWhole(1, 65_535))
    .option(
      "--listen <port>",
      "first wait there until the device registers: tells its id, number and address",
      toWhole(1, 65_535),
    )
    .option("--platform <host:port>", "register: the platform", toPlatforms)
    .option("--platform-key <file>", "the platform's key; its private one where we are the platform")
    .option("--device-key <key>", "the device's key, a file or Base64; its private one where we are the device")
    .option("--identification <name>", "the device's identification", "probe-device")
    .option("--device-id <id>", "the 12 bytes of its device id: 24 hex digits or 16 characters of Base64")
    .option("--sequence <n>", "the last sequence number it and its platform have used", toWhole(0, 65_535))
    .option("--address <ip>", "register: the address the device says it can be reached at", "127.0.0.1")
    .addOption(new Option("--version <version>", "of the contract").choices(["0.6.1", "0.5.1"]).default("0.6.1"))
    .addOption(
      new Option("--within <duration>", "for a connection, an answer, a registration")
        .argParser(toMs)
        .default(20_000, "20s"),
    )
    .option("--json", "one JSON object")
    .action(async (verb: string, args: readonly string[], flags: ProbeFlags) => {
      const { probeOslp } = await import("./probe-oslp.ts");
      process.exitCode = await probeOslp(verb, args, flags);
    });
  registerDlms(probe);
  registerIec61850(probe);
  registerDecode(program);
}
