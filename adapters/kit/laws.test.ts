import { describe, expect, it } from "vitest";
import { utf8 } from "./bytes.ts";
import { Deadlines } from "./deadlines.ts";
import { EdgeError } from "./edge-error.ts";
import { PrefixFramer } from "./framing.ts";
import { checkLaws } from "./laws.ts";
import type { LawSubject } from "./laws-play.ts";
import { SeededRandom } from "./random.ts";
import { type Session, type SessionOutcome, type StoreToken, toStoreToken } from "./session.ts";
import { ended, idle, type Machine, type Step, StepBuilder } from "./step.ts";
import { type Instant, later, toInstant } from "./time.ts";

type Outcome = SessionOutcome<string>;

/** One deliberate mistake each; without one the toy is a good session. */
type Mistake =
  | "throws on a byte"
  | "blames us"
  | "speaks after its end"
  | "forgets at the end of a chunk"
  | "looks at the size of the chunk"
  | "takes any length"
  | "acknowledges early"
  | "acknowledges twice"
  | "never acknowledges"
  | "reuses a token"
  | "wakes in a loop"
  | "never comes to rest"
  | "rolls dice of its own";

const SILENCE_MS = 30_000;
const ACK = 0x06;
const LIMIT = 64;
let ambient = 0;

/** A frame is its length, then text; every frame is stored, and acknowledged by ACK and its first byte. */
class Toy implements Session<string, string> {
  readonly #mistake: Mistake | undefined;
  readonly #random: SeededRandom;
  readonly #framer: PrefixFramer;
  readonly #deadlines = new Deadlines<"silence">();
  readonly #waiting = new Map<StoreToken, number>();
  #tokens = 0;
  #end: "done" | EdgeError | undefined;

