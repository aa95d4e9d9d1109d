import { NodeTimers } from "../../../adapters/io/node/clock.ts";
import { dial } from "../../../adapters/io/node/dial.ts";
import { generateP256, type KeyPair, KeyStore } from "../../../adapters/io/node/keys.ts";
import { type Listener, listen } from "../../../adapters/io/node/listen.ts";
import { freePort } from "../../../adapters/io/node/private-redis.ts";
import { NodeRandom } from "../../../adapters/io/node/random.ts";
import type { Registry } from "../../../adapters/kit/adapter.ts";
import type { CommandConclusion, DeviceMemory } from "../../../adapters/kit/session.ts";
import { toRfc3339, toWall } from "../../../adapters/kit/time.ts";
import { oslpAdapter } from "../../../adapters/oslp/adapter.ts";
import type { OslpDevice } from "../../../adapters/oslp/device.ts";
import { readMemory } from "../../../adapters/oslp/memory.ts";
import { OSLP_DEFAULTS, type OslpSettings, oslpSettings } from "../../../adapters/oslp/settings.ts";
import { type Command, decodeCommand } from "../../../edge-agent/model/command.ts";
import type { MessageDraft } from "../../../edge-agent/model/draft.ts";
import { carryOut, converse, type Southbound } from "../../../edge-agent/runtime/southbound.ts";
import type { Behaviour } from "../behaviour.ts";
import type { Notice } from "../notice.ts";
import { Fleet, type FleetMember, planFleet } from "./fleet.ts";

export interface StreetSettings {
  readonly version: "0.5.1" | "0.6.1";
  readonly count?: number;
  readonly behaviours: (index: number) => readonly Behaviour[];
  readonly responseMs?: number;
}

/** A fleet on real sockets, and a platform made of the product's own sessions that remembers in memory. */
export class Street implements Registry<OslpDevice> {
  readonly drafts: MessageDraft[] = [];
  readonly refusals: string[] = [];
  readonly executed: { readonly device: string; readonly member: string }[] = [];
  readonly notices: Notice[] = [];
  readonly settings: OslpSettings;
  readonly timers: NodeTimers = new NodeTimers();
  /** The platform's key pair, for who is to play one of the two sides from outside. */
  readonly platform: KeyPair = generateP256();
  readonly #keys: KeyStore;
  readonly #devices: readonly OslpDevice[];
  readonly #memories = new Map<string, DeviceMemory>();
  readonly #listener: Listener;
  readonly #fleet: Fleet;

  static async open(settings: StreetSettings): Promise<Street> {
    const { count = 1 } = settings;
    let street: Street | undefined;
    const listener = await listen({
      host: "127.0.0.1",
      port: 0,
      maxConnections: 100,
      onTransport: (transport) => void street?.accept(transport),
    });
    const ports: number[] = [];
    while (ports.length < count) ports.push(await freePort());
    const plan = { seed: "street", count, oldPercent: settings.version === "0.5.1" ? 100 : 0 } as const;
    const members = planFleet({ ...plan, addressing: "ports", basePort: 1 }).map((member, index) => ({
      ...member,
      address: { host: "127.0.0.1", port: ports[index] ?? 0 },
    }));
    street = new Street(settings, members, listener);
    await street.#fleet.start();
    return street;
  }

  private constructor(settings: StreetSettings, members: readonly FleetMember[], listener: Listener) {
    const { platform } = this;
    this.#keys = new KeyStore();
    this.#listener = listener;
    this.settings = oslpSettings({
      signingKey: this.#keys.addKeyObject("platform", platform.privateKey),
      timeouts: { ...OSLP_DEFAULTS.timeouts, responseMs: settings.responseMs ?? 5_000 },
      location: { timeOffsetMinutes: 60, latitude: 51.98, longitude: 5.911 },
    });
    this.#devices = members.map((member) => ({
      uid: member.uid,
      deviceIdentification: member.identification,
      version: member.version,
      publicKey: this.#keys.addPublic(member.uid, member.publicKey),
      address: member.address.host,
      port: member.address.port,
    }));
    const platforms = [{ host: "127.0.0.1", port: listener.port }];
    const simulated = new KeyStore();
    this.#fleet = new Fleet({
      plan: { seed: "street", count: members.length, addressing: "ports", basePort: 1 },
      members,
      keys: simulated,
      platformKey: simulated.addKeyObject("platform", platform.publicKey),
      platforms: { "0.5.1": platforms, "0.6.1": platforms },
      timers: this.timers,
      behaviours: (_member, index) => settings.behaviours(index),
      logOf: ({ uid }) => ({
        acknowledged: () => {},
        executed: ({ member }) => void this.executed.push({ device: uid, member }),
        note: () => {},
        noticed: (notice) => void this.notices.push(notice),
      }),
    });
  }

  /** Where the platform listens. */
  get port(): number {
    return this.#listener.port;
  }

  async close(): Promise<void> {
    await this.#fleet.stop();
    await this.#listener.close();
  }

  accept(transport: Parameters<typeof converse>[1]): Promise<void> {
    const session = oslpAdapter.accept(this.settings, this.#seams());
    return converse({ session, timers: this.timers, southbound: this.#southbound() }, transport);
  }

  /** Waits for something the street does by itself. */
  async until(met: () => boolean, what: string): Promise<void> {
    for (const deadline = this.timers.now() + 10_000; !met(); ) {
      if (this.timers.now() > deadline) throw new Error(`${what} did not happen; refused: ${this.refusals.join(", ")}`);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }

  registered(uid: string): boolean {
    return readMemory(this.#memories.get(uid)).active !== undefined;
  }

  ask(uid: string, action: string, value?: unknown): Promise<CommandConclusion> {
    return this.carry(
      decodeCommand({
        uid: `street-${action}`,
        device: uid,
        action,
        ...(value === undefined ? {} : { value }),
        deadline: toRfc3339(toWall(this.timers.wall() + 60_000)),
        issuedBy: "test",
      }),
    );
  }

  carry(command: Command): Promise<CommandConclusion> {
    const device = this.byUid(command.device);
    if (device === undefined) throw new Error(`no device ${command.device}`);
    const session = oslpAdapter.dial(this.settings, device, this.#seams());
    const { address = "", port = 0 } = device;
    return carryOut({ session, timers: this.timers, southbound: this.#southbound() }, command, () =>
      dial({ host: address, port, timeoutMs: 2_000 }),
    );
  }

  byUid(uid: string): OslpDevice | undefined {
    return this.#devices.find((one) => one.uid === uid);
  }

  byProtocolId(id: string): OslpDevice | undefined {
    return this.#devices.find((one) => one.deviceIdentification === id);
  }

  memory(uid: string): DeviceMemory | undefined {
    return this.#memories.get(uid);
  }

  byMemory(index: string, value: string): OslpDevice | undefined {
    return this.#devices.find(({ uid }) => this.#memories.get(uid)?.[index] === value);
  }

  #seams() {
    return { random: new NodeRandom(), crypto: this.#keys, wall: () => this.timers.wall(), registry: this };
  }

  #southbound(): Southbound {
    return {
      store: async (device, drafts, memory) => {
        this.drafts.push(...drafts);
        if (memory !== undefined) this.#memories.set(device, memory);
      },
      heard: () => {},
      refused: (_device, _peer, fault) => void this.refusals.push(fault.code),
      permit: () => true,
    };
  }
}
