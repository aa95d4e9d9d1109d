import { z } from "zod";
import { SELECTOR_PRESETS, type SelectorPreset } from "../../adapters/iec61850/association/parameters.ts";
import { ORIGINATOR_CATEGORIES } from "../../adapters/iec61850/control/oper.ts";
import { DEVICE_PROFILES, type DeviceProfile, type Relay } from "../../adapters/iec61850/device.ts";
import type { ReportPlan } from "../../adapters/iec61850/report/plan.ts";
import type { FileRef, Listener, SecretRef, TlsFiles } from "./config.ts";
import { reports } from "./iec61850-reports.ts";
import { type Network, parseNetwork } from "./network-list.ts";
import type { Complaint, DeviceBase, ProtocolSettings } from "./protocols.ts";
import { choice, decimal, duration, flag, host, integer, port, secret, text, uid } from "./scalars.ts";
import { pemFile } from "./tls.ts";

/** Which stack speaks to an IED: ours, or a libiec61850 that the user has installed. */
export const BACKENDS = ["builtin", "libiec61850"] as const;
export type Backend = (typeof BACKENDS)[number];

export interface Iec61850Section {
  /** For IEDs that name none. */
  readonly backend: Backend;
  /** The file of libiec61850, or the name the system finds it by; absent: its usual names. */
  readonly library: FileRef | string | undefined;
  /** Where street-light devices register, plain text. */
  readonly listen: readonly Listener[];
  /** Addresses a registration may name; whatever else it names is not dialled. */
  readonly allow: readonly Network[];
  readonly maxConnections: number;
  readonly connectTimeoutMs: number;
  readonly associateTimeoutMs: number;
  readonly responseTimeoutMs: number;
  readonly terminationTimeoutMs: number;
  readonly keepAliveMs: number;
  readonly reportRetryMs: number;
  readonly reconnect: { readonly firstMs: number; readonly maxMs: number };
  /** Who we are in a control. */
  readonly originator: { readonly category: (typeof ORIGINATOR_CATEGORIES)[number]; readonly identification: string };
  /** For IEDs that name none. */
  readonly reports: readonly ReportPlan[];
}

/** TLS towards an IED: `insist` on a version or ciphers for those that know no newer ones. */
export interface Iec61850Tls {
  readonly identity: Partial<TlsFiles>;
  readonly serverName: string | undefined;
  /** OpenSSL's list. */
  readonly ciphers: string | undefined;
}

export interface Iec61850Selectors {
  readonly transport: string | undefined;
  readonly session: string | undefined;
  readonly presentation: string | undefined;
  readonly apTitle: string | undefined;
  readonly aeQualifier: number | undefined;
}

export interface Iec61850Device extends DeviceBase {
  /** IED name; of a street-light device its serial number. */
  readonly identification: string;
  readonly profile: DeviceProfile;
  /** Absent: the section's. */
  readonly backend: Backend | undefined;
  /** Absent: the address it registers from. */
  readonly address: string | undefined;
  readonly port: number;
  readonly stack: SelectorPreset;
  /** What differs from the stack's. */
  readonly local: Iec61850Selectors | undefined;
  readonly remote: Iec61850Selectors | undefined;
  /** AP titles and AE qualifiers are not sent. */
  readonly omitTitles: boolean;
  readonly password: SecretRef | undefined;
  readonly tls: Iec61850Tls | undefined;
  readonly outstanding: number;
  readonly pduBytes: number;
  readonly reports: readonly ReportPlan[] | undefined;
  readonly relays: readonly Relay[] | undefined;
  readonly position: { readonly latitude: number; readonly longitude: number } | undefined;
  readonly type: string | undefined;
}

/** Where libiec61850 lies, as the loader is told. */
export function libraryOf({ library }: Iec61850Section): string | undefined {
  return typeof library === "object" ? library.path : library;
}

/** IEC 61850-8-1, and IEC 62351-3 with TLS. */
export const MMS_PORT = 102;
export const MMS_TLS_PORT = 3_782;

const NETWORK = "an address or a network such as 10.20.0.0/16";

