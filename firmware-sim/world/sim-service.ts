import type { Timers } from "../../adapters/io/timers.ts";
import { type Crypto, type KeyRef, toKeyRef } from "../../adapters/kit/adapter.ts";
import { EdgeError } from "../../adapters/kit/edge-error.ts";
import type { Random, Transport } from "../../adapters/kit/ports.ts";
import { oslpAdapter } from "../../adapters/oslp/adapter.ts";
import type { OslpDevice } from "../../adapters/oslp/device.ts";
import { readMemory } from "../../adapters/oslp/memory.ts";
import { dialTarget, OSLP_DEFAULTS, oslpSettings } from "../../adapters/oslp/settings.ts";
import { DeviceBook, type KnownDevice } from "../../edge-agent/runtime/device-book.ts";
import type { ProtocolService } from "../../edge-agent/runtime/protocol-service.ts";
import { GROUP, OSLP_PORT, PATIENCE } from "./rules.ts";

export interface SimServiceParts {
  readonly host: string;
  readonly devices: readonly { readonly uid: string; readonly identification: string }[];
  readonly crypto: Crypto & { addPublic(name: string, identity: string): KeyRef };
  readonly random: Random;
  readonly timers: Timers;
  readonly isServed: (group: string) => boolean;
  readonly dial: (to: { readonly host: string; readonly port: number }, device: string) => Promise<Transport>;
}

type BookedDevice = OslpDevice & KnownDevice;

/** OSLP on a simulated agent: the real adapter and the real book over a simulated network and cheap signatures. */
export function simService(parts: SimServiceParts): ProtocolService {
  const { host, devices, crypto, random, timers, isServed, dial } = parts;
  const { responseMs, envelopeMs, idleMs } = PATIENCE;
  const settings = oslpSettings({
    signingKey: toKeyRef("platform.private"),
    ports: { ...OSLP_DEFAULTS.ports, "0.6.1": OSLP_PORT },
    timeouts: { responseMs, envelopeMs, idleMs },
  });
  const booked = devices.map(
    ({ uid, identification }): BookedDevice => ({
      uid,
      protocolId: identification,
      group: GROUP,
      deviceIdentification: identification,
      version: "0.6.1",
      publicKey: crypto.addPublic(`public.${uid}`, identification),
    }),
  );
  const book = new DeviceBook<BookedDevice>(booked, oslpAdapter.memoryIndexes, isServed);
  const seams = { random, crypto, wall: () => timers.wall(), registry: book };
  const label = "OSLP 0.6.1";
  return {
    protocol: "oslp",
    book,
    listeners: [{ host, port: OSLP_PORT, label, maxConnections: 64, tls: undefined }],
    expectEveryMs: () => undefined,
    accept: () => oslpAdapter.accept(settings, seams),
    dial: (uid) => {
      const device = book.byUid(uid);
      if (device === undefined) throw unregistered(uid);
      return oslpAdapter.dial(settings, device, seams);
    },
    connect: (uid) => {
      const device = book.byUid(uid);
      const target = device && dialTarget(settings, device, readMemory(book.memory(uid)));
      return target === undefined ? Promise.reject(unregistered(uid)) : dial(target, uid);
    },
    describe: (uid) => ({ identification: uid, address: undefined, version: "0.6.1" }),
  };
}

function unregistered(uid: string): EdgeError {
  return new EdgeError({
    code: "oslp.device.unregistered",
    blame: "device",
    retry: "backoff",
    message: `device ${uid} has no registration to take an address from`,
  });
}
