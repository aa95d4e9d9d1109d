import { dirname, extname } from "node:path";
import { complain, fromZod, type Place, show, unknownKey } from "./complaints.ts";
import { parseCsv } from "./csv-source.ts";
import { absolute, errnoOf, type Machine, reasonOf, withAbsoluteRefs } from "./files.ts";
import { type ConfigIssue, issueOfFile } from "./issue.ts";
import type { Key, Located } from "./located.ts";
import { type DeviceSettings, PROTOCOL_NAMES, type ProtocolName, settingsOf } from "./protocols.ts";
import { type Shape, shapeOf, typesOf } from "./shape.ts";
import { nearest } from "./suggest.ts";
import { decodeText, parseYaml } from "./yaml-source.ts";

export const MAX_DEVICES_FILE_BYTES: number = 64 * 1024 * 1024;
export const MAX_DEVICES = 200_000;
const MAX_PUBLIC_FILE_BYTES = 16 * 1024;
/** After so many complaints about devices the rest of the list says nothing new. */
const MAX_ISSUES = 500;

export interface CheckedDevices {
  readonly devices: readonly DeviceSettings[];
  /** Where each device of `devices` stands, for later complaints. */
  readonly places: readonly { readonly place: Place; readonly path: readonly Key[] }[];
  readonly issues: readonly ConfigIssue[];
}

/** The group of a device that names none, by its uid. */
export type GroupOfDevice = (uid: string) => string;

/**
 * Reads `devices:`, a list or `{file: …}`; `base` is the folder of the file it stands in. Without `groupOf` a device that
 * names no group is in the group its protocol's schema says.
 */
export function checkDevices(
  place: Place,
  machine: Machine,
  base: string,
  groupOf?: GroupOfDevice | undefined,
): CheckedDevices {
  const node = place.root.entries.get("devices")?.node;
  if (node === undefined || node.value === null) return { devices: [], places: [], issues: [] };
  if (Array.isArray(node.value)) return checkList(place, ["devices"], node, { machine, base, groupOf });
  const file = fileOf(node.value);
  if (file === undefined) {
    const message = `expected a list of devices, or { file: devices.csv }, got ${show(node.value)}`;
    return { devices: [], places: [], issues: [complain(place, ["devices"], { code: "config.value.wrong", message })] };
  }
  const from = absolute(base, file);
  try {
    const bytes = machine.read(from, MAX_DEVICES_FILE_BYTES);
    return checkDevicesFile(file, bytes, machine, dirname(from), groupOf);
  } catch (thrown) {
    const message = `${from} cannot be read: ${reasonOf(errnoOf(thrown))}`;
    return {
      devices: [],
      places: [],
      issues: [complain(place, ["devices", "file"], { code: "config.file.missing", message })],
    };
  }
}

/** Reads a file of devices: CSV where its name ends in .csv, else a YAML (or JSON) list, alone or under `devices:`. */
export function checkDevicesFile(
  file: string,
  bytes: Uint8Array,
  machine: Machine,
  base: string,
  groupOf?: GroupOfDevice | undefined,
): CheckedDevices {
  const { text, issues } = decodeText(file, bytes, MAX_DEVICES_FILE_BYTES);
  if (text === undefined) return { devices: [], places: [], issues };
  const isCsv = extname(file).toLowerCase() === ".csv";
  const parsed = isCsv ? parseCsv(file, text) : parseYaml(file, text);
  const whole = parsed.root;
  if (whole === undefined) return { devices: [], places: [], issues: parsed.issues };
  // What `busbar simulate … --export` writes is a section, to be pasted or named.
  const section = isCsv || whole.entries.size !== 1 ? undefined : whole.entries.get("devices")?.node;
  const root = section ?? whole;
  // CSV is always a list, and its values are not put together for the asking.
  if (!isCsv && !Array.isArray(root.value)) {
    const wrong = issueOfFile(file, {
      code: "config.value.wrong",
      message: `expected a list of devices, got ${show(root.value)}`,
    });
    return { devices: [], places: [], issues: [...parsed.issues, wrong] };
  }
  const checked = checkList({ source: parsed.source, root }, [], root, { machine, base, groupOf });
  return { ...checked, issues: [...parsed.issues, ...checked.issues] };
}

function checkList(
  place: Place,
  prefix: readonly Key[],
  list: Located,
  around: Omit<Surroundings, "issues">,
): CheckedDevices {
  const issues: ConfigIssue[] = [];
  const devices: DeviceSettings[] = [];
  const places: { place: Place; path: readonly Key[] }[] = [];
  if (list.entries.size > MAX_DEVICES) {
    const message = `${list.entries.size} devices, at most ${MAX_DEVICES} are read`;
    return { devices, places, issues: [complain(place, prefix, { code: "config.file.too-large", message })] };
  }
  for (const [key, { node }] of list.entries) {
    const path = [...prefix, key];
    const device = checkDevice(place, path, node, { ...around, issues });
    if (device !== undefined) {
      devices.push(device);
      places.push({ place, path });
    }
    if (issues.length >= MAX_ISSUES) {
      const message = `${issues.length} complaints so far; the devices after this one are not checked`;
      issues.push(complain(place, path, { code: "config.value.wrong", message }));
      break;
    }
  }
  return { devices, places, issues };
}