const network: z.ZodType<Network> = z.string({ error: NETWORK }).transform((given, context): Network => {
  const value = parseNetwork(given);
  if (value !== undefined) return value;
  context.issues.push({ code: "custom", message: NETWORK, input: given });
  return z.NEVER;
});

const listener: z.ZodType<Listener> = z
  .strictObject({ address: host().prefault("0.0.0.0"), port: port() })
  .transform((value) => ({ version: "registration", host: value.address, port: value.port, tls: undefined }));

const listeners: z.ZodType<readonly Listener[]> = z
  .array(listener, { error: "a list of { port }" })
  .max(4, { error: "at most 4 listeners" });

const reconnect = z
  .strictObject({
    first: duration({ min: "100ms", max: "10min" }).prefault("1s"),
    max: duration({ min: "1s", max: "24h" }).prefault("1min"),
  })
  .transform(({ first, max }) => ({ firstMs: first, maxMs: max }));

const originator = z.strictObject({
  category: choice(ORIGINATOR_CATEGORIES).prefault("remote-control"),
  identification: text("a short name, at most 20 characters", /^[\x20-\x7e]+$/, 20).prefault("busbar"),
});

const section: z.ZodType<Iec61850Section> = z
  .strictObject({
    backend: choice(BACKENDS).prefault("builtin"),
    library: text("the file of libiec61850, such as /usr/local/lib/libiec61850.so")
      .transform((value): FileRef | string => (/[/\\]/.test(value) ? { kind: "file", path: value } : value))
      .optional(),
    listen: listeners.prefault([]),
    allow: z
      .array(network, { error: `a list, each ${NETWORK}` })
      .max(1_000)
      .prefault([]),
    maxConnections: integer(1, 100_000, "a number of connections").prefault(500),
    connectTimeout: duration({ min: "100ms", max: "5min" }).prefault("10s"),
    associateTimeout: duration({ min: "100ms", max: "5min" }).prefault("10s"),
    responseTimeout: duration({ min: "100ms", max: "10min" }).prefault("10s"),
    terminationTimeout: duration({ min: "100ms", max: "1h" }).prefault("30s"),
    keepAlive: duration({ min: "1s", max: "1h" }).prefault("30s"),
    reportRetry: duration({ min: "1s", max: "1h" }).prefault("1min"),
    reconnect: reconnect.prefault({}),
    originator: originator.prefault({}),
    reports: reports.prefault([]),
  })
  .transform(
    ({
      connectTimeout,
      associateTimeout,
      responseTimeout,
      terminationTimeout,
      keepAlive,
      reportRetry,
      library,
      ...rest
    }): Iec61850Section => ({
      ...rest,
      library,
      connectTimeoutMs: connectTimeout,
      associateTimeoutMs: associateTimeout,
      responseTimeoutMs: responseTimeout,
      terminationTimeoutMs: terminationTimeout,
      keepAliveMs: keepAlive,
      reportRetryMs: reportRetry,
    }),
  );

const HEX = "octets in hex such as 0001";
const octets = text(HEX, /^(?:[0-9a-fA-F]{2}){1,16}$/, 32);

const selectors: z.ZodType<Iec61850Selectors> = z
  .strictObject({
    transport: octets.optional(),
    session: octets.optional(),
    presentation: octets.optional(),
    apTitle: text("an AP title such as 1.3.9999.23", /^[0-2](?:\.\d{1,9}){1,15}$/, 128).optional(),
    aeQualifier: integer(0, 2_147_483_647, "an AE qualifier").optional(),
  })
  .transform((value) => ({
    transport: value.transport,
    session: value.session,
    presentation: value.presentation,
    apTitle: value.apTitle,
    aeQualifier: value.aeQualifier,
  }));

const tls: z.ZodType<Iec61850Tls> = z
  .strictObject({
    cert: pemFile("a certificate").optional(),
    key: pemFile("a private key").optional(),
    ca: pemFile("the authorities to trust").optional(),
    serverName: host().optional(),
    ciphers: text("a list of OpenSSL ciphers").optional(),
  })
  .transform(({ cert, key, ca, serverName, ciphers }) => ({
    identity: { ...(cert !== undefined && { cert }), ...(key !== undefined && { key }), ca },
    serverName,
    ciphers,
  }));

