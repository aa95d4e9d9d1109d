import { type Command, InvalidArgumentError, Option } from "commander";
import type { Config } from "../config/config.ts";
import { DEVICE_STATES } from "../model/data.ts";
import type { DeviceDetail, DevicePage, DeviceSummary } from "../model/device-status.ts";
import { type ConfigFlag, type JsonFlag, withConfig } from "./config-option.ts";
import type { Answer } from "./ops-client.ts";
import { ago, clean, complainLine, say, sayJson, table } from "./output.ts";
import { EXIT } from "./verb.ts";

interface DevicesFlags extends ConfigFlag, JsonFlag {
  readonly state?: string;
  readonly protocol?: string;
  readonly group?: string;
  readonly text?: string;
  readonly limit: number;
  readonly unknown?: boolean;
}

export function register(program: Command): void {
  withConfig(program.command("devices [uid]"))
    .description("the devices and whether data flows, or everything about one")
    .addOption(new Option("--state <state>", "only those in this state").choices([...DEVICE_STATES]))
    .option("--protocol <name>", "only those that speak it")
    .option("--group <name>", "only those of the group")
    .option("--text <part>", "only those with it in uid or identification")
    .option("--unknown", "those that called and are in nobody's configuration, with a line for it")
    .option("--limit <n>", "at most so many", toLimit, 1_000)
    .action(async (uid: string | undefined, flags: DevicesFlags) => {
      if (flags.unknown === true) process.exitCode = await (await import("./unknown-devices.ts")).listUnknown(flags);
      else process.exitCode = uid === undefined ? await list(flags) : await show(uid, flags);
    });
}

function toLimit(text: string): number {
  const limit = Number(text);
  if (!Number.isInteger(limit) || limit < 1) throw new InvalidArgumentError("a number from 1");
  return limit;
}

const PAGE = 1_000;

async function list(flags: DevicesFlags): Promise<number> {
  const { loadConfig } = await import("./load-config.ts");
  const config = loadConfig(flags.config);
  if (config === undefined) return EXIT.failed;
  const { opsAgents } = await import("./ops-client.ts");
  const lists = await Promise.all(opsAgents(config).map((one) => readAll(one, flags)));
  const reached = lists.flatMap((answer) => (answer.reached ? [answer.body] : []));
  for (const answer of lists)
    if (!answer.reached) complainLine(`agent ${answer.agent} is unreachable: ${clean(answer.reason)}`);
  if (reached.length === 0) return EXIT.unreachable;
  const devices = merge(reached.flat()).filter((one) => flags.state === undefined || one.state === flags.state);
  const shown = devices.slice(0, flags.limit);
  if (flags.json === true) sayJson({ total: devices.length, devices: shown });
  else say(describe(shown, devices.length));
  return EXIT.ok;
}

type OpsAgent = Parameters<typeof import("./ops-client.ts").ask>[0];

/** All devices of one agent, page by page. The state is filtered after the merge: the standby knows none. */
async function readAll(
  agent: OpsAgent,
  { protocol, group, text }: DevicesFlags,
): Promise<Answer<readonly DeviceSummary[]>> {
  const { ask } = await import("./ops-client.ts");
  const devices: DeviceSummary[] = [];
  let after: string | undefined;
  for (;;) {
    const query = new URLSearchParams({ limit: String(PAGE) });
    for (const [key, value] of Object.entries({ protocol, group, text, after }))
      if (value !== undefined) query.set(key, value);
    const answer = await ask<DevicePage>(agent, { path: `/devices?${query}` });
    if (!answer.reached) return answer;
    devices.push(...answer.body.devices);
    after = answer.body.next;
    if (after === undefined) return { ...answer, body: devices };
  }
}

