import { dirname, resolve } from "node:path";
import type { z } from "zod";
import { complain, fromZod, type Place, show, unknownKey } from "./complaints.ts";
import type { AgentSettings, Config, GroupSettings } from "./config.ts";
import { checkDeviceLaws } from "./device-laws.ts";
import { checkDevices } from "./devices.ts";
import { checkFileRefs } from "./file-refs.ts";
import { absolute, errnoOf, type Machine, reasonOf, thisMachine, withAbsoluteRefs } from "./files.ts";
import { type ConfigIssue, issueAt, issueOfFile, sortIssues } from "./issue.ts";
import { LAWS, type Parts } from "./laws.ts";
import { type Key, nodeAt, pathText } from "./located.ts";
import { PROTOCOL_NAMES, type ProtocolSections, settingsOf } from "./protocols.ts";
import { countedNames, groupOfDevice } from "./counted-groups.ts";
import { redis } from "./redis.ts";
import * as sections from "./sections.ts";
import { decodeText, parseYaml } from "./yaml-source.ts";

export const MAX_CONFIG_BYTES: number = 4 * 1024 * 1024;
const MAX_AGENTS = 64;
const { MAX_GROUPS } = sections;

export interface CheckedConfig {
  /** `undefined` exactly where an issue is an error. */
  readonly config: Config | undefined;
  /** Errors and warnings by place. */
  readonly issues: readonly ConfigIssue[];
}

export interface CheckOptions {
  /** Whether the files and environment variables it names must be there; a build server does not have them. */
  readonly filesMustExist: boolean;
  readonly machine?: Machine;
}

/** Reads and checks a configuration file. Never throws for anything in the file. */
export function readConfig(file: string, options: CheckOptions = { filesMustExist: true }): CheckedConfig {
  const machine = options.machine ?? thisMachine;
  let bytes: Uint8Array;
  try {
    bytes = machine.read(resolve(file), MAX_CONFIG_BYTES);
  } catch (thrown) {
    const message = `cannot be read: ${reasonOf(errnoOf(thrown))}`;
    const fix = errnoOf(thrown) === "ENOENT" ? `busbar init ${file} writes one` : undefined;
    return { config: undefined, issues: [issueOfFile(file, { code: "config.file.unreadable", message, fix })] };
  }
  const { text, issues } = decodeText(file, bytes, MAX_CONFIG_BYTES);
  return text === undefined ? { config: undefined, issues } : checkConfig(file, text, dirname(resolve(file)), options);
}

/** Checks the text of a configuration; relative paths in it start from `base`. All complaints at once. */
export function checkConfig(file: string, text: string, base: string, options: CheckOptions): CheckedConfig {
  const machine = options.machine ?? thisMachine;
  const parsed = parseYaml(file, text);
  const { root } = parsed;
  if (root === undefined) return { config: undefined, issues: sortIssues(parsed.issues) };
  const place: Place = { source: parsed.source, root };
  const issues = [...parsed.issues];
  if (typeof root.value !== "object" || root.value === null || Array.isArray(root.value)) {
    const message =
      root.value === null ? "the file is empty" : `expected the sections of a configuration, got ${show(root.value)}`;
    issues.push(
      complain(place, [], { code: "config.value.wrong", message, fix: "busbar init writes a complete example" }),
    );
    return { config: undefined, issues };
  }
  const reader = new SectionReader(place, issues);
  const parts = readParts(reader, base);
  const counted = readCounted(reader);
  const devices = checkDevices(place, machine, base, counted && ((uid) => groupOfDevice(uid, counted)));
  const whole: Parts = { ...parts, devices: devices.devices };
  issues.push(...devices.issues);
  issues.push(...checkDeviceLaws(devices, parts.groups === undefined ? undefined : Object.keys(parts.groups)));
  for (const law of LAWS) reader.take(law.check(whole));
  for (const protocol of PROTOCOL_NAMES) {
    const of = devices.devices.filter((device) => device.protocol === protocol);
    const agents = parts.agents ?? {};
    const groups = parts.groups === undefined ? undefined : Object.keys(parts.groups);
    reader.take(settingsOf(protocol).complaints(parts.protocols?.[protocol], of, { agents, groups }));
  }
  if (options.filesMustExist) issues.push(...checkFileRefs(place, machine, base));
  const failed = issues.some((issue) => issue.severity === "error");
  return { config: failed ? undefined : complete(whole), issues: sortIssues(issues) };
}

