import { describe, expect, it } from "vitest";
import { SimCrypto } from "../io/sim/crypto.ts";
import { concat } from "../kit/bytes.ts";
import { checkLaws } from "../kit/laws.ts";
import type { LawSubject, ScriptInput } from "../kit/laws-play.ts";
import { SeededRandom } from "../kit/random.ts";
import type { DeviceMemory, Session } from "../kit/session.ts";
import { toInstant } from "../kit/time.ts";
import type { Command } from "../../edge-agent/model/command.ts";
import type { MessageDraft } from "../../edge-agent/model/draft.ts";
import { Event, Status } from "../../proto/oslp/gen/types.ts";
import { oslpAdapter } from "./adapter.ts";
import type { OslpDevice } from "./device.ts";
import { decodeEnvelope, encodeEnvelope } from "./envelope.ts";
import { EnvelopeFramer } from "./envelope-framer.ts";
import { decodeMessage, encodeMessage, type OslpMessage } from "./message.ts";
import {
  command,
  DEVICE,
  DEVICE_ID,
  type Outcome,
  registeredMemory,
  SETTINGS,
  TestRegistry,
  type TestSeams,
  WALL,
} from "./platform.testing.ts";

/** Our sessions under the laws every machine is under; signatures of a simulated world make same seed same bytes. */

const START = toInstant(0);

/**
 * Every name and device id belongs to the one device here. A name nobody has is blamed on the operator, who may have
 * forgotten the device; whether broken bytes made it is not to be known, so the law does not ask.
 */
class OneDevice extends TestRegistry {
  override byProtocolId(): OslpDevice {
    return DEVICE;
  }
  override byMemory(): OslpDevice {
    return DEVICE;
  }
}

class Lawful {
  readonly crypto = new SimCrypto();
  readonly registry = new OneDevice();
  readonly seams: TestSeams;

  constructor(seed: number, sequenceNumber?: number) {
    this.crypto.addPrivate("platform", "platform");
    this.crypto.addPublic("device-01", "device");
    this.crypto.addPrivate("device.private", "device");
    if (sequenceNumber !== undefined) this.registry.memories.set(DEVICE.uid, registeredMemory(sequenceNumber));
    this.seams = {
      random: new SeededRandom(seed),
      crypto: this.crypto,
      wall: () => WALL,
      registry: this.registry,
    };
  }

  fromDevice(message: OslpMessage, sequenceNumber: number): Uint8Array {
    const payload = encodeMessage(message, "0.6.1");
    const key = this.crypto.addPrivate("device.private", "device");
    return encodeEnvelope({ sequenceNumber, deviceId: DEVICE_ID, payload }, (bytes) => this.crypto.sign(key, bytes));
  }
}

/** The law's own loop only says `stored`; what was to be stored is in the outcome before it. */
class Remembering implements Session<Command, MessageDraft> {
  readonly #session: Session<Command, MessageDraft>;
  readonly #registry: TestRegistry;
  readonly #waiting = new Map<number, { readonly device: string; readonly memory: DeviceMemory | undefined }>();

  constructor(session: Session<Command, MessageDraft>, registry: TestRegistry) {
    this.#session = session;
    this.#registry = registry;
  }

  open: Session<Command, MessageDraft>["open"] = (now) => this.#seen(this.#session.open(now));
  receive: Session<Command, MessageDraft>["receive"] = (chunk, now) => this.#seen(this.#session.receive(chunk, now));
  wake: Session<Command, MessageDraft>["wake"] = (now) => this.#seen(this.#session.wake(now));
  close: Session<Command, MessageDraft>["close"] = (now) => this.#seen(this.#session.close(now));
  submit: Session<Command, MessageDraft>["submit"] = (one, now) => this.#seen(this.#session.submit(one, now));
  stored: Session<Command, MessageDraft>["stored"] = (token, now) => {
    const kept = this.#waiting.get(token);
    this.#waiting.delete(token);
    if (kept?.memory !== undefined) this.#registry.memories.set(kept.device, kept.memory);
    return this.#seen(this.#session.stored(token, now));
  };

  #seen(step: ReturnType<Session<Command, MessageDraft>["open"]>): ReturnType<Session<Command, MessageDraft>["open"]> {
    for (const one of step.outcomes)
      if (one.kind === "store") this.#waiting.set(one.token, { device: one.device, memory: one.memory });
    return step;
  }
}

