import { readConfig } from "../config/check.ts";
import type { Config } from "../config/config.ts";
import { printIssue } from "../config/issue.ts";

/** The configuration, or `undefined` after its errors were printed. */
export function loadConfig(file: string): Config | undefined {
  const { config, issues } = readConfig(file);
  const shown = config === undefined ? issues.filter((issue) => issue.severity === "error") : [];
  for (const issue of shown) process.stderr.write(`${printIssue(issue)}\n`);
  return config;
}
