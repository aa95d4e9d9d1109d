import { describe, expect, it } from "vitest";
import { SimCrypto } from "../../adapters/io/sim/crypto.ts";
import { concat } from "../../adapters/kit/bytes.ts";
import { checkLaws } from "../../adapters/kit/laws.ts";
import type { LawSubject } from "../../adapters/kit/laws-play.ts";
import { SeededRandom } from "../../adapters/kit/random.ts";
import { toInstant, toWall } from "../../adapters/kit/time.ts";
import { decodeEnvelope, encodeEnvelope, ENVELOPE_BYTES_MAX } from "../../adapters/oslp/envelope.ts";
import { decodeMessage, encodeMessage, type OslpMessage } from "../../adapters/oslp/message.ts";
import { Status } from "../../proto/oslp/gen/types.ts";
import { Answering, type AnsweringOutcome } from "./answering.ts";
import { BEHAVIOURS, completeDevice } from "./behaviours/roster.ts";
import { SimulatedDevice } from "./device.ts";
import type { InitiativeOutcome } from "./initiative.ts";

/** The machines of a simulated device under the laws every machine of ours is under. */

const DEVICE_ID = Uint8Array.from({ length: 12 }, (_, at) => at);
const START = toInstant(1_000);
const WALL = toWall(Date.UTC(2026, 5, 1, 12));

function deviceOf(seed: number, names: readonly string[] = []): { device: SimulatedDevice; crypto: SimCrypto } {
  const crypto = new SimCrypto();
  const settings = { notifyEveryMs: 60_000 };
  const faults = names.flatMap((name) => {
    const made = BEHAVIOURS[name]?.make(settings);
    return made === undefined ? [] : [made];
  });
  const device = new SimulatedDevice({
    identity: {
      identification: "SSLD-1",
      deviceId: DEVICE_ID,
      version: "0.6.1",
      kind: "SSLD",
      signKey: crypto.addPrivate("device", "device"),
      platformKey: crypto.addPublic("platform", "platform"),
      ipAddress: [127, 0, 0, 1],
    },
    behaviours: [...faults, ...completeDevice(settings)],
    random: new SeededRandom(seed),
    crypto,
    wall: () => WALL,
    log: { acknowledged: () => {}, executed: () => {}, note: () => {} },
  });
  device.tick(START);
  crypto.addPrivate("platform", "platform");
  return { device, crypto };
}

function fromPlatform(crypto: SimCrypto, message: OslpMessage, sequenceNumber: number): Uint8Array {
  const payload = encodeMessage(message, "0.6.1");
  return encodeEnvelope({ sequenceNumber, deviceId: DEVICE_ID, payload }, (bytes) =>
    crypto.sign(crypto.addPrivate("platform.private", "platform"), bytes),
  );
}

/** An envelope that announces all it may and never ends. */
const flood = (fed: number): Uint8Array => {
  const header = new Uint8Array(1_024).fill(0x30);
  if (fed === 0) header.fill(0xff, 142, 144);
  return header;
};

function answering(names: readonly string[]): LawSubject<AnsweringOutcome> {
  const { crypto } = deviceOf(1);
  const requests: OslpMessage[] = [
    { member: "getStatusRequest", body: {} },
    { member: "setLightRequest", body: { values: [{ on: true }] } },
    { member: "getConfigurationRequest", body: {} },
    { member: "resumeScheduleRequest", body: { immediate: true } },
  ];
  return {
    make: (seed) => deviceOf(seed, names).device.answer(),
    script: requests.flatMap((message, at) => [
      { kind: "receive", bytes: fromPlatform(crypto, message, at) } as const,
      { kind: "pass", ms: 10 } as const,
    ]),
    start: START,
    bound: {
      ceiling: ENVELOPE_BYTES_MAX,
      flood,
      // What nobody signed is thrown away and the device goes on, as those in the field do.
      held: (machine) => (machine instanceof Answering ? machine.held : Number.POSITIVE_INFINITY),
    },
  };
}

function initiative(seed: number): LawSubject<InitiativeOutcome> {
  const { device, crypto } = deviceOf(seed);
  const machine = device.next(START);
  if (machine === undefined) throw new Error("the device had nothing to say");
  const { sequenceNumber, payload } = decodeEnvelope(concat(machine.open(START).send));
  const { body } = decodeMessage(payload);
  const randomDevice = "randomDevice" in body ? body.randomDevice : 0;
  const answer: OslpMessage = {
    member: "registerDeviceResponse",
    body: { status: Status.OK, currentTime: "20260601120000", randomDevice, randomPlatform: 7 },
  };
  return {
    make: (again) => {
      const next = deviceOf(again).device.next(START);
      if (next === undefined) throw new Error("the device had nothing to say");
      return next;
    },
    script: [{ kind: "receive", bytes: fromPlatform(crypto, answer, sequenceNumber) }],
    start: START,
    seed,
    bound: { ceiling: ENVELOPE_BYTES_MAX, flood },
  };
}

describe("a conversation a simulated device opens", () => {
  it.each([1, 2, 3])("keeps the laws (seed %i)", (seed) => {
    expect(checkLaws(initiative(seed))).toEqual([]);
  });
});

describe("a conversation opened to a simulated device", () => {
  it.each([
    [[]],
    [["dribbles"]],
    [["stutters"]],
    [["signs-badly"]],
    [["truncates-answers"]],
    [["answers-slowly"]],
    [["misnumbers-answers", "answers-another-member"]],
    [["reboots-in-conversation"]],
    [["falls-silent"]],
    [["hangs-up"]],
  ])("keeps the laws with %j", (names) => {
    expect(checkLaws(answering(names))).toEqual([]);
  });
});