/** Applies the schema of one section and collects what is wrong with it. */
class SectionReader {
  readonly #place: Place;
  readonly #issues: ConfigIssue[];

  constructor(place: Place, issues: ConfigIssue[]) {
    this.#place = place;
    this.#issues = issues;
  }

  read<T>(path: readonly Key[], schema: z.ZodType<T>, value: unknown): T | undefined {
    const result = schema.safeParse(value);
    if (result.success) return result.data;
    this.#issues.push(...fromZod(this.#place, path, schema, result.error.issues));
    return undefined;
  }

  /** A section whose every key has a default may be absent or empty. */
  section<T>(key: string, schema: z.ZodType<T>): T | undefined {
    return this.read([key], schema, this.written(key) ?? {});
  }

  written(key: string): unknown {
    return this.#place.root.entries.get(key)?.node.value ?? undefined;
  }

  /** The entries of a mapping of named things; `undefined` where it is something else. */
  named(key: string, limit: number): readonly (readonly [string, unknown])[] | undefined {
    const written = this.written(key);
    if (written === undefined) return [];
    const entries =
      typeof written === "object" && written !== null && !Array.isArray(written) ? Object.entries(written) : undefined;
    if (entries === undefined || entries.length > limit) {
      const message =
        entries === undefined
          ? `expected ${key} by name, got ${show(written)}`
          : `${entries.length} ${key}, at most ${limit}`;
      this.wrong([key], message);
      return undefined;
    }
    return entries;
  }

