import { EdgeError, toEdgeError } from "../kit/edge-error.ts";
import type { Transport } from "../kit/ports.ts";
import type { Machine, Step } from "../kit/step.ts";
import type { Instant } from "../kit/time.ts";
import type { CancelTimer, Timers } from "./timers.ts";

export interface DriverParts<Outcome> {
  readonly machine: Machine<Outcome>;
  readonly transport: Transport;
  readonly timers: Timers;
  /** Asked in the same tick immediately before every write; `false` ends the run and nothing is written. */
  readonly permit: () => boolean;
  /**
   * Takes what the machine caused. The next chunk of the peer is read only after the returned promise settled, so a
   * slow store reaches the peer as TCP backpressure. A rejection ends the run with that fault.
   */
  readonly take: (outcome: Outcome) => void | Promise<void>;
  /**
   * Reading goes on while our own bytes wait to be written: for two ends that both speak unasked, or each would wait for
   * the other to read first. What waits must then be bounded by the machine. Otherwise a peer that does not read our
   * answers is not read either.
   */
  readonly isDuplex?: boolean | undefined;
}

type End = "done" | EdgeError;

/**
 * Runs one machine over one transport: the only place where steps become bytes, timers and promises. It ends exactly
 * once, closes the transport, and never rejects.
 */
export class Driver<Outcome> {
  readonly #parts: DriverParts<Outcome>;
  #end: End | undefined;
  #settleEnd: ((end: End) => void) | undefined;
  readonly #ended: Promise<End>;
  /** The machine had its last word, so what it sent still goes out; everything else that ends a run cuts it off. */
  #flush = false;
  /** The connection broke: whatever the machine makes of that, the run is not `done`. */
  #broken: EdgeError | undefined;
  /** When the machine wants to be woken, and the timer that is set for it: one that is due earlier only looks again. */
  #wakeAt: Instant | undefined;
  #timer: { readonly at: Instant; readonly cancel: CancelTimer } | undefined;
  #steps = 0;
  /** Outcomes being taken and writes under way. Reading waits until there are none. */
  #pending = 0;
  readonly #taking = new Set<Promise<void>>();
  /** The reader, where it waits. One function and not a race of promises: those would pile up on `#ended`. */
  #resumeReader: (() => void) | undefined;
  #started = false;
  readonly #early: ((now: Instant) => Step<Outcome>)[] = [];

