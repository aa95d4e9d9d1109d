import { array, enumerated, NULL_DATA, number, octetsOf, octetString } from "../../../adapters/dlms/data/data.ts";
import { obisOctets, toObis } from "../../../adapters/dlms/obis.ts";
import { utf8 } from "../../../adapters/kit/bytes.ts";
import { HOUR_MS, MINUTE_MS, toWall, type WallMs } from "../../../adapters/kit/time.ts";
import type { Behaviour } from "../behaviour.ts";
import type { MbusDevice, MeterState } from "../meter-state.ts";
import { CHANNELS, someOf, standardOf, type Wanted } from "../objects/catalogue.ts";
import { type Attribute, type CosemObject, kept, readOnly, refused, RESULT } from "../objects/cosem-object.ts";
import { data, extendedRegister, object } from "../objects/simple.ts";
import { SeededRandom } from "../../../adapters/kit/random.ts";
import { type LoadCurve, loadCurve } from "../values/load-curve.ts";

/** Scaler, unit and M-Bus device type of each medium; litres a day it counts. */
const MEDIA = {
  gas: { scaler: -3, unit: 13, type: 3, perDay: 4_000 },
  water: { scaler: -3, unit: 13, type: 7, perDay: 300 },
  heat: { scaler: 6, unit: 25, type: 4, perDay: 90 },
  cold: { scaler: 6, unit: 25, type: 10, perDay: 30 },
} as const;
/** `DSM`, three letters in five bits each. */
const MANUFACTURER = 0x126d;
const NO_TIME = new Uint8Array(12).fill(0xff);
/** encryption_key_status: 0 none, 1 set, 2 transferred, 3 set and transferred, 4 in use. */
const [KEY_SET, KEY_TRANSFERRED, KEY_IN_USE] = [1, 2, 4];

/** M-Bus clients (72) of four channels, and the values of what is on them: read every hour, five minutes in SMR 5. */
export function hasMbusDevices(): Behaviour {
  return {
    name: "has-mbus-devices",
    begins: (meter) => {
      // Thrown now, whatever is read first: the same seed gives the same values.
      const seeds = CHANNELS.map(() => meter.random.u32());
      const deviceOn = (channel: number) => meter.identity.mbus.find((one) => one.channel === channel);
      const clients = someOf(meter, "has-mbus-clients", ({ entry }) => entry.class === 72);
      meter.objects.offer(clients.listing, (at) => {
        const { channel = 1 } = clients.wanted[at] as Wanted;
        return client(meter, channel, deviceOn(channel));
      });
      const curves = new Map<number, LoadCurve>();
      const curveOf = (channel: number): LoadCurve => {
        const known = curves.get(channel);
        const { perDay } = MEDIA[deviceOn(channel)?.medium ?? "gas"];
        const curve = known ?? loadCurve(new SeededRandom(seeds[channel - 1] ?? 0), perDay / 24);
        curves.set(channel, curve);
        return curve;
      };
      const values = someOf(
        meter,
        "has-mbus-values",
        ({ entry: { tag } }) => tag === "mbus-device-id-1" || tag.startsWith("mbus-master-value"),
      );
      meter.objects.offer(values.listing, (at) => {
        const wanted = values.wanted[at] as Wanted;
        return value(meter, wanted, deviceOn(wanted.channel ?? 1), curveOf(wanted.channel ?? 1));
      });
      return {};
    },
  };
}

function value(
  meter: MeterState,
  { entry, obis }: Wanted,
  device: MbusDevice | undefined,
  curve: LoadCurve,
): CosemObject {
  if (entry.tag === "mbus-device-id-1") {
    return data({ obis }, octetString(utf8(device === undefined ? "" : equipmentOf(device))));
  }
  const medium = MEDIA[device?.medium ?? "gas"];
  const everyMs = entry.tag.endsWith("5min") ? 5 * MINUTE_MS : HOUR_MS;
  const captured = (at: WallMs): WallMs => toWall(Math.floor(at / everyMs) * everyMs);
  return extendedRegister(
    { obis },
    {
      value: ({ at }) =>
        number("double-long-unsigned", device === undefined ? 0 : Math.floor(curve.energy(captured(at)))),
      scaler: medium.scaler,
      unit: medium.unit,
      status: () => NULL_DATA,
      captured: ({ at }) => octetString(device === undefined ? NO_TIME : meter.clock.write(captured(at))),
    },
  );
}

