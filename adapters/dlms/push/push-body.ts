import type { EventNotification } from "../apdu/notification.ts";
import type { AlarmRegister } from "../config/alarms.ts";
import { type DlmsData, elementsOf, numberOf } from "../data/data.ts";
import { type Obis, obisFromOctets, toObis } from "../obis.ts";
import { pushFault } from "./push-fault.ts";

/** What a push says, whatever form it came in. */
export interface PushContent {
  /** What the meter calls itself; `undefined` where the body does not say. */
  readonly identification: string | undefined;
  /** The object that triggered it, or the push setup. */
  readonly trigger: Obis | undefined;
  readonly alarms: readonly { readonly register: AlarmRegister; readonly value: number }[];
  readonly lastGasp: boolean;
  /** Everything else it carried, in order. */
  readonly values: readonly DlmsData[];
}

const UDP_PUSH_SETUP = toObis("0.3.25.9.0.255");
const ALARM_TRIGGERS: ReadonlySet<string> = new Set(["0.0.16.1.0.255", "0.1.25.9.0.255"]);
const VALUES_MAX = 200;

/** The body of a DataNotification: an identifier and a logical name first where a Dutch meter sends it, else its values. */
export function bodyContent(body: DlmsData): PushContent {
  const elements = elementsOf(body) ?? [body];
  if (elements.length > VALUES_MAX) {
    throw pushFault("dlms.push.malformed", `a push of ${elements.length} values; ${VALUES_MAX} are taken`);
  }
  const [first, second, ...rest] = elements;
  const identification = first === undefined ? undefined : identifier(first);
  const name =
    second?.kind === "octet-string" && second.octets.length === 6 ? obisFromOctets(second.octets) : undefined;
  if (identification === undefined || name === undefined) {
    const named = elements.map(identifier).find((text) => text !== undefined);
    return { identification: named, trigger: undefined, alarms: [], lastGasp: false, values: elements };
  }
  const registers = rest.map(numberOf);
  const numbers = registers.every((value) => value !== undefined) ? registers : undefined;
  if (name === UDP_PUSH_SETUP && numbers !== undefined) {
    return { identification, trigger: name, alarms: alarmsOf(numbers, [3]), lastGasp: false, values: [] };
  }
  if (ALARM_TRIGGERS.has(name) && numbers !== undefined) {
    return { identification, trigger: name, alarms: alarmsOf(numbers, [1, 2, 3]), lastGasp: false, values: [] };
  }
  return { identification, trigger: name, alarms: [], lastGasp: false, values: rest };
}

function alarmsOf(values: readonly (number | undefined)[], registers: readonly AlarmRegister[]): PushContent["alarms"] {
  return values.flatMap((value, index) => {
    const register = registers[index];
    return value === undefined || register === undefined ? [] : [{ register, value: value >>> 0 }];
  });
}

/** The octets of a name: printable, 8 to 40 of them. */
function identifier(data: DlmsData): string | undefined {
  if (data.kind === "visible-string") return nameText(data.text);
  return data.kind === "octet-string" ? nameText(String.fromCharCode(...data.octets.subarray(0, 41))) : undefined;
}

function nameText(text: string): string | undefined {
  const trimmed = text.trim();
  return /^[A-Za-z0-9][A-Za-z0-9 _./-]{6,38}[A-Za-z0-9]$/.test(trimmed) ? trimmed : undefined;
}

/** `17 octets of name , 4 octets of alarm register` or `, 6 octets of logical name`. */
export function dsmr4Content(bytes: Uint8Array): PushContent {
  const identification = nameText(String.fromCharCode(...bytes.subarray(0, 17)));
  if (identification === undefined)
    throw pushFault("dlms.push.malformed", "the DSMR 4 form without an equipment identifier");
  const rest = bytes.subarray(18);
  if (rest.length === 6) {
    return { identification, trigger: obisFromOctets(rest), alarms: [], lastGasp: false, values: [] };
  }
  const value = new DataView(rest.buffer, rest.byteOffset, rest.byteLength).getUint32(0);
  return {
    identification,
    trigger: toObis("0.1.25.9.0.255"),
    alarms: [{ register: 1, value }],
    lastGasp: false,
    values: [],
  };
}

/** "Forwarded alarm" of a meter that has no power any more. */
const FORWARDED_ALARM = toObis("128.128.128.128.128.0");

/** The MX382: an EventNotification whose value is the equipment identifier. */
export function eventContent({ attribute, value }: EventNotification): PushContent {
  return {
    identification: identifier(value),
    trigger: attribute.instance,
    alarms: [],
    lastGasp: attribute.instance === FORWARDED_ALARM,
    values: identifier(value) === undefined ? [value] : [],
  };
}
