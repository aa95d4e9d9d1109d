import { z } from "zod";
import { bridgeComplaints, transitComplaints } from "../../adapters/mqtt/bridge-laws.ts";
import { parseAddress } from "../../adapters/mqtt/sparkplug/topic.ts";
import { filterFlaw } from "../../adapters/mqtt/topic.ts";
import { TopicTemplate } from "../../adapters/mqtt/topic-template.ts";
import { SHIPPED, type WrittenRule } from "../../adapters/mqtt/written-mapping.ts";
import type { Config, Listener, SecretRef } from "./config.ts";
import { bridge, broker, type MqttBridge, type MqttBroker, type MqttConnection } from "./mqtt-bridge.ts";
import { mappingRule, RULES_MAX } from "./mqtt-mapping.ts";
import type { Complaint, DeviceBase, ProtocolSettings } from "./protocols.ts";
import { choice, duration, flag, host, integer, name, port, secret, size, text, uid } from "./scalars.ts";
import { nearest } from "./suggest.ts";
import { tlsFiles } from "./tls.ts";

export interface MqttSection {
  readonly listen: readonly Listener[];
  /** A password file as `mosquitto_passwd` writes it; absent: nobody comes in by password. */
  readonly users: SecretRef | undefined;
  /** Clients without certificate and password are taken at the word of their client id. */
  readonly anonymous: boolean;
  /** A second connection under a client id that is connected. */
  readonly sameClientId: "replace" | "refuse";
  readonly access: {
    /** Templates of topics a device may publish to. */
    readonly publish: readonly string[];
    readonly command: string;
    readonly reply: string | undefined;
  };
  readonly commands: {
    readonly qos: 0 | 1 | 2;
    readonly payload: "envelope" | "value";
    readonly answer: "reply" | "puback";
    readonly answerTimeoutMs: number;
  };
  readonly limits: MqttLimits;
  readonly mappings: Readonly<Record<string, readonly WrittenRule[]>>;
  readonly brokers: Readonly<Record<string, MqttBroker>>;
  readonly bridges: Readonly<Record<string, MqttBridge>>;
  readonly sparkplug: SparkplugSettings;
}

export interface SparkplugSettings {
  /** Our id as primary host; absent: we say no STATE. */
  readonly host: string | undefined;
  /** How long messages that were overtaken are waited for. */
  readonly reorderMs: number;
  /** Between two requests for a rebirth of one edge node. */
  readonly rebirthMs: number;
}

export interface MqttLimits {
  readonly clients: number;
  /** Of one client. */
  readonly messagesPerSecond: number;
  readonly payloadBytes: number;
  readonly topicLevels: number;
  /** The longest keep-alive a client may ask for; `undefined`: any, and none. */
  readonly keepAliveS: number | undefined;
  readonly connectTimeoutMs: number;
  readonly drainTimeoutMs: number;
}

export interface MqttDevice extends DeviceBase {
  /** Its client id, and what `{device}` stands for in topics. */
  readonly clientId: string;
  /** The user of the password file that is this device. */
  readonly username: string;
  /** The common name of its certificate. */
  readonly certificate: string;
  /** The name of a mapping. */
  readonly mapping: string;
  /** The broker it is behind; absent: it connects to us. */
  readonly broker: string | undefined;
  /** `group/node` of a Sparkplug edge node, `group/node/device` of a device of it; absent: its topics are the mapping's. */
  readonly sparkplug: string | undefined;
}

const listener: z.ZodType<Listener> = z
  .strictObject({
    version: choice(["tcp", "websocket"]).prefault("tcp"),
    address: host().prefault("0.0.0.0"),
    port: port(),
    tls: tlsFiles().optional(),
  })
  .transform((value) => ({ version: value.version, host: value.address, port: value.port, tls: value.tls }));

const listeners: z.ZodType<readonly Listener[]> = z
  .array(listener, { error: "a list of { port, tls }" })
  .max(16, { error: "at most 16 listeners" });

function template(example: string): z.ZodType<string> {
  const noun = `a topic with {device}, such as ${example}`;
  return z
    .string({ error: noun })
    .max(1_024)
    .transform((given, context) => {
      try {
        if (new TopicTemplate(given).variables.includes("device")) return given;
      } catch (_notATemplate) {
        // Told below.
      }
      context.issues.push({ code: "custom", message: noun, input: given });
      return z.NEVER;
    });
}

const access = z
  .strictObject({
    publish: z
      .array(template("{device}/#"), { error: "a list of topics with {device}" })
      .min(1)
      .max(RULES_MAX)
      .prefault(["{device}/#", "msr/{device}/#"]),
    command: template("{device}/command/{action}").prefault("{device}/command/{action}"),
    reply: template("{device}/reply").optional(),
  })
  .transform((value) => ({ ...value, reply: value.reply }));

