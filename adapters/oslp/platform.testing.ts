import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign,
  verify,
} from "node:crypto";
import type { Command } from "../../edge-agent/model/command.ts";
import { decodeCommand } from "../../edge-agent/model/command.ts";
import type { MessageDraft } from "../../edge-agent/model/draft.ts";
import { type Crypto, type Registry, type Seams, toKeyRef } from "../kit/adapter.ts";
import { SeededRandom } from "../kit/random.ts";
import type { DeviceMemory, Session, SessionOutcome } from "../kit/session.ts";
import type { Step } from "../kit/step.ts";
import { type Instant, toInstant, toWall, type WallMs } from "../kit/time.ts";
import type { OslpDevice } from "./device.ts";
import { decodeEnvelope, encodeEnvelope } from "./envelope.ts";
import { decodeMessage, encodeMessage, type OslpMessage } from "./message.ts";
import { type OslpSettings, oslpSettings } from "./settings.ts";
import { signatureOf } from "./signature.ts";
import { hex, vectorsOf } from "./vectors.testing.ts";

/** What the tests of the sessions stand on: real keys, a registry that forgets nothing, and a device that can sign. */

export type Outcome = SessionOutcome<MessageDraft>;
export const DEVICE_KEY = toKeyRef("device-01");
export const PLATFORM_KEY = toKeyRef("platform");
export const FOREIGN_KEY = toKeyRef("foreign");
export const DEVICE_ID: Uint8Array = hex("00 01 0a 1b 2c 3d 4e 5f 60 71 82 93");
export const DEVICE_ID_TEXT = "AAEKGyw9Tl9gcYKT";
/** 2016-01-06 13:52:10 UTC, the time of the vectors. */
export const WALL: WallMs = toWall(1_452_088_330_000);

export const DEVICE: OslpDevice = {
  uid: "dev_01",
  deviceIdentification: "device-01",
  version: "0.6.1",
  publicKey: DEVICE_KEY,
};

const context = vectorsOf("envelopes").context ?? {};
const PRIVATE_KEYS = new Map<string, KeyObject>([
  [
    DEVICE_KEY,
    privateKey("0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20", context["devicePublicKey"]),
  ],
  [
    PLATFORM_KEY,
    privateKey("4142434445464748494a4b4c4d4e4f505152535455565758595a5b5c5d5e5f60", context["platformPublicKey"]),
  ],
]);
PRIVATE_KEYS.set(FOREIGN_KEY, generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey);

export class TestCrypto implements Crypto {
  sign(name: string, bytes: Uint8Array): Uint8Array {
    return sign("sha256", bytes, key(name));
  }
  verify(name: string, bytes: Uint8Array, signature: Uint8Array): boolean {
    return verify("sha256", bytes, createPublicKey(key(name)), signature);
  }
  sha256(bytes: Uint8Array): Uint8Array {
    return createHash("sha256").update(bytes).digest();
  }
}

export class TestRegistry implements Registry<OslpDevice> {
  readonly #devices: readonly OslpDevice[];
  readonly memories = new Map<string, DeviceMemory>();
  constructor(devices: readonly OslpDevice[] = [DEVICE]) {
    this.#devices = devices;
  }
  byUid(uid: string): OslpDevice | undefined {
    return this.#devices.find((one) => one.uid === uid);
  }
  byProtocolId(id: string): OslpDevice | undefined {
    return this.#devices.find((one) => one.deviceIdentification === id);
  }
  memory(uid: string): DeviceMemory | undefined {
    return this.memories.get(uid);
  }
  byMemory(index: string, value: string): OslpDevice | undefined {
    return this.#devices.find((one) => this.memories.get(one.uid)?.[index] === value);
  }
}

export const SETTINGS: OslpSettings = oslpSettings({
  signingKey: PLATFORM_KEY,
  location: { timeOffsetMinutes: 60, latitude: 50.889228, longitude: 5.97414 },
});

export interface TestSeams extends Seams<OslpDevice> {
  readonly registry: TestRegistry;
}

export function seams(registry: TestRegistry = new TestRegistry(), wall: WallMs = WALL): TestSeams {
  return { random: new SeededRandom(1), crypto: new TestCrypto(), wall: () => wall, registry };
}

/** The memory of a confirmed registration of `DEVICE` with a last number. */
export function registeredMemory(sequenceNumber: number): DeviceMemory {
  return {
    deviceId: DEVICE_ID_TEXT,
    sequenceNumber,
    randomDevice: 13_246,
    randomPlatform: 44_765,
    address: "35.0.0.1",
    hasSchedule: false,
    deviceType: 1,
    registeredAt: Number(WALL) - 60_000,
  };
}

