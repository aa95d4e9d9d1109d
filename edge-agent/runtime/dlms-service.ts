import { join } from "node:path";
import { existsSync } from "node:fs";
import { dlmsAdapter } from "../../adapters/dlms/adapter.ts";
import type { FirmwareImage } from "../../adapters/dlms/cosem/image-transfer.ts";
import { IMAGE_BYTES_MAX } from "../../adapters/dlms/cosem/image-transfer.ts";
import type { DlmsDevice } from "../../adapters/dlms/device.ts";
import { DLMS_DEFAULTS, type DlmsSettings } from "../../adapters/dlms/settings.ts";
import { CipherKeys } from "../../adapters/io/node/cipher-keys.ts";
import { fromHex } from "../../adapters/kit/bytes.ts";
import { EdgeError, toEdgeError } from "../../adapters/kit/edge-error.ts";
import { listenersOf } from "../config/choose-agent.ts";
import type { SecretRef } from "../config/config.ts";
import { type DlmsDeviceConfig, type DlmsSection, titleOctets } from "../config/dlms.ts";
import { needsKeys } from "../config/dlms-complaints.ts";
import { thisMachine } from "../config/files.ts";
import { networkTest } from "../config/network-list.ts";
import { DeviceBook, type KnownDevice } from "./device-book.ts";
import { connectMeter, lineOf, type MeterPlace, placeText } from "./dlms-connect.ts";
import { DlmsDatagrams } from "./dlms-datagrams.ts";
import { DlmsDuty } from "./dlms-duty.ts";
import { type MeterKeys, NO_KEYS, readMeterKeys } from "./dlms-keys.ts";
import { DlmsThrottle } from "./dlms-throttle.ts";
import { dlmsVerifier } from "./dlms-verifier.ts";
import type { ServiceParts } from "./oslp-service.ts";
import type { ProtocolService } from "./protocol-service.ts";
import { listenerTls } from "./tls-files.ts";

/** A meter with what the runtime needs to know of it besides. */
export type BookedMeter = DlmsDevice &
  KnownDevice & {
    readonly place: MeterPlace;
    readonly cell: string | undefined;
    readonly poll: string;
    readonly expectEveryMs: number | undefined;
  };

/** Permits that may be waited for by all groups together. */
const WAITING_MAX = 100_000;

/** DLMS/COSEM as this configuration has it; `undefined` where it has no DLMS section. */
export function dlmsService(parts: ServiceParts): ProtocolService | undefined {
  const { config, agent, keys, random, timers, isServed } = parts;
  const section = config.protocols.dlms;
  if (section === undefined) return undefined;
  const ciphers = new CipherKeys();
  const troubles = new Map<string, string>();
  const meters = config.devices
    .filter((device) => device.protocol === "dlms")
    .map((device) => toMeter(device, section, { ciphers, troubles }));
  const book = new DeviceBook<BookedMeter>(meters, dlmsAdapter.memoryIndexes, isServed);
  const titles = new Map(
    meters.flatMap((one) => (one.serverTitle === undefined ? [] : [[hexOf(one.serverTitle), one.uid]])),
  );
  const settings = dlmsSettingsOf(section, ciphers, (title) => titles.get(title));
  const seams = { random, crypto: keys, wall: () => timers.wall(), registry: book };
  const lines = Object.fromEntries(meters.flatMap((one) => [[lineOf(one.place), 1]]).filter(([line]) => line));
  const cells = { ...section.throttle.cells, ...lines };
  const throttle = new DlmsThrottle({ ...section.throttle, cells, waiting: WAITING_MAX }, timers);
  const admitted = section.allow.length === 0 ? undefined : networkTest(section.allow);
  const admits = (peer: string) => admitted === undefined || admitted(hostOf(peer));
  const accept = () => dlmsAdapter.accept(settings, seams);
  const groupOf = (uid: string) => book.byUid(uid)?.group;
  const datagrams = new DlmsDatagrams({
    sockets: section.udp,
    peersMax: section.maxConnections,
    accept,
    groupOf,
    admits,
  });
  const dialOne = (uid: string) => {
    const device = book.byUid(uid);
    if (device === undefined) throw unknownMeter(uid);
    return dlmsAdapter.dial(settings, device, seams);
  };
  const connect = (uid: string) => {
    const device = book.byUid(uid);
    if (device === undefined) return Promise.reject(unknownMeter(uid));
    return connectMeter(device.place, { timeoutMs: section.connectTimeoutMs, timers });
  };
  return {
    protocol: "dlms",
    book,
    listeners: listenersOf(config, agent, "dlms").map((listener) => ({
      host: listener.host,
      port: listener.port,
      label: `DLMS push ${listener.port}`,
      maxConnections: section.maxConnections,
      tls: listener.tls === undefined ? undefined : listenerTls(listener.tls),
      admits,
    })),
    expectEveryMs: (uid) => book.byUid(uid)?.expectEveryMs,
    accept,
    dial: dialOne,
    connect,
    begin: (ports) =>
      new DlmsDuty({
        ports,
        section,
        throttle,
        meterOf: (uid) => {
          const device = book.byUid(uid);
          return device === undefined ? undefined : { device, cell: device.cell, poll: device.poll };
        },
        dial: dialOne,
        connect,
        listen: () => (section.udp.length === 0 ? () => {} : datagrams.join(ports)),
        troubles,
      }),
    verifier: (read) => dlmsVerifier({ read, wall: () => timers.wall() }),
    describe: (uid) => {
      const device = book.byUid(uid);
      return {
        identification: device?.identification ?? uid,
        address: device === undefined ? undefined : placeText(device.place),
        version: device?.profile ?? "",
      };
    },
  };
}