  /** Whether the key at the end of `path` is a good name; the complaint stands at the key. */
  name(path: readonly Key[], schema: z.ZodType<string>): boolean {
    const result = schema.safeParse(path.at(-1));
    if (result.success) return true;
    const { entry } = nodeAt(this.#place.root, path);
    const message = `expected ${result.error.issues[0]?.message}`;
    const range = entry.key ?? entry.node.range;
    this.#issues.push(
      issueAt(this.#place.source, range, { code: "config.value.wrong", path: pathText(path), message }),
    );
    return false;
  }

  wrong(path: readonly Key[], message: string, fix?: string): void {
    this.#issues.push(complain(this.#place, path, { code: "config.value.wrong", message, fix }));
  }

  unknown(known: readonly string[]): void {
    for (const key of this.#place.root.entries.keys()) {
      if (!known.includes(String(key))) this.#issues.push(unknownKey(this.#place, [], String(key), known));
    }
  }

  take(
    complaints: readonly { severity: "error" | "warning"; path: readonly Key[]; message: string; fix: string }[],
  ): void {
    for (const { severity, path, message, fix } of complaints) {
      const code = severity === "error" ? "config.law.broken" : "config.advice";
      this.#issues.push(complain(this.#place, path, { severity, code, message, fix }));
    }
  }
}

const PLAIN_SECTIONS = [
  "placement",
  "lease",
  "pair",
  "commit",
  "spool",
  "commands",
  "hooks",
  "supervisor",
  "ops",
  "log",
] as const;

function readParts(reader: SectionReader, base: string): Parts {
  reader.unknown(["gateway", "agents", "groups", "redis", "devices", ...PLAIN_SECTIONS, ...PROTOCOL_NAMES]);
  const agents = readAgents(reader, base);
  const protocols = readProtocols(reader);
  const parts = {
    gateway: reader.read(["gateway"], sections.gateway, reader.written("gateway")),
    redis: reader.read(["redis"], redis, reader.written("redis") ?? {}),
    placement: reader.section("placement", sections.placement),
    lease: reader.section("lease", sections.lease),
    pair: reader.section("pair", sections.pair),
    commit: reader.section("commit", sections.commit),
    spool: reader.section("spool", sections.spool),
    commands: reader.section("commands", sections.commands),
    hooks: reader.section("hooks", sections.hooks),
    supervisor: reader.section("supervisor", sections.supervisor),
    ops: reader.section("ops", sections.ops),
    log: reader.section("log", sections.log),
    protocols,
  };
  return { ...withAbsoluteRefs(parts, base), agents, groups: readGroups(reader, agents) };
}

function readProtocols(reader: SectionReader): ProtocolSections | undefined {
  const found: Record<string, unknown> = {};
  let wrong = false;
  for (const protocol of PROTOCOL_NAMES) {
    const written = reader.written(protocol);
    if (written === undefined) continue;
    found[protocol] = reader.read([protocol], settingsOf(protocol).section, written);
    wrong ||= found[protocol] === undefined;
  }
  return wrong ? undefined : found;
}

function readAgents(reader: SectionReader, base: string): Readonly<Record<string, AgentSettings>> | undefined {
  const written = reader.named("agents", MAX_AGENTS);
  if (written === undefined) return undefined;
  if (written.length === 0) {
    reader.wrong(
      ["agents"],
      "missing; at least one agent is needed",
      "agents: { a: { host: 10.0.0.1 }, b: { host: 10.0.0.2 } }",
    );
    return undefined;
  }
  const agents: Record<string, AgentSettings> = {};
  for (const [name, value] of written) {
    const named = reader.name(["agents", name], sections.agentName);
    const agent = reader.read(["agents", name], sections.agent, value);
    if (agent === undefined || !named) continue;
    const listen: Record<string, unknown> = {};
    for (const protocol of PROTOCOL_NAMES) {
      const override = agent[protocol];
      if (typeof override === "object" && override !== null && "listen" in override)
        listen[protocol] = withAbsoluteRefs(override.listen, base);
    }
    agents[name] = {
      host: agent.host,
      link: sections.toAddress(agent.link, agent.host),
      ops: sections.toAddress(agent.ops, "127.0.0.1"),
      weight: agent.weight,
      state: absolute(base, agent.state),
      listen,
    };
  }
  return Object.keys(agents).length === written.length ? agents : undefined;
}

function readGroups(
  reader: SectionReader,
  agents: Readonly<Record<string, AgentSettings>> | undefined,
): Readonly<Record<string, GroupSettings>> | undefined {
  const all = agents && Object.keys(agents);
  if (isCounted(reader.written("groups"))) {
    const counted = reader.read(["groups"], sections.countedGroups, reader.written("groups"));
    const members = counted?.agents ?? all;
    if (counted === undefined || members === undefined) return undefined;
    const settings = sections.groupOf(members, { placement: "spread" });
    return Object.fromEntries(countedNames(counted).map((name) => [name, settings]));
  }
  const written = reader.named("groups", MAX_GROUPS);
  if (written === undefined) return undefined;
  if (written.length === 0) return all && { main: sections.groupOf(all) };
  const groups: Record<string, GroupSettings> = {};
  for (const [name, value] of written) {
    const named = reader.name(["groups", name], sections.groupName);
    const group = reader.read(["groups", name], sections.group, value);
    if (group !== undefined && named) groups[name] = group;
  }
  return Object.keys(groups).length === written.length ? groups : undefined;
}

/** `groups: { count: 16 }`, which no group by the name of count looks like. */
function isCounted(written: unknown): boolean {
  return typeof written === "object" && written !== null && "count" in written && typeof written.count === "number";
}

/** Nothing where groups have names or are wrong; what is wrong with them is told elsewhere. */
function readCounted(reader: SectionReader): sections.CountedGroups | undefined {
  const written = reader.written("groups");
  return isCounted(written) ? sections.countedGroups.safeParse(written).data : undefined;
}

/** Every section is there as `undefined` where it could not be read. */
function complete(parts: Parts): Config | undefined {
  return Object.values(parts).includes(undefined) ? undefined : (parts as Config);
}
