import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Command } from "commander";
import type { JsonFlag } from "./config-option.ts";
import { say, sayJson } from "./output.ts";

export function register(program: Command): void {
  program
    .command("version")
    .description("which Busbar this is, and on what it runs")
    .option("--json", "for programs")
    .action((flags: JsonFlag) => {
      const facts = {
        busbar: busbarVersion(),
        node: process.versions.node,
        platform: `${process.platform} ${process.arch}`,
      };
      if (flags.json === true) sayJson(facts);
      else say(`busbar ${facts.busbar} (node ${facts.node}, ${facts.platform})`);
    });
}

/** Of the package this file is part of, compiled or not. */
export function busbarVersion(): string {
  for (let folder = import.meta.dirname; folder !== dirname(folder); folder = dirname(folder)) {
    try {
      const parsed: unknown = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
      if (
        typeof parsed === "object" &&
        parsed !== null &&
        "name" in parsed &&
        parsed.name === "busbar" &&
        "version" in parsed
      ) {
        return String(parsed.version);
      }
    } catch (_notHere) {
      // One folder up.
    }
  }
  return "unknown";
}
