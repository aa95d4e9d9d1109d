import type { DeviceMemory, Session } from "./session.ts";
import type { Random } from "./ports.ts";
import type { WallMs } from "./time.ts";

export type Protocol = "oslp" | "dlms" | "iec61850" | "mqtt";

/** Cryptography as the pure rooms see it: synchronous, keys by reference (never the key itself). */
export interface Crypto {
  /** ECDSA with SHA-256 in ASN.1 DER over P-256; `key` names a private key of the key store. */
  sign(key: KeyRef, bytes: Uint8Array): Uint8Array;
  /** `false` for any signature that is not valid, malformed ones included: it never throws on input. */
  verify(key: KeyRef, bytes: Uint8Array, signature: Uint8Array): boolean;
  sha256(bytes: Uint8Array): Uint8Array;
}

declare const keyRef: unique symbol;
/** The name of a key in the key store. The key never leaves `io/node`. */
export type KeyRef = string & { readonly [keyRef]: true };

export function toKeyRef(name: string): KeyRef {
  return name as KeyRef;
}

/** What a session may ask of its surroundings. All of it is synchronous and, in simulation, seeded. */
export interface Seams<Device> {
  readonly random: Random;
  readonly crypto: Crypto;
  /** The wall clock, for times the protocol sends or a message carries when the device gave none. */
  readonly wall: () => WallMs;
  readonly registry: Registry<Device>;
}

/** The devices of one protocol as the configuration has them, and what is remembered of each. */
export interface Registry<Device> {
  /** By our own immutable uid. */
  byUid(uid: string): Device | undefined;
  /** By the protocol's own identification (OSLP device identification, system title, client id). */
  byProtocolId(id: string): Device | undefined;
  /** The newest memory, durable or on its way ahead of whatever is stored next; `undefined` before the first. */
  memory(uid: string): DeviceMemory | undefined;
  /** A lookup by a value inside the memory, e.g. the OSLP device id of the last registration; index names are the adapter's. */
  byMemory(index: string, value: string): Device | undefined;
}

/** One protocol. The runtime knows adapters by this alone. */
export interface Adapter<Settings, Device, Command, Draft> {
  readonly protocol: Protocol;
  readonly reach: "dials" | "listens" | "both";
  /** Memory fields by which `Registry.byMemory` must be able to find a device. */
  readonly memoryIndexes: readonly string[];
  /** A connection a device opened to us. */
  accept(settings: Settings, seams: Seams<Device>): Session<Command, Draft>;
  /** A connection we open to a device. */
  dial(settings: Settings, device: Device, seams: Seams<Device>): Session<Command, Draft>;
}
