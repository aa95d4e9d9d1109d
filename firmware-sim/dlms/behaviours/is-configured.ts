import type { ObjectEntry } from "../../../adapters/dlms/config/object-profile.ts";
import {
  array,
  bool,
  type DlmsData,
  enumerated,
  NULL_DATA,
  number,
  octetString,
  structure,
} from "../../../adapters/dlms/data/data.ts";
import { obisOctets, toObis } from "../../../adapters/dlms/obis.ts";
import { utf8 } from "../../../adapters/kit/bytes.ts";
import type { Behaviour, Habit } from "../behaviour.ts";
import type { MeterState } from "../meter-state.ts";
import { scaleOf, someOf, standardOf, typed, type Wanted } from "../objects/catalogue.ts";
import { type CosemObject, fixed, kept, readOnly } from "../objects/cosem-object.ts";
import { extendedRegister, object, register, settable } from "../objects/simple.ts";

/**
 * Everything else the companion standard asks for, so that the object list is complete: configuration, firmware versions,
 * the network, counters and thresholds. Stands last and adds only what nobody before it has.
 */
export function isConfigured(): Behaviour {
  return {
    name: "is-configured",
    begins: (meter): Habit => {
      const firmware = { active: "BUS-FW-1.0", mbus: new Map<number, number>() };
      meter.objects.add(
        object(1, { obis: "1.0.0.2.0.255" }, { 2: readOnly(() => octetString(utf8(firmware.active))) }),
      );
      addNetwork(meter);
      const { wanted, listing } = someOf(meter, "is-configured", ({ entry }) => PLAIN_CLASSES.includes(entry.class));
      meter.objects.offer(listing, (at) => plain(meter, wanted[at] as Wanted, firmware.mbus));
      return {
        notices: (notice) => {
          if (notice.kind === "image-activated") firmware.active = notice.identifier;
          if (notice.kind === "mbus-image-activated") firmware.mbus.set(notice.channel, notice.version);
        },
      };
    },
  };
}

const SIMPLE_VERSION = "mbus-device-config-simple-version-info";
/** Classes of which an object can be made from what the standard says alone. */
const PLAIN_CLASSES = [1, 3, 4, 22, 47, 77];

function plain(meter: MeterState, { entry, obis, channel }: Wanted, mbus: ReadonlyMap<number, number>): CosemObject {
  const [scaler, unit] = scaleOf(entry, [0, 255]);
  switch (entry.class) {
    case 3:
      return register({ obis }, typed(entry, 0), scaler, unit);
    case 4: {
      const first = entry.type === "octet-string" ? octetString(utf8("1.0")) : typed(entry, 0);
      const value = () => {
        const version = entry.tag === SIMPLE_VERSION ? mbus.get(channel ?? 0) : undefined;
        return version === undefined ? first : octetString(utf8(version.toString(16).padStart(8, "0")));
      };
      const captured = () => octetString(new Uint8Array(12).fill(0xff));
      return extendedRegister({ obis }, { value, scaler, unit, status: () => NULL_DATA, captured });
    }
    case 22:
      return object(
        22,
        { obis },
        {
          2: kept(structure(octetString(obisOctets(toObis("0.0.10.0.107.255"))), number("long-unsigned", 1))),
          3: kept(enumerated(1)),
          4: kept(array([])),
        },
      );
    case 47:
      return diagnostic(obis);
    case 77:
      return mbusDiagnostic(obis);
    default:
      return settable({ obis, version: entry.version }, initial(meter, entry));
  }
}

/** A value of the type the standard says; what is written later stays. */
function initial(meter: MeterState, entry: ObjectEntry): DlmsData {
  if (entry.tag === "configuration-object") return configuration(meter);
  if (entry.tag === "administrative-in-out") return enumerated(2);
  if (entry.tag === "randomisation-settings") {
    return structure(number("double-long-unsigned", 0), number("long-unsigned", 1), number("long-unsigned", 3));
  }
  switch (entry.type) {
    case "octet-string":
      return octetString(
        entry.tag.includes("signature") ? new Uint8Array(16) : utf8(`${entry.tag.slice(0, 3).toUpperCase()}-1.0`),
      );
    case "enum":
      return enumerated(0);
    case "array":
      return array(Array.from({ length: 15 }, (_, at) => number("long-unsigned", at)));
    case "bit-string":
      return { kind: "bit-string", octets: new Uint8Array(2), length: 16 };
    case "structure":
      return structure();
    default:
      return typed(entry, 0);
  }
}

