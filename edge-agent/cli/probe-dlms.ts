import type { ProfileName } from "../../adapters/dlms/config/object-profile.ts";
import { entryByObis, objectProfile } from "../../adapters/dlms/config/object-profiles.ts";
import { interfaceClass } from "../../adapters/dlms/cosem/classes.ts";
import { parseDataText } from "../../adapters/dlms/cosem/data-text.ts";
import { printable } from "../../adapters/dlms/cosem/values.ts";
import { elementsOf, numberOf } from "../../adapters/dlms/data/data.ts";
import { obisTitle } from "../../adapters/dlms/cosem/obis-name.ts";
import type { Authentication, ProtectionName } from "../../adapters/dlms/device.ts";
import { parseObis } from "../../adapters/dlms/obis.ts";
import type { KeyChoice } from "../../adapters/dlms/security/general-keys.ts";
import { toEdgeError } from "../../adapters/kit/edge-error.ts";
import type { CommandConclusion } from "../../adapters/kit/session.ts";
import type { Json } from "../model/bounded-json.ts";
import type { ProfileData } from "../model/data.ts";
import type { MessageDraft } from "../model/draft.ts";
import { complainLine, say, sayJson, table } from "./output.ts";
import { hintFor } from "./probe-dlms-hints.ts";
import { ProbedMeter } from "./probe-dlms-meter.ts";
import { type DlmsVerb, type ObjectWord, readDlmsVerb } from "./probe-dlms-verbs.ts";
import { EXIT } from "./verb.ts";

export interface DlmsProbeFlags {
  /** Absent with `serial`. */
  readonly host?: { readonly host: string; readonly port: number | undefined };
  readonly port: number;
  readonly udp?: boolean;
  readonly serial?: string;
  readonly baud?: number;
  /** IEC 62056-21 first: the address of the meter on the line, `true` where it is alone there. */
  readonly modeE?: string | true;
  readonly hdlc: boolean;
  readonly physical?: number;
  readonly addressOctets?: 1 | 2 | 4;
  readonly client: number;
  readonly server: number;
  readonly auth: Authentication;
  readonly protection?: ProtectionName;
  readonly suite: 0 | 1 | 2;
  readonly general?: boolean;
  readonly generalCiphering?: KeyChoice;
  readonly sign?: boolean;
  /** Short names instead of logical names. */
  readonly sn?: boolean;
  readonly keys?: string;
  readonly password?: string;
  readonly title: string;
  readonly counterObject: string;
  readonly profile: ProfileName;
  readonly phases: number;
  readonly zone: string;
  readonly listMax: number;
  readonly from?: string;
  readonly to?: string;
  readonly within: number;
  readonly json?: boolean;
}

type Asked = CommandConclusion & { readonly drafts: readonly MessageDraft[] };

export async function probeDlms(word: string, args: readonly string[], flags: DlmsProbeFlags): Promise<number> {
  const verb = readDlmsVerb(word, args);
  if (typeof verb === "string") {
    complainLine(verb);
    return EXIT.usage;
  }
  const unclear = placeComplaint(flags);
  if (unclear !== undefined) {
    complainLine(unclear);
    return EXIT.usage;
  }
  let meter: ProbedMeter;
  try {
    meter = new ProbedMeter(flags);
  } catch (thrown) {
    complainLine(toEdgeError(thrown, "config.key.unreadable").message);
    return EXIT.usage;
  }
  if (verb.kind === "scan") return scan(meter, flags);
  const classes = await classesOf(meter, verb, flags);
  if (classes.failed !== undefined) return conclude(classes.failed, flags, () => []);
  if (classes.missing !== undefined) {
    const { obis } = classes.missing;
    complainLine(
      `${obis} is not in the object list of client ${flags.client}: another client may see it, or say its class, 3/${obis}`,
    );
    return EXIT.usage;
  }
  const request = requestOf(verb, flags, classes.of);
  const asked = await meter.ask(request.action, request.value);
  return conclude(asked, flags, () => rowsOf(verb, asked));
}

function placeComplaint({ host, serial, udp, hdlc, modeE }: DlmsProbeFlags): string | undefined {
  if ((host === undefined) === (serial === undefined))
    return "where is the meter? --host HOST[:PORT] or --serial PATH, one of them";
  if (udp === true && (hdlc || serial !== undefined)) return "--udp is for the wrapper: leave --hdlc and --serial out";
  if (modeE !== undefined && serial === undefined) return "--mode-e is for a serial line: --serial PATH";
  return undefined;
}

