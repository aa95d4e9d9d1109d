import type { SclConnectedAp, SclDocument, SclIed } from "./document.ts";
import { domainOf, lnName } from "./names.ts";

/** What a file knows of an IED that a gateway's configuration wants. */
export interface IedProposal {
  readonly iedName: string;
  readonly desc: string;
  /** Absent: the communication section does not say. */
  readonly address: string | undefined;
  readonly port: number | undefined;
  readonly wantsPassword: boolean;
  /** Selectors in hex, the AP title with dots. */
  readonly remote: {
    readonly transport?: string;
    readonly session?: string;
    readonly presentation?: string;
    readonly apTitle?: string;
    readonly aeQualifier?: number;
  };
  /** `domain/LN.name`, without the index of an instance; buffered ones first. */
  readonly reports: readonly string[];
  /** What is in the file and cannot be taken as it is. */
  readonly remarks: readonly string[];
}

/** Every IED of the file that is a server. */
export function proposals(document: SclDocument): readonly IedProposal[] {
  return document.ieds.flatMap((ied) => {
    const points = ied.accessPoints.filter(({ server }) => server !== undefined);
    const [point] = points;
    if (point === undefined) return [];
    const own = document.accessPoints.filter(({ iedName }) => iedName === ied.name);
    const connected = own.find(({ apName }) => points.some(({ name }) => name === apName)) ?? own[0];
    return [proposal(ied, connected, point.server?.wantsPassword === true)];
  });
}

function proposal(ied: SclIed, connected: SclConnectedAp | undefined, wantsPassword: boolean): IedProposal {
  const remarks: string[] = [];
  const address = connected?.address ?? {};
  if (connected === undefined) remarks.push("the communication section does not mention it");
  else if (address["IP"] === undefined) remarks.push("the communication section gives no IP address");
  const take = (type: string, accepts: RegExp, what: string): string | undefined => {
    const text = address[type]?.replaceAll(" ", "");
    if (text === undefined || text === "") return undefined;
    if (accepts.test(text)) return text;
    remarks.push(`${type} is "${text.slice(0, 40)}", which is ${what}`);
    return undefined;
  };
  const octets = (type: string): string | undefined => take(type, HEX, "not in hex");
  const title = take("OSI-AP-Title", TITLE, "no AP title")?.replaceAll(",", ".");
  const qualifier = take("OSI-AE-Qualifier", /^\d{1,9}$/, "no number");
  const port = take("MMS-Port", /^\d{1,5}$/, "no port");
  return {
    ...{ iedName: ied.name, desc: ied.desc, address: take("IP", /^[0-9A-Fa-f.:]+$/, "no IP address"), wantsPassword },
    port: port === undefined || Number(port) > 65_535 ? undefined : Number(port),
    remote: defined({
      transport: octets("OSI-TSEL"),
      session: octets("OSI-SSEL"),
      presentation: octets("OSI-PSEL"),
      apTitle: title,
      aeQualifier: qualifier === undefined ? undefined : Number(qualifier),
    }),
    reports: reportsOf(ied),
    remarks,
  };
}

const HEX = /^(?:[0-9a-fA-F]{2}){1,16}$/;
const TITLE = /^[0-2](?:[.,]\d{1,9}){1,15}$/;

/** Report control blocks with a data set, as a configuration names them. */
export function reportsOf(ied: SclIed): readonly string[] {
  const found: { readonly reference: string; readonly buffered: boolean }[] = [];
  for (const point of ied.accessPoints)
    for (const lDevice of point.server?.lDevices ?? [])
      for (const ln of lDevice.lns)
        for (const { name, datSet, buffered } of ln.reports)
          if (datSet !== "") found.push({ reference: `${domainOf(ied, lDevice)}/${lnName(ln)}.${name}`, buffered });
  return [...found.filter(({ buffered }) => buffered), ...found.filter(({ buffered }) => !buffered)].map(
    ({ reference }) => reference,
  );
}

/** Without what is not known. */
function defined<T extends object>(values: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}