  constructor(parts: DriverParts<Outcome>) {
    this.#parts = parts;
    this.#ended = new Promise((resolve) => {
      this.#settleEnd = resolve;
    });
  }

  /**
   * Resolves when the conversation is over: `done`, or the fault that ended it. Then the transport is closed, every
   * outcome was taken, and no timer is left.
   */
  async run(): Promise<End> {
    const { machine, transport } = this.#parts;
    this.#started = true;
    this.#step((now) => machine.open(now));
    for (const early of this.#early.splice(0)) this.#step(early);
    const reading = this.#read();
    const end = await this.#ended;
    if (this.#flush) await transport.close();
    await reading;
    await Promise.all(this.#taking);
    return end;
  }

  /** Gives the machine an input from our side: `stored(token)`, `submit(command)`. Ignored after the end. */
  input(give: (now: Instant) => Step<Outcome>): void {
    if (this.#started) this.#step(give);
    else if (this.#end === undefined) this.#early.push(give);
  }

  async #read(): Promise<void> {
    const { machine, transport } = this.#parts;
    try {
      for await (const chunk of transport) {
        if (this.#end !== undefined) return;
        this.#step((now) => machine.receive(chunk, now));
        if (this.#pending > 0) await this.#idle();
        if (this.#end !== undefined) return;
      }
      this.#step((now) => machine.close(now));
      // A machine may outlive its peer's half only to finish what is being stored; without a peer that is the end.
      await this.#idle();
      this.#finish("done", "flush");
    } catch (thrown) {
      this.#broken = toEdgeError(thrown, "transport.failed");
      this.#step((now) => machine.close(now));
      this.#finish(this.#broken, "cut");
    }
  }

  /** Waits until everything caused so far is taken and written, or the run has ended. */
  #idle(): Promise<void> {
    if (this.#pending === 0 || this.#end !== undefined) return Promise.resolve();
    return new Promise((resolve) => {
      this.#resumeReader = resolve;
    });
  }

  #step(give: (now: Instant) => Step<Outcome>): void {
    if (this.#end !== undefined) return;
    const { timers, take } = this.#parts;
    let step: Step<Outcome>;
    try {
      step = give(timers.now());
    } catch (thrown) {
      this.#finish(threw(thrown), "cut");
      return;
    }
    this.#steps += 1;
    const newest = this.#steps;
    for (const outcome of step.outcomes) this.#track(() => take(outcome), "take");
    for (const bytes of step.send) this.#write(bytes);
    if (step.ended !== undefined) this.#finish(step.ended, "flush");
    // Taking an outcome may have been an input of its own: then that step knows better when to wake.
    else if (this.#end === undefined && this.#steps === newest) this.#wake(step.wakeAt);
  }

  /** A peer that speaks all the time moves its deadlines with every word: the timer is left where it is until it is due. */
  #wake(at: Instant | undefined): void {
    this.#wakeAt = at;
    if (at === undefined) this.#forgetTimer();
    else if (this.#timer === undefined || this.#timer.at > at) {
      this.#forgetTimer();
      this.#timer = { at, cancel: this.#parts.timers.at(at, this.#due) };
    }
  }

  readonly #due = (): void => {
    const at = this.#wakeAt;
    const isEarly = at !== undefined && this.#timer !== undefined && this.#timer.at < at;
    this.#timer = undefined;
    if (isEarly) this.#wake(at);
    else if (at !== undefined) this.#step((now) => this.#parts.machine.wake(now));
  };

  #forgetTimer(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #write(bytes: Uint8Array): void {
    const { permit, transport } = this.#parts;
    // Nothing of a step is written any more after the run was cut off in the middle of it.
    if (this.#end !== undefined) return;
    if (permit()) this.#track(() => transport.write(bytes), "write");
    else this.#finish(notPermitted(), "cut");
  }

  #track(start: () => void | Promise<void>, kind: "take" | "write"): void {
    let under: void | Promise<void>;
    try {
      under = start();
    } catch (thrown) {
      this.#finish(toEdgeError(thrown, "transport.failed"), "cut");
      return;
    }
    if (under === undefined) return;
    const holdsUp = kind === "take" || this.#parts.isDuplex !== true;
    if (holdsUp) this.#pending += 1;
    const settle = (): void => {
      this.#taking.delete(settled);
      if (holdsUp) this.#settle();
    };
    const settled = under.then(settle, (thrown: unknown) => {
      this.#finish(toEdgeError(thrown, "transport.failed"), "cut");
      settle();
    });
    if (kind === "take") this.#taking.add(settled);
  }

  #settle(): void {
    this.#pending -= 1;
    if (this.#pending === 0) this.#resume();
  }

  #resume(): void {
    const resume = this.#resumeReader;
    this.#resumeReader = undefined;
    resume?.();
  }

  #finish(end: End, how: "flush" | "cut"): void {
    if (this.#end !== undefined) return;
    const final = end === "done" ? (this.#broken ?? end) : end;
    this.#end = final;
    this.#flush = how === "flush" && this.#broken === undefined;
    this.#wakeAt = undefined;
    this.#forgetTimer();
    if (!this.#flush) this.#parts.transport.destroy();
    this.#resume();
    this.#settleEnd?.(final);
  }
}

/** Whatever a machine throws, an EdgeError too, is a bug of ours: it promised to end instead. */
function threw(thrown: unknown): EdgeError {
  const text = thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : String(thrown);
  return new EdgeError({
    code: "transport.machine.threw",
    blame: "us",
    retry: "backoff",
    message: `a machine threw instead of ending: ${text}`,
    cause: thrown,
  });
}

function notPermitted(): EdgeError {
  return new EdgeError({
    code: "lease.deadline.passed",
    blame: "us",
    retry: "never",
    message: "the lease's own deadline has passed: nothing more is written to this device",
  });
}