/** 17 characters, of the same kind as the meter's own. */
export function equipmentOf({ medium, identification }: MbusDevice): string {
  return `${medium.slice(0, 1).toUpperCase()}00${String(identification).padStart(14, "0")}`.slice(0, 17);
}

/** Class 72: who is on the channel; coupled by writing it, decoupled by a method. */
function client(meter: MeterState, channel: number, device: MbusDevice | undefined) {
  const entry = standardOf(meter).objects.get("mbus-client-setup");
  const isBcd = standardOf(meter).mbusIdentification === "bcd";
  const medium = MEDIA[device?.medium ?? "gas"];
  let key = device === undefined ? 0 : KEY_IN_USE;
  const facts = { address: 0, identification: 0, manufacturer: 0, version: 0, type: 0 };
  if (device !== undefined) {
    facts.address = channel;
    facts.identification = isBcd ? Number.parseInt(String(device.identification), 16) : device.identification;
    facts.manufacturer = MANUFACTURER;
    facts.version = 0x50;
    facts.type = medium.type;
  }
  let status = 0;
  const empty = (): void => {
    Object.assign(facts, { address: 0, identification: 0, manufacturer: 0, version: 0, type: 0 });
    key = 0;
  };
  return object(
    72,
    { obis: `0.${channel}.24.1.0.255`, version: entry?.version ?? 1 },
    {
      2: readOnly(() => octetString(obisOctets(toObis("0.0.24.6.0.255")))),
      3: kept(array([])),
      4: kept(number("double-long-unsigned", 3_600)),
      5: fact("unsigned", facts, "address"),
      6: fact("double-long-unsigned", facts, "identification"),
      7: fact("long-unsigned", facts, "manufacturer"),
      8: fact("unsigned", facts, "version"),
      9: fact("unsigned", facts, "type"),
      10: readOnly(({ at }) => number("unsigned", Math.floor(at / HOUR_MS) & 0xff)),
      11: readOnly(() => number("unsigned", status)),
      12: readOnly(() => number("unsigned", 0)),
      ...((entry?.version ?? 1) >= 1
        ? { 13: readOnly(() => number("long-unsigned", 0)), 14: readOnly(() => enumerated(key)) }
        : {}),
    },
    {
      1: () => undefined,
      2: (parameters) => {
        if (parameters !== undefined && parameters.kind !== "integer") return refused(RESULT.typeUnmatched);
        empty();
        return undefined;
      },
      3: () => undefined,
      4: () => {
        status = 0;
        return undefined;
      },
      5: () => undefined,
      6: () => undefined,
      7: (parameters, { now }) => {
        const octets = parameters === undefined ? undefined : octetsOf(parameters);
        if (octets === undefined || (octets.length !== 0 && octets.length !== 16)) return refused(RESULT.typeUnmatched);
        key = octets.length === 0 ? 0 : key === KEY_TRANSFERRED ? KEY_IN_USE : KEY_SET;
        meter.notice({ kind: "event", log: "auxiliary", code: 0x80a1 + 0x100 * (channel - 1) }, now);
        return undefined;
      },
      8: (parameters, { now }) => {
        if (parameters === undefined || octetsOf(parameters) === undefined) return refused(RESULT.typeUnmatched);
        key = KEY_TRANSFERRED;
        meter.notice({ kind: "event", log: "auxiliary", code: 0x80a0 + 0x100 * (channel - 1) }, now);
        return undefined;
      },
    },
  );
}

type Facts = { address: number; identification: number; manufacturer: number; version: number; type: number };

function fact(kind: "unsigned" | "long-unsigned" | "double-long-unsigned", facts: Facts, name: keyof Facts): Attribute {
  return {
    get: () => number(kind, facts[name]),
    set: (value) => {
      if (value.kind !== kind) return RESULT.typeUnmatched;
      facts[name] = value.value;
      return RESULT.success;
    },
  };
}
