import { z } from "zod";
import type { Listener, SecretRef } from "./config.ts";
import { toSpki } from "./p256-key.ts";
import type { Complaint, DeviceBase, ProtocolSettings } from "./protocols.ts";
import { choice, decimal, duration, host, integer, port, secret, text, uid } from "./scalars.ts";
import { tlsFiles } from "./tls.ts";

export type OslpVersion = "0.5.1" | "0.6.1";

export interface OslpSection {
  /** The platform's private key: PEM or DER, EC P-256. */
  readonly platformKey: SecretRef;
  readonly listen: readonly Listener[];
  /** The greatest difference of sequence numbers we accept and tell the device (ConfirmRegisterDeviceResponse). */
  readonly window: number;
  readonly connectTimeoutMs: number;
  readonly responseTimeoutMs: number;
  /** A connection a device opened and says nothing on. */
  readonly idleTimeoutMs: number;
  readonly maxConnections: number;
  readonly circuit: CircuitSection;
  /** What RegisterDeviceResponse tells a device without a location of its own. */
  readonly location: OslpLocation | undefined;
}

/** When nobody tries to reach a device for a while. */
export interface CircuitSection {
  /** Connections in a row that could not be made. */
  readonly failures: number;
  /** For how long, at first; each further failure doubles it. */
  readonly openMs: number;
  readonly longestMs: number;
}

export interface OslpLocation {
  /** Degrees. */
  readonly latitude: number;
  /** Degrees. */
  readonly longitude: number;
  /** Minutes to add to UTC, standard time. */
  readonly timeOffset: number;
}

export interface OslpDevice extends DeviceBase {
  /** Device identification: 1 to 40 characters, the key a device registers with. */
  readonly identification: string;
  readonly version: OslpVersion;
  /** SubjectPublicKeyInfo of the device's P-256 key, DER in Base64. */
  readonly publicKey: string;
  /** Where the device listens; absent: the address it registered with. */
  readonly address: string | undefined;
  readonly port: number | undefined;
  readonly location: OslpLocation | undefined;
}

const DEFAULT_LISTEN = [
  { version: "0.6.1", port: 12122 },
  { version: "0.5.1", port: 12121 },
] as const;

const VERSIONS = ["0.6.1", "0.5.1"] as const;

const listener: z.ZodType<Listener> = z
  .strictObject({
    version: choice(VERSIONS),
    address: host().prefault("0.0.0.0"),
    port: port(),
    tls: tlsFiles().optional(),
  })
  .transform((value) => ({ version: value.version, host: value.address, port: value.port, tls: value.tls }));

const listeners: z.ZodType<readonly Listener[]> = z
  .array(listener, { error: "a list of { version, port }" })
  .max(16, { error: "at most 16 listeners" });

const location: z.ZodType<OslpLocation> = z.strictObject({
  latitude: decimal(-90, 90, "degrees"),
  longitude: decimal(-180, 180, "degrees"),
  timeOffset: integer(-840, 840, "minutes from UTC").prefault(0),
});

const circuit: z.ZodType<CircuitSection> = z
  .strictObject({
    failures: integer(1, 100, "a number of connections in a row").prefault(3),
    openFor: duration({ min: "100ms", max: "1h" }).prefault("5s"),
    longest: duration({ min: "100ms", max: "1d" }).prefault("2min"),
  })
  .transform(({ failures, openFor, longest }) => ({ failures, openMs: openFor, longestMs: longest }));

const section: z.ZodType<OslpSection> = z
  .strictObject({
    platformKey: secret("the platform's private key"),
    listen: listeners.prefault(() => [...DEFAULT_LISTEN]),
    window: integer(1, 1_000, "a window of sequence numbers").prefault(6),
    connectTimeout: duration({ min: "100ms", max: "5min" }).prefault("10s"),
    responseTimeout: duration({ min: "100ms", max: "5min" }).prefault("20s"),
    idleTimeout: duration({ min: "100ms", max: "1h" }).prefault("30s"),
    maxConnections: integer(1, 100_000, "a number of connections").prefault(2_000),
    circuit: circuit.prefault({}),
    location: location.optional(),
  })
  .transform(({ connectTimeout, responseTimeout, idleTimeout, location, ...rest }) => ({
    ...rest,
    connectTimeoutMs: connectTimeout,
    responseTimeoutMs: responseTimeout,
    idleTimeoutMs: idleTimeout,
    location,
  }));

const PUBLIC_KEY = "a P-256 public key: Base64 of its SubjectPublicKeyInfo, or { file: key.pem }";

/** By the time a device is checked its `{file: …}` has been replaced by what the file says. */
const publicKey: z.ZodType<string> = z.string({ error: PUBLIC_KEY }).transform((given, context) => {
  const spki = toSpki(given);
  if (spki !== undefined) return spki;
  context.issues.push({ code: "custom", message: PUBLIC_KEY, input: given });
  return z.NEVER;
});

const device: z.ZodType<OslpDevice> = z
  .strictObject({
    uid: uid(),
    group: text("the name of a group").prefault("main"),
    expectEvery: duration({ min: "1s", max: "90d" }).optional(),
    identification: text("a device identification of 1 to 40 characters", /^[\x20-\x7e]+$/, 40),
    version: choice(VERSIONS).prefault("0.6.1"),
    publicKey,
    address: host().optional(),
    port: port().optional(),
    location: location.optional(),
  })
  .transform(({ expectEvery, address, port, location, ...rest }) => ({
    ...rest,
    expectEveryMs: expectEvery,
    address,
    port,
    location,
  }));

export const oslpSettings: ProtocolSettings<OslpSection, OslpDevice> = {
  section,
  device,
  listeners,
  listenersOf: (settings) => settings.listen,
  identityOf: (settings) => ({ key: "identification", value: settings.identification }),
  agreedOf: ({ platformKey: _secret, listen, ...settings }) => ({
    ...settings,
    listen: listen.map(({ tls, ...where }) => ({ ...where, tls: tls !== undefined })),
  }),
  added: { section: { circuit: { failures: 3, openMs: 5_000, longestMs: 120_000 } } },
  complaints: (settings, devices) => {
    if (settings === undefined) return [];
    const { openMs, longestMs } = settings.circuit;
    const short: Complaint[] =
      longestMs >= openMs
        ? []
        : [
            {
              severity: "error",
              path: ["oslp", "circuit", "longest"],
              message: `the longest time a circuit is open, ${longestMs} ms, is less than the first, ${openMs} ms`,
              fix: "set longest to openFor or more",
            },
          ];
    const heard = new Set(settings.listen.map((one) => one.version));
    const missing = new Set<string>(devices.map((one) => one.version).filter((version) => !heard.has(version)));
    const unheard = [...missing].map(
      (version): Complaint => ({
        severity: "warning",
        path: ["oslp", "listen"],
        message: `devices speak OSLP ${version} and nothing listens for it`,
        fix: `add { version: ${version}, port: … }, or those devices can be called but never call us`,
      }),
    );
    return [...short, ...unheard];
  },
};
