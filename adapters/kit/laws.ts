import type { EdgeError } from "./edge-error.ts";
import { concat } from "./bytes.ts";
import { type Law, type LawSubject, play, type Played, type ScriptInput, type Violation } from "./laws-play.ts";
import { SeededRandom } from "./random.ts";
import { later } from "./time.ts";

/**
 * The laws every machine and session passes, as functions of a factory and a script of inputs. Each returns what it
 * found, empty where the law holds, so that one suite serves all adapters.
 */
export function checkLaws<Outcome>(subject: LawSubject<Outcome>): readonly Violation[] {
  return [
    ...total(subject),
    ...chunkBlind(subject),
    ...bounded(subject),
    ...storeThenAcknowledge(subject),
    ...timely(subject),
    ...sameSeedSameBytes(subject),
  ];
}

const MUTATIONS = 200;
const SPLITS = 20;

/** No bytes make it throw; a bad peer is the peer's fault; after the end it says nothing more. */
export function total<Outcome>(subject: LawSubject<Outcome>): readonly Violation[] {
  const random = new SeededRandom(subject.seed ?? 1).of("total");
  const violations: Violation[] = [];
  for (let round = 0; round <= (subject.mutations ?? MUTATIONS); round++) {
    const script = round === 0 ? subject.script : subject.script.map((input) => mutate(input, random));
    const run = play(subject, script, { split: (bytes) => [bytes] });
    if (run.threw !== undefined) violations.push(broken("total", `it threw ${run.threw} (mutation ${round})`));
    if (run.afterEnd !== undefined)
      violations.push(broken("total", `after its end ${run.afterEnd} (mutation ${round})`));
    const wrongBlame = blames(run.ended);
    if (round > 0 && wrongBlame !== undefined) violations.push(broken("total", `${wrongBlame} (mutation ${round})`));
    if (violations.length > 0) break;
  }
  return violations;
}

/** Whole, byte by byte and cut at random: the same bytes and outcomes. */
export function chunkBlind<Outcome>(subject: LawSubject<Outcome>): readonly Violation[] {
  const random = new SeededRandom(subject.seed ?? 1).of("chunk-blind");
  const whole = play(subject, subject.script, { split: (bytes) => [bytes] });
  const splits: readonly ((bytes: Uint8Array) => readonly Uint8Array[])[] = [
    (bytes) => [...bytes].map((byte) => Uint8Array.of(byte)),
    ...Array.from({ length: SPLITS }, (_, i) => (bytes: Uint8Array) => cutAtRandom(bytes, random.of(`${i}`))),
  ];
  for (const [i, split] of splits.entries()) {
    const cut = play(subject, subject.script, { split });
    const difference = firstDifference(whole.stretches, cut.stretches);
    if (difference === undefined) continue;
    const how = i === 0 ? "byte by byte" : `cut at random (${i})`;
    return [broken("chunk-blind", `${how} it differs from the whole: ${difference}`)];
  }
  return [];
}

/** Bytes that never complete anything end it before it holds more than its ceiling. */
export function bounded<Outcome>(subject: LawSubject<Outcome>): readonly Violation[] {
  const { flood, ceiling } = subject.bound;
  const machine = subject.make(subject.seed ?? 1);
  let now = subject.start;
  if (machine.open(now).ended !== undefined) return [];
  for (const input of subject.bound.before ?? []) {
    if (input.kind === "receive") machine.receive(input.bytes, now);
    else if (input.kind === "give") input.give(machine, now);
  }
  for (let fed = 0; fed <= 4 * ceiling; ) {
    const chunk = flood(fed);
    fed += chunk.length;
    const step = machine.receive(chunk, now);
    if (step.ended !== undefined) return [];
    const held = subject.bound.held?.(machine) ?? fed;
    if (held > ceiling) return [broken("bounded", `it holds ${held} bytes and goes on; its ceiling is ${ceiling}`)];
    if (chunk.length === 0) break;
    now = later(now, 1);
  }
  return [];
}