const relay: z.ZodType<Relay> = z.strictObject({
  internal: integer(1, 4, "a relay of the device"),
  index: integer(1, 255, "the index of a relay"),
  kind: choice(["light", "tariff"]),
});

const device: z.ZodType<Iec61850Device> = z
  .strictObject({
    uid: uid(),
    group: text("the name of a group").prefault("main"),
    expectEvery: duration({ min: "1s", max: "90d" }).optional(),
    identification: text("an IED name or serial number, at most 64 characters", /^[\x21-\x7e]+$/, 64).optional(),
    profile: choice(DEVICE_PROFILES).prefault("generic"),
    backend: choice(BACKENDS).optional(),
    address: host().optional(),
    port: port().optional(),
    stack: choice(SELECTOR_PRESETS).optional(),
    local: selectors.optional(),
    remote: selectors.optional(),
    omitTitles: flag().prefault(false),
    password: secret("the password of the association").optional(),
    tls: tls.optional(),
    outstanding: integer(1, 32, "a number of requests").prefault(5),
    pduBytes: integer(1_000, 65_000, "bytes of an MMS PDU").prefault(65_000),
    reports: reports.optional(),
    relays: z.array(relay, { error: "a list of { internal, index, kind }" }).max(4).optional(),
    position: z
      .strictObject({ latitude: decimal(-90, 90, "degrees"), longitude: decimal(-180, 180, "degrees") })
      .optional(),
    type: text("a device type").optional(),
  })
  .transform(
    ({
      expectEvery,
      backend,
      local,
      remote,
      identification,
      address,
      port,
      stack,
      password,
      tls,
      reports,
      relays,
      position,
      type,
      ...rest
    }) => ({
      ...rest,
      backend,
      expectEveryMs: expectEvery,
      local,
      remote,
      identification: identification ?? rest.uid,
      address,
      port: port ?? (tls === undefined ? MMS_PORT : MMS_TLS_PORT),
      stack: stack ?? STACKS[rest.profile],
      password,
      tls,
      reports,
      relays,
      position,
      type,
    }),
  );

const STACKS: Readonly<Record<DeviceProfile, SelectorPreset>> = {
  generic: "libiec61850",
  "swdevice-010805": "kaifa-ssld",
  "flexovl-540": "abb-rtu560",
};

export const iec61850Settings: ProtocolSettings<Iec61850Section, Iec61850Device> = {
  section,
  device,
  listeners,
  listenersOf: (settings) => settings.listen,
  identityOf: (settings) => ({ key: "identification", value: settings.identification }),
  // Where the file of libiec61850 lies is each agent's own.
  agreedOf: ({ library: _where, ...settings }) => settings,
  added: { section: { backend: "builtin" } },
  complaints: (settings, devices) => {
    if (settings === undefined) return [];
    const complaints: Complaint[] = [];
    const homeless = devices.filter((one) => one.address === undefined);
    const strangers = homeless.filter((one) => one.profile !== "swdevice-010805");
    for (const { uid: of } of strangers)
      complaints.push({
        severity: "error",
        path: ["devices", of],
        message: "an IED has no address",
        fix: "give its address: only street-light devices (swdevice-010805) register one",
      });
    for (const { uid: of, tls: secure, backend } of devices)
      if (secure !== undefined && (backend ?? settings.backend) === "libiec61850")
        complaints.push({
          severity: "error",
          path: ["devices", of, "tls"],
          message: "libiec61850 is not given certificates: TLS is what the built-in stack has",
          fix: "backend: builtin for this device",
        });
    if (homeless.length > strangers.length && settings.listen.length === 0)
      complaints.push({
        severity: "warning",
        path: ["iec61850", "listen"],
        message: "street-light devices without an address have nowhere to register",
        fix: "add listen: [{ port: 50000 }]",
      });
    if (settings.listen.length > 0 && settings.allow.length === 0)
      complaints.push({
        severity: "warning",
        path: ["iec61850", "allow"],
        message: "a registration may name any address, and none may be dialled",
        fix: "add allow: [10.0.0.0/8], the networks your devices are in",
      });
    return complaints;
  },
};
