import type { Command } from "commander";
import { type ConfigFlag, type JsonFlag, withConfig } from "./config-option.ts";
import type { Examination, Numbered } from "./doctor/doctor.ts";
import { say, sayJson } from "./output.ts";
import { EXIT } from "./verb.ts";

interface DoctorFlags extends ConfigFlag, JsonFlag {
  readonly agent?: string;
  readonly strict?: boolean;
}

export function register(program: Command): void {
  withConfig(program.command("doctor"))
    .description("look at everything an agent needs on this host, with the fix for what is wrong")
    .option("-a, --agent <name>", "which agent this host is (default: BUSBAR_AGENT, else the host's name)")
    .option("--strict", "exit 3 on warnings")
    .action(async (flags: DoctorFlags) => {
      const { examine } = await import("./doctor/doctor.ts");
      const examination = await examine(flags.config, flags.agent);
      if (flags.json === true) sayJson(examination);
      else say(describe(examination));
      process.exitCode = verdict(examination, flags.strict === true);
    });
}

export function verdict({ findings }: Examination, strict: boolean): number {
  if (findings.some((finding) => finding.level === "error")) return EXIT.failed;
  return strict && findings.some((finding) => finding.level === "warning") ? EXIT.warnings : EXIT.ok;
}

export function describe({ findings }: Examination): string {
  const checkWidth = Math.max(...findings.map(({ check }) => check.length));
  const line = ({ number, check, level, message, fix }: Numbered): string => {
    const [first = "", ...more] = message.split("\n");
    const head = `${String(number).padStart(2)}  ${level.padEnd(7)}  ${check.padEnd(checkWidth)}  ${first}`;
    const indent = " ".repeat(13);
    return [head, ...more.map((one) => `${indent}${one}`), ...(fix === undefined ? [] : [`${indent}fix: ${fix}`])].join(
      "\n",
    );
  };
  const count = (level: string): number => findings.filter((finding) => finding.level === level).length;
  return [
    ...findings.map(line),
    "",
    `${count("ok")} good, ${count("warning")} warnings, ${count("error")} errors, ${count("skipped")} skipped`,
  ].join("\n");
}
