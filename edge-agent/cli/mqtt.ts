import type { Command } from "commander";
import type { BridgeExplanation, DeviceExplanation } from "../../adapters/mqtt/explain.ts";
import { type ConfigFlag, type JsonFlag, withConfig } from "./config-option.ts";
import { complainLine, say, sayJson } from "./output.ts";
import { EXIT } from "./verb.ts";

interface ExplainFlags extends ConfigFlag, JsonFlag {
  readonly qos: string;
  readonly retain?: boolean;
}

export function register(program: Command): void {
  const mqtt = program.command("mqtt").description("what the MQTT rules of a configuration would do");
  withConfig(
    mqtt
      .command("explain <topic>")
      .description("which rule a message on this topic meets: device, mapping, bridges, resulting topic, QoS, retain")
      .option("--qos <0|1|2>", "of the message", "1")
      .option("--retain", "the message is retained"),
  ).action(async (topic: string, flags: ExplainFlags) => {
    process.exitCode = await explainTopic(topic, flags);
  });
  mqtt
    .command("passwd <user>")
    .description("a line for the password file, for the password on standard input")
    .action(async (user: string) => {
      const { passwordLine } = await import("../../adapters/mqtt/wire/passwords.ts");
      const { text } = await import("node:stream/consumers");
      const password = (await text(process.stdin)).replace(/\r?\n$/, "");
      if (password === "" || user.includes(":")) {
        complainLine("a password on standard input, and a user without a colon");
        process.exitCode = EXIT.usage;
        return;
      }
      say(await passwordLine(user, password));
    });
}

async function explainTopic(topic: string, flags: ExplainFlags): Promise<number> {
  const { explain } = await import("../../adapters/mqtt/explain.ts");
  const { nameFlaw } = await import("../../adapters/mqtt/topic.ts");
  const { readConfig } = await import("../config/check.ts");
  const { bookOf } = await import("../runtime/mqtt-devices.ts");
  const { accessOf } = await import("../runtime/mqtt-service.ts");
  const qos = ([0, 1, 2] as const).find((one) => String(one) === flags.qos);
  const flaw = nameFlaw(topic) ?? (qos === undefined ? "the QoS is 0, 1 or 2" : undefined);
  if (flaw !== undefined || qos === undefined) {
    complainLine(`${topic}: ${flaw}`);
    return EXIT.usage;
  }
  const { config } = readConfig(flags.config, { filesMustExist: false });
  const section = config?.protocols.mqtt;
  if (config === undefined || section === undefined) {
    complainLine(
      config === undefined
        ? `${flags.config} has errors: busbar config check ${flags.config}`
        : `${flags.config} has no mqtt section`,
    );
    return EXIT.failed;
  }
  const book = bookOf(
    config.devices.filter((device) => device.protocol === "mqtt"),
    section,
    () => true,
  );
  const devices = [...book.all()].map((device) => ({
    uid: device.uid,
    identification: device.clientId,
    says: device.says,
    behind: device.broker !== undefined,
    sparkplug: device.sparkplug,
  }));
  const bridges = Object.entries(section.bridges).map(([name, bridge]) => ({ ...bridge, name }));
  const found = explain({ topic, qos, retain: flags.retain === true }, { access: accessOf(section), devices, bridges });
  if (flags.json === true) sayJson(found);
  else {
    for (const line of found.devices.map(deviceLine)) say(line);
    if (found.devices.length === 0)
      say("devices       none may publish it here; from a broker or bridge it is a dead letter");
    for (const line of found.bridges.map(bridgeLine)) say(line);
  }
  return EXIT.ok;
}

function deviceLine({ device, mayPublish, becomes }: DeviceExplanation): string {
  const head = `device ${device}`;
  if (!mayPublish) return `${head}: not allowed, its connection is closed`;
  switch (becomes.kind) {
    case "answer":
      return `${head}: the answer to a command`;
    case "sparkplug":
      return `${head}: the ${becomes.type} of its Sparkplug address`;
    case "dead-letter":
      return `${head}: a dead letter, no rule of the mapping ${becomes.mapping} is for it`;
    default: {
      const points = becomes.points.length === 0 ? "" : ` with ${becomes.points.join(", ")}`;
      return `${head}: a ${becomes.kind}${points}, by rule ${becomes.rule + 1} of the mapping ${becomes.mapping} (${becomes.template})`;
    }
  }
}

function bridgeLine(one: BridgeExplanation): string {
  const head = `bridge ${one.bridge}, ${one.direction}`;
  if (one.passes) {
    const { command } = one;
    const action = command?.action ?? "the payload names";
    const becomes =
      command === undefined ? "" : `: the command ${action} to device ${command.device}, through the ledger`;
    const retain = one.retain ? "retained" : "not retained";
    return `${head}: ${one.topic}, QoS ${one.qos}, ${retain}, by rule ${one.rule + 1}${becomes}`;
  }
  if (one.near !== undefined) return `${head}: stays, rule ${one.near.rule + 1} excludes ${one.near.exclude}`;
  return `${head}: stays, no rule is for it`;
}
