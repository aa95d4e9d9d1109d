import type { Command } from "commander";
import { complainLine, say } from "./output.ts";
import { EXIT } from "./verb.ts";

export function register(program: Command): void {
  const bridge = program.command("bridge").description("bridges to other MQTT brokers");
  bridge
    .command("import <mosquitto.conf>")
    .description(
      "the bridges of a mosquitto in our words on standard output, and what could not be carried on standard error",
    )
    .action(async (file: string) => {
      process.exitCode = await importFile(file);
    });
}

async function importFile(file: string): Promise<number> {
  const { readFileSync } = await import("node:fs");
  const { stringify } = await import("yaml");
  const { importMosquitto } = await import("../../adapters/mqtt/mosquitto-conf.ts");
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (thrown) {
    complainLine(`${file} cannot be read: ${thrown instanceof Error ? thrown.message : String(thrown)}`);
    return EXIT.failed;
  }
  const { bridges, notCarried } = importMosquitto(text);
  if (bridges.length === 0) {
    complainLine(`${file} has no bridge: no line begins with connection`);
    return EXIT.failed;
  }
  const section = { mqtt: { bridges: Object.fromEntries(bridges.map(({ name, settings }) => [name, settings])) } };
  say(stringify(section, { lineWidth: 120 }).trimEnd());
  for (const { line, text: written, why } of notCarried) complainLine(`${file}:${line}: ${written}: ${why}`);
  return notCarried.length === 0 ? EXIT.ok : EXIT.warnings;
}