const commands = z
  .strictObject({
    qos: z.union([z.literal(0), z.literal(1), z.literal(2)], { error: "0, 1 or 2" }).prefault(1),
    payload: choice(["envelope", "value"]).prefault("envelope"),
    answer: choice(["reply", "puback"]).prefault("reply"),
    answerTimeout: duration({ min: "100ms", max: "1h" }).prefault("30s"),
  })
  .transform(({ answerTimeout, ...rest }) => ({ ...rest, answerTimeoutMs: answerTimeout }));

const limits: z.ZodType<MqttLimits> = z
  .strictObject({
    clients: integer(1, 100_000, "a number of clients").prefault(10_000),
    messagesPerSecond: integer(1, 100_000, "a number of messages").prefault(1_000),
    payload: size({ min: "128B", max: "1MiB" }).prefault("64KiB"),
    topicLevels: integer(1, 32, "a number of levels").prefault(16),
    keepAlive: duration({ min: "5s", max: "18h" }).optional(),
    connectTimeout: duration({ min: "100ms", max: "5min" }).prefault("10s"),
    drainTimeout: duration({ min: "1s", max: "1h" }).prefault("1min"),
  })
  .transform((value) => ({
    clients: value.clients,
    messagesPerSecond: value.messagesPerSecond,
    payloadBytes: value.payload,
    topicLevels: value.topicLevels,
    keepAliveS: value.keepAlive === undefined ? undefined : Math.round(value.keepAlive / 1_000),
    connectTimeoutMs: value.connectTimeout,
    drainTimeoutMs: value.drainTimeout,
  }));

