import { hostname } from "node:os";
import { readConfig } from "../../config/check.ts";
import { chooseAgent } from "../../config/choose-agent.ts";
import type { Config } from "../../config/config.ts";
import { printIssues } from "../../config/issue.ts";
import { diskCheck } from "./disk-check.ts";
import { type Check, error, type Finding, ok, textOf, warning } from "./finding.ts";
import { hooksCheck } from "./hooks-check.ts";
import { nativeCheck } from "./native-check.ts";
import { keysCheck } from "./keys-check.ts";
import { descriptorsCheck, nodeCheck } from "./node-check.ts";
import { peerCheck } from "./peer-check.ts";
import { portsCheck } from "./ports-check.ts";
import { redisCheck } from "./redis-check.ts";

/** In the order in which one mends them. */
export const CHECKS: readonly Check[] = [
  nodeCheck,
  keysCheck,
  hooksCheck,
  nativeCheck,
  diskCheck,
  descriptorsCheck,
  portsCheck,
  redisCheck,
  peerCheck,
];

export interface Numbered extends Finding {
  readonly number: number;
  readonly check: string;
}

export interface Examination {
  readonly file: string;
  readonly agent: string | undefined;
  readonly findings: readonly Numbered[];
}

/** Looks at everything an agent of this configuration needs on this host. One check that breaks does not stop the others. */
export async function examine(file: string, named: string | undefined): Promise<Examination> {
  const findings: Numbered[] = [];
  const note = (check: string, found: readonly Finding[]): void => {
    for (const one of found) findings.push({ number: findings.length + 1, check, ...one });
  };
  const { config, issues } = readConfig(file);
  if (config === undefined) {
    note("configuration", [error(`${file} has errors\n${printIssues(issues)}`, `busbar config check ${file}`)]);
    return { file, agent: undefined, findings };
  }
  note(
    "configuration",
    judgeConfig(
      file,
      config,
      issues.map((issue) => `line ${issue.line}: ${issue.path}: ${issue.message}`),
    ),
  );
  let agent: string;
  try {
    agent = chooseAgent(config, { argument: named, env: process.env["BUSBAR_AGENT"], hostName: hostname() });
  } catch (thrown) {
    note("agent", [error(textOf(thrown), "--agent NAME")]);
    return { file, agent: undefined, findings };
  }
  note("agent", [ok(`this is agent ${agent}`)]);
  for (const check of CHECKS) {
    try {
      note(check.name, await check.run({ file, config, agent }));
    } catch (thrown) {
      note(check.name, [error(`the check itself failed: ${textOf(thrown)}`, "report it")]);
    }
  }
  return { file, agent, findings };
}

function judgeConfig(file: string, config: Config, warnings: readonly string[]): readonly Finding[] {
  const { agents, groups, devices } = config;
  const shown = `${file}: ${Object.keys(agents).length} agents, ${Object.keys(groups).length} groups, ${devices.length} devices`;
  return [ok(shown), ...warnings.map((text) => warning(text, `busbar config check ${file}`))];
}
