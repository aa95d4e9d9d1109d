import { dial } from "../../../adapters/io/node/dial.ts";
import { type KeyStore, p256FromSeed, publicKeyText } from "../../../adapters/io/node/keys.ts";
import { type Listener, listen } from "../../../adapters/io/node/listen.ts";
import type { SocketTransport } from "../../../adapters/io/node/transport.ts";
import type { Timers } from "../../../adapters/io/timers.ts";
import type { KeyRef } from "../../../adapters/kit/adapter.ts";
import type { EdgeError } from "../../../adapters/kit/edge-error.ts";
import { invariant } from "../../../adapters/kit/invariant.ts";
import { SeededRandom } from "../../../adapters/kit/random.ts";
import type { WallMs } from "../../../adapters/kit/time.ts";
import type { Behaviour } from "../behaviour.ts";
import { SimulatedDevice } from "../device.ts";
import type { DeviceLog } from "../device-state.ts";
import { type Address, AGAIN, FleetDevice } from "./fleet-device.ts";
import { FleetKeys } from "./fleet-keys.ts";
import { Gate } from "./gate.ts";

/** One device of a fleet before it runs: what the configuration of a gateway needs to know of it. */
export interface FleetMember {
  readonly uid: string;
  readonly identification: string;
  readonly version: "0.5.1" | "0.6.1";
  /** Base64 of the SubjectPublicKeyInfo. */
  readonly publicKey: string;
  /** Where it listens for its platform. */
  readonly address: Address;
}

export interface FleetPlan {
  readonly seed: string;
  readonly count: number;
  /** Share of devices that speak 0.5.1, in percent. */
  readonly oldPercent?: number;
  /**
   * `range`: every device has an address of its own in 127.0.0.0/8 and all share a port (Linux). `ports`: every device
   * has a port of its own on 127.0.0.1.
   */
  readonly addressing: "range" | "ports";
  readonly basePort: number;
  /** Where devices with ports of their own listen, and what they register as their address: 127.0.0.1 where not given. */
  readonly host?: string;
}

/** Devices one range of addresses holds: 127.64.0.0 to 127.255.255.255. */
const RANGE_DEVICES_MAX = 192 * 65_536;

/** The members of a fleet, the same for the same plan: keys are derived from the seed, public ones when they are asked for. */
export function planFleet(plan: FleetPlan): FleetMember[] {
  const last = plan.addressing === "ports" ? plan.basePort + plan.count - 1 : plan.basePort;
  invariant(last <= 65_535 && plan.count <= RANGE_DEVICES_MAX, "every device has an address");
  return Array.from({ length: plan.count }, (_, index) => {
    const identification = `SSLD-${String(index + 1).padStart(5, "0")}`;
    const old = (index * 100) / Math.max(1, plan.count) < (plan.oldPercent ?? 0);
    return {
      uid: identification.toLowerCase(),
      identification,
      version: old ? "0.5.1" : "0.6.1",
      get publicKey() {
        return publicKeyText(p256FromSeed(`${plan.seed}/${identification}`).publicKey);
      },
      address:
        plan.addressing === "ports"
          ? { host: plan.host ?? "127.0.0.1", port: plan.basePort + index }
          : { host: `127.${64 + (index >> 16)}.${(index >> 8) & 255}.${index & 255}`, port: plan.basePort },
    };
  });
}

export interface FleetParts {
  readonly plan: FleetPlan;
  readonly members: readonly FleetMember[];
  readonly keys: KeyStore;
  /** The platform's public key. */
  readonly platformKey: KeyRef;
  /** Platform addresses by version, in the order devices try them. */
  readonly platforms: Readonly<Record<"0.5.1" | "0.6.1", readonly Address[]>>;
  readonly timers: Timers;
  readonly behaviours: (member: FleetMember, index: number) => readonly Behaviour[];
  readonly logOf: (member: FleetMember) => DeviceLog;
  readonly answerTimeoutMs?: number;
  readonly connectTimeoutMs?: number;
  /** The devices' own clock: the timers' wall clock where not given. */
  readonly wall?: () => WallMs;
  /** Seconds of `wall` per second. */
  readonly speed?: number;
  /** Conversations the devices open at once, all together; `CONVERSATIONS_AT_ONCE` where not given. */
  readonly atOnce?: number;
  readonly unreachable?: (member: FleetMember, address: Address, fault: EdgeError) => void;
}