/** The protocol's acknowledgements come out of `stored(token)`, one for each, and never before. */
export function storeThenAcknowledge<Outcome>(subject: LawSubject<Outcome>): readonly Violation[] {
  const { store } = subject;
  if (store === undefined) return [];
  const law = "store-then-acknowledge";
  const withheld = play(subject, subject.script, { split: (bytes) => [bytes], stores: "withheld" });
  if (withheld.tokens === 0) return [broken(law, "nothing in the script is to be stored: the law says nothing")];
  const early = store.acknowledgements(withheld.sent);
  if (early > 0) return [broken(law, `${early} acknowledgements were sent before anything was stored`)];
  const confirmed = play(subject, subject.script, { split: (bytes) => [bytes] });
  const violations: Violation[] = [];
  if (confirmed.repeatedToken !== undefined)
    violations.push(broken(law, `token ${confirmed.repeatedToken} names two things`));
  const given = store.acknowledgements(confirmed.sent);
  const expected = store.expected ?? confirmed.tokens;
  if (given !== expected)
    violations.push(broken(law, `${expected} acknowledgements should follow what was stored, ${given} did`));
  const twice = play(subject, subject.script, { split: (bytes) => [bytes], stores: "twice" });
  const again = twice.threw === undefined ? store.acknowledgements(twice.sent) - given : twice.threw;
  if (again !== 0) violations.push(broken(law, `a token that was stored before gives: ${again}`));
  return violations;
}

/** Left alone, it becomes idle or ends; its wake-ups always move on. */
export function timely<Outcome>(subject: LawSubject<Outcome>): readonly Violation[] {
  const limit = subject.wakes ?? 1_000;
  for (const length of [0, subject.script.length]) {
    const run = play(subject, subject.script.slice(0, length), { split: (bytes) => [bytes] });
    if (run.threw !== undefined) return [broken("timely", `it threw ${run.threw}`)];
    let { wakeAt } = run;
    for (let wakes = 1; wakeAt !== undefined; wakes++) {
      const step = run.machine.wake(wakeAt);
      if (step.ended !== undefined) break;
      if (step.wakeAt !== undefined && step.wakeAt <= wakeAt) {
        return [broken("timely", `woken at ${wakeAt}, it wants to be woken at ${step.wakeAt}: a busy loop`)];
      }
      if (wakes >= limit)
        return [broken("timely", `after ${limit} wake-ups without any input it is neither idle nor over`)];
      wakeAt = step.wakeAt;
    }
  }
  return [];
}

export function sameSeedSameBytes<Outcome>(subject: LawSubject<Outcome>): readonly Violation[] {
  const [one, two] = [0, 1].map(() => play(subject, subject.script, { split: (bytes) => [bytes] }));
  const difference = firstDifference(one?.stretches ?? [], two?.stretches ?? []);
  return difference === undefined ? [] : [broken("same-seed-same-bytes", `two runs differ: ${difference}`)];
}

function broken(law: Law, message: string): Violation {
  return { law, message };
}

function blames(ended: "done" | EdgeError | undefined): string | undefined {
  if (ended === undefined || ended === "done") return undefined;
  if (ended.blame === "device" || ended.blame === "network") return undefined;
  return `bad bytes ended it with ${ended.code}, which blames ${ended.blame}`;
}

function firstDifference(a: Played<unknown>["stretches"], b: Played<unknown>["stretches"]): string | undefined {
  for (let i = 0; i < Math.max(a.length, b.length); i++) {
    const [one, two] = [a[i] ?? "nothing", b[i] ?? "nothing"];
    if (one !== two) return `input ${i}: ${one.slice(0, 300)} against ${two.slice(0, 300)}`;
  }
  return undefined;
}

function cutAtRandom(bytes: Uint8Array, random: SeededRandom): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; ) {
    const end = Math.min(bytes.length, at + random.between(1, Math.max(1, bytes.length >> 1)));
    pieces.push(bytes.subarray(at, end));
    at = end;
  }
  return pieces;
}

/** What tired devices, bad lines and bad people make of a message. */
function mutate<Outcome>(input: ScriptInput<Outcome>, random: SeededRandom): ScriptInput<Outcome> {
  if (input.kind !== "receive" || random.chance({ times: 1, of: 3 })) return input;
  const bytes = input.bytes.slice();
  const at = random.below(bytes.length + 1);
  switch (random.below(6)) {
    case 0:
      for (let flips = random.between(1, 8); flips > 0; flips--) {
        const where = random.below(Math.max(1, bytes.length));
        if (where < bytes.length) bytes[where] = (bytes[where] ?? 0) ^ (1 << random.below(8));
      }
      return { kind: "receive", bytes };
    case 1:
      return { kind: "receive", bytes: bytes.subarray(0, at) };
    case 2:
      return {
        kind: "receive",
        bytes: concat([bytes.subarray(0, at), random.bytes(random.between(1, 64)), bytes.subarray(at)]),
      };
    case 3:
      return { kind: "receive", bytes: concat([bytes, bytes]) };
    case 4:
      return { kind: "receive", bytes: random.bytes(random.between(0, 300)) };
    default:
      bytes.fill(random.pick([0x00, 0x7f, 0x80, 0xff]) ?? 0, at, at + random.between(1, 8));
      return { kind: "receive", bytes };
  }
}
