import { GMAC_COUNTERS, type GmacCounter } from "../../adapters/dlms/association/settings.ts";
import { REFERENCINGS, type Referencing } from "../../adapters/dlms/association/names.ts";
import { z } from "zod";
import { ACTION_NAMES } from "../../adapters/dlms/actions/action-names.ts";
import { PROFILE_NAMES, type ProfileName } from "../../adapters/dlms/config/object-profile.ts";
import { isZone } from "../../adapters/dlms/cosem/time-zone.ts";
import {
  AUTHENTICATIONS,
  type Authentication,
  COUNTER_DECREASES,
  type CounterDecrease,
  PROTECTIONS,
  type ProtectionName,
} from "../../adapters/dlms/device.ts";
import { type Obis, parseObis } from "../../adapters/dlms/obis.ts";
import { KEY_CHOICES, type KeyChoice } from "../../adapters/dlms/security/general-keys.ts";
import { fromHex } from "../../adapters/kit/bytes.ts";
import { type Json, jsonField } from "../model/bounded-json.ts";
import type { FileRef, Listener, SecretRef } from "./config.ts";
import { type Cron, parseCron } from "./cron.ts";
import { dlmsComplaints } from "./dlms-complaints.ts";
import { type Network, parseNetwork } from "./network-list.ts";
import type { DeviceBase, ProtocolSettings } from "./protocols.ts";
import { choice, duration, flag, host, integer, name, path, port, secret, text, uid } from "./scalars.ts";
import { tlsFiles } from "./tls.ts";

export interface DlmsSection {
  /** Where meters connect to push. */
  readonly listen: readonly Listener[];
  /** Where they push datagrams. */
  readonly udp: readonly { readonly host: string; readonly port: number }[];
  /** Addresses that may push; empty: any may, and only what is ciphered is believed. */
  readonly allow: readonly Network[];
  /** Pushes may come in UI frames of HDLC. */
  readonly hdlcPushes: boolean;
  /** Key files of meters that name none of their own: `<uid>.json` in here. */
  readonly keyFolder: FileRef | undefined;
  /** Firmware images, each with `<name>.id` beside it: its image identifier in hex. */
  readonly firmwareFolder: FileRef | undefined;
  /** Our system title, 16 hex digits, for meters that have no other. */
  readonly clientTitle: string;
  readonly connectTimeoutMs: number;
  readonly responseTimeoutMs: number;
  readonly idleTimeoutMs: number;
  readonly maxConnections: number;
  /** Invocation counters reserved at once. */
  readonly counterBlock: number;
  readonly throttle: DlmsThrottle;
  readonly retry: { readonly attempts: number; readonly firstMs: number };
  readonly schedules: Readonly<Record<string, DlmsSchedule>>;
}

export interface DlmsThrottle {
  /** Associations open at once. */
  readonly associations: number;
  /** The same within one cell. */
  readonly perCell: number;
  /** For cells that differ. */
  readonly cells: Readonly<Record<string, number>>;
  /** New connections in a second. */
  readonly connectionsPerSecond: number;
}

/** What is asked of meters by itself. */
export interface DlmsSchedule {
  readonly cron: Cron;
  readonly cronText: string;
  /** Each meter has a place of its own within this time after the minute. */
  readonly jitterMs: number;
  /** After so long a reading that waits for its turn is given up. */
  readonly deadlineMs: number;
  readonly action: string;
  readonly value: Json | undefined;
  /** Poll groups it is for; empty: all. */
  readonly poll: readonly string[];
}

export interface DlmsHdlc {
  readonly physical: number | undefined;
  readonly addressOctets: 1 | 2 | 4 | undefined;
  readonly information: number;
  readonly window: number;
}

/** A serial line with HDLC on it. */
export interface DlmsSerial {
  readonly path: string;
  readonly baudRate: number;
  /** IEC 62056-21 mode E before HDLC: asked at 300 Bd, 7E1. */
  readonly modeE:
    | {
        readonly deviceAddress: string;
        readonly baudRateMax: number;
        readonly confirmation: "new-rate" | "initial-rate" | "none";
      }
    | undefined;
}

