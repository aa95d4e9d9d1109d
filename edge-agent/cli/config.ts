import type { Command } from "commander";
import type { Config } from "../config/config.ts";
import type { ConfigIssue } from "../config/issue.ts";
import { registerImport } from "./config-import.ts";
import { DEFAULT_CONFIG, type JsonFlag } from "./config-option.ts";
import { complainLine, say, sayJson } from "./output.ts";
import { EXIT } from "./verb.ts";

interface CheckFlags extends JsonFlag {
  readonly strict?: boolean;
  readonly files: boolean;
}

export function register(program: Command): void {
  const config = program.command("config").description("check a configuration, or show what it comes to");
  registerImport(config);
  config
    .command("check [file]")
    .description("every mistake at once, each with its place and the fix")
    .option("--strict", "exit 3 on warnings")
    .option("--no-files", "do not look whether the files it names are there")
    .option("--json", "for programs")
    .action(async (file: string | undefined, flags: CheckFlags) => {
      process.exitCode = await check(fileOf(file), flags);
    });
  config
    .command("show [file]")
    .description("the whole configuration with all defaults, without secrets")
    .action(async (file: string | undefined) => {
      process.exitCode = await show(fileOf(file));
    });
}

function fileOf(given: string | undefined): string {
  return given ?? process.env["BUSBAR_CONFIG"] ?? DEFAULT_CONFIG;
}

async function check(file: string, flags: CheckFlags): Promise<number> {
  const { readConfig } = await import("../config/check.ts");
  const { configHash } = await import("../config/hash.ts");
  const { printIssues } = await import("../config/issue.ts");
  const { config, issues: read } = readConfig(file, { filesMustExist: flags.files });
  const issues = config !== undefined && flags.files ? [...read, ...(await lookForLibrary(file, config))] : read;
  const warnings = issues.filter((issue) => issue.severity === "warning").length;
  const errors = issues.length - warnings;
  const hash = config === undefined ? undefined : configHash(config);
  if (flags.json === true) sayJson({ file, sound: config !== undefined, hash, errors, warnings, issues });
  else {
    if (issues.length > 0) say(printIssues(issues));
    const found = [count(errors, "error"), count(warnings, "warning")].filter((one) => one !== "").join(", ");
    if (config === undefined) say(`${file}: ${found}`);
    else say(`${file}: sound${found === "" ? "" : `, ${found}`}; ${summary(config)}; fingerprint ${hash}`);
  }
  if (config === undefined) return EXIT.failed;
  return flags.strict === true && warnings > 0 ? EXIT.warnings : EXIT.ok;
}

/** A library is a file the configuration names, if only by its backend; the host that is asked may not be the one it runs on. */
async function lookForLibrary(file: string, config: Config): Promise<readonly ConfigIssue[]> {
  const { LIBRARY_FIX, missingLibrary } = await import("./doctor/native-check.ts");
  const { issueOfFile } = await import("../config/issue.ts");
  const missing = await missingLibrary(config);
  if (missing === undefined || missing.found.usable) return [];
  const message = `libiec61850 cannot be used on this host, and ${missing.count} of its IEDs would have no association: ${missing.found.why}`;
  const place = { code: "config.file.missing", severity: "warning", path: "iec61850.backend" } as const;
  return [issueOfFile(file, { ...place, message, fix: LIBRARY_FIX })];
}

function count(n: number, what: string): string {
  return n === 0 ? "" : `${n} ${what}${n === 1 ? "" : "s"}`;
}

function summary(config: { agents: object; groups: object; devices: readonly unknown[] }): string {
  const parts = [
    count(Object.keys(config.agents).length, "agent"),
    count(Object.keys(config.groups).length, "group"),
    count(config.devices.length, "device") || "no devices",
  ];
  return parts.join(", ");
}

async function show(file: string): Promise<number> {
  const { readConfig } = await import("../config/check.ts");
  const { configHash } = await import("../config/hash.ts");
  const { redact } = await import("../config/redact.ts");
  const { config } = readConfig(file, { filesMustExist: false });
  if (config === undefined) {
    complainLine(`${file} has errors: busbar config check ${file}`);
    return EXIT.failed;
  }
  sayJson({ fingerprint: configHash(config), ...redact(config) });
  return EXIT.ok;
}
