import { type Command, InvalidArgumentError, Option } from "commander";
import { readIngredient } from "../../firmware-sim/mqtt/behaviour-mix.ts";
import type { Ingredient } from "../../adapters/kit/mix.ts";
import type { SimulateMqttFlags } from "./simulate-mqtt.ts";
import { toExportFile, toMs, toWhole } from "./simulate-options.ts";

/** `busbar simulate mqtt` */
export function registerMqtt(simulate: Command): void {
  simulate
    .command("mqtt")
    .description(
      "devices that publish and answer commands, for any broker, e.g.  busbar simulate mqtt --devices 10 --broker mqtt://localhost",
    )
    .option("-n, --devices <n>", "how many", toWhole(1, 100_000), 10)
    .option("-b, --broker <list>", "mqtt://HOST:PORT,… in the order they are tried; mqtts, ws, wss too")
    .option("--spec <file>", "fleets as JSON, or the mqtt_simulator_spec.json of GXF as it is")
    .option("--name <text>", "how their uids and client ids begin", toName, "sensor")
    .option("--topic <template>", "where they publish; {device} is the client id", "{device}/m")
    .option("--template <text>", "the payload, with {{n}}, {{now}}, {{iso}}, {{device}}, {{between LOW HIGH DECIMALS}}")
    .addOption(new Option("--every <duration>", "each publishes so often").argParser(toMs).default(1_000, "1s"))
    .addOption(
      new Option("--qos <how>", "mixed: thrown for each message")
        .choices(["0", "1", "2", "mixed"])
        .argParser((text) => toQos(text))
        .default(1, "1"),
    )
    .option("--sparkplug <group>", "edge nodes of this group of Sparkplug B instead")
    .addOption(new Option("--mqtt <version>", "the version they speak").choices(["3.1.1", "5"]).default("3.1.1"))
    .option("--command-topic <template>", "where their commands come", "{device}/command/{action}")
    .option("--reply-topic <template>", "where they answer what names no topic", "{device}/reply")
    .option(
      "--behaviours <list>",
      "odd and faulty ones join a complete device, good ones replace it; floods=5% for a share",
      toIngredients,
    )
    .option("--list-behaviours", "say what there is, and end")
    .option("--flood <n>", "messages of one flood", toWhole(1, 100_000), 500)
    .option("--storm-every <duration>", "stormy devices reconnect so often", toMs, 10_000)
    .option("--starts <n>", "devices switched on in a second", toWhole(1, 100_000), 500)
    .option("--passwords", "each logs in with its client id and a password that follows from the seed")
    .option("--username <text>", "all log in as this user")
    .option("--password <text>", "with this password")
    .option("--ca <file>", "the authority of the broker, PEM")
    .option("--cert <file>", "their certificate, PEM; {device} in the path is the client id")
    .option("--key <file>", "its private key, PEM; {device} too")
    .option("--seed <text>", "passwords and dice follow from it", "demo")
    .option("--for <duration>", "end by itself after so long", toMs)
    .option(
      "--export <file>",
      "write the devices for a Busbar configuration, .yaml or .csv; users to <file>.passwd",
      toExportFile,
    )
    .option("--behind <broker>", "in that file: the name of the broker they are behind; plant for edge nodes", toName)
    .option("--log <file>", "everything published, acknowledged and executed, one JSON object a line")
    .option("--json", "the books at the end as one JSON object")
    .action(async (flags: SimulateMqttFlags) => {
      const { simulateMqtt } = await import("./simulate-mqtt.ts");
      process.exitCode = await simulateMqtt(flags);
    });
}

function toQos(text: string): 0 | 1 | 2 | "mixed" {
  if (text === "mixed") return "mixed";
  if (text === "0" || text === "1" || text === "2") return Number(text) as 0 | 1 | 2;
  throw new InvalidArgumentError("0, 1, 2 or mixed");
}

function toName(text: string): string {
  if (/^[A-Za-z0-9._-]{1,40}$/.test(text)) return text;
  throw new InvalidArgumentError("up to 40 letters, digits, dots, dashes and underscores");
}

function toIngredients(text: string): readonly Ingredient[] {
  return text.split(",").map((one) => {
    const ingredient = readIngredient(one.trim());
    if (ingredient !== undefined) return ingredient;
    const hint = "busbar simulate mqtt --list-behaviours lists them";
    throw new InvalidArgumentError(`there is no behaviour ${JSON.stringify(one)}; ${hint}`);
  });
}