interface Surroundings {
  readonly machine: Machine;
  readonly base: string;
  readonly groupOf: GroupOfDevice | undefined;
  readonly issues: ConfigIssue[];
}

function checkDevice(
  place: Place,
  path: readonly Key[],
  node: Located,
  around: Surroundings,
): DeviceSettings | undefined {
  const written = node.value;
  if (typeof written !== "object" || written === null || Array.isArray(written)) {
    const message = `expected a device as { uid, protocol, … }, got ${show(written)}`;
    around.issues.push(complain(place, path, { code: "config.value.wrong", message }));
    return undefined;
  }
  const { protocol: named, ...rest } = { ...written } as Readonly<Record<string, unknown>>;
  const protocol = protocolOf(place, path, named, around.issues);
  if (protocol === undefined) return undefined;
  const { device: schema } = settingsOf(protocol);
  const filled = fill(place, path, rest, shapeOf(schema), around);
  if (filled === undefined) return undefined;
  const { uid } = filled;
  if (around.groupOf !== undefined && typeof uid === "string") filled["group"] ??= around.groupOf(uid);
  const result = schema.safeParse(filled);
  // The schema is the one of this protocol: TypeScript cannot follow that through a lookup.
  if (result.success) return { ...withAbsoluteRefs(result.data, around.base), protocol } as DeviceSettings;
  around.issues.push(...fromZod(place, path, schema, result.error.issues));
  return undefined;
}

function protocolOf(
  place: Place,
  path: readonly Key[],
  named: unknown,
  issues: ConfigIssue[],
): ProtocolName | undefined {
  const found = PROTOCOL_NAMES.find((name) => name === named);
  if (found !== undefined) return found;
  const known = PROTOCOL_NAMES.join(", ");
  if (named === undefined) {
    issues.push(
      complain(place, [...path, "protocol"], {
        code: "config.key.missing",
        message: `missing; expected one of ${known}`,
      }),
    );
    return undefined;
  }
  const meant = typeof named === "string" ? nearest(named, PROTOCOL_NAMES) : undefined;
  issues.push(
    complain(place, [...path, "protocol"], {
      code: "config.value.wrong",
      message: `expected one of ${known}, got ${show(named)}`,
      fix: meant === undefined ? undefined : `did you mean ${meant}?`,
    }),
  );
  return undefined;
}

/** Text of a CSV cell becomes the number or flag the schema wants; `{file: …}` where text is wanted becomes its content. */
function fill(
  place: Place,
  path: readonly Key[],
  written: Readonly<Record<string, unknown>>,
  shape: Shape,
  around: Surroundings,
): Record<string, unknown> | undefined {
  const filled: Record<string, unknown> = {};
  const fromCsv = place.source.file.toLowerCase().endsWith(".csv");
  let complete = true;
  for (const [key, value] of Object.entries(written)) {
    const types = typesOf(shape, key);
    const file = types.includes("string") ? fileOf(value) : undefined;
    if (file !== undefined) {
      const content = readPublic(place, [...path, key, "file"], file, around);
      complete &&= content !== undefined;
      filled[key] = content;
    } else if (fromCsv) filled[key] = converted(value, shape.properties?.[key]);
    else filled[key] = value;
  }
  if (complete) return filled;
  for (const key of Object.keys(written)) {
    const known = Object.keys(shape.properties ?? {});
    if (!known.includes(key)) around.issues.push(unknownKey(place, path, key, known));
  }
  return undefined;
}

function converted(value: unknown, shape: Shape | undefined): unknown {
  if (shape === undefined) return value;
  if (typeof value === "object" && value !== null) {
    return Object.fromEntries(
      Object.entries(value).map(([key, inner]) => [key, converted(inner, shape.properties?.[key])]),
    );
  }
  if (typeof value !== "string") return value;
  if ((shape.type === "integer" || shape.type === "number") && /^-?\d+(\.\d+)?$/.test(value)) return Number(value);
  if (shape.type === "boolean" && /^(true|false)$/i.test(value)) return value.toLowerCase() === "true";
  return value;
}

function readPublic(place: Place, path: readonly Key[], file: string, around: Surroundings): string | undefined {
  const from = absolute(around.base, file);
  try {
    const bytes = around.machine.read(from, MAX_PUBLIC_FILE_BYTES);
    if (bytes.length <= MAX_PUBLIC_FILE_BYTES) return Buffer.from(bytes).toString(isText(bytes) ? "utf8" : "base64");
    const message = `${from} has more than ${MAX_PUBLIC_FILE_BYTES} bytes`;
    around.issues.push(complain(place, path, { code: "config.file.too-large", message }));
  } catch (thrown) {
    const message = `${from} cannot be read: ${reasonOf(errnoOf(thrown))}`;
    around.issues.push(complain(place, path, { code: "config.file.missing", message }));
  }
  return undefined;
}

/** DER begins with a byte no text begins with. */
function isText(bytes: Uint8Array): boolean {
  return (
    bytes[0] !== 0x30 || bytes.every((byte) => byte === 9 || byte === 10 || byte === 13 || (byte >= 32 && byte < 127))
  );
}

function fileOf(value: unknown): string | undefined {
  if (typeof value !== "object" || value === null || !("file" in value) || Object.keys(value).length !== 1)
    return undefined;
  return typeof value.file === "string" ? value.file : undefined;
}
