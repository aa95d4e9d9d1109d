import type { Registry } from "../../adapters/kit/adapter.ts";
import type { DeviceMemory } from "../../adapters/kit/session.ts";

/** What the runtime needs to know of any device, whatever its protocol. */
export interface KnownDevice {
  readonly uid: string;
  /** The protocol's own identification: OSLP device identification, DLMS system title, … */
  readonly protocolId: string;
  readonly group: string;
}

/**
 * The devices of one protocol and what is remembered of each: what is durable, set after the commit that carries it or
 * loaded from Redis at promotion, and on top of it what is on its way there. A memory replaces the one before it as a
 * whole, and a device may talk in two conversations at once: whoever writes the next one must begin with the last. Entries
 * of a device become durable in their order or not at all, so what was built on one that failed fails too.
 */
export class DeviceBook<Device extends KnownDevice> implements Registry<Device> {
  readonly #byUid = new Map<string, Device>();
  readonly #byProtocolId = new Map<string, Device>();
  readonly #memories = new Map<string, DeviceMemory>();
  readonly #expected = new Map<string, DeviceMemory>();
  readonly #indexes = new Map<string, Map<string, Device>>();
  readonly #isServed: (group: string) => boolean;

  /** @param isServed whether a group is active here: devices of other groups are not found */
  constructor(
    devices: Iterable<Device>,
    memoryIndexes: readonly string[],
    isServed: (group: string) => boolean = () => true,
  ) {
    this.#isServed = isServed;
    for (const device of devices) {
      this.#byUid.set(device.uid, device);
      this.#byProtocolId.set(device.protocolId, device);
    }
    for (const name of memoryIndexes) this.#indexes.set(name, new Map());
  }

  get size(): number {
    return this.#byUid.size;
  }

  all(): Iterable<Device> {
    return this.#byUid.values();
  }

  /** Whether the configuration has the device, served here or not. */
  knows(uid: string): Device | undefined {
    return this.#byUid.get(uid);
  }

  byUid(uid: string): Device | undefined {
    return this.#served(this.#byUid.get(uid));
  }

  byProtocolId(id: string): Device | undefined {
    return this.#served(this.#byProtocolId.get(id));
  }

  memory(uid: string): DeviceMemory | undefined {
    return this.#expected.get(uid) ?? this.#memories.get(uid);
  }

  /** A memory is on its way: the next one is written on top of it. */
  expect(uid: string, memory: DeviceMemory): void {
    if (this.#byUid.has(uid)) this.#expected.set(uid, memory);
  }

  /** It did not become durable. */
  expectNoMore(uid: string, memory: DeviceMemory): void {
    if (this.#expected.get(uid) === memory) this.#expected.delete(uid);
  }

  byMemory(index: string, value: string): Device | undefined {
    return this.#served(this.#indexes.get(index)?.get(value));
  }

  /** Takes a memory that is durable now. A device that was found by an older value is no longer found by it. */
  remember(uid: string, memory: DeviceMemory): void {
    const device = this.#byUid.get(uid);
    if (device === undefined) return;
    this.expectNoMore(uid, memory);
    const before = this.#memories.get(uid);
    this.#memories.set(uid, memory);
    for (const [name, index] of this.#indexes) {
      const was = before?.[name];
      const is = memory[name];
      if (typeof was === "string" && was !== is && index.get(was) === device) index.delete(was);
      if (typeof is === "string") index.set(is, device);
    }
  }

  #served(device: Device | undefined): Device | undefined {
    return device !== undefined && this.#isServed(device.group) ? device : undefined;
  }

  /** Forgets everything remembered of one group's devices: another agent may have changed it since. */
  forget(group: string): void {
    for (const uid of [...this.#expected.keys()]) {
      if (this.#byUid.get(uid)?.group === group) this.#expected.delete(uid);
    }
    for (const [uid, memory] of [...this.#memories]) {
      const device = this.#byUid.get(uid);
      if (device === undefined || device.group !== group) continue;
      this.#memories.delete(uid);
      for (const [name, index] of this.#indexes) {
        const value = memory[name];
        if (typeof value === "string" && index.get(value) === device) index.delete(value);
      }
    }
  }
}
