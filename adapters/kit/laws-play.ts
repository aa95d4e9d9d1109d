import { concat, toHex } from "./bytes.ts";
import { EdgeError } from "./edge-error.ts";
import type { StoreToken } from "./session.ts";
import type { Machine, Step } from "./step.ts";
import { type DurationMs, type Instant, later, toInstant } from "./time.ts";

export type Law = "total" | "chunk-blind" | "bounded" | "store-then-acknowledge" | "timely" | "same-seed-same-bytes";

export interface Violation {
  readonly law: Law;
  readonly message: string;
}

/** One input of a script, in the order they happen. */
export type ScriptInput<Outcome> =
  | { readonly kind: "receive"; readonly bytes: Uint8Array }
  /** Time passes; what the machine asked to be woken for happens meanwhile. */
  | { readonly kind: "pass"; readonly ms: DurationMs }
  /** From our side: a command, for one. Cast-free: the script's author keeps the machine's own type in a closure. */
  | { readonly kind: "give"; readonly give: (machine: Machine<Outcome>, now: Instant) => Step<Outcome> }
  | { readonly kind: "close" };

export interface LawSubject<Outcome> {
  /** A fresh machine; the same seed makes the same one. */
  readonly make: (seed: number) => Machine<Outcome>;
  /** A conversation that goes well and exercises what the machine can do. */
  readonly script: readonly ScriptInput<Outcome>[];
  readonly start: Instant;
  readonly seed?: number;
  /** Rounds of broken bytes; 200 where not given. */
  readonly mutations?: number;
  /** Wake-ups without input before it must be idle or over; 1,000 where not given. */
  readonly wakes?: number;
  readonly bound: Bound<Outcome>;
  /** Absent where the machine stores nothing. */
  readonly store?: Storing<Outcome>;
}

export interface Bound<Outcome> {
  /** Bytes the machine may hold. */
  readonly ceiling: number;
  /** The next chunk of a stream that never completes anything, after `fed` bytes of it. */
  readonly flood: (fed: number) => Uint8Array;
  /** Bytes held now; where not given, everything fed counts as held. */
  readonly held?: (machine: Machine<Outcome>) => number;
  /** What has to be said before the flood can begin. */
  readonly before?: readonly ScriptInput<Outcome>[];
}

export interface Storing<Outcome> {
  readonly tokenOf: (outcome: Outcome) => StoreToken | undefined;
  readonly stored: (machine: Machine<Outcome>, token: StoreToken, now: Instant) => Step<Outcome>;
  /** How many of the protocol's acknowledgements are in everything that was sent. */
  readonly acknowledgements: (sent: Uint8Array) => number;
  /** How many there should be when all is stored; one for each token where not given. */
  readonly expected?: number;
}

export interface Played<Outcome> {
  readonly machine: Machine<Outcome>;
  /** What each input of the script caused, as text: equal texts are equal behaviour. */
  readonly stretches: readonly string[];
  readonly sent: Uint8Array;
  readonly tokens: number;
  readonly repeatedToken: StoreToken | undefined;
  readonly threw: string | undefined;
  readonly ended: "done" | EdgeError | undefined;
  /** What it did after its end, which should be nothing. */
  readonly afterEnd: string | undefined;
  readonly wakeAt: Instant | undefined;
}

export interface PlayOptions {
  readonly split: (bytes: Uint8Array) => readonly Uint8Array[];
  /** Confirmed once where not given. Confirmations come after all bytes of an input, however these were cut. */
  readonly stores?: "withheld" | "twice";
}

const WAKES_PER_INPUT = 10_000;

/** Plays a script to a fresh machine. */
export function play<Outcome>(
  subject: LawSubject<Outcome>,
  script: readonly ScriptInput<Outcome>[],
  options: PlayOptions,
): Played<Outcome> {
  const player = new Player(subject, options);
  player.begin();
  for (const input of script) player.give(input);
  return player.played();
}

class Player<Outcome> {
  readonly #subject: LawSubject<Outcome>;
  readonly #options: PlayOptions;
  readonly #machine: Machine<Outcome>;
  readonly #stretches: string[] = [];
  readonly #sent: Uint8Array[] = [];
  readonly #seen = new Set<StoreToken>();
  #now: Instant;
  #wakeAt: Instant | undefined;
  #ended: "done" | EdgeError | undefined;
  #threw: string | undefined;
  #afterEnd: string | undefined;
  #repeated: StoreToken | undefined;
  #stretch: { send: Uint8Array[]; outcomes: Outcome[] } = { send: [], outcomes: [] };
  #toStore: StoreToken[] = [];