function dlmsSettingsOf(
  section: DlmsSection,
  ciphers: CipherKeys,
  deviceOfTitle: DlmsSettings["deviceOfTitle"],
): DlmsSettings {
  return {
    ...DLMS_DEFAULTS,
    ciphers,
    timeouts: { ...DLMS_DEFAULTS.timeouts, responseMs: section.responseTimeoutMs, idleMs: section.idleTimeoutMs },
    counterBlock: section.counterBlock,
    // Without a list of networks anybody could say that he is a meter.
    plainPush: section.allow.length > 0 ? "allowed-sources" : "refused",
    hdlcPushes: section.hdlcPushes,
    deviceOfTitle,
    images: (name) => (section.firmwareFolder === undefined ? undefined : imageOf(section.firmwareFolder.path, name)),
  };
}

export function toMeter(
  device: DlmsDeviceConfig,
  section: Pick<DlmsSection, "keyFolder" | "clientTitle">,
  { ciphers, troubles }: { readonly ciphers: CipherKeys; readonly troubles: Map<string, string> },
): BookedMeter {
  const { keys, mbusKeys } = keysOf(device, section, ciphers, troubles);
  const { hdlc } = device;
  const place = placeOf(device);
  return {
    uid: device.uid,
    protocolId: device.identification,
    group: device.group,
    expectEveryMs: device.expectEveryMs,
    identification: device.identification,
    profile: device.profile,
    phases: device.phases,
    zone: device.zone,
    deviationTurned: device.deviationTurned,
    place,
    transport:
      hdlc === undefined
        ? { kind: "wrapper", carrier: device.udp ? "datagram" : "stream" }
        : {
            kind: "hdlc",
            physical: hdlc.physical,
            addressOctets:
              hdlc.addressOctets ?? (hdlc.physical === undefined ? 1 : fits(device.server, hdlc.physical) ? 2 : 4),
            information: hdlc.information,
            window: hdlc.window,
          },
    client: device.client,
    publicClient: device.publicClient,
    server: device.server,
    authentication: device.authentication,
    protection: device.protection,
    suite: device.suite,
    dedicated: device.dedicatedKey,
    form: device.generalProtection ? "general" : "service-specific",
    generalCiphering: device.generalCiphering,
    signs: device.signed,
    keys,
    mbusKeys,
    clientTitle: titleOctets(device.clientTitle ?? section.clientTitle),
    serverTitle: device.serverTitle === undefined ? undefined : titleOctets(device.serverTitle),
    counterRestarts: device.counterRestarts,
    counterDecrease: device.counterDecrease,
    gmacCounter: device.gmacCounter,
    referencing: device.referencing,
    counterObject: device.counterObject,
    listMax: device.listMax,
    selectsRange: device.selectiveAccess !== "none",
    selectsColumns: device.selectiveAccess === "columns",
    accessTechnology: device.accessTechnology,
    maxPdu: device.maxPdu,
    deviceType: device.type,
    cell: lineOf(place) ?? device.cell,
    poll: device.poll,
  };
}

function placeOf({ serial, udp, address = "", port }: DlmsDeviceConfig): MeterPlace {
  return serial === undefined ? { kind: udp ? "udp" : "tcp", host: address, port } : { kind: "serial", ...serial };
}

/** A key file that cannot be used is the trouble of one meter: it is told, and the others are read. */
function keysOf(
  device: DlmsDeviceConfig,
  { keyFolder }: Pick<DlmsSection, "keyFolder">,
  ciphers: CipherKeys,
  troubles: Map<string, string>,
): MeterKeys {
  const inFolder = keyFolder === undefined ? undefined : join(keyFolder.path, `${device.uid}.json`);
  const ref: SecretRef | undefined =
    device.keys ?? (inFolder !== undefined && existsSync(inFolder) ? { kind: "file", path: inFolder } : undefined);
  if (ref === undefined) {
    if (needsKeys(device))
      troubles.set(device.uid, `there is no key file${inFolder === undefined ? "" : ` ${inFolder}`}`);
    return NO_KEYS;
  }
  try {
    return readMeterKeys(ref, device.uid, device.suite, ciphers);
  } catch (thrown) {
    troubles.set(device.uid, toEdgeError(thrown, "config.key.unreadable").message);
    return NO_KEYS;
  }
}

/** `<name>` and `<name>.id`, which holds the image identifier in hex; without it the identifier is the name itself. */
function imageOf(folder: string, name: string): FirmwareImage | undefined {
  const file = join(folder, name);
  if (!existsSync(file)) return undefined;
  const bytes = thisMachine.read(file, IMAGE_BYTES_MAX);
  const idFile = `${file}.id`;
  const identifier = existsSync(idFile)
    ? fromHex(Buffer.from(thisMachine.read(idFile, 1_024)).toString("utf8").trim())
    : new TextEncoder().encode(name);
  return identifier === undefined || identifier.length === 0 ? undefined : { identifier, bytes };
}

function fits(server: number, physical: number): boolean {
  return server <= 0x7f && physical <= 0x7f;
}

/** `192.0.2.7:40112` and `[::1]:40112` without the port. */
function hostOf(peer: string): string {
  return peer.replace(/:\d+$/, "").replace(/^\[|\]$/g, "");
}

function hexOf(octets: Uint8Array): string {
  return Buffer.from(octets).toString("hex");
}

function unknownMeter(uid: string): EdgeError {
  return new EdgeError({
    code: "dlms.device.unknown",
    blame: "operator",
    retry: "never",
    message: `there is no meter ${uid} in a group that is active here`,
  });
}
