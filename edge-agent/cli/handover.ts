import type { Command } from "commander";
import type { Config } from "../config/config.ts";
import type { AgentStatus, Outcome } from "../model/agent-status.ts";
import { type ConfigFlag, type JsonFlag, withConfig } from "./config-option.ts";
import type { Answer, OpsAgent } from "./ops-client.ts";
import { clean, complainLine, say, sayJson } from "./output.ts";
import { EXIT } from "./verb.ts";

interface ActionFlags extends ConfigFlag, JsonFlag {
  readonly group?: string;
  readonly reason?: string;
}

interface HandoverFlags extends ActionFlags {
  readonly from?: string;
  readonly to?: string;
  readonly wait: boolean;
}

export function register(program: Command): void {
  withConfig(program.command("handover"))
    .description("give the groups of the active agent to the other one, in order and without loss")
    .option("--group <name>", "only this group")
    .option("--from <agent>", "only what this agent holds")
    .option("--to <agent>", "to this agent (default: who is next)")
    .option("--reason <text>", "for the log and the audit")
    .option("--no-wait", "do not wait until the other one is active")
    .action(async (flags: HandoverFlags) => {
      process.exitCode = await handover(flags);
    });
  for (const verb of ["pause", "resume"] as const) {
    withConfig(program.command(`${verb} <agent>`))
      .description(
        verb === "pause"
          ? "keep an agent from holding any group; it hands over what it holds"
          : "let a paused agent hold groups again",
      )
      .option("--group <name>", "only this group")
      .option("--reason <text>", "for the log and the audit")
      .action(async (agent: string, flags: ActionFlags) => {
        process.exitCode = await act(agent, verb, flags);
      });
  }
}

const WAIT_MS = 15_000;
const LOOK_EVERY_MS = 50;

async function handover(flags: HandoverFlags): Promise<number> {
  const { loadConfig } = await import("./load-config.ts");
  const { askAll, ask, opsAgents } = await import("./ops-client.ts");
  const config = loadConfig(flags.config);
  if (config === undefined) return EXIT.failed;
  const answers = await askAll<AgentStatus>(config, { path: "/status" });
  const holders = holdersOf(answers, flags);
  if (holders.size === 0) {
    for (const answer of answers)
      if (!answer.reached) complainLine(`agent ${answer.agent} is unreachable: ${clean(answer.reason)}`);
    const who = flags.from === undefined ? "no agent that answers is" : `agent ${flags.from} is not`;
    complainLine(`${who} active${flags.group === undefined ? "" : ` for group ${flags.group}`}`);
    return answers.some((answer) => answer.reached) ? EXIT.notAllowed : EXIT.unreachable;
  }
  const active = [...new Set(holders.values())];
  if (active.length > 1 && flags.group === undefined && flags.to === undefined) {
    complainLine(
      `agents ${active.join(", ")} are active for groups of their own; say which with --from, --group or --to`,
    );
    return EXIT.usage;
  }
  const token = tokenOf(config, await import("../config/secrets.ts"));
  const results: object[] = [];
  for (const [group, agent] of holders) {
    if (agent === flags.to) {
      results.push({ group, from: agent, to: agent, tookMs: 0, message: "it is there already" });
      if (flags.json !== true) say(`group ${group}: ${agent} holds it already`);
      continue;
    }
    const began = performance.now();
    const body = { group, to: flags.to, reason: flags.reason };
    const at = opsAgents(config).find((one) => one.agent === agent);
    if (at === undefined) continue;
    const answer = await ask<Outcome>(at, { path: "/handover", body, token });
    if (!answer.reached) return refused(answer);
    const now = flags.wait ? await newHolder(config, group, agent) : undefined;
    const tookMs = Math.round(performance.now() - began);
    results.push({ group, from: agent, to: now?.agent, epoch: now?.epoch, tookMs, message: answer.body.message });
    if (flags.json !== true)
      say(describe({ group, from: agent, now, tookMs, waited: flags.wait, message: answer.body.message }));
  }
  if (flags.json === true) sayJson(results);
  return flags.wait && results.some((one) => "to" in one && one.to === undefined) ? EXIT.failed : EXIT.ok;
}

/** Group → the agent that says it is active for it. */
function holdersOf(
  answers: readonly Answer<AgentStatus>[],
  only: { readonly group?: string; readonly from?: string },
): ReadonlyMap<string, string> {
  const holders = new Map<string, string>();
  for (const answer of answers) {
    if (!answer.reached || (only.from !== undefined && only.from !== answer.agent)) continue;
    for (const { group, role } of answer.body.groups) {
      if (role === "active" && (only.group === undefined || only.group === group)) holders.set(group, answer.agent);
    }
  }
  return holders;
}

interface Holder {
  readonly agent: string;
  readonly epoch: number;
}

async function newHolder(config: Config, group: string, before: string): Promise<Holder | undefined> {
  const { askAll } = await import("./ops-client.ts");
  const until = performance.now() + WAIT_MS;
  while (performance.now() < until) {
    for (const answer of await askAll<AgentStatus>(config, { path: "/status" })) {
      if (!answer.reached || answer.agent === before) continue;
      const found = answer.body.groups.find((one) => one.group === group && one.role === "active");
      if (found !== undefined) return { agent: answer.agent, epoch: found.epoch };
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
  return undefined;
}

function describe(one: {
  group: string;
  from: string;
  now: Holder | undefined;
  tookMs: number;
  waited: boolean;
  message: string;
}): string {
  if (one.now !== undefined)
    return `group ${one.group}: ${one.now.agent} is active in epoch ${one.now.epoch} after ${one.tookMs} ms`;
  if (!one.waited) return `group ${one.group}: ${clean(one.message)}`;
  return `group ${one.group}: nobody else became active within ${WAIT_MS / 1_000} s; ${one.from} said: ${clean(one.message)}`;
}

async function act(agent: string, verb: "pause" | "resume", flags: ActionFlags): Promise<number> {
  const { loadConfig } = await import("./load-config.ts");
  const { ask, opsAgents } = await import("./ops-client.ts");
  const config = loadConfig(flags.config);
  if (config === undefined) return EXIT.failed;
  const at: OpsAgent | undefined = opsAgents(config).find((one) => one.agent === agent);
  if (at === undefined) {
    complainLine(`there is no agent ${agent}; the configuration has ${Object.keys(config.agents).join(", ")}`);
    return EXIT.usage;
  }
  const token = tokenOf(config, await import("../config/secrets.ts"));
  const answer = await ask<Outcome>(at, {
    path: `/${verb}`,
    body: { group: flags.group, reason: flags.reason },
    token,
  });
  if (!answer.reached) return refused(answer);
  if (flags.json === true) sayJson(answer.body);
  else say(clean(answer.body.message));
  return EXIT.ok;
}

function refused(answer: Extract<Answer<unknown>, { reached: false }>): number {
  complainLine(`agent ${answer.agent}: ${clean(answer.reason)}`);
  if (answer.status === undefined) return EXIT.unreachable;
  return [401, 403, 409].includes(answer.status) ? EXIT.notAllowed : EXIT.failed;
}

function tokenOf(config: Config, { readSecret }: typeof import("../config/secrets.ts")): string | undefined {
  return config.ops.token === undefined ? undefined : readSecret(config.ops.token);
}