const sparkplug: z.ZodType<SparkplugSettings> = z
  .strictObject({
    host: text("a host id without / + #", /^[^/+#\s]+$/, 128).optional(),
    reorderTimeout: duration({ min: "100ms", max: "1min" }).prefault("2s"),
    rebirthEvery: duration({ min: "1s", max: "1h" }).prefault("30s"),
  })
  .transform((value) => ({ host: value.host, reorderMs: value.reorderTimeout, rebirthMs: value.rebirthEvery }));

function named<T>(what: string, schema: z.ZodType<T>): z.ZodType<Readonly<Record<string, T>>> {
  return z.record(name(`the name of a ${what}`), schema, { error: `${what}s by name` });
}

const section: z.ZodType<MqttSection> = z
  .strictObject({
    listen: listeners.prefault([]),
    users: secret("the password file").optional(),
    anonymous: flag().prefault(false),
    sameClientId: choice(["replace", "refuse"]).prefault("replace"),
    access: access.prefault({}),
    commands: commands.prefault({}),
    limits: limits.prefault({}),
    mappings: named("mapping", z.array(mappingRule, { error: "a list of rules" }).min(1).max(RULES_MAX)).prefault({}),
    brokers: named("broker", broker).prefault({}),
    bridges: named("bridge", bridge).prefault({}),
    sparkplug: sparkplug.prefault({}),
  })
  .transform((value) => ({
    ...value,
    users: value.users,
    access: {
      ...value.access,
      reply: value.access.reply ?? (value.commands.answer === "reply" ? "{device}/reply" : undefined),
    },
  }));

const LEVEL = /^[^+#/\s]+$/;

const device: z.ZodType<MqttDevice> = z
  .strictObject({
    uid: uid(),
    group: text("the name of a group").prefault("main"),
    expectEvery: duration({ min: "1s", max: "90d" }).optional(),
    clientId: text("a client id without / + # and spaces", LEVEL, 128).optional(),
    username: text("the name of a user in the password file").optional(),
    certificate: text("the common name of a certificate").optional(),
    mapping: text("the name of a mapping").prefault("default"),
    broker: text("the name of a broker").optional(),
    sparkplug: text("group/node of an edge node, or group/node/device", /^[^+#/]+\/[^+#/]+(\/[^+#/]+)?$/).optional(),
  })
  .transform(({ expectEvery, ...rest }) => {
    const clientId = rest.clientId ?? rest.uid;
    return {
      ...rest,
      expectEveryMs: expectEvery,
      clientId,
      username: rest.username ?? clientId,
      certificate: rest.certificate ?? clientId,
      broker: rest.broker,
      sparkplug: rest.sparkplug,
    };
  });

export const mqttSettings: ProtocolSettings<MqttSection, MqttDevice> = {
  section,
  device,
  listeners,
  listenersOf: (settings) => settings.listen,
  identityOf: (settings) => ({ key: "clientId", value: settings.clientId }),
  agreedOf: ({ users: _secret, listen, brokers, bridges, ...settings }) => ({
    ...settings,
    listen: listen.map(({ tls, ...where }) => ({ ...where, tls: tls !== undefined })),
    brokers: withoutSecrets(brokers),
    bridges: withoutSecrets(bridges),
  }),
  complaints: (settings, devices, config) => {
    if (settings === undefined) return [];
    return [
      ...deviceComplaints(settings, devices),
      ...sparkplugComplaints(devices),
      ...doorComplaints(settings, devices, config),
      ...bridgesComplaints(settings),
      ...groupComplaints(settings, config.groups),
      ...idleComplaints(settings, devices),
    ];
  },
};

function withoutSecrets(connections: Readonly<Record<string, MqttConnection>>): unknown {
  return Object.fromEntries(
    Object.entries(connections).map(([key, { password: _secret, tls, ...rest }]) => [
      key,
      { ...rest, tls: tls !== undefined },
    ]),
  );
}

const error = (path: Complaint["path"], message: string, fix: string): Complaint => ({
  severity: "error",
  path: ["mqtt", ...path],
  message,
  fix,
});
const warning = (path: Complaint["path"], message: string, fix: string): Complaint => ({
  severity: "warning",
  path: ["mqtt", ...path],
  message,
  fix,
});

function deviceComplaints(settings: MqttSection, devices: readonly MqttDevice[]): readonly Complaint[] {
  const found: Complaint[] = [];
  const mappings = new Set([...Object.keys(settings.mappings), ...SHIPPED.map((one) => one.name)]);
  const mapped = devices.filter((one) => one.sparkplug === undefined);
  for (const mapping of new Set(mapped.map((one) => one.mapping))) {
    if (mappings.has(mapping)) continue;
    found.push(
      error(
        ["mappings"],
        `devices have the mapping ${mapping}, which is not there`,
        `add it; there are ${[...mappings].join(", ")}`,
      ),
    );
  }
  for (const named of new Set(devices.map((one) => one.broker))) {
    if (named !== undefined && settings.brokers[named] === undefined) {
      found.push(
        error(
          ["brokers"],
          `devices are behind the broker ${named}, which is not there`,
          "add it, or correct the devices",
        ),
      );
    }
  }
  for (const one of devices) {
    const behind = one.broker === undefined ? undefined : settings.brokers[one.broker];
    if (behind === undefined || behind.group === one.group) continue;
    found.push(
      error(
        ["brokers", one.broker ?? "", "group"],
        `device ${one.uid} of group ${one.group} is behind it, and it is served with group ${behind.group}`,
        "a broker and its devices are of one group",
      ),
    );
    break;
  }
  for (const key of ["username", "certificate"] as const) {
    const seen = new Map<string, string>();
    for (const one of devices) {
      if (one.broker !== undefined) continue;
      const other = seen.get(one[key]);
      // Equal client ids are complained about as such.
      if (other !== undefined && other !== one.clientId)
        found.push(error([], `two devices have the ${key} ${one[key]}`, `every ${key} is one device`));
      seen.set(one[key], one.clientId);
    }
  }
  return found;
}

function sparkplugComplaints(devices: readonly MqttDevice[]): readonly Complaint[] {
  const found: Complaint[] = [];
  const at = (one: MqttDevice, of: string): string => `${one.broker} ${of}`;
  const seen = new Map<string, string>();
  for (const one of devices) {
    if (one.sparkplug === undefined) continue;
    if (parseAddress(one.sparkplug) === undefined)
      found.push(
        error([], `${one.sparkplug} is no Sparkplug address`, "group/node or group/node/device, no group STATE"),
      );
    const other = seen.get(at(one, one.sparkplug));
    if (other !== undefined)
      found.push(
        error([], `${other} and ${one.uid} are both ${one.sparkplug}`, "each Sparkplug address is one device"),
      );
    seen.set(at(one, one.sparkplug), one.uid);
  }
  for (const one of devices) {
    const address = parseAddress(one.sparkplug ?? "");
    if (address?.device === undefined || seen.has(at(one, `${address.group}/${address.node}`))) continue;
    const node = `${address.group}/${address.node}`;
    found.push(error([], `the edge node ${node} of ${one.uid} is no device`, `add a device with sparkplug: ${node}`));
  }
  return found;
}

function doorComplaints(
  settings: MqttSection,
  devices: readonly MqttDevice[],
  config: Pick<Config, "agents">,
): readonly Complaint[] {
  const found: Complaint[] = [];
  const sockets = [...settings.listen, ...Object.values(config.agents).flatMap((agent) => agent.listen.mqtt ?? [])];
  const callers = devices.filter((one) => one.broker === undefined);
  if (callers.length > 0 && sockets.length === 0) {
    found.push(
      warning(
        ["listen"],
        "devices connect to us and nothing listens",
        "listen: [{ port: 8883, tls: { cert, key, ca } }]",
      ),
    );
  }
  if (settings.anonymous && sockets.some((one) => !isLoopback(one.host))) {
    found.push(
      warning(
        ["anonymous"],
        "whoever reaches the port may be any device",
        "users: { file: … }, or tls with ca for client certificates",
      ),
    );
  }
  if (settings.users === undefined && !settings.anonymous && sockets.some((one) => one.tls?.ca === undefined)) {
    found.push(
      warning(
        ["listen"],
        "nobody can come in at a listener without tls.ca: there are no users",
        "users: { file: … }, or tls with ca for client certificates",
      ),
    );
  }
  if (settings.users !== undefined && sockets.some((one) => one.tls === undefined && !isLoopback(one.host))) {
    found.push(warning(["listen"], "passwords travel in the clear", "give the listener tls: { cert, key }"));
  }
  return found;
}

function isLoopback(address: string): boolean {
  return address === "localhost" || address === "::1" || address.startsWith("127.");
}

function idleComplaints(settings: MqttSection, devices: readonly MqttDevice[]): readonly Complaint[] {
  return Object.entries(settings.brokers)
    .filter(([name, one]) => {
      const hasEdgeNodes = devices.some((device) => device.broker === name && device.sparkplug !== undefined);
      return one.subscriptions.length === 0 && !hasEdgeNodes;
    })
    .map(([name]) =>
      error(["brokers", name, "subscriptions"], "nothing of it is taken in", 'subscriptions: ["+/measurement"]'),
    );
}

function groupComplaints(settings: MqttSection, groups: readonly string[] | undefined): readonly Complaint[] {
  if (groups === undefined) return [];
  const named = (["brokers", "bridges"] as const).flatMap((kind) =>
    Object.entries(settings[kind]).map(([key, { group }]) => ({ kind, key, group })),
  );
  return named
    .filter(({ group }) => !groups.includes(group))
    .map(({ kind, key, group }) => {
      const meant = nearest(group, groups);
      const fix = meant === undefined ? `known groups: ${groups.join(", ")}` : `did you mean ${meant}?`;
      return error([kind, key, "group"], `there is no group ${group}: no agent would ever connect`, fix);
    });
}

function bridgesComplaints(settings: MqttSection): readonly Complaint[] {
  const found: Complaint[] = [];
  for (const [key, one] of Object.entries(settings.brokers)) {
    for (const [index, { filter }] of one.subscriptions.entries()) {
      const flaw = filterFlaw(filter);
      if (flaw !== undefined)
        found.push(
          error(
            ["brokers", key, "subscriptions", index],
            `${JSON.stringify(filter)} is no topic filter: ${flaw}`,
            "correct it",
          ),
        );
      else if (filter === "#")
        found.push(
          warning(
            ["brokers", key, "subscriptions", index],
            "it takes whatever passes the broker",
            "name the topics of the devices",
          ),
        );
    }
    if (one.share !== undefined && one.protocolVersion === 4)
      found.push(error(["brokers", key, "share"], "MQTT 3.1.1 has no shared subscriptions", "protocolVersion: 5"));
  }
  const rules = Object.entries(settings.bridges).map(([key, one]) => ({ ...one, name: key }));
  for (const one of rules) {
    for (const { severity, rule, message, fix } of bridgeComplaints(one)) {
      found.push({ severity, path: ["mqtt", "bridges", one.name, "rules", rule], message, fix });
    }
  }
  for (const { from, to } of transitComplaints(rules)) {
    found.push(
      warning(
        ["bridges", to],
        `it and ${from} pass on to each other what they bring in`,
        "give their incoming rules local prefixes of their own",
      ),
    );
  }
  for (const [kind, connections] of [
    ["brokers", settings.brokers],
    ["bridges", settings.bridges],
  ] as const) {
    for (const [key, one] of Object.entries(connections)) {
      if (one.tls?.insecure === true)
        found.push(
          warning([kind, key, "tls", "insecure"], "whoever answers is believed", "ca: the authority of the broker"),
        );
      if (one.protocolVersion === 5 && !one.cleanStart && one.sessionExpiryS === 0) {
        found.push(
          warning(
            [kind, key, "sessionExpiry"],
            "the session ends with the connection, and with it what the broker kept for us",
            "24h",
          ),
        );
      }
    }
  }
  return found;
}