  constructor(subject: LawSubject<Outcome>, options: PlayOptions) {
    this.#subject = subject;
    this.#options = options;
    this.#machine = subject.make(subject.seed ?? 1);
    this.#now = subject.start;
  }

  begin(): void {
    this.#take(() => this.#machine.open(this.#now));
    this.#endStretch();
  }

  give(input: ScriptInput<Outcome>): void {
    if (this.#threw !== undefined) return;
    switch (input.kind) {
      case "receive":
        for (const chunk of this.#options.split(input.bytes)) this.#take(() => this.#machine.receive(chunk, this.#now));
        break;
      case "pass":
        this.#pass(later(this.#now, input.ms));
        break;
      case "give":
        this.#take(() => input.give(this.#machine, this.#now));
        break;
      case "close":
        this.#take(() => this.#machine.close(this.#now));
        break;
    }
    this.#endStretch();
  }

  played(): Played<Outcome> {
    return {
      machine: this.#machine,
      stretches: this.#stretches,
      sent: concat(this.#sent),
      tokens: this.#seen.size,
      repeatedToken: this.#repeated,
      threw: this.#threw,
      ended: this.#ended,
      afterEnd: this.#afterEnd,
      wakeAt: this.#wakeAt,
    };
  }

  #pass(until: Instant): void {
    for (let wakes = 0; this.#wakeAt !== undefined && this.#wakeAt <= until; wakes++) {
      if (wakes > WAKES_PER_INPUT) {
        this.#threw = `nothing, and did not stop waking up before ${until}`;
        return;
      }
      this.#now = toInstant(Math.max(this.#wakeAt, this.#now));
      this.#wakeAt = undefined;
      this.#take(() => this.#machine.wake(this.#now));
    }
    this.#now = until;
  }

  #take(act: () => Step<Outcome>): void {
    if (this.#threw !== undefined) return;
    let step: Step<Outcome>;
    try {
      step = act();
    } catch (thrown) {
      this.#threw = thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : String(thrown);
      return;
    }
    if (this.#ended !== undefined) {
      if (step.send.length > 0) this.#afterEnd = `it sent ${step.send.length} pieces`;
      else if (step.outcomes.length > 0) this.#afterEnd = `it had ${step.outcomes.length} outcomes`;
      else if (step.ended === undefined) this.#afterEnd = "it was no longer ended";
      return;
    }
    this.#wakeAt = step.wakeAt;
    this.#ended = step.ended;
    this.#sent.push(...step.send);
    this.#stretch.send.push(...step.send);
    for (const outcome of step.outcomes) this.#note(outcome);
  }

  #note(outcome: Outcome): void {
    this.#stretch.outcomes.push(outcome);
    const token = this.#subject.store?.tokenOf(outcome);
    if (token === undefined) return;
    if (this.#seen.has(token)) this.#repeated = token;
    this.#seen.add(token);
    this.#toStore.push(token);
  }

  #endStretch(): void {
    const { store } = this.#subject;
    const times = this.#options.stores === "withheld" ? 0 : this.#options.stores === "twice" ? 2 : 1;
    // What a confirmation causes may want to be stored in turn.
    for (let token = this.#toStore.shift(); token !== undefined; token = this.#toStore.shift()) {
      const one = token;
      for (let i = 0; i < times; i++) {
        if (store !== undefined) this.#take(() => store.stored(this.#machine, one, this.#now));
      }
    }
    const end = this.#ended instanceof EdgeError ? this.#ended.code : (this.#ended ?? "open");
    const send = toHex(concat(this.#stretch.send));
    this.#stretches.push(
      `sent ${send}; ${this.#stretch.outcomes.map(toText).join(" ")}; ${end}; wake ${this.#wakeAt}; threw ${this.#threw}`,
    );
    this.#stretch = { send: [], outcomes: [] };
  }
}

/** Equal for equal values: bytes as hex, faults by what they are. */
function toText(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) => {
    if (inner instanceof Uint8Array) return toHex(inner);
    if (typeof inner === "bigint") return `${inner}n`;
    return inner === undefined ? "(undefined)" : inner;
  });
}
