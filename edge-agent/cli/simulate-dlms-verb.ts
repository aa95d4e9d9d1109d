import { type Command, InvalidArgumentError, Option } from "commander";
import { PROFILE_NAMES } from "../../adapters/dlms/config/object-profile.ts";
import { AUTHENTICATIONS, PROTECTIONS } from "../../adapters/dlms/device.ts";
import type { Ingredient } from "../../adapters/kit/mix.ts";
import { readIngredient } from "../../firmware-sim/dlms/behaviour-mix.ts";
import type { MbusDevice } from "../../firmware-sim/dlms/meter-state.ts";
import type { SimulateDlmsFlags } from "./simulate-dlms.ts";
import { toHost, toMs, toSpeed, toWhole } from "./simulate-options.ts";

const MEDIA: readonly MbusDevice["medium"][] = ["gas", "water", "heat", "cold"];

/** `busbar simulate dlms`. */
export function registerDlms(simulate: Command): void {
  simulate
    .command("dlms")
    .description("electricity meters with their M-Bus devices, e.g.  busbar simulate dlms --devices 10 --port 4059")
    .option("-n, --devices <n>", "how many", toWhole(1, 60_000), 10)
    .option("--host <ip>", "the address they listen on", (text) => toHost(text).host, "127.0.0.1")
    .option("-p, --port <port>", "the first meter's port, one each after it", toWhole(1, 65_535), 4_059)
    .option("--logical", "all behind one port, as logical devices 1, 2, 3 …")
    .option("--hdlc", "HDLC over TCP instead of the wrapper")
    .option("--udp", "the wrapper in datagrams")
    .addOption(
      new Option("--profile <name>", "the companion standard whose objects they have")
        .choices(PROFILE_NAMES.filter((name) => name !== "generic"))
        .default("smr-5.5"),
    )
    .addOption(new Option("--phases <n>", "phases they measure").choices(["1", "3"]).default("3"))
    .option("--mbus <list>", "M-Bus devices on channels 1 to 4: gas, water, heat, cold", toMedia, ["gas", "water"])
    .addOption(
      new Option("--auth <how>", "how client 1 proves who it is; client 16 is public")
        .choices(AUTHENTICATIONS)
        .default("hls-gmac"),
    )
    .addOption(new Option("--security <policy>", "least protection of every APDU").choices(PROTECTIONS).default("both"))
    .addOption(new Option("--suite <n>", "security suite").choices(["0", "1", "2"]).default("0"))
    .option("--sn", "their associations name objects by short names, and know no others")
    .option("--push-to <host:port>", "where they push alarms, until told otherwise", toAddress)
    .option("--protect-pushes", "pushes are ciphered with the meter's own keys")
    .option("--every <duration>", "something happens to each so often: an event, perhaps an alarm", toMs)
    .option(
      "--behaviours <list>",
      "odd and faulty ones in front of a complete meter; is-busy=5% for a share",
      toIngredients,
    )
    .option("--list-behaviours", "say what there is, and end")
    .option("--pdu <octets>", "the longest APDU they take; 0 for no limit", toWhole(0, 65_535))
    .option("--seed <text>", "names, keys and dice follow from it", "demo")
    .option("--speed <n>", "their clocks run so many times faster", toSpeed, 1)
    .option(
      "--control <port>",
      "lines such as `event fraud 40 all` or `help` on this port of this machine",
      toWhole(1, 65_535),
    )
    .option("--for <duration>", "end by itself after so long", toMs)
    .option("--export <file>", "write the meters for a Busbar configuration (.yaml), and their keys beside it", toYaml)
    .option("--log <file>", "everything the meters did, one JSON object a line")
    .option("--json", "the books at the end as one JSON object")
    .action(async (flags: SimulateDlmsFlags) => {
      const { simulateDlms } = await import("./simulate-dlms.ts");
      process.exitCode = await simulateDlms(flags);
    });
}

function toMedia(text: string): readonly MbusDevice["medium"][] {
  if (text === "none" || text === "") return [];
  return text.split(",").map((one) => {
    const medium = MEDIA.find((known) => known === one.trim());
    if (medium !== undefined) return medium;
    throw new InvalidArgumentError(`${JSON.stringify(one)} is none of ${MEDIA.join(", ")}; "none" for no device`);
  });
}

function toAddress(text: string): string {
  const { host, port } = toHost(text);
  if (port === undefined) throw new InvalidArgumentError("HOST:PORT");
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}

function toYaml(text: string): string {
  if (/\.ya?ml$/.test(text)) return text;
  throw new InvalidArgumentError("a file that ends in .yaml");
}

function toIngredients(text: string): readonly Ingredient[] {
  return text.split(",").map((one) => {
    const ingredient = readIngredient(one.trim());
    if (ingredient !== undefined) return ingredient;
    throw new InvalidArgumentError(
      `there is no behaviour ${JSON.stringify(one)}; busbar simulate dlms --list-behaviours lists them`,
    );
  });
}