/** Responses of the platform in what was sent: its acknowledgements. */
function responses(sent: Uint8Array): number {
  return new EnvelopeFramer(0x1_0000)
    .push(sent)
    .envelopes.filter((bytes) => decodeMessage(decodeEnvelope(bytes).payload).member.endsWith("Response")).length;
}

const flood = (fed: number): Uint8Array => {
  const bytes = new Uint8Array(512).fill(0x30);
  // Within the limit: it is the waiting that has to end.
  if (fed === 0) bytes.set([0x3f, 0x00], 142);
  return bytes;
};

describe("a connection a device opened", () => {
  const notification = (description: string): OslpMessage => ({
    member: "eventNotificationRequest",
    body: { notifications: [{ event: Event.DIAG_EVENTS_GENERAL, description, timestamp: "20160106135200" }] },
  });

  const subject = (seed: number): LawSubject<Outcome> => {
    const lawful = new Lawful(seed);
    const script: ScriptInput<Outcome>[] = [
      {
        kind: "receive",
        bytes: concat([101, 102, 103].map((number) => lawful.fromDevice(notification(`#${number}`), number))),
      },
      { kind: "pass", ms: 1_000 },
      {
        kind: "receive",
        bytes: lawful.fromDevice(
          {
            member: "registerDeviceRequest",
            body: {
              deviceIdentification: DEVICE.deviceIdentification,
              ipAddress: Uint8Array.of(10, 0, 0, 1),
              deviceType: 1,
              hasSchedule: false,
              randomDevice: 13_246,
            },
          },
          7,
        ),
      },
    ];
    return {
      make: (again) => {
        const fresh = new Lawful(again, 100);
        return new Remembering(oslpAdapter.accept(SETTINGS, fresh.seams), fresh.registry);
      },
      script,
      start: START,
      seed,
      bound: { ceiling: SETTINGS.limits.envelopeBytes, flood },
      store: {
        tokenOf: (outcome) => (outcome.kind === "store" ? outcome.token : undefined),
        stored: (machine, token, now) =>
          machine instanceof Remembering ? machine.stored(token, now) : machine.wake(now),
        acknowledgements: responses,
      },
    };
  };

  it.each([1, 2, 3])("keeps the laws (seed %i)", (seed) => {
    expect(checkLaws(subject(seed))).toEqual([]);
  });
});

describe("a connection we opened", () => {
  const subject = (device: OslpDevice, action: string, answer: OslpMessage): LawSubject<Outcome> => ({
    make: (seed) => {
      const fresh = new Lawful(seed, 100);
      return new Remembering(oslpAdapter.dial(SETTINGS, device, fresh.seams), fresh.registry);
    },
    script: [
      {
        kind: "give",
        give: (machine, now) =>
          machine instanceof Remembering ? machine.submit(command(action), now) : machine.wake(now),
      },
      { kind: "receive", bytes: new Lawful(1).fromDevice(answer, 101) },
      { kind: "close" },
    ],
    start: START,
    bound: {
      ceiling: SETTINGS.limits.envelopeBytes,
      flood,
      before: [
        {
          kind: "give",
          give: (machine, now) =>
            machine instanceof Remembering ? machine.submit(command(action), now) : machine.wake(now),
        },
      ],
    },
    store: {
      tokenOf: (outcome) => (outcome.kind === "store" ? outcome.token : undefined),
      stored: (machine, token, now) =>
        machine instanceof Remembering ? machine.stored(token, now) : machine.wake(now),
      // What waits for the store here is the request itself: it may leave only when the memory that names it is durable.
      acknowledgements: (sent) => new EnvelopeFramer(0x1_0000).push(sent).envelopes.length,
      expected: 1,
    },
  });

  it.each([
    ["self-test.start", { member: "startSelfTestResponse", body: { status: Status.OK } }],
    ["firmware.version", { member: "getFirmwareVersionResponse", body: { firmwareVersion: "R01" } }],
    ["self-test.start", { member: "startSelfTestResponse", body: { status: Status.REJECTED } }],
  ] as const)("keeps the laws: %s", (action, answer) => {
    expect(checkLaws(subject(DEVICE, action, answer))).toEqual([]);
  });
});
