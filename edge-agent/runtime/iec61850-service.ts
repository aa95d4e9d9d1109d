import { dial } from "../../adapters/io/node/dial.ts";
import { iec61850Adapter } from "../../adapters/iec61850/adapter.ts";
import { addressOf } from "../../adapters/iec61850/memory.ts";
import { startLibrary } from "../../adapters/iec61850/native/child-process.ts";
import { NativeAssociation } from "../../adapters/iec61850/native/native-association.ts";
import { IedSession, type SessionPurpose } from "../../adapters/iec61850/session.ts";
import { type Iec61850Settings, iec61850Settings } from "../../adapters/iec61850/settings.ts";
import { EdgeError } from "../../adapters/kit/edge-error.ts";
import type { Transport } from "../../adapters/kit/ports.ts";
import { listenersOf } from "../config/choose-agent.ts";
import { type Iec61850Section, libraryOf } from "../config/iec61850.ts";
import { networkTest } from "../config/network-list.ts";
import { DeviceBook } from "./device-book.ts";
import type { Duty, DutyPorts } from "./duty.ts";
import { type BookedIed, toIed } from "./iec61850-devices.ts";
import { Iec61850Duty } from "./iec61850-duty.ts";
import { iec61850Verifier } from "./iec61850-verifier.ts";
import type { ServiceParts } from "./oslp-service.ts";
import type { ProtocolService } from "./protocol-service.ts";

/** IEC 61850 as this configuration has it; `undefined` where it has no such section. Throws `config.secret.*`. */
export function iec61850Service(parts: ServiceParts): ProtocolService | undefined {
  const { config, agent, keys, random, timers, isServed } = parts;
  const section = config.protocols.iec61850;
  if (section === undefined) return undefined;
  const settings = settingsOf(section);
  const devices = config.devices
    .filter((device) => device.protocol === "iec61850")
    .map((device) => toIed(device, section));
  const book = new DeviceBook<BookedIed>(devices, iec61850Adapter.memoryIndexes, isServed);
  const seams = { random, crypto: keys, wall: () => timers.wall(), registry: book };
  const isAllowed = networkTest(section.allow);
  const known = (uid: string): BookedIed => {
    const device = book.byUid(uid);
    if (device === undefined) throw unregistered(uid, "is not served here");
    return device;
  };
  const targetOf = (device: BookedIed): string | undefined => {
    const registered = addressOf(book.memory(device.uid));
    return device.address ?? (registered !== undefined && isAllowed(registered) ? registered : undefined);
  };
  const hostOf = (device: BookedIed): string => {
    const host = targetOf(device);
    if (host === undefined)
      throw unregistered(device.uid, "has neither a configured address nor one registered that is allowed");
    return host;
  };
  const sessionOf = (device: BookedIed, purpose: SessionPurpose): IedSession => {
    if (device.backend === "builtin") return new IedSession(settings, device, seams, purpose);
    const target = () => ({ host: hostOf(device), port: device.port });
    const association = new NativeAssociation(target, device.association, settings.timeouts);
    return new IedSession(settings, device, seams, purpose, association);
  };
  const connect = async (uid: string): Promise<Transport> => {
    const device = known(uid);
    const host = hostOf(device);
    const { port, tls, backend } = device;
    // It connects by itself; what we are connected with is its process.
    if (backend === "libiec61850") return startLibrary({ library: libraryOf(section) }, `${host}:${port}`);
    return dial({ host, port, timeoutMs: section.connectTimeoutMs, tls });
  };
  return {
    protocol: "iec61850",
    book,
    listeners: listenersOf(config, agent, "iec61850").map((listener) => ({
      host: listener.host,
      port: listener.port,
      label: "IEC 61850 registration",
      maxConnections: section.maxConnections,
      tls: undefined,
    })),
    expectEveryMs: (uid) => book.byUid(uid)?.expectEveryMs,
    accept: () => iec61850Adapter.accept(settings, seams),
    dial: (uid) => sessionOf(known(uid), "command"),
    connect,
    verifier: (read) => iec61850Verifier({ read, wall: () => timers.wall() }),
    begin: (ports: DutyPorts): Duty | undefined =>
      ports.devices.length === 0
        ? undefined
        : new Iec61850Duty({
            ports,
            random,
            backoff: { ...section.reconnect, factor: 2, jitter: 0.3 },
            patienceMs: section.connectTimeoutMs + section.associateTimeoutMs,
            makeSession: (uid) => sessionOf(known(uid), "standing"),
            connect,
          }),
    describe: (uid) => {
      const device = book.byUid(uid);
      const host = device === undefined ? undefined : targetOf(device);
      return {
        identification: device?.protocolId ?? uid,
        address: device === undefined || host === undefined ? undefined : `${host}:${device.port}`,
        version: device?.profile ?? "",
      };
    },
  };
}

function settingsOf(section: Iec61850Section): Iec61850Settings {
  return iec61850Settings({
    timeouts: {
      associateMs: section.associateTimeoutMs,
      requestMs: section.responseTimeoutMs,
      terminationMs: section.terminationTimeoutMs,
      keepAliveMs: section.keepAliveMs,
      reportRetryMs: section.reportRetryMs,
    },
  });
}

function unregistered(uid: string, why: string): EdgeError {
  return new EdgeError({
    code: "iec61850.device.unregistered",
    blame: "device",
    retry: "backoff",
    message: `IED ${uid} ${why}`,
  });
}
