import { type Command, Option } from "commander";
import type { DlmsProbeFlags } from "./probe-dlms.ts";
import { DLMS_VERB_LINES } from "./probe-dlms-verbs.ts";
import { toHost, toMs, toWhole } from "./simulate-options.ts";

const AUTHENTICATIONS = [
  "none",
  "lls",
  "hls-manufacturer",
  "hls-md5",
  "hls-sha1",
  "hls-gmac",
  "hls-sha256",
  "hls-ecdsa",
];
const PROFILES = ["generic", "dsmr-4.2.2", "smr-4.3", "smr-5.0", "smr-5.1", "smr-5.2", "smr-5.5"];

export function registerDlms(probe: Command): void {
  probe
    .command("dlms <verb> [arguments...]")
    .description("ask one meter something over DLMS/COSEM, e.g.  busbar probe dlms objects --host 10.0.0.7")
    .addHelpText("after", `\nVerbs:\n${DLMS_VERB_LINES}`)
    .option("--host <host>", "the meter: HOST or HOST:PORT", toHost)
    .option("--serial <path>", "the meter on a serial line, with HDLC, instead of --host: /dev/ttyUSB0")
    .option("--baud <n>", "rate of the serial line: 9600 where not given", toWhole(300, 921_600))
    .option("--mode-e [address]", "serial line: IEC 62056-21 first, from 300 Bd; the address where several are on it")
    .option("--udp", "the wrapper in datagrams")
    .option("--port <port>", "its port", toWhole(1, 65_535), 4_059)
    .option("--hdlc", "HDLC over TCP instead of the wrapper", false)
    .option("--physical <n>", "HDLC: physical device, the lower part of the server address", toWhole(0, 16_383))
    .addOption(
      new Option("--address-octets <n>", "HDLC: octets of the server address")
        .choices(["1", "2", "4"])
        .argParser(Number),
    )
    .option("--client <n>", "client address: 1 management, 16 public", toWhole(1, 65_535), 16)
    .option("--server <n>", "logical device", toWhole(0, 65_535), 1)
    .addOption(new Option("--auth <how>", "how we prove who we are").choices(AUTHENTICATIONS).default("none"))
    .addOption(
      new Option("--protection <what>", "of every APDU; both where --keys has an encryption key").choices([
        "none",
        "authenticated",
        "encrypted",
        "both",
      ]),
    )
    .addOption(new Option("--suite <n>", "security suite").argParser(Number).default(0))
    .option("--general", "general-glo-ciphering instead of the tags of each service")
    .addOption(
      new Option("--general-ciphering <key>", "general-ciphering: which key, and how the meter comes to it").choices([
        "identified",
        "broadcast",
        "wrapped",
        "one-pass",
        "static-unified",
      ]),
    )
    .option("--sign", "general-signing around every service; suites 1 and 2")
    .option("--sn", "short name referencing: an older meter that knows no logical names")
    .option("--keys <file>", "JSON: encryption, authentication, password, secret … in hex (docs/protocols/dlms.md)")
    .option("--password <text>", "of the low level authentication, or the secret of a high level one")
    .option("--title <hex>", "our system title", "4253420000000001")
    .option("--counter-object <obis>", "where the meter keeps its invocation counter", "0-0:43.1.0*255")
    .addOption(new Option("--profile <name>", "companion standard of the meter").choices(PROFILES).default("generic"))
    .option("--phases <n>", "1 or 3", toWhole(1, 3), 3)
    .option("--zone <name>", "time zone of the meter", "UTC")
    .option("--list-max <n>", "attributes of one request", toWhole(1, 255), 10)
    .option("--from <time>", "profile: e.g. 2026-11-20T00:00:00Z")
    .option("--to <time>", "profile")
    .addOption(new Option("--within <duration>", "for each answer").argParser(toMs).default(20_000, "20s"))
    .option("--json", "one JSON object, with the messages it would have sent")
    .action(async (verb: string, args: readonly string[], flags: DlmsProbeFlags) => {
      const { probeDlms } = await import("./probe-dlms.ts");
      process.exitCode = await probeDlms(verb, args, flags);
    });
}
