/**
 * Reads the bridge sections of a mosquitto.conf (mosquitto.conf(5), "Configuring Bridges") and says them in our words. What
 * has no equal here is listed with its line, never left out in silence.
 */

export interface ImportedBridge {
  readonly name: string;
  /** As it would stand under `mqtt.bridges`, JSON-like. */
  readonly settings: Readonly<Record<string, unknown>>;
}

export interface NotCarried {
  readonly line: number;
  readonly text: string;
  readonly why: string;
}

export interface MosquittoImport {
  readonly bridges: readonly ImportedBridge[];
  readonly notCarried: readonly NotCarried[];
}

const LINES_MAX = 100_000;

interface Section {
  readonly name: string;
  readonly settings: Record<string, unknown>;
  readonly tls: Record<string, unknown>;
  readonly rules: Record<string, unknown>[];
}

export function importMosquitto(text: string): MosquittoImport {
  const notCarried: NotCarried[] = [];
  const sections: Section[] = [];
  for (const [index, raw] of text.split(/\r?\n/).slice(0, LINES_MAX).entries()) {
    const line = raw.trim();
    if (line === "" || line.startsWith("#")) continue;
    const space = line.search(/\s/);
    const option = space < 0 ? line : line.slice(0, space);
    const value = space < 0 ? "" : line.slice(space).trim();
    const tell = (why: string): void => void notCarried.push({ line: index + 1, text: secretFree(option, line), why });
    if (option === "connection") {
      sections.push({ name: safeName(value, sections.length), settings: {}, tls: {}, rules: [] });
      if (safeName(value, 0) !== value)
        tell(`a name has letters, digits, - and _ here: it became ${sections.at(-1)?.name}`);
      continue;
    }
    const section = sections.at(-1);
    if (section === undefined) {
      if (BRIDGE_WIDE[option] !== undefined) tell(BRIDGE_WIDE[option] ?? "");
      continue;
    }
    const take = OPTIONS[option];
    if (take === undefined) tell(NOT_OURS[option] ?? BRIDGE_WIDE[option] ?? "there is no such option here");
    else {
      const why = take(section, value);
      if (why !== undefined) tell(why);
    }
  }
  return { bridges: sections.map(finish), notCarried };
}

/** What an option does to a section; a sentence where it could not be carried whole. */
type Take = (section: Section, value: string) => string | undefined;

const into =
  (key: string, read: (value: string) => unknown): Take =>
  (section, value) => {
    section.settings[key] = read(value);
    return undefined;
  };
const tls =
  (key: string): Take =>
  (section, value) => {
    section.tls[key] = value;
    return undefined;
  };
const isTrue = (value: string): boolean => value === "true";

const OPTIONS: Readonly<Record<string, Take>> = {
  address: takeAddresses,
  addresses: takeAddresses,
  topic: takeTopic,
  round_robin: into("failover", (value) => (isTrue(value) ? "sticky" : "prefer-first")),
  bridge_protocol_version: (section, value) => {
    section.settings["protocolVersion"] = value === "mqttv50" ? 5 : 4;
    return value === "mqttv31" ? "MQTT 3.1 is spoken as 3.1.1" : undefined;
  },
  cleansession: into("cleanStart", isTrue),
  remote_clientid: into("clientId", (value) => value),
  clientid: into("clientId", (value) => value),
  remote_username: into("username", (value) => value),
  username: into("username", (value) => value),
  remote_password: takePassword,
  password: takePassword,
  keepalive_interval: into("keepAlive", (value) => `${value}s`),
  restart_timeout: takeRestart,
  notifications: (section, value) => {
    if (value === "false") section.settings["status"] = false;
    return undefined;
  },
  notification_topic: into("status", (topic) => ({ topic })),
  try_private: into("advertiseBridge", isTrue),
  bridge_session_expiry_interval: into("sessionExpiry", (value) => `${value}s`),
  bridge_receive_maximum: into("receiveMaximum", Number),
  bridge_max_packet_size: into("maxPacketSize", (value) => `${value}B`),
  bridge_cafile: tls("ca"),
  bridge_certfile: tls("cert"),
  bridge_keyfile: tls("key"),
  bridge_alpn: tls("alpn"),
  bridge_insecure: (section, value) => {
    if (isTrue(value)) section.tls["insecure"] = true;
    return isTrue(value)
      ? "the name in the certificate was not checked; here neither is who signed it: give a ca instead"
      : undefined;
  },
  bridge_tls_use_os_certs: (section) => {
    section.tls["system"] = true;
    return undefined;
  },
  bridge_outgoing_retain: (section, value) => {
    section.settings["retainOut"] = value !== "false";
    return undefined;
  },
  start_type: (_section, value) => (value === "automatic" ? undefined : "a bridge here is always automatic"),
};