  constructor(seed: number, mistake?: Mistake) {
    this.#mistake = mistake;
    this.#random = new SeededRandom(seed);
    const limit = mistake === "takes any length" ? 1_000_000 : LIMIT;
    this.#framer = new PrefixFramer({
      ...{ prefix: 2, limit, tooLong: "framing.too-long" },
      lengthOf: ([high = 0, low = 0]) => 2 + high * 256 + low,
    });
  }

  get held(): number {
    return this.#framer.pending;
  }

  open(now: Instant): Step<Outcome> {
    return this.#run(now, (step) => {
      const nonce = this.#mistake === "rolls dice of its own" ? ambient++ : this.#random.u32();
      step.send.push(utf8(`hello ${nonce}`));
    });
  }

  receive(chunk: Uint8Array, now: Instant): Step<Outcome> {
    return this.#run(now, (step) => {
      if (this.#mistake === "looks at the size of the chunk" && chunk.length === 1)
        step.outcomes.push({ kind: "heard", device: "short" });
      const { frames, fault } = this.#framer.cut(chunk);
      for (const frame of frames) this.#frame(frame, step);
      if (fault !== undefined)
        this.#end =
          this.#mistake === "blames us" ? new EdgeError({ ...fault, message: fault.message, blame: "us" }) : fault;
      if (this.#mistake === "forgets at the end of a chunk" && this.#framer.pending > 2)
        this.#framer.cut(new Uint8Array(1));
    });
  }

  wake(now: Instant): Step<Outcome> {
    if (this.#end !== undefined) return ended(this.#end);
    if (this.#mistake === "wakes in a loop") return idle(now);
    if (this.#mistake === "never comes to rest") return idle(later(now, 1));
    return this.#run(now, (_step) => {
      if (this.#deadlines.takeDue(now).length === 0) return;
      this.#end = new EdgeError({ code: "oslp.toy.unanswered", blame: "device", retry: "backoff", message: "silent" });
    });
  }

  close(now: Instant): Step<Outcome> {
    return this.#run(now, () => {
      this.#end = "done";
    });
  }

  submit(command: string, now: Instant): Step<Outcome> {
    return this.#run(now, (step) => {
      step.send.push(utf8(command));
    });
  }

  stored(token: StoreToken, now: Instant): Step<Outcome> {
    return this.#run(now, (step) => {
      const first = this.#waiting.get(token);
      if (first === undefined || this.#mistake === "never acknowledges" || this.#mistake === "acknowledges early")
        return;
      step.send.push(Uint8Array.of(ACK, first));
      if (this.#mistake !== "acknowledges twice") this.#waiting.delete(token);
    });
  }

  #frame(frame: Uint8Array, step: StepBuilder<Outcome>): void {
    const first = frame[2] ?? 0;
    if (this.#mistake === "throws on a byte" && first > 0x7f) throw new RangeError("not ASCII");
    if (first === 0) {
      this.#end = new EdgeError({ code: "oslp.toy.empty", blame: "device", retry: "never", message: "an empty frame" });
      return;
    }
    const token = toStoreToken(this.#mistake === "reuses a token" ? 1 : ++this.#tokens);
    this.#waiting.set(token, first);
    step.outcomes.push({ kind: "store", token, device: "toy", drafts: [`${first}`], memory: undefined });
    if (this.#mistake === "acknowledges early") step.send.push(Uint8Array.of(ACK, first));
  }

  #run(now: Instant, act: (step: StepBuilder<Outcome>) => void): Step<Outcome> {
    if (this.#end !== undefined && this.#mistake !== "speaks after its end") return ended(this.#end);
    const step = new StepBuilder<Outcome>();
    act(step);
    this.#deadlines.set("silence", later(now, SILENCE_MS));
    step.wakeAt = this.#deadlines.earliest();
    step.ended = this.#end;
    return step.build();
  }
}

function frame(text: string): Uint8Array {
  const content = utf8(text);
  return Uint8Array.of(0, content.length, ...content);
}

function subject(mistake?: Mistake): LawSubject<Outcome> {
  const toys = new WeakMap<Machine<Outcome>, Toy>();
  const toyOf = (machine: Machine<Outcome>): Toy => toys.get(machine) ?? new Toy(0);
  return {
    make: (seed) => {
      const toy = new Toy(seed, mistake);
      toys.set(toy, toy);
      return toy;
    },
    start: toInstant(1_000),
    script: [
      { kind: "receive", bytes: Uint8Array.of(...frame("one"), ...frame("two"), ...frame("three")) },
      { kind: "pass", ms: 1_000 },
      { kind: "give", give: (machine, now) => toyOf(machine).submit("switch on", now) },
      { kind: "receive", bytes: Uint8Array.of(...frame("four"), 0, 9, 0x61) },
      { kind: "pass", ms: 10_000 },
      { kind: "receive", bytes: utf8("bcdefghi") },
      { kind: "close" },
      { kind: "receive", bytes: frame("late") },
    ],
    bound: {
      ceiling: LIMIT,
      flood: (fed) => (fed === 0 ? Uint8Array.of(0xff, 0xff) : new Uint8Array(7)),
      held: (machine) => toyOf(machine).held,
    },
    store: {
      tokenOf: (outcome) => (outcome.kind === "store" ? outcome.token : undefined),
      stored: (machine, token, now) => toyOf(machine).stored(token, now),
      acknowledgements: (sent) => sent.filter((byte) => byte === ACK).length,
    },
  };
}

describe("the laws", () => {
  it("find nothing in a good session", () => {
    expect(checkLaws(subject())).toEqual([]);
  });

  const caught: readonly (readonly [Mistake, string, RegExp])[] = [
    ["throws on a byte", "total", /threw RangeError: not ASCII/],
    ["blames us", "total", /blames us/],
    ["speaks after its end", "total", /after its end/],
    ["forgets at the end of a chunk", "chunk-blind", /differs from the whole/],
    ["looks at the size of the chunk", "chunk-blind", /byte by byte/],
    ["takes any length", "bounded", /holds \d+ bytes and goes on; its ceiling is 64/],
    ["acknowledges early", "store-then-acknowledge", /^5 acknowledgements were sent before anything was stored/],
    ["acknowledges twice", "store-then-acknowledge", /stored before gives: 5/],
    ["never acknowledges", "store-then-acknowledge", /5 acknowledgements should follow what was stored, 0 did/],
    ["reuses a token", "store-then-acknowledge", /token 1 names two things/],
    ["wakes in a loop", "timely", /a busy loop/],
    ["never comes to rest", "timely", /neither idle nor over/],
    ["rolls dice of its own", "same-seed-same-bytes", /two runs differ/],
  ];
  it.each(caught)("catch a session that %s (%s)", (mistake, law, message) => {
    const violations = checkLaws(subject(mistake));
    expect(violations).toContainEqual({ law, message: expect.stringMatching(message) });
  });

  it("count everything fed as held where a machine does not say what it holds", () => {
    const good = subject();
    const { held: _held, ...bound } = good.bound;
    expect(checkLaws({ ...good, bound })).toEqual([]);
    const bad = subject("takes any length");
    const { held: _too, ...blind } = bad.bound;
    expect(checkLaws({ ...bad, bound: blind })).toContainEqual({ law: "bounded", message: expect.any(String) });
  });

  it("refuse a script that stores nothing: it would prove nothing", () => {
    const empty = { ...subject(), script: [] };
    expect(checkLaws(empty)).toEqual([
      { law: "store-then-acknowledge", message: expect.stringContaining("says nothing") },
    ]);
  });
});
