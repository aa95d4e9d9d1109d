import { SimCrypto } from "../../adapters/io/sim/crypto.ts";
import type { KeyRef } from "../../adapters/kit/adapter.ts";
import { concat } from "../../adapters/kit/bytes.ts";
import { SeededRandom } from "../../adapters/kit/random.ts";
import type { Machine, Step } from "../../adapters/kit/step.ts";
import { type Instant, later, toInstant, toWall, type WallMs } from "../../adapters/kit/time.ts";
import { decodeEnvelope, encodeEnvelope, type Envelope } from "../../adapters/oslp/envelope.ts";
import {
  type Body,
  decodeMessage,
  encodeMessage,
  type MemberName,
  type OslpMessage,
} from "../../adapters/oslp/message.ts";
import { type EventNotification, type LocationInfo, Status } from "../../proto/oslp/gen/types.ts";
import type { AnsweringOutcome } from "./answering.ts";
import type { Behaviour } from "./behaviour.ts";
import { SimulatedDevice } from "./device.ts";
import { stampAt } from "./device-clock.ts";
import type { InitiativeOutcome } from "./initiative.ts";
import type { Notice } from "./notice.ts";

/** Monday 1 June 2026, noon UTC. */
export const NOON: WallMs = toWall(Date.UTC(2026, 5, 1, 12));
/** Arnhem: 52° north, an hour before UTC in winter. */
export const ARNHEM: LocationInfo = { timeOffset: 60, latitude: 51_980_000, longitude: 5_911_000 };
export const DEVICE_ID: Uint8Array = Uint8Array.of(0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 7);

export interface BenchSettings {
  readonly version?: "0.5.1" | "0.6.1";
  readonly start?: WallMs;
  readonly speed?: number;
  readonly seed?: number;
}

/** A device on a table: virtual time, a platform made of the codec alone, every envelope in our hands. */
export class Bench {
  readonly device: SimulatedDevice;
  readonly crypto: SimCrypto = new SimCrypto();
  readonly notices: Notice[] = [];
  readonly executed: string[] = [];
  now: Instant = toInstant(0);
  /** What the platform signs with. */
  platformKey: KeyRef;
  readonly #version: "0.5.1" | "0.6.1";
  readonly #start: WallMs;
  readonly #speed: number;

  constructor(behaviours: readonly Behaviour[], settings: BenchSettings = {}) {
    this.#version = settings.version ?? "0.6.1";
    this.#start = settings.start ?? NOON;
    this.#speed = settings.speed ?? 1;
    this.platformKey = this.crypto.addPrivate("platform.private", "platform");
    this.device = new SimulatedDevice({
      identity: {
        identification: "SSLD-7",
        deviceId: DEVICE_ID,
        version: this.#version,
        kind: "SSLD",
        signKey: this.crypto.addPrivate("device.private", "device"),
        platformKey: this.crypto.addPublic("platform.public", "platform"),
        ipAddress: [10, 0, 0, 7],
      },
      behaviours,
      random: new SeededRandom(settings.seed ?? 1),
      crypto: this.crypto,
      wall: () => this.wall(),
      speed: this.#speed,
      learnKey: (spki) => (spki.length === 91 ? this.crypto.addPublic("learnt", "next platform") : undefined),
      log: {
        acknowledged: () => {},
        executed: ({ member }) => this.executed.push(member),
        note: () => {},
        noticed: (notice) => this.notices.push(notice),
      },
    });
    this.crypto.addPublic("device.public", "device");
    this.device.tick(this.now);
  }