export interface DlmsDeviceConfig extends DeviceBase {
  /** Equipment identifier or logical device name, as pushes carry it. */
  readonly identification: string;
  readonly profile: ProfileName;
  readonly phases: 1 | 3;
  /** Absent only for meters on a serial line. */
  readonly address: string | undefined;
  readonly port: number;
  /** The wrapper in datagrams. */
  readonly udp: boolean;
  readonly serial: DlmsSerial | undefined;
  readonly hdlc: DlmsHdlc | undefined;
  readonly client: number;
  readonly publicClient: number;
  readonly server: number;
  readonly authentication: Authentication;
  readonly protection: ProtectionName;
  readonly suite: 0 | 1 | 2;
  readonly dedicatedKey: boolean;
  readonly generalProtection: boolean;
  readonly generalCiphering: KeyChoice | undefined;
  readonly signed: boolean;
  readonly counterRestarts: boolean;
  readonly counterDecrease: CounterDecrease;
  readonly gmacCounter: GmacCounter;
  /** How its objects are named in associations. */
  readonly referencing: Referencing;
  readonly counterObject: Obis;
  /** One JSON file with all keys of the meter. */
  readonly keys: SecretRef | undefined;
  /** 16 hex digits. */
  readonly clientTitle: string | undefined;
  readonly serverTitle: string | undefined;
  readonly zone: string;
  readonly deviationTurned: boolean;
  readonly listMax: number;
  readonly selectiveAccess: "none" | "range" | "columns";
  readonly accessTechnology: "gprs" | "cdma" | "lte";
  readonly maxPdu: number;
  readonly type: string | undefined;
  /** Base station or cell, for permits. */
  readonly cell: string | undefined;
  /** Poll group: schedules may be for some of them. */
  readonly poll: string;
}

const listener: z.ZodType<Listener> = z
  .strictObject({ address: host().prefault("0.0.0.0"), port: port(), tls: tlsFiles().optional() })
  .transform((value) => ({ version: "push", host: value.address, port: value.port, tls: value.tls }));

const listeners: z.ZodType<readonly Listener[]> = z
  .array(listener, { error: "a list of { port, tls }" })
  .max(16, { error: "at most 16 listeners" });

const datagrams = z
  .array(
    z
      .strictObject({ address: host().prefault("0.0.0.0"), port: port() })
      .transform((value) => ({ host: value.address, port: value.port })),
    { error: "a list of { port }" },
  )
  .max(4, { error: "at most 4 datagram sockets" });

const NETWORK = "an address or a network such as 10.20.0.0/16";
const network: z.ZodType<Network> = parsed(NETWORK, parseNetwork);
const CRON = 'five fields: minute hour day month weekday, such as "15 2 * * *"';
const TITLE = "a system title of 16 hex digits";
const title: z.ZodType<string> = text(TITLE, /^[0-9a-fA-F]{16}$/, 16).transform((value) => value.toLowerCase());
const obis: z.ZodType<Obis> = parsed("an OBIS code such as 0-0:43.1.0*255", parseObis);

const schedule: z.ZodType<DlmsSchedule> = z
  .strictObject({
    cron: text(CRON, /\S/, 100),
    jitter: duration({ min: "0s", max: "12h" }).prefault("1min"),
    deadline: duration({ min: "10s", max: "24h" }).prefault("1h"),
    action: text(`an action such as readings.actual`, /^[a-z0-9.-]+$/, 64).refine(
      (value) => ACTION_NAMES.includes(value),
      {
        error: "an action of meters such as readings.actual",
      },
    ),
    value: jsonField.optional(),
    poll: z.array(name("a poll group"), { error: "a list of poll groups" }).max(100).prefault([]),
  })
  .transform(({ cron, jitter, deadline, value, ...rest }, context): DlmsSchedule => {
    const read = parseCron(cron);
    if (read !== undefined) {
      return { ...rest, cron: read, cronText: cron, jitterMs: jitter, deadlineMs: deadline, value };
    }
    context.issues.push({ code: "custom", message: CRON, input: cron, path: ["cron"] });
    return z.NEVER;
  });

