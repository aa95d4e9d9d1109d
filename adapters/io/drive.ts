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
}

/**
 * Runs one machine over one transport: the only place where steps become bytes, timers and promises. It ends exactly
 * once, closes the transport, and never rejects.
 */
export class Driver<Outcome> {
  readonly #parts: DriverParts<Outcome>;
  #end: "done" | EdgeError | undefined;
  #settleEnd: ((end: "done" | EdgeError) => void) | undefined;
  readonly #ended: Promise<"done" | EdgeError>;
  #cancelWake: CancelTimer | undefined;
  /** Outcomes still being taken and bytes still being written; reading waits for it. */
  #busy: Promise<void> = Promise.resolve();
  #started = false;
  readonly #early: ((now: Instant) => Step<Outcome>)[] = [];

  constructor(parts: DriverParts<Outcome>) {
    this.#parts = parts;
    this.#ended = new Promise((resolve) => {
      this.#settleEnd = resolve;
    });
  }

  /** Resolves when the conversation is over: `done`, or the fault that ended it. */
  async run(): Promise<"done" | EdgeError> {
    const { machine, transport } = this.#parts;
    this.#started = true;
    this.#step((now) => machine.open(now));
    for (const early of this.#early.splice(0)) this.#step(early);
    const reading = this.#read();
    const end = await this.#ended;
    if (end === "done") {
      await this.#busy;
      await transport.close();
    } else transport.destroy();
    await reading;
    return end;
  }

  /** Gives the machine an input from our side: `stored(token)`, `submit(command)`. Ignored after the end. */
  input(give: (now: Instant) => Step<Outcome>): void {
    if (this.#started) this.#step(give);
    else this.#early.push(give);
  }

  async #read(): Promise<void> {
    const { machine, transport } = this.#parts;
    try {
      for await (const chunk of transport) {
        if (this.#end !== undefined) return;
        this.#step((now) => machine.receive(chunk, now));
        await this.#idle();
        if (this.#end !== undefined) return;
      }
      this.#step((now) => machine.close(now));
      // A machine may outlive its peer's half only to finish what is being stored; without a peer that is the end.
      await this.#idle();
      this.#finish("done");
    } catch (thrown) {
      if (this.#end === undefined) this.#step((now) => machine.close(now));
      this.#finish(toEdgeError(thrown, "transport.failed"));
    }
  }

  /** Waits until everything caused so far is taken and written, or the run has ended. */
  async #idle(): Promise<void> {
    let seen: Promise<void>;
    do {
      seen = this.#busy;
      await Promise.race([seen, this.#ended]);
    } while (seen !== this.#busy && this.#end === undefined);
  }

  #step(give: (now: Instant) => Step<Outcome>): void {
    if (this.#end !== undefined) return;
    let step: Step<Outcome>;
    try {
      step = give(this.#parts.timers.now());
    } catch (thrown) {
      this.#finish(toEdgeError(thrown, "transport.machine.threw"));
      return;
    }
    this.#cancelWake?.();
    this.#cancelWake = undefined;
    const work: Promise<void>[] = [];
    for (const outcome of step.outcomes) this.#collect(work, () => this.#parts.take(outcome));
    for (const bytes of step.send) {
      if (!this.#parts.permit()) {
        this.#finish(notPermitted());
        break;
      }
      this.#collect(work, () => this.#parts.transport.write(bytes));
    }
    if (work.length > 0) this.#busy = Promise.all([this.#busy, ...work]).then(() => {});
    if (step.ended !== undefined) this.#finish(step.ended);
    else if (step.wakeAt !== undefined && this.#end === undefined) {
      this.#cancelWake = this.#parts.timers.at(step.wakeAt, () => this.#step((now) => this.#parts.machine.wake(now)));
    }
  }

  #collect(work: Promise<void>[], start: () => void | Promise<void>): void {
    try {
      const started = start();
      if (started !== undefined)
        work.push(started.catch((thrown) => this.#finish(toEdgeError(thrown, "transport.failed"))));
    } catch (thrown) {
      this.#finish(toEdgeError(thrown, "transport.failed"));
    }
  }

  #finish(end: "done" | EdgeError): void {
    if (this.#end !== undefined) return;
    this.#end = end;
    this.#cancelWake?.();
    this.#cancelWake = undefined;
    if (end !== "done") this.#parts.transport.destroy();
    this.#settleEnd?.(end);
  }
}

function notPermitted(): EdgeError {
  return new EdgeError({
    code: "lease.deadline.passed",
    blame: "us",
    retry: "never",
    message: "the lease's own deadline has passed: nothing more is written to this device",
  });
}