/** One entry per device: of the agent that serves it, which is the one that knows its state. */
export function merge(devices: readonly DeviceSummary[]): readonly DeviceSummary[] {
  const byUid = new Map<string, DeviceSummary>();
  for (const device of devices) {
    const known = byUid.get(device.uid);
    if (known === undefined || newer(device, known)) byUid.set(device.uid, device);
  }
  return [...byUid.values()].sort((a, b) => (a.uid < b.uid ? -1 : 1));
}

function newer(device: DeviceSummary, known: DeviceSummary): boolean {
  if (known.state === "unknown") return device.state !== "unknown";
  return device.state !== "unknown" && (device.lastHeardAt ?? "") > (known.lastHeardAt ?? "");
}

function describe(devices: readonly DeviceSummary[], total: number): string {
  const now = new Date().toISOString();
  const rows = devices.map((one) => [
    one.uid,
    one.state,
    one.protocol,
    one.identification,
    one.group,
    ago(one.lastHeardAt, now),
    one.reason ?? "",
  ]);
  const shown = table(["DEVICE", "STATE", "PROTOCOL", "IDENTIFICATION", "GROUP", "LAST HEARD", "WHY"], rows);
  return devices.length === total ? shown : `${shown}\n… ${total - devices.length} more: --limit, --state, --text`;
}

async function show(uid: string, flags: DevicesFlags): Promise<number> {
  const { loadConfig } = await import("./load-config.ts");
  const { askAll } = await import("./ops-client.ts");
  const config: Config | undefined = loadConfig(flags.config);
  if (config === undefined) return EXIT.failed;
  const answers = await askAll<DeviceDetail>(config, { path: `/devices/${encodeURIComponent(uid)}` });
  const found = answers.flatMap((answer) => (answer.reached ? [answer.body] : []));
  const [best] = [...found].sort((a, b) => (newer(a, b) ? -1 : newer(b, a) ? 1 : 0));
  if (best === undefined) {
    for (const answer of answers) if (!answer.reached) complainLine(`agent ${answer.agent}: ${clean(answer.reason)}`);
    return answers.some((answer) => !answer.reached && answer.status === 404) ? EXIT.failed : EXIT.unreachable;
  }
  if (flags.json === true) sayJson(best);
  else say(describeOne(best));
  return EXIT.ok;
}

function describeCircuit({ failures, openUntil, reason }: NonNullable<DeviceDetail["circuit"]>): string {
  const tries = openUntil === undefined ? "the next command tries again" : `nobody tries before ${openUntil}`;
  return `${failures} connections in a row failed (${reason}); ${tries}`;
}

function describeOne(device: DeviceDetail): string {
  const now = new Date().toISOString();
  const facts: readonly (readonly [string, string])[] = [
    ["device", device.uid],
    ["state", `${device.state}, ${device.reason ?? "no reason given"}, since ${device.since ?? "-"}`],
    ["last heard", ago(device.lastHeardAt, now)],
    ["protocol", `${device.protocol}, ${device.identification}`],
    ["address", device.address ?? "not known"],
    ["group", device.group],
    ["memory", JSON.stringify(device.memory)],
    ["commands", `${device.commandsWaiting} waiting${device.talking ? ", a conversation is under way" : ""}`],
    ...(device.circuit === undefined ? [] : [["circuit", describeCircuit(device.circuit)] as const]),
  ];
  const messages = device.lastMessages.map((one) => [
    one.time,
    one.type,
    one.epoch,
    one.sequence,
    JSON.stringify(one.data).slice(0, 120),
  ]);
  const refusals = device.lastRefusals.map((one) => [one.at, one.peer, one.code, one.reason]);
  const parts = [facts.map(([name, value]) => `${name.padEnd(12)}${clean(value)}`).join("\n")];
  if (messages.length > 0) parts.push(table(["MESSAGE TIME", "TYPE", "EPOCH", "SEQUENCE", "DATA"], messages));
  if (refusals.length > 0) parts.push(table(["REFUSED AT", "PEER", "CODE", "REASON"], refusals));
  return parts.join("\n\n");
}
