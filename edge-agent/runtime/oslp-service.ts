import type { Random } from "../../adapters/kit/ports.ts";
import type { Timers } from "../../adapters/io/timers.ts";
import { dial } from "../../adapters/io/node/dial.ts";
import type { KeyStore } from "../../adapters/io/node/keys.ts";
import { EdgeError } from "../../adapters/kit/edge-error.ts";
import { oslpAdapter } from "../../adapters/oslp/adapter.ts";
import type { Location, OslpDevice } from "../../adapters/oslp/device.ts";
import { readMemory } from "../../adapters/oslp/memory.ts";
import { dialTarget, OSLP_DEFAULTS, oslpSettings } from "../../adapters/oslp/settings.ts";
import { listenersOf } from "../config/choose-agent.ts";
import type { Config } from "../config/config.ts";
import type { OslpLocation, OslpDevice as OslpDeviceConfig } from "../config/oslp.ts";
import { readBytes } from "../config/secrets.ts";
import { DeviceBook, type KnownDevice } from "./device-book.ts";
import type { GroupSpool } from "./group-spool.ts";
import { oslpVerifier } from "./oslp-verifier.ts";
import type { ProtocolService } from "./protocol-service.ts";
import { listenerTls } from "./tls-files.ts";

export interface ServiceParts {
  readonly config: Config;
  readonly agent: string;
  readonly keys: KeyStore;
  readonly random: Random;
  readonly timers: Timers;
  /** Whether the group of a device is active here: a session sees no other devices. */
  readonly isServed: (group: string) => boolean;
  /** The spool that is the queue of a bridge; `undefined`: there is none on this agent. */
  readonly bridgeSpool?: ((name: string) => GroupSpool | undefined) | undefined;
}

type BookedOslpDevice = OslpDevice & KnownDevice & { readonly expectEveryMs: number | undefined };

/** OSLP as this configuration has it; `undefined` where it has no OSLP section. Throws `config.*` for an unusable key. */
export function oslpService(parts: ServiceParts): ProtocolService | undefined {
  const { config, agent, keys, random, timers, isServed } = parts;
  const section = config.protocols.oslp;
  if (section === undefined) return undefined;
  const settings = oslpSettings({
    signingKey: keys.addPrivate("oslp.platform", readBytes(section.platformKey)),
    sequence: { ...OSLP_DEFAULTS.sequence, window: section.window },
    timeouts: {
      ...OSLP_DEFAULTS.timeouts,
      responseMs: section.responseTimeoutMs,
      idleMs: section.idleTimeoutMs,
    },
    location: toLocation(section.location),
    takesTurns: true,
  });
  const devices = config.devices.filter((device) => device.protocol === "oslp").map((device) => toDevice(device, keys));
  const book = new DeviceBook<BookedOslpDevice>(devices, oslpAdapter.memoryIndexes, isServed);
  const seams = { random, crypto: keys, wall: () => timers.wall(), registry: book };
  const targetOf = (uid: string) => {
    const device = book.byUid(uid);
    return device === undefined ? undefined : dialTarget(settings, device, readMemory(book.memory(uid)));
  };
  return {
    protocol: "oslp",
    takesTurns: settings.takesTurns,
    circuit: section.circuit,
    book,
    listeners: listenersOf(config, agent, "oslp").map((listener) => ({
      host: listener.host,
      port: listener.port,
      label: `OSLP ${listener.version}`,
      maxConnections: section.maxConnections,
      tls: listener.tls === undefined ? undefined : listenerTls(listener.tls),
    })),
    expectEveryMs: (uid) => book.byUid(uid)?.expectEveryMs,
    accept: () => oslpAdapter.accept(settings, seams),
    dial: (uid) => {
      const device = book.byUid(uid);
      if (device === undefined) throw unregistered(uid);
      return oslpAdapter.dial(settings, device, seams);
    },
    connect: (uid) => {
      const target = targetOf(uid);
      if (target === undefined) return Promise.reject(unregistered(uid));
      return dial({ ...target, timeoutMs: section.connectTimeoutMs });
    },
    verifier: (read) => oslpVerifier({ read, settings, wall: () => timers.wall() }),
    describe: (uid) => {
      const device = book.byUid(uid);
      const target = targetOf(uid);
      return {
        identification: device?.deviceIdentification ?? uid,
        address: target === undefined ? undefined : `${target.host}:${target.port}`,
        version: device?.version ?? "",
      };
    },
  };
}

function toDevice(device: OslpDeviceConfig, keys: KeyStore): BookedOslpDevice {
  return {
    uid: device.uid,
    protocolId: device.identification,
    group: device.group,
    expectEveryMs: device.expectEveryMs,
    deviceIdentification: device.identification,
    version: device.version,
    publicKey: keys.addCheckedPublic(`oslp.device.${device.uid}`, device.publicKey),
    address: device.address,
    port: device.port,
    location: toLocation(device.location),
  };
}

function toLocation(location: OslpLocation | undefined): Location | undefined {
  if (location === undefined) return undefined;
  return { latitude: location.latitude, longitude: location.longitude, timeOffsetMinutes: location.timeOffset };
}

function unregistered(uid: string): EdgeError {
  return new EdgeError({
    code: "oslp.device.unregistered",
    blame: "device",
    retry: "backoff",
    message: `device ${uid} has neither a configured address nor a registration to take one from`,
  });
}