/** A fleet of 40,000 does not register in one breath: a process has so many files, a platform accepts so fast. */
export const CONVERSATIONS_AT_ONCE = 256;
/** In a large fleet nobody looks around without a reason. */
const IDLE_MS = 30_000;

const MAX_CONNECTIONS = 100_000;
const CONNECT_TIMEOUT_MS = 1_000;

/** Many simulated devices in one process, on real sockets. */
export class Fleet {
  readonly #parts: FleetParts;
  readonly #devices = new Map<string, FleetDevice>();
  readonly #listeners: Listener[] = [];
  readonly #keys: FleetKeys;
  readonly #gate: Gate;
  #running: Promise<unknown> | undefined;

  constructor(parts: FleetParts) {
    this.#parts = parts;
    this.#keys = new FleetKeys(parts.keys, parts.plan.seed);
    this.#gate = new Gate(parts.atOnce ?? CONVERSATIONS_AT_ONCE);
    const random = new SeededRandom(hash(parts.plan.seed));
    parts.members.forEach((member, index) => {
      this.#devices.set(member.identification, this.#makeDevice(member, index, random.of(member.identification)));
    });
  }

  /** Opens the devices' own sockets and lets them begin. Rejects where a port cannot be had. */
  async start(): Promise<void> {
    const { members, plan } = this.#parts;
    if (plan.addressing === "ports") {
      for (const member of members) {
        const device = this.#devices.get(member.identification);
        await this.#listen(member.address, () => device);
      }
    } else {
      const byAddress = new Map(members.map((one) => [one.address.host, this.#devices.get(one.identification)]));
      await this.#listen({ host: "0.0.0.0", port: plan.basePort }, (transport) => byAddress.get(transport.local));
    }
    this.#running = Promise.all([...this.#devices.values()].map((device) => device.run()));
  }

  async stop(): Promise<void> {
    for (const device of this.#devices.values()) device.stop();
    this.#gate.close();
    await Promise.all(this.#listeners.map((listener) => listener.close()));
    await this.#running;
  }

  async #listen(at: Address, whose: (transport: SocketTransport) => FleetDevice | undefined): Promise<void> {
    const onTransport = (transport: SocketTransport): void => {
      const device = whose(transport);
      if (device === undefined) transport.destroy();
      else void device.answer(transport);
    };
    this.#listeners.push(await listen({ ...at, maxConnections: MAX_CONNECTIONS, onTransport }));
  }

  #makeDevice(member: FleetMember, index: number, random: SeededRandom): FleetDevice {
    const { platformKey, platforms, timers, behaviours, logOf, unreachable } = this.#parts;
    const device = new SimulatedDevice({
      identity: {
        identification: member.identification,
        deviceId: deviceIdOf(index),
        version: member.version,
        kind: "SSLD",
        signKey: this.#keys.deviceKey(member.identification),
        platformKey,
        ipAddress: ipOf(member.address.host),
      },
      behaviours: behaviours(member, index),
      random,
      crypto: this.#keys,
      wall: this.#parts.wall ?? (() => timers.wall()),
      speed: this.#parts.speed ?? 1,
      learnKey: (spki) => this.#keys.learn(spki),
      log: logOf(member),
      ...(this.#parts.answerTimeoutMs === undefined ? {} : { answerTimeoutMs: this.#parts.answerTimeoutMs }),
    });
    const timeoutMs = this.#parts.connectTimeoutMs ?? CONNECT_TIMEOUT_MS;
    return new FleetDevice({
      device,
      platforms: platforms[member.version],
      dial: (address) => this.#gate.through(() => dial({ ...address, timeoutMs })),
      timers,
      random,
      idleMs: IDLE_MS,
      // All together at most a thousand tries a second: a large fleet is as patient as it is large.
      again: { ...AGAIN, maxMs: Math.max(AGAIN.maxMs, this.#parts.members.length) },
      ...(unreachable === undefined ? {} : { unreachable: (address, fault) => unreachable(member, address, fault) }),
    });
  }
}

/** Manufacturer 00 01, then ten bytes that count. */
function deviceIdOf(index: number): Uint8Array {
  const id = new Uint8Array(12);
  id[1] = 1;
  new DataView(id.buffer).setUint32(8, index + 1);
  return id;
}

function ipOf(host: string): readonly [number, number, number, number] {
  const [a = 127, b = 0, c = 0, d = 1] = host.split(".").map(Number);
  return [a, b, c, d];
}

function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193) >>> 0;
  return value;
}