interface Request {
  readonly action: string;
  readonly value?: Json;
}

function requestOf(
  verb: Exclude<DlmsVerb, { kind: "scan" }>,
  flags: DlmsProbeFlags,
  classOf: (word: ObjectWord) => number | undefined,
): Request {
  const where = (word: ObjectWord) => {
    const classId = classOf(word);
    return {
      object: word.obis,
      ...(classId === undefined ? {} : { class: classId }),
    };
  };
  const attribute = (word: ObjectWord) => (word.part === undefined ? {} : { attribute: word.part });
  switch (verb.kind) {
    case "objects":
      return { action: "objects.list" };
    case "read":
      return {
        action: "attribute.read",
        value: { attributes: verb.of.map((word) => ({ ...where(word), ...attribute(word) })) },
      };
    case "write":
      return { action: "attribute.write", value: { ...where(verb.of), ...attribute(verb.of), data: verb.data } };
    case "invoke":
      return {
        action: "method.invoke",
        value: {
          ...where(verb.of),
          method: verb.of.part ?? "",
          ...(verb.data === undefined ? {} : { data: verb.data }),
        },
      };
    case "profile":
      return {
        action: "profile.read",
        value: {
          object: verb.of.obis,
          ...(flags.from === undefined ? {} : { from: flags.from }),
          ...(flags.to === undefined ? {} : { to: flags.to }),
        },
      };
    case "action":
      return { action: verb.action, ...(verb.value === undefined ? {} : { value: verb.value }) };
  }
}

/** Classes nobody said are those of the profile, of objects every meter has, or of the meter's own object list. */
async function classesOf(
  meter: ProbedMeter,
  verb: DlmsVerb,
  flags: DlmsProbeFlags,
): Promise<{
  readonly of: (word: ObjectWord) => number | undefined;
  readonly failed?: Asked;
  readonly missing?: ObjectWord | undefined;
}> {
  const words = verb.kind === "read" ? verb.of : verb.kind === "write" || verb.kind === "invoke" ? [verb.of] : [];
  const profile = objectProfile(flags.profile);
  const known = (word: ObjectWord) => word.classId ?? entryByObis(profile, word.obis)?.class;
  if (words.every((word) => known(word) !== undefined)) return { of: known };
  const asked = await meter.ask("objects.list");
  if (asked.end !== "succeeded") return { of: known, failed: asked };
  const list = linesOf(asked.result["objects"]).map((line) => {
    const [classAndVersion = "", name = ""] = line.split(" ");
    return { classId: Number(classAndVersion.split("/")[0]), obis: parseObis(name) };
  });
  const of = (word: ObjectWord) => known(word) ?? list.find((one) => one.obis === parseObis(word.obis))?.classId;
  const missing = words.find((word) => of(word) === undefined);
  return { of, missing };
}

function conclude(asked: Asked, flags: DlmsProbeFlags, lines: () => readonly string[]): number {
  const { end, fault, result, drafts } = asked;
  if (flags.json === true) {
    const messages = drafts.map(({ id, type, time, data }) => ({ id, type, time, data }));
    sayJson({ end, fault: fault?.toJSON(), result, messages });
  } else if (end === "succeeded") for (const line of lines()) say(line);
  else {
    complainLine(fault?.message ?? end);
    const hint = hintFor(fault);
    if (hint !== undefined) complainLine(hint);
  }
  if (end === "succeeded") return EXIT.ok;
  if (end === "rejected") return EXIT.usage;
  return end === "unsent" && fault?.layer === "transport" ? EXIT.unreachable : EXIT.failed;
}

function rowsOf(verb: DlmsVerb, { result, drafts }: Asked): readonly string[] {
  if (verb.kind === "objects") return [objectsTable(linesOf(result["objects"]))];
  if (verb.kind === "profile") return profileTable(drafts, result);
  if (verb.kind === "read") {
    const many = result["values"];
    const values: readonly unknown[] = Array.isArray(many) ? many : [result];
    return [
      table(
        ["OBJECT", "ATTRIBUTE", "VALUE", "", "DATA"],
        values.map((value) => {
          const of = (name: string) =>
            textOf(typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined);
          const shown = of("scaled") !== "" ? `${of("scaled")} ${of("unit")}`.trim() : of("time") || of("value");
          return [of("object"), of("attribute"), of("refused") || shown, of("title"), shorten(of("data"))];
        }),
      ),
    ];
  }
  return [JSON.stringify(result, null, 2)];
}