const throttle: z.ZodType<DlmsThrottle> = z.strictObject({
  associations: integer(1, 100_000, "a number of associations").prefault(200),
  perCell: integer(1, 100_000, "a number of associations").prefault(20),
  cells: z.record(z.string(), integer(0, 100_000, "a number of associations")).prefault({}),
  connectionsPerSecond: integer(1, 100_000, "a number of connections").prefault(50),
});

const section: z.ZodType<DlmsSection> = z
  .strictObject({
    listen: listeners.prefault([]),
    udp: datagrams.prefault([]),
    allow: z
      .array(network, { error: `a list, each ${NETWORK}` })
      .max(1_000, { error: "at most 1000 networks" })
      .prefault([]),
    hdlcPushes: flag().prefault(false),
    keyFolder: path("a folder of key files").optional(),
    firmwareFolder: path("a folder of firmware images").optional(),
    clientTitle: title.prefault("4253420000000001"),
    connectTimeout: duration({ min: "100ms", max: "5min" }).prefault("10s"),
    responseTimeout: duration({ min: "100ms", max: "10min" }).prefault("20s"),
    idleTimeout: duration({ min: "100ms", max: "1h" }).prefault("1min"),
    maxConnections: integer(1, 100_000, "a number of connections").prefault(2_000),
    counterBlock: integer(10, 10_000, "a number of counters").prefault(200),
    throttle: throttle.prefault({}),
    retry: z
      .strictObject({
        attempts: integer(1, 10, "a number of attempts").prefault(3),
        first: duration({ min: "1s", max: "1h" }).prefault("30s"),
      })
      .prefault({}),
    schedules: z.record(z.string().regex(/^[a-z0-9][a-z0-9-]{0,39}$/), schedule).prefault({}),
  })
  .transform(({ keyFolder, firmwareFolder, connectTimeout, responseTimeout, idleTimeout, retry, ...rest }) => ({
    ...rest,
    keyFolder: folder(keyFolder),
    firmwareFolder: folder(firmwareFolder),
    connectTimeoutMs: connectTimeout,
    responseTimeoutMs: responseTimeout,
    idleTimeoutMs: idleTimeout,
    retry: { attempts: retry.attempts, firstMs: retry.first },
  }));

const hdlc: z.ZodType<DlmsHdlc> = z
  .strictObject({
    physical: integer(0, 16_383, "a physical address").optional(),
    addressOctets: z.union([z.literal(1), z.literal(2), z.literal(4)], { error: "1, 2 or 4" }).optional(),
    information: integer(32, 2_030, "octets of an information field").prefault(128),
    window: integer(1, 7, "frames of a window").prefault(1),
  })
  .transform((value) => ({ ...value, physical: value.physical, addressOctets: value.addressOctets }));

const serial: z.ZodType<DlmsSerial> = z
  .strictObject({
    path: text("a serial port such as /dev/ttyUSB0", /\S/, 200),
    baudRate: integer(300, 921_600, "a baud rate").prefault(9_600),
    modeE: z
      .strictObject({
        deviceAddress: text("an address of IEC 62056-21", /^[0-9A-Za-z]{0,32}$/, 32).prefault(""),
        baudRateMax: integer(300, 19_200, "a baud rate").prefault(19_200),
        confirmation: choice(["new-rate", "initial-rate", "none"]).prefault("new-rate"),
      })
      .optional(),
  })
  .transform(({ modeE, ...rest }) => ({ ...rest, modeE }));