const NOT_OURS: Readonly<Record<string, string>> = {
  local_clientid: "there is no local connection",
  local_cleansession: "there is no local connection",
  local_username: "there is no local connection",
  local_password: "there is no local connection",
  idle_timeout: "there are no lazy bridges",
  threshold: "there are no lazy bridges",
  notifications_local_only: "the status is told to the remote broker; here it is in the log and on the page",
  bridge_attempt_unsubscribe: "we never unsubscribe what we did not subscribe to",
  bridge_capath: "a folder of authorities: put them into one file and name it as tls.ca",
  bridge_identity: "pre-shared keys with a broker are not spoken",
  bridge_psk: "pre-shared keys with a broker are not spoken",
  bridge_require_ocsp: "OCSP stapling is not asked for",
  bridge_tls_version: "TLS 1.2 and 1.3 are spoken",
  bridge_ciphers: "Node's own choice of ciphers is used",
  bridge_ciphers_tls1_3: "Node's own choice of ciphers is used",
  bridge_bind_address: "the system chooses the address",
  bridge_tcp_keepalive: "the MQTT keep-alive finds dead peers",
  bridge_tcp_user_timeout: "the MQTT keep-alive finds dead peers",
  bridge_max_topic_alias: "no topic aliases are used",
  bridge_reload_type: "a changed configuration is read at the next start",
};

/** Limits of the whole broker that people set for the sake of their bridges. */
const BRIDGE_WIDE: Readonly<Record<string, string>> = {
  max_queued_messages: "a limit of the whole broker: each bridge has queue.maxBytes and queue.maxAge here",
  max_queued_bytes: "a limit of the whole broker: each bridge has queue.maxBytes and queue.maxAge here",
  max_inflight_messages: "a limit of the whole broker: each bridge has receiveMaximum here",
  queue_qos0_messages: "a setting of the whole broker: each bridge has queue.qos0 here",
};

function takeAddresses(section: Section, value: string): undefined {
  section.settings["addresses"] = value
    .split(/\s+/)
    .map((address) => (/:\d+$/.test(address) ? address : `${address}:1883`));
}

function takePassword(section: Section): string {
  section.settings["password"] = { file: `keys/${section.name}.password` };
  return `put the password into the file keys/${section.name}.password`;
}

function takeRestart(section: Section, value: string): string | undefined {
  const [base = "5", cap = base] = value.split(/\s+/);
  section.settings["reconnect"] = { min: `${base}s`, max: `${cap}s` };
  return /^\d+(\s+\d+)?$/.test(value) ? undefined : "what follows base and cap is not carried";
}

/** `topic PATTERN [out|in|both] [qos] [local-prefix remote-prefix]`; `""` is no prefix, and an empty pattern needs both. */
function takeTopic(section: Section, value: string): string | undefined {
  const words = (value.match(/"[^"]*"|\S+/g) ?? []).map((word) => word.replace(/^"(.*)"$/, "$1"));
  const [filter = "", direction = "out", qos = "0", localPrefix = "", remotePrefix = ""] = words;
  if (!["out", "in", "both"].includes(direction)) return "the direction is none of out, in, both: the rule is left out";
  const rule: Record<string, unknown> = { direction, filter, qos: Math.min(1, Number(qos) || 0) };
  if (localPrefix !== "") rule["localPrefix"] = localPrefix;
  if (remotePrefix !== "") rule["remotePrefix"] = remotePrefix;
  rule["retain"] = "keep";
  section.rules.push(rule);
  return qos === "2" ? "QoS 2 goes over a bridge as QoS 1, with ids that tell a repeat" : undefined;
}

function finish({ name, settings, tls, rules }: Section): ImportedBridge {
  const { retainOut, ...rest } = settings;
  const { system, ...files } = tls;
  const trusted = Object.keys(files).length > 0 ? files : system === true ? true : undefined;
  const version = rest["protocolVersion"] ?? 4;
  const carried = rules.map((rule) =>
    retainOut === false && rule["direction"] !== "in" ? { ...rule, retain: "clear" } : rule,
  );
  return {
    name,
    settings: { ...rest, protocolVersion: version, ...(trusted === undefined ? {} : { tls: trusted }), rules: carried },
  };
}

function safeName(given: string, at: number): string {
  const safe = given
    .replace(/[^A-Za-z0-9_-]/g, "-")
    .replace(/^[^A-Za-z0-9]+/, "")
    .slice(0, 40);
  return safe === "" ? `bridge-${at + 1}` : safe;
}

function secretFree(option: string, line: string): string {
  return /password|psk/.test(option) ? `${option} …` : line;
}