function objectsTable(lines: readonly string[]): string {
  return table(
    ["CLASS", "LOGICAL NAME", "WHAT", "RIGHTS"],
    lines.map((line) => {
      const [classAndVersion = "", name = "", ...rights] = line.split(" ");
      const [id = "", version = ""] = classAndVersion.split("/");
      const obis = parseObis(name);
      const title = obis === undefined ? undefined : obisTitle(obis);
      return [`${id} v${version} ${interfaceClass(Number(id))?.name ?? ""}`, name, title ?? "", rights.join(" ")];
    }),
  );
}

function profileTable(drafts: readonly MessageDraft[], result: Asked["result"]): readonly string[] {
  const profiles = drafts.flatMap((draft) => (draft.type === "busbar.profile.v1" ? [draft.data as ProfileData] : []));
  const [first] = profiles;
  if (first === undefined)
    return [`no rows (${textOf(result["profile"])}, period ${textOf(result["periodSeconds"])} s)`];
  const head = first.columns.map(
    (column) => `${column.name ?? column.ref.value}${column.unit === undefined ? "" : ` [${column.unit}]`}`,
  );
  const rows = profiles.flatMap((profile) =>
    profile.rows.map((row) => [row.t.time, row.q?.validity ?? "", ...row.values.map(textOf)]),
  );
  return [table(["TIME", "QUALITY", ...head], rows), `${rows.length} rows`];
}

/** Clients in the field: management, public, and those of national profiles. */
const CLIENTS = [16, 1, 2, 3, 17, 32, 48, 64, 100, 102, 103];
/** Meters are silent to clients they do not know: nobody waits long for each. */
const SCAN_WITHIN_MS = 2_000;

async function scan(meter: ProbedMeter, flags: DlmsProbeFlags): Promise<number> {
  const rows: string[][] = [];
  let devices: unknown;
  for (const client of CLIENTS) {
    const asked = await meter.ask(
      "attribute.read",
      { object: "0-0:41.0.0*255", class: 17 },
      { client, authentication: "none", protection: "none" },
      Math.min(flags.within, SCAN_WITHIN_MS),
    );
    if (rows.length === 0 && asked.end === "unsent" && asked.fault?.layer === "transport")
      return conclude(asked, flags, () => []);
    const letIn = asked.end === "succeeded" || asked.fault?.code.startsWith("dlms.service.") === true;
    if (asked.end === "succeeded") devices ??= asked.result["data"];
    rows.push([String(client), letIn ? "yes" : "no", asked.fault?.message ?? ""]);
  }
  if (flags.json === true) {
    sayJson({
      clients: rows.map(([client, open, why]) => ({ client: Number(client), open: open === "yes", why })),
      devices,
    });
  } else {
    say(table(["CLIENT", "WITHOUT AUTHENTICATION", "WHAT IT SAYS"], rows));
    if (devices !== undefined) say(`logical devices: ${devicesText(textOf(devices))}`);
  }
  return rows.some((row) => row[1] === "yes") ? EXIT.ok : EXIT.failed;
}

/** `1 (BUS0000000000001), 2 (…)`; the data itself where it is no list of SAPs and names. */
function devicesText(data: string): string {
  try {
    const devices = elementsOf(parseDataText(data))?.map((one) => {
      const [sap, name] = elementsOf(one) ?? [];
      const text = name === undefined ? undefined : printable(name);
      return sap === undefined || text === undefined ? undefined : `${numberOf(sap)} (${text})`;
    });
    return devices === undefined || devices.includes(undefined) ? data : devices.join(", ");
  } catch (_notData) {
    return data;
  }
}

function linesOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((line) => typeof line === "string") : [];
}

function textOf(value: unknown): string {
  if (value === undefined || value === null) return "";
  return typeof value === "string" ? value : JSON.stringify(value);
}

function shorten(text: string): string {
  return text.length <= 120 ? text : `${text.slice(0, 119)}…`;
}