const device: z.ZodType<DlmsDeviceConfig> = z
  .strictObject({
    uid: uid(),
    group: text("the name of a group").prefault("main"),
    expectEvery: duration({ min: "1s", max: "90d" }).optional(),
    identification: text("what the meter calls itself, 1 to 40 characters", /^[\x21-\x7e]+$/, 40),
    profile: choice(PROFILE_NAMES).prefault("generic"),
    phases: z.union([z.literal(1), z.literal(3)], { error: "1 or 3" }).prefault(3),
    address: host().optional(),
    port: port().prefault(4_059),
    udp: flag().prefault(false),
    serial: serial.optional(),
    hdlc: hdlc.optional(),
    client: integer(1, 65_535, "a client address").prefault(1),
    publicClient: integer(1, 65_535, "a client address").prefault(16),
    server: integer(0, 65_535, "a logical device").prefault(1),
    authentication: choice(AUTHENTICATIONS).prefault("none"),
    protection: choice(PROTECTIONS).prefault("none"),
    suite: z.union([z.literal(0), z.literal(1), z.literal(2)], { error: "0, 1 or 2" }).prefault(0),
    dedicatedKey: flag().prefault(false),
    generalProtection: flag().prefault(false),
    generalCiphering: choice(KEY_CHOICES).optional(),
    signed: flag().prefault(false),
    counterRestarts: flag().prefault(false),
    counterDecrease: choice(COUNTER_DECREASES).prefault("refused"),
    gmacCounter: choice(GMAC_COUNTERS).prefault("own"),
    referencing: choice(REFERENCINGS).prefault("logical-name"),
    counterObject: obis.prefault("0-0:43.1.0*255"),
    keys: secret("the keys of the meter").optional(),
    clientTitle: title.optional(),
    serverTitle: title.optional(),
    zone: text("a time zone such as Europe/Amsterdam", /\S/, 60)
      .refine(isZone, { error: "a time zone such as Europe/Amsterdam" })
      .prefault("UTC"),
    deviationTurned: flag().prefault(false),
    listMax: integer(1, 255, "attributes of one request").prefault(16),
    selectiveAccess: choice(["none", "range", "columns"]).prefault("range"),
    accessTechnology: choice(["gprs", "cdma", "lte"]).prefault("gprs"),
    maxPdu: integer(12, 65_535, "octets of an APDU").prefault(65_535),
    type: text("a device type").optional(),
    cell: text("the name of a cell").optional(),
    poll: name("a poll group").prefault("default"),
  })
  .transform(
    ({
      expectEvery,
      address,
      serial,
      hdlc,
      keys,
      clientTitle,
      serverTitle,
      type,
      cell,
      generalCiphering,
      ...rest
    }) => ({
      ...rest,
      address,
      serial,
      generalCiphering,
      expectEveryMs: expectEvery,
      hdlc,
      keys,
      clientTitle,
      serverTitle,
      type,
      cell,
    }),
  );

export const dlmsSettings: ProtocolSettings<DlmsSection, DlmsDeviceConfig> = {
  section,
  device,
  listeners,
  listenersOf: (settings) => settings.listen,
  identityOf: (settings) => ({ key: "identification", value: settings.identification }),
  // Folders are each agent's own, and so are sockets' certificates.
  agreedOf: ({ keyFolder: _keys, firmwareFolder: _images, listen, ...settings }) => ({
    ...settings,
    listen: listen.map(({ tls, ...where }) => ({ ...where, tls: tls !== undefined })),
  }),
  added: {
    section: { hdlcPushes: false },
    device: { udp: false, signed: false, counterDecrease: "refused", gmacCounter: "own", referencing: "logical-name" },
  },
  complaints: dlmsComplaints,
};

function folder(given: string | undefined): FileRef | undefined {
  return given === undefined ? undefined : { kind: "file", path: given };
}

function parsed<Value>(noun: string, parse: (text: string) => Value | undefined): z.ZodType<Value, string> {
  return z.string({ error: noun }).transform((given, context): Value => {
    const value = parse(given);
    if (value !== undefined) return value;
    context.issues.push({ code: "custom", message: noun, input: given });
    return z.NEVER;
  });
}

/** The eight octets of a system title of the configuration. */
export function titleOctets(hex: string): Uint8Array {
  return fromHex(hex) ?? new Uint8Array(8);
}
