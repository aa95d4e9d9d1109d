import type { Command } from "../../edge-agent/model/command.ts";
import { type Registry, type Seams, toKeyRef } from "../kit/adapter.ts";
import { concat } from "../kit/bytes.ts";
import { invariant } from "../kit/invariant.ts";
import type { SeededRandom } from "../kit/random.ts";
import type { DeviceMemory, Session, SessionOutcome, StoreToken } from "../kit/session.ts";
import type { Step } from "../kit/step.ts";
import { toInstant, toWall } from "../kit/time.ts";
import { oslpAdapter } from "./adapter.ts";
import type { OslpDevice } from "./device.ts";
import { encodeEnvelope } from "./envelope.ts";
import { oslpSettings } from "./settings.ts";
import { type Mutations, mutated } from "../kit/mutate.ts";

/** Ends of ranges, tags and length forms. */
const MUTATIONS: Mutations = { telling: [0, 1, 0x7f, 0x80, 0xff] };

/**
 * One run of the fuzzer: a conversation made of good payloads, broken in the ways tired devices and busy attackers break
 * them, against a session whose cryptography believes everything, so that nothing stops at the signature. Throws where a
 * session throws, never ends, answers what it refused, or keeps more than its bound.
 */
export function fuzzRun(payloads: readonly Uint8Array[], random: SeededRandom): string {
  const desk = random.chance({ times: 1, of: 2 }) ? accepted(random) : dialled(random);
  const sent = Array.from({ length: random.between(1, 4) }, () => envelope(payloads, random));
  const stream = mutated(
    concat(sent),
    random,
    random.chance({ times: 1, of: 3 }) ? random.between(1, 6) : 0,
    MUTATIONS,
  );
  for (let at = 0; at < stream.length && desk.ended === undefined; ) {
    const take = random.between(1, 200);
    desk.take(desk.session.receive(stream.subarray(at, at + take), desk.now));
    at += take;
  }
  for (let wakes = 0; desk.ended === undefined && desk.wakeAt !== undefined; wakes++) {
    invariant(wakes < 10, "a session without input comes to an end");
    desk.now = desk.wakeAt;
    desk.take(desk.session.wake(desk.now));
  }
  if (desk.ended === undefined) desk.take(desk.session.close(desk.now));
  invariant(desk.ended !== undefined, "a closed session has ended");
  return desk.verdict;
}

const DEVICE_ID = Uint8Array.from([0, 1, 10, 27, 44, 61, 78, 95, 96, 113, 130, 147]);
/** SEQUENCE { 1, 1 }: formally a signature. */
const SIGNATURE = Uint8Array.from([0x30, 6, 2, 1, 1, 2, 1, 1]);
const KEY = toKeyRef("any");
const DEVICE: OslpDevice = { uid: "dev_01", deviceIdentification: "device-01", version: "0.6.1", publicKey: KEY };
const SETTINGS = oslpSettings({ signingKey: KEY });
const COMMAND: Command = {
  uid: "cmd-1",
  device: DEVICE.uid,
  action: "light.status",
  mode: "direct",
  priority: "normal",
  deadline: "2100-01-01T00:00:00Z",
  maxAttempts: 1,
  idempotent: true,
  issuedBy: "fuzz",
  role: "operator",
};

/** Stores at once what the session wants stored, and watches what it must not do. */
class FuzzDesk {
  readonly session: Session<Command, unknown>;
  readonly #memories: Map<string, DeviceMemory>;
  now = toInstant(0);
  wakeAt: Step<unknown>["wakeAt"];
  ended: Step<unknown>["ended"];
  verdict = "silent";

  constructor(session: Session<Command, unknown>, memories: Map<string, DeviceMemory>) {
    this.session = session;
    this.#memories = memories;
    this.take(session.open(this.now));
  }

  take(step: Step<SessionOutcome<unknown>>): void {
    this.wakeAt = step.wakeAt;
    this.ended = step.ended;
    const tokens: StoreToken[] = [];
    for (const outcome of step.outcomes) {
      if (outcome.kind === "refused") this.verdict = outcome.fault.code;
      else if (outcome.kind === "concluded") this.verdict = outcome.conclusion.end;
      else if (outcome.kind === "store") {
        this.verdict = "stored";
        if (outcome.memory !== undefined) this.#memories.set(outcome.device, outcome.memory);
        tokens.push(outcome.token);
      }
    }
    invariant(tokens.length <= 1, "one thing is stored at a time");
    invariant(tokens.length === 0 || step.send.length <= SETTINGS.limits.waitingEnvelopes, "answers are bounded");
    for (const token of tokens) this.take(this.session.stored(token, this.now));
  }
}

function accepted(random: SeededRandom): FuzzDesk {
  const memories = registered();
  return new FuzzDesk(oslpAdapter.accept(SETTINGS, seams(memories, random)), memories);
}

function dialled(random: SeededRandom): FuzzDesk {
  const memories = registered();
  const desk = new FuzzDesk(oslpAdapter.dial(SETTINGS, DEVICE, seams(memories, random)), memories);
  desk.take(desk.session.submit(COMMAND, desk.now));
  return desk;
}

function registered(): Map<string, DeviceMemory> {
  const memory = {
    deviceId: "AAEKGyw9Tl9gcYKT",
    sequenceNumber: 100,
    randomDevice: 13_246,
    randomPlatform: 44_765,
    address: "35.0.0.1",
    hasSchedule: false,
    deviceType: 1,
    registeredAt: 0,
  };
  return new Map([[DEVICE.uid, memory]]);
}

function seams(memories: ReadonlyMap<string, DeviceMemory>, random: SeededRandom): Seams<OslpDevice> {
  const registry: Registry<OslpDevice> = {
    byUid: () => DEVICE,
    byProtocolId: () => DEVICE,
    memory: (uid) => memories.get(uid),
    byMemory: () => DEVICE,
  };
  const crypto = { sign: () => SIGNATURE, verify: () => true, sha256: () => new Uint8Array(32) };
  return { random, crypto, wall: () => toWall(1_452_088_330_000), registry };
}

function envelope(payloads: readonly Uint8Array[], random: SeededRandom): Uint8Array {
  const payload = mutated(
    random.pick(payloads) ?? new Uint8Array(0),
    random,
    Math.max(0, random.between(-3, 3)),
    MUTATIONS,
  );
  const sequenceNumber = random.between(94, 110);
  return encodeEnvelope({ sequenceNumber, deviceId: DEVICE_ID, payload }, () => SIGNATURE);
}
