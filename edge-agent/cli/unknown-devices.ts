import type { Config } from "../config/config.ts";
import type { UnknownDevice } from "../model/device-status.ts";
import { ago, clean, complainLine, say, sayJson, table } from "./output.ts";
import { EXIT } from "./verb.ts";

export interface UnknownFlags {
  readonly config?: string;
  readonly json?: boolean;
  readonly limit: number;
}

/** A device that called, with what would make it known. */
export interface Candidate extends UnknownDevice {
  /** One entry of `devices:`, as YAML. What it does not know is for the operator to fill in. */
  readonly entry: string;
}

/** Lists who called and is in nobody's configuration: of all agents that answer, the last one first. */
export async function listUnknown(flags: UnknownFlags): Promise<number> {
  const { loadConfig } = await import("./load-config.ts");
  const config = loadConfig(flags.config ?? "");
  if (config === undefined) return EXIT.failed;
  const { askAll } = await import("./ops-client.ts");
  const answers = await askAll<{ readonly devices: readonly UnknownDevice[] }>(config, { path: "/unknown-devices" });
  for (const answer of answers)
    if (!answer.reached) complainLine(`agent ${answer.agent} is unreachable: ${clean(answer.reason)}`);
  const heard = answers.flatMap((answer) => (answer.reached ? [answer.body.devices] : []));
  if (heard.length === 0) return EXIT.unreachable;
  const devices = candidates(heard.flat(), config);
  const shown = devices.slice(0, flags.limit);
  if (flags.json === true) sayJson({ total: devices.length, devices: shown });
  else say(describe(shown, devices.length));
  return EXIT.ok;
}

/** Those of all agents together, without whom the configuration knows by now. */
export function candidates(heard: readonly UnknownDevice[], config: Pick<Config, "devices">): readonly Candidate[] {
  const configured = new Set(
    config.devices.flatMap((one) => ("identification" in one ? [`${one.protocol} ${one.identification}`] : [])),
  );
  const together = new Map<string, UnknownDevice>();
  for (const one of heard) {
    const name = nameOf(one);
    if (configured.has(`${one.protocol} ${name}`)) continue;
    const key = JSON.stringify([one.protocol, name]);
    const known = together.get(key);
    together.set(key, known === undefined ? one : merged(known, one));
  }
  const uids = new Set(config.devices.map((one) => one.uid));
  return [...together.values()]
    .sort((a, b) => Date.parse(b.lastAt) - Date.parse(a.lastAt))
    .map((one) => {
      const uid = uidOf(nameOf(one), uids);
      uids.add(uid);
      return { ...one, entry: entryOf(one, uid) };
    });
}

function merged(a: UnknownDevice, b: UnknownDevice): UnknownDevice {
  const last = a.lastAt >= b.lastAt ? a : b;
  const [firstAt = last.firstAt] = [a.firstAt, b.firstAt].sort();
  return { ...last, firstAt, times: a.times + b.times };
}

function nameOf({ claimed }: UnknownDevice): string {
  return String(claimed["identification"] ?? claimed["deviceId"] ?? JSON.stringify(claimed));
}

/** JSON is YAML: a name may hold anything. The device's public key is known to who built it, and to nobody here. */
function entryOf(device: UnknownDevice, uid: string): string {
  const { identification } = device.claimed;
  const fields = [
    `uid: ${uid}`,
    `protocol: ${device.protocol}`,
    ...(identification === undefined ? [] : [`identification: ${JSON.stringify(identification)}`]),
    ...(device.protocol === "oslp" ? [`publicKey: { file: keys/${uid}.pub }`] : []),
  ];
  return `- { ${fields.join(", ")} }`;
}

/** A uid that may be one and is nobody's: lower case, what else there is becomes a dash. */
function uidOf(name: string, taken: ReadonlySet<string>): string {
  const plain = name
    .toLowerCase()
    .replace(/[^a-z0-9_.-]+/g, "-")
    .replace(/^-+|-+$/g, "")
    .slice(0, UID_CHARACTERS);
  const base = plain === "" || /^\d+$/.test(plain) ? `device-${plain}`.replace(/-$/, "") : plain;
  for (let number = 1; ; number++) {
    const uid = number === 1 ? base : `${base}-${number}`;
    if (!taken.has(uid)) return uid;
  }
}

const UID_CHARACTERS = 40;

function describe(devices: readonly Candidate[], total: number): string {
  if (devices.length === 0) return "nobody unknown has called since the agents started";
  const now = new Date().toISOString();
  const rows = devices.map((one) => [nameOf(one), one.protocol, one.peer, String(one.times), ago(one.lastAt, now)]);
  const claims = devices.map((one) => {
    const said = Object.entries(one.claimed).map(([name, value]) => `${name} ${String(value)}`);
    return `# said of itself: ${clean(said.join(", "))}\n${clean(one.entry)}`;
  });
  const more = devices.length === total ? "" : `\n… ${total - devices.length} more: --limit`;
  return (
    `${table(["CALLED ITSELF", "PROTOCOL", "FROM", "TIMES", "LAST"], rows)}${more}\n\n` +
    `Nothing of it is proven. To approve one, put its public key where the line says and the line into devices:\n\n` +
    claims.join("\n")
  );
}
