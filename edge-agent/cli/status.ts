import type { Command } from "commander";
import type { AgentStatus, GroupStatus } from "../model/agent-status.ts";
import { type ConfigFlag, type JsonFlag, withConfig } from "./config-option.ts";
import type { Answer } from "./ops-client.ts";
import { ago, bytes, clean, say, sayJson, span, table } from "./output.ts";
import { EXIT } from "./verb.ts";

interface StatusFlags extends ConfigFlag, JsonFlag {
  readonly ready?: boolean;
}

export function register(program: Command): void {
  withConfig(program.command("status"))
    .description("how both agents are: roles, epochs, devices, spool, queues")
    .option("--ready", "exit 1 unless every group is served and has a standby that could take over")
    .action(async (flags: StatusFlags) => {
      process.exitCode = await status(flags);
    });
}

async function status(flags: StatusFlags): Promise<number> {
  const { loadConfig } = await import("./load-config.ts");
  const { askAll } = await import("./ops-client.ts");
  const config = loadConfig(flags.config);
  if (config === undefined) return EXIT.failed;
  const answers = await askAll<AgentStatus>(config, { path: "/status" });
  const missing = notReady(
    Object.entries(config.groups).map(([name, { agents }]) => ({ name, agents: agents.length })),
    answers,
  );
  if (flags.json === true)
    sayJson({ gateway: config.gateway, ready: missing.length === 0, notReady: missing, agents: answers });
  else say(describeStatus(config.gateway, answers, missing));
  if (!answers.some((answer) => answer.reached)) return EXIT.unreachable;
  return flags.ready === true && missing.length > 0 ? EXIT.failed : EXIT.ok;
}

/** Why a group is not both served and covered, a sentence each. */
export function notReady(
  groups: readonly { readonly name: string; readonly agents: number }[],
  answers: readonly Answer<AgentStatus>[],
): readonly string[] {
  return groups.flatMap(({ name, agents }) => {
    const members = answers.flatMap((answer) =>
      answer.reached ? answer.body.groups.filter((group) => group.group === name) : [],
    );
    const active = members.filter((group) => group.role === "active");
    const reasons = members.flatMap((group) => group.reasons.map((reason) => `group ${name}: ${reason.message}`));
    if (active.length === 0) return [`group ${name}: no agent that answers is active`, ...reasons];
    if (active.length > 1)
      return [`group ${name}: ${active.length} agents say they are active; Redis lets one of them act`, ...reasons];
    if (members.length < agents)
      return [`group ${name}: ${agents - members.length} of its agents do not answer`, ...reasons];
    return reasons;
  });
}

export function describeStatus(
  gateway: string,
  answers: readonly Answer<AgentStatus>[],
  missing: readonly string[],
): string {
  const parts = [`gateway ${gateway}`, "", table(ROLE_HEAD, answers.flatMap(roleRows))];
  const reached = answers.flatMap((answer) => (answer.reached ? [answer.body] : []));
  if (reached.length > 0) parts.push("", table(FLOW_HEAD, reached.map(flowRow)));
  const speaker = reached.find((one) => one.groups.some((group) => group.role === "active")) ?? reached[0];
  if (speaker !== undefined) parts.push("", ...queueLines(speaker));
  for (const answer of answers)
    if (!answer.reached) parts.push("", `agent ${answer.agent} is unreachable: ${clean(answer.reason)}`);
  if (missing.length > 0) parts.push("", ...missing.map((line) => `! ${clean(line)}`));
  return parts.join("\n");
}

const ROLE_HEAD = ["AGENT", "GROUP", "ROLE", "EPOCH", "READY", "LEASE LEFT", "SINCE", "LAST TAKEOVER"];

function roleRows(answer: Answer<AgentStatus>): readonly (readonly string[])[] {
  if (!answer.reached) return [[answer.agent, "-", "unreachable"]];
  const { now, groups, agent } = answer.body;
  return groups.map((group) => [
    agent,
    group.group,
    group.paused ? `${group.role}, paused` : group.role,
    String(group.epoch === 0 ? group.highestEpoch : group.epoch),
    group.ready ? "yes" : "no",
    span(group.leaseLeftMs),
    ago(group.since, now),
    takeover(group, now),
  ]);
}

function takeover({ lastTakeover }: GroupStatus, now: string): string {
  if (lastTakeover === undefined) return "-";
  return `${span(lastTakeover.tookMs)}, ${ago(lastTakeover.at, now)} (${lastTakeover.reason})`;
}

const FLOW_HEAD = [
  "AGENT",
  "VERSION",
  "UP",
  "REDIS",
  "PEER",
  "MSG/S",
  "COMMITTED",
  "SPOOLED",
  "SPOOL",
  "DROPPED",
  "DEVICES",
];

function flowRow(status: AgentStatus): readonly string[] {
  const { messages, spool, redis, peers, devices } = status;
  const dropped = Object.values(messages.dropped).reduce((sum, n) => sum + n, 0);
  const states: Record<string, number> = {};
  for (const counts of Object.values(devices)) {
    for (const [state, n] of Object.entries(counts ?? {})) states[state] = (states[state] ?? 0) + n;
  }
  const shown = Object.entries(states)
    .filter(([, n]) => n > 0)
    .map(([state, n]) => `${n} ${state}`);
  return [
    status.agent,
    status.version,
    span(Date.parse(status.now) - Date.parse(status.startedAt)),
    redis.state + (redis.findings.length === 0 ? "" : ` (${redis.findings.length} findings)`),
    peers.map((peer) => `${peer.agent} ${peer.state}`).join(", ") || "-",
    String(Math.round(messages.storedPerSecond * 10) / 10),
    String(messages.committed),
    String(spool.messages),
    `${bytes(spool.bytes)} of ${bytes(spool.maxBytes)}`,
    String(dropped),
    shown.join(", ") || "-",
  ];
}

function queueLines({ queues, cores, commands, links }: AgentStatus): readonly string[] {
  const rows = queues.map(({ group, name, waiting, active, delayed, failed }) => [
    group,
    name,
    ...[waiting, active, delayed, failed].map(String),
  ]);
  const ended = Object.entries(commands.ended).map(([state, n]) => `${n} ${state}`);
  return [
    table(["GROUP", "QUEUE", "WAITING", "ACTIVE", "DELAYED", "DEAD"], rows),
    "",
    ...links.map(
      ({ name, kind, isUp, bridge }) =>
        `${kind} ${clean(name)}: ${isUp ? "connected" : "not connected"}${bridge === undefined ? "" : `, ${bridge.waiting} waiting (${bytes(bridge.waitingBytes)}), ${bridge.sent} sent, ${bridge.received} received, ${bridge.dropped} dropped`}`,
    ),
    `cores: ${cores.map((core) => clean(core.name)).join(", ") || "none seen"}; commands: ${commands.underWay} under way, ${commands.waiting} waiting${ended.length === 0 ? "" : `, ${ended.join(", ")}`}`,
  ];
}
