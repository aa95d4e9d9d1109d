import type { Command } from "../../edge-agent/model/command.ts";
import type { Registry, Seams } from "../kit/adapter.ts";
import { concat } from "../kit/bytes.ts";
import { EdgeError } from "../kit/edge-error.ts";
import { invariant } from "../kit/invariant.ts";
import type { SeededRandom } from "../kit/random.ts";
import type { DeviceMemory, Session, SessionOutcome, StoreToken } from "../kit/session.ts";
import type { Step } from "../kit/step.ts";
import { toInstant, toWall } from "../kit/time.ts";
import { presetParameters } from "./association/parameters.ts";
import type { IedDevice } from "./device.ts";
import { decodeFrame, decodeTsdu } from "./layers.ts";
import { TSDU_LIMIT_BYTES } from "./limits.ts";
import { decodeMms } from "./mms/decode.ts";
import { encodeMms } from "./mms/encode.ts";
import type { MmsPdu, MmsRequest, MmsResponse } from "./mms/pdu.ts";
import { PLAN_DEFAULTS, reportPattern } from "./report/plan.ts";
import { IedSession } from "./session.ts";
import { iec61850Settings } from "./settings.ts";
import { segmentTsdu } from "./stack/cotp.ts";
import { encodePpdu } from "./stack/presentation.ts";
import { encodeSpdu } from "./stack/session.ts";
import { type Mutations, mutated } from "../kit/mutate.ts";

/** Ends of ranges, tags and length forms. */
const MUTATIONS: Mutations = {
  telling: [0, 1, 0x30, 0x7f, 0x80, 0xa2, 0xff],
  insert: (random) => nested(random.between(2, 60)),
};

const DEVICE: IedDevice = {
  uid: "ied_1",
  protocolId: "IED1",
  profile: "generic",
  association: presetParameters("libiec61850"),
  reports: ["simpleIOGenericIO/LLN0.EventsBRCB", "simpleIOGenericIO/LLN0.EventsRCB"].map((text) => ({
    pattern: reportPattern(text),
    ...PLAN_DEFAULTS,
  })),
  originator: { category: 3, identification: "fuzz" },
};
const COMMANDS: readonly (readonly [string, string | undefined])[] = [
  ["model.get", undefined],
  ["read", "simpleIOGenericIO/GGIO1.AnIn1[MX]"],
  ["operate", "simpleIOGenericIO/GGIO1.SPCSO4"],
  ["file.list", undefined],
  ["dataset.read", "simpleIOGenericIO/LLN0.Events"],
];
const WAKES_LIMIT = 400;

/**
 * One run of the fuzzer: an IED that answers every request with an answer of the right kind from the recordings, and breaks
 * some of them: in their bytes, in their nesting, in their order. Throws where the session throws, never comes to an end, or
 * holds more than its bound. Says how the conversation ended.
 */
export function fuzzRun(frames: readonly Uint8Array[], random: SeededRandom): string {
  const answers = answersIn(frames);
  const memories = new Map<string, DeviceMemory>();
  const session = new IedSession(iec61850Settings({}), DEVICE, seams(memories, random), "standing");
  const desk = new FuzzDesk(session, memories, (sent) => answered(sent, answers, random));
  desk.take(session.open(desk.now));
  const [action, target] = random.pick(COMMANDS) ?? ["model.get", undefined];
  desk.take(session.submit(commandOf(action, target), desk.now));
  for (let turns = 0; desk.ended === undefined && turns < 200; turns++) {
    const bytes = desk.next();
    if (bytes === undefined) break;
    for (let at = 0; at < bytes.length && desk.ended === undefined; ) {
      const end = at + random.between(1, 400);
      desk.take(session.receive(bytes.subarray(at, end), desk.now));
      at = end;
    }
    invariant(session.held <= 2 * TSDU_LIMIT_BYTES, "a session holds a TPKT and a TSDU at most");
  }
  for (let wakes = 0; desk.ended === undefined && desk.wakeAt !== undefined; wakes++) {
    invariant(wakes < WAKES_LIMIT, "a session without input comes to an end");
    desk.now = desk.wakeAt;
    desk.take(session.wake(desk.now));
  }
  if (desk.ended === undefined) desk.take(session.close(desk.now));
  invariant(desk.ended !== undefined, "a closed session has ended");
  return desk.ended instanceof EdgeError ? desk.ended.code : desk.verdict;
}

/** Stores at once what the session wants stored, and answers what it asks. */
class FuzzDesk {
  readonly #session: Session<Command, unknown>;
  readonly #memories: Map<string, DeviceMemory>;
  readonly #answer: (sent: Uint8Array) => readonly Uint8Array[];
  readonly #toHear: Uint8Array[] = [];
  now = toInstant(0);
  wakeAt: Step<unknown>["wakeAt"];
  ended: Step<unknown>["ended"];
  verdict = "silent";

  constructor(
    session: Session<Command, unknown>,
    memories: Map<string, DeviceMemory>,
    answer: (sent: Uint8Array) => readonly Uint8Array[],
  ) {
    this.#session = session;
    this.#memories = memories;
    this.#answer = answer;
  }

  next(): Uint8Array | undefined {
    return this.#toHear.shift();
  }