  wall(): WallMs {
    return toWall(this.#start + this.now * this.#speed);
  }

  /** Lets time pass, with every tick the device asks for. */
  pass(ms: number): void {
    const until = later(this.now, ms);
    for (let next = this.device.tick(this.now); next !== undefined && next <= until; ) {
      this.now = toInstant(Math.max(this.now, next));
      next = this.device.tick(this.now);
    }
    this.now = until;
    this.device.tick(this.now);
  }

  /** Registers and confirms, as a good platform has it. */
  register(facts: { readonly locationInfo?: LocationInfo; readonly currentTime?: string } = {}): this {
    const answer = (message: OslpMessage): OslpMessage | undefined => {
      if (message.member === "registerDeviceRequest") {
        const { randomDevice } = message.body;
        const currentTime = facts.currentTime ?? stampAt(this.wall());
        const locationInfo = facts.locationInfo ?? ARNHEM;
        const body = { status: Status.OK, currentTime, randomDevice, randomPlatform: 44_765, locationInfo };
        return { member: "registerDeviceResponse", body };
      }
      if (message.member !== "confirmRegisterDeviceRequest") return undefined;
      return {
        member: "confirmRegisterDeviceResponse",
        body: { ...message.body, status: Status.OK, sequenceWindow: 6 },
      };
    };
    this.converse(answer);
    this.converse(answer);
    if (this.device.state.registration !== "registered") throw new Error("the device did not register");
    return this;
  }

  /** One conversation the device opens; `undefined` where it has nothing to say, or we do not answer. */
  converse(
    answer: (message: OslpMessage, envelope: Envelope) => OslpMessage | undefined,
  ): InitiativeOutcome | undefined {
    const machine = this.device.next(this.now);
    if (machine === undefined) return undefined;
    const sent = concat(machine.open(this.now).send);
    const envelope = decodeEnvelope(sent);
    const reply = answer(decodeMessage(envelope.payload), envelope);
    const step =
      reply === undefined
        ? machine.close(this.now)
        : machine.receive(this.sealed(reply, envelope.sequenceNumber), this.now);
    return step.outcomes[0];
  }

  /** Acknowledges everything the device has to tell; returns it in order. */
  listen(): EventNotification[] {
    const heard: EventNotification[] = [];
    for (;;) {
      const outcome = this.converse((message) => {
        if (message.member !== "eventNotificationRequest") return undefined;
        heard.push(...message.body.notifications);
        return { member: "eventNotificationResponse", body: { status: Status.OK } };
      });
      if (outcome?.kind !== "answered") return heard;
    }
  }

  /** A request of the platform, and what came back: bytes, the answer where there was one, whether it hung up. */
  ask<Member extends MemberName>(member: Member, body: Body<Member>, number?: number): Asked {
    const machine = this.device.answer();
    machine.open(this.now);
    const bytes = this.sealed({ member, body } as OslpMessage, number ?? this.device.state.sequenceNumber);
    return new Asked(this, machine, machine.receive(bytes, this.now));
  }

  sealed(message: OslpMessage, sequenceNumber: number): Uint8Array {
    const payload = encodeMessage(message, this.#version);
    return encodeEnvelope({ sequenceNumber, deviceId: DEVICE_ID, payload }, (bytes) =>
      this.crypto.sign(this.platformKey, bytes),
    );
  }

  /** Index, on and dim of every relay. */
  get lights(): readonly (readonly [number, boolean, number])[] {
    return this.device.state.relays.map(({ index, on, dim }) => [index, on, dim] as const);
  }
}

/** A conversation we opened to the device. */
export class Asked {
  readonly #bench: Bench;
  readonly #machine: Machine<AnsweringOutcome>;
  readonly pieces: Uint8Array[] = [];
  ended: Step<AnsweringOutcome>["ended"];

  constructor(bench: Bench, machine: Machine<AnsweringOutcome>, step: Step<AnsweringOutcome>) {
    this.#bench = bench;
    this.#machine = machine;
    this.#take(step);
  }

  /** Lets time pass for the conversation. */
  wait(ms: number): this {
    this.#bench.pass(ms);
    this.#take(this.#machine.wake(this.#bench.now));
    return this;
  }

  get bytes(): Uint8Array {
    return concat(this.pieces);
  }

  get envelope(): Envelope {
    return decodeEnvelope(this.bytes);
  }

  /** The answer; throws where there is none or it is not one. */
  get answer(): OslpMessage {
    return decodeMessage(this.envelope.payload);
  }

  /** Status of the answer; `undefined` for the one that has none. */
  get status(): number | undefined {
    const { body } = this.answer;
    return "status" in body ? body.status : undefined;
  }

  #take(step: Step<AnsweringOutcome>): void {
    this.pieces.push(...step.send);
    this.ended = step.ended;
  }
}
