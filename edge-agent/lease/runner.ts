import { toEdgeError } from "../../adapters/kit/edge-error.ts";
import type { Instant } from "../../adapters/kit/time.ts";
import type { Reign } from "../model/reign.ts";
import type { LeaseMachine, LeaseSnapshot } from "./machine.ts";
import type { LeaseStore } from "./store.ts";
import type {
  Attempt,
  Beat,
  LeaseInput,
  LeaseOutcome,
  LeaseRequest,
  LeaseStep,
  LinkEnd,
  PeerWord,
  StoreReply,
} from "./words.ts";

/** Time as the runner needs it: real, or virtual in simulation. */
export interface LeaseTimers {
  /** Monotonic. */
  now(): Instant;
  /** Calls once at that instant or as soon after it as possible; the result cancels it. */
  at(when: Instant, call: () => void): () => void;
}

/** The way to the peers: a word for one of them, dropped where its link is not open. */
export interface PeerVoice {
  say(peer: string, word: PeerWord): void;
}

export interface LeaseRunnerOptions {
  readonly machine: LeaseMachine;
  readonly group: string;
  readonly agent: string;
  readonly store: LeaseStore;
  readonly timers: LeaseTimers;
  readonly voice: PeerVoice;
  /** Called synchronously, in order, before the attempts and words of the same step go out. Persist `epoch-noted` here. */
  readonly onOutcome: (outcome: LeaseOutcome) => void;
}

type WithoutNow<Input> = Input extends LeaseInput ? Omit<Input, "now"> : never;

/** Drives a lease machine: performs its attempts, feeds the answers back however late, and wakes it. */
export class LeaseRunner {
  readonly #options: LeaseRunnerOptions;
  #cancelWake: (() => void) | undefined;
  #wakeAt: Instant | undefined;
  #reign: Reign | undefined;
  #stopped = false;

  constructor(options: LeaseRunnerOptions) {
    this.#options = options;
  }

  start(): void {
    this.#feed({ kind: "open" });
  }

  /** Ends all activity without a word. A reign that is to end gracefully is stepped down from first. */
  stop(): void {
    this.#stopped = true;
    this.#cancelWake?.();
    this.#cancelWake = undefined;
    this.#reign = undefined;
  }

  /** Our hold of the group, from `active` until `standby`; ask its `mayAct` before every effect. */
  reign(): Reign | undefined {
    return this.#reign;
  }

  snapshot(): LeaseSnapshot {
    return this.#options.machine.snapshot(this.#options.timers.now());
  }

  beat(peer: string): Beat {
    return this.#options.machine.beat(peer);
  }

  linkOpened(peer: string): void {
    this.#feed({ kind: "link-opened", peer });
  }

  linkClosed(peer: string, how: LinkEnd): void {
    this.#feed({ kind: "link-closed", peer, how });
  }

  heard(peer: string, word: PeerWord): void {
    this.#feed({ kind: "heard", peer, word });
  }

  /** What was begun before stepping down is finished. */
  drained(): void {
    this.#feed({ kind: "drained" });
  }

  /** The loop stood still; for a runtime that notices it by itself. */
  frozen(): void {
    this.#feed({ kind: "frozen" });
  }

  /** `undefined` when it was taken, or the sentence that says why not. */
  request(request: LeaseRequest): string | undefined {
    const step = this.#feed({ kind: "requested", request });
    const refused = step?.outcomes.find((outcome) => outcome.kind === "request-refused");
    return step === undefined ? "the agent is stopping" : refused?.message;
  }

  requestHandover(to: string): string | undefined {
    return this.request({ kind: "handover", to });
  }

  #feed(input: WithoutNow<LeaseInput>): LeaseStep | undefined {
    if (this.#stopped) return undefined;
    const { machine, timers } = this.#options;
    const step = machine.take({ ...input, now: timers.now() });
    this.#schedule(step.wakeAt);
    for (const outcome of step.outcomes) this.#tell(outcome);
    for (const { to, word } of step.say) this.#options.voice.say(to, word);
    for (const attempt of step.attempts) this.#perform(attempt);
    return step;
  }

  #tell(outcome: LeaseOutcome): void {
    if (outcome.kind === "active") this.#reign = this.#makeReign(outcome.epoch);
    if (outcome.kind === "standby") this.#reign = undefined;
    this.#options.onOutcome(outcome);
  }

  #makeReign(epoch: number): Reign {
    const { group, agent, machine, timers } = this.#options;
    return { group, holder: agent, epoch, mayAct: () => !this.#stopped && machine.mayAct(epoch, timers.now()) };
  }

  #perform(attempt: Attempt): void {
    const answer = (reply: StoreReply): void => {
      this.#feed({ kind: "reply", attempt: attempt.id, reply });
    };
    this.#call(attempt).then(answer, (thrown: unknown) => {
      answer({ kind: "failed", fault: toEdgeError(thrown, "lease.store.failed") });
    });
  }

  async #call(attempt: Attempt): Promise<StoreReply> {
    const { store } = this.#options;
    const { request } = attempt;
    switch (request.kind) {
      case "acquire":
        return await store.acquire(request);
      case "renew":
        return await store.renew(request);
      case "release":
        return await store.release(request);
      case "observe":
        return await store.observe();
    }
  }

  #schedule(wakeAt: Instant | undefined): void {
    if (wakeAt === this.#wakeAt && this.#cancelWake !== undefined) return;
    this.#cancelWake?.();
    this.#cancelWake = undefined;
    this.#wakeAt = wakeAt;
    if (wakeAt === undefined) return;
    this.#cancelWake = this.#options.timers.at(wakeAt, () => {
      this.#cancelWake = undefined;
      this.#feed({ kind: "wake" });
    });
  }
}