/** The flags as delivered: P3 with HLS 5. */
function configuration(meter: MeterState): DlmsData {
  const form = standardOf(meter).configuration;
  const bit = form?.flags["hls-5-on-p3"] ?? 0;
  const octets = new Uint8Array(2);
  octets[bit >> 3] = 0x80 >> (bit & 7);
  const flags: DlmsData = { kind: "bit-string", octets, length: 16 };
  return form?.form === "structure" ? structure(enumerated(1), flags) : flags;
}

/** Class 47. */
function diagnostic(obis: string) {
  return object(
    47,
    { obis },
    {
      2: fixed({ kind: "visible-string", text: "Simulated" }),
      3: fixed(enumerated(1)),
      4: fixed(enumerated(0)),
      5: fixed(enumerated(5)),
      6: readOnly(({ at }) =>
        structure(
          number("long-unsigned", 4_711),
          number("long-unsigned", 17),
          number("unsigned", 12 + (Math.floor(at / 600_000) % 15)),
          number("unsigned", 0),
        ),
      ),
      7: fixed(array([structure(number("long-unsigned", 4_712), number("unsigned", 9))])),
      8: readOnly(({ at, meter }) => ({ kind: "date-time", octets: meter.clock.write(at) })),
    },
  );
}

/** Class 77. */
function mbusDiagnostic(obis: string) {
  return object(
    77,
    { obis },
    {
      2: fixed(number("unsigned", 40)),
      3: fixed(number("unsigned", 1)),
      4: fixed(enumerated(1)),
      5: fixed(array([])),
      6: fixed(number("double-long-unsigned", 0)),
      7: fixed(number("double-long-unsigned", 0)),
      8: fixed(number("double-long-unsigned", 0)),
      9: readOnly(({ at, meter }) => octetString(meter.clock.write(at))),
    },
  );
}

/** TCP-UDP, IPv4 and HDLC setup (41, 42, 23). */
function addNetwork(meter: MeterState): void {
  const ipv4 = octetString(obisOctets(toObis("0.0.25.1.0.255")));
  meter.objects.add(
    object(
      41,
      { obis: "0.0.25.0.0.255" },
      {
        2: kept(number("long-unsigned", 4_059)),
        3: fixed(ipv4),
        4: fixed(number("long-unsigned", 576)),
        5: fixed(number("unsigned", 1)),
        6: kept(number("long-unsigned", 180)),
      },
    ),
  );
  meter.objects.add(
    object(
      42,
      { obis: "0.0.25.1.0.255" },
      {
        2: fixed(octetString(obisOctets(toObis("0.0.25.2.0.255")))),
        3: fixed(number("double-long-unsigned", 0x7f00_0001)),
        4: fixed(array([])),
        5: fixed(array([])),
        6: fixed(number("double-long-unsigned", 0xff00_0000)),
        7: fixed(number("double-long-unsigned", 0)),
        8: fixed(bool(false)),
        9: fixed(number("double-long-unsigned", 0)),
        10: fixed(number("double-long-unsigned", 0)),
      },
    ),
  );
  meter.objects.add(
    object(
      23,
      { obis: "0.0.22.0.0.255", version: 1 },
      {
        2: kept(enumerated(5)),
        3: kept(number("unsigned", 1)),
        4: kept(number("unsigned", 1)),
        5: kept(number("long-unsigned", 128)),
        6: kept(number("long-unsigned", 128)),
        7: kept(number("long-unsigned", 30)),
        8: kept(number("long-unsigned", 120)),
        9: kept(number("long-unsigned", 17)),
      },
    ),
  );
}