export function registered(sequenceNumber: number): TestRegistry {
  const registry = new TestRegistry();
  registry.memories.set(DEVICE.uid, registeredMemory(sequenceNumber));
  return registry;
}

/** An envelope as the device sends it. */
export function fromDevice(
  message: OslpMessage,
  sequenceNumber: number,
  facts: { readonly key?: string; readonly deviceId?: Uint8Array; readonly payload?: Uint8Array } = {},
): Uint8Array {
  const payload = facts.payload ?? encodeMessage(message, "0.6.1");
  return encodeEnvelope({ sequenceNumber, deviceId: facts.deviceId ?? DEVICE_ID, payload }, (bytes) =>
    sign("sha256", bytes, key(facts.key ?? DEVICE_KEY)),
  );
}

/** What the platform sent: verified with its key, decoded. */
export function fromPlatform(bytes: Uint8Array | undefined): { sequenceNumber: number; message: OslpMessage } {
  if (bytes === undefined) throw new Error("the platform sent nothing");
  const envelope = decodeEnvelope(bytes);
  const good = new TestCrypto().verify(PLATFORM_KEY, envelope.signedBytes, signatureOf(envelope.securityKey));
  if (!good) throw new Error("the platform's signature is not valid");
  if (!Buffer.from(envelope.deviceId).equals(DEVICE_ID)) throw new Error("the platform wrote another device id");
  return { sequenceNumber: envelope.sequenceNumber, message: decodeMessage(envelope.payload) };
}

/** Drives a session and keeps everything it caused; what it wants stored is stored at once unless `hold` is set. */
export class Desk {
  readonly session: Session<Command, MessageDraft>;
  readonly registry: TestRegistry;
  readonly sent: Uint8Array[] = [];
  readonly outcomes: Outcome[] = [];
  readonly drafts: MessageDraft[] = [];
  readonly held: Extract<Outcome, { kind: "store" }>[] = [];
  hold = false;
  now: Instant = toInstant(0);
  ended: Step<Outcome>["ended"];
  wakeAt: Instant | undefined;

  constructor(session: Session<Command, MessageDraft>, registry: TestRegistry) {
    this.session = session;
    this.registry = registry;
  }

  open(): this {
    return this.take(this.session.open(this.now));
  }

  receive(...chunks: readonly Uint8Array[]): this {
    for (const chunk of chunks) this.take(this.session.receive(chunk, this.now));
    return this;
  }

  submit(command: Command): this {
    return this.take(this.session.submit(command, this.now));
  }

  /** Advances to the session's own next deadline. */
  wake(): this {
    if (this.wakeAt === undefined) throw new Error("nothing to wake for");
    this.now = this.wakeAt;
    return this.take(this.session.wake(this.now));
  }

  close(): this {
    return this.take(this.session.close(this.now));
  }

  store(): this {
    const next = this.held.shift();
    if (next === undefined) throw new Error("nothing to store");
    this.drafts.push(...next.drafts);
    if (next.memory !== undefined) this.registry.memories.set(next.device, next.memory);
    return this.take(this.session.stored(next.token, this.now));
  }

  take(step: Step<Outcome>): this {
    this.sent.push(...step.send);
    this.ended = step.ended;
    this.wakeAt = step.wakeAt;
    for (const outcome of step.outcomes) {
      this.outcomes.push(outcome);
      if (outcome.kind === "store") this.held.push(outcome);
    }
    while (!this.hold && this.held.length > 0) this.store();
    return this;
  }

  get conclusion() {
    for (const one of this.outcomes) if (one.kind === "concluded") return one.conclusion;
    return undefined;
  }

  get refusals(): string[] {
    return this.outcomes.flatMap((one) => (one.kind === "refused" ? [one.fault.code] : []));
  }
}

export function command(action: string, value?: unknown, more: Record<string, unknown> = {}): Command {
  return decodeCommand({
    uid: "cmd-1",
    device: DEVICE.uid,
    action,
    ...(value === undefined ? {} : { value }),
    deadline: "2016-01-06T14:00:00Z",
    issuedBy: "test",
    ...more,
  });
}

function key(name: string): KeyObject {
  const found = PRIVATE_KEYS.get(name);
  if (found === undefined) throw new Error(`no key ${name}`);
  return found;
}

/** The PKCS#8 of a test scalar, with the public point of its vector so that nothing has to be computed. */
function privateKey(scalar: string, publicKey: string | undefined): KeyObject {
  const point = Buffer.from(publicKey ?? "", "base64").subarray(-65);
  const jwk = {
    kty: "EC",
    crv: "P-256",
    d: Buffer.from(scalar, "hex").toString("base64url"),
    x: point.subarray(1, 33).toString("base64url"),
    y: point.subarray(33).toString("base64url"),
  };
  return createPrivateKey({ key: jwk, format: "jwk" });
}