  take(step: Step<SessionOutcome<unknown>>): void {
    this.wakeAt = step.wakeAt;
    this.ended = step.ended;
    const tokens: StoreToken[] = [];
    for (const outcome of step.outcomes) {
      if (outcome.kind === "concluded") this.verdict = outcome.conclusion.end;
      else if (outcome.kind === "store") {
        if (outcome.memory !== undefined) this.#memories.set(outcome.device, outcome.memory);
        tokens.push(outcome.token);
      }
    }
    for (const bytes of step.send) this.#toHear.push(...this.#answer(bytes));
    for (const token of tokens) this.take(this.#session.stored(token, this.now));
  }
}

interface Answers {
  readonly confirm: Uint8Array;
  readonly accept: Uint8Array;
  readonly responses: ReadonlyMap<MmsRequest["service"], readonly MmsResponse[]>;
  readonly others: readonly MmsPdu[];
}

/** Kept for the runs over the same frames. */
const KNOWN = new WeakMap<readonly Uint8Array[], Answers>();

function answersIn(frames: readonly Uint8Array[]): Answers {
  const known = KNOWN.get(frames);
  if (known !== undefined) return known;
  const responses = new Map<MmsRequest["service"], MmsResponse[]>();
  const others: MmsPdu[] = [];
  let confirm = new Uint8Array(0);
  let accept = new Uint8Array(0);
  for (const frame of frames) {
    try {
      const cotp = decodeFrame(frame);
      if (cotp.kind === "connect-confirm") confirm = frame.slice();
      if (cotp.kind !== "data") continue;
      const { spdu, mms } = decodeTsdu(cotp.payload);
      if (spdu.kind === "accept") accept = frame.slice();
      else if (mms?.kind === "confirmed-response")
        responses.set(mms.response.service, [...(responses.get(mms.response.service) ?? []), mms.response]);
      else if (mms !== undefined) others.push(mms);
    } catch (thrown) {
      // Some of the recordings are broken on purpose.
      if (!(thrown instanceof EdgeError)) throw thrown;
    }
  }
  const answers = { confirm, accept, responses, others };
  KNOWN.set(frames, answers);
  return answers;
}

/** What the device says to one TPKT of ours. */
function answered(sent: Uint8Array, answers: Answers, random: SeededRandom): readonly Uint8Array[] {
  const cotp = decodeFrame(sent);
  if (cotp.kind === "connect-request") return [mutated(answers.confirm, random, seldom(random), MUTATIONS)];
  if (cotp.kind !== "data") return [];
  const { spdu, mms } = decodeTsdu(cotp.payload);
  if (spdu.kind === "connect") return [mutated(answers.accept, random, seldom(random), MUTATIONS)];
  if (mms?.kind !== "confirmed-request") return [];
  const said: Uint8Array[] = [];
  if (random.chance({ times: 1, of: 4 })) {
    const other = random.pick(answers.others);
    if (other !== undefined) said.push(framed(encodeMms(other), random));
  }
  const response = random.pick(answers.responses.get(mms.request.service) ?? []);
  if (response !== undefined)
    said.push(framed(encodeMms({ kind: "confirmed-response", invokeId: mms.invokeId, response }), random));
  return said;
}

function framed(pdu: Uint8Array, random: SeededRandom): Uint8Array {
  const bomb = random.chance({ times: 1, of: 100 });
  const data = mutated(bomb ? nested(random.between(40, 60)) : pdu, random, bomb ? 0 : seldom(random), MUTATIONS);
  if (random.chance({ times: 1, of: 50 })) reencoded(data);
  const ppdu = encodePpdu({ kind: "data", pdvs: [{ context: 3, data }] });
  const frames = segmentTsdu(encodeSpdu({ kind: "data", userData: ppdu }), random.between(20, 8_192));
  return mutated(concat(frames), random, random.chance({ times: 1, of: 20 }) ? 1 : 0, MUTATIONS);
}

/** A report of structures in structures, so many. */
function nested(levels: number): Uint8Array {
  let inside: Uint8Array = new Uint8Array(0);
  for (let i = 0; i < levels; i++) inside = concat([Uint8Array.of(0xa2, inside.length), inside]);
  const report = concat([Uint8Array.of(0xa1, 5, 0x80, 3, 0x52, 0x50, 0x54, 0xa0, inside.length), inside]);
  return concat([Uint8Array.of(0xa3, 0x81, report.length + 3, 0xa0, 0x81, report.length), report]);
}

/** What is read can be written again, and says the same. */
function reencoded(data: Uint8Array): void {
  let pdu: MmsPdu;
  try {
    pdu = decodeMms(data);
  } catch (thrown) {
    if (thrown instanceof EdgeError) return;
    throw thrown;
  }
  const again = decodeMms(encodeMms(pdu));
  invariant(again.kind === pdu.kind, "a PDU that was read is written as the same PDU");
}

function seldom(random: SeededRandom): number {
  return random.chance({ times: 1, of: 8 }) ? random.between(1, 3) : 0;
}

function commandOf(action: string, target: string | undefined): Command {
  return {
    uid: "cmd-1",
    device: DEVICE.uid,
    action,
    ...(target !== undefined && { target: { scheme: "iec61850", value: target } as const }),
    value: true,
    mode: "direct",
    priority: "normal",
    deadline: "2100-01-01T00:00:00Z",
    maxAttempts: 1,
    idempotent: true,
    issuedBy: "fuzz",
    role: "operator",
  };
}

function seams(memories: ReadonlyMap<string, DeviceMemory>, random: SeededRandom): Seams<IedDevice> {
  const registry: Registry<IedDevice> = {
    byUid: () => DEVICE,
    byProtocolId: () => DEVICE,
    memory: (uid) => memories.get(uid),
    byMemory: () => DEVICE,
  };
  const crypto = { sign: () => new Uint8Array(0), verify: () => true, sha256: () => new Uint8Array(32) };
  return { random, crypto, wall: () => toWall(1_795_219_200_000), registry };
}
