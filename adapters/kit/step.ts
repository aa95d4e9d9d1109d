import type { EdgeError } from "./edge-error.ts";
import type { Instant } from "./time.ts";

/** Everything one input caused. Nothing is left inside the machine to be drained. */
export interface Step<Outcome> {
  /** Bytes for the peer, in order. */
  readonly send: readonly Uint8Array[];
  readonly outcomes: readonly Outcome[];
  /** Absolute; replaces the previous one. `undefined`: the machine waits for input only. */
  readonly wakeAt: Instant | undefined;
  /** `undefined` while the machine goes on. After it ended, every further input returns an ended, empty step. */
  readonly ended: "done" | EdgeError | undefined;
}

/** Both roles, both sides of the wire, simulator and product. Inputs never throw on what a peer sent. */
export interface Machine<Outcome> {
  open(now: Instant): Step<Outcome>;
  receive(chunk: Uint8Array, now: Instant): Step<Outcome>;
  wake(now: Instant): Step<Outcome>;
  /** The peer closed, or we are asked to stop. */
  close(now: Instant): Step<Outcome>;
}

/** Builds a step while a machine handles one input. */
export class StepBuilder<Outcome> {
  readonly send: Uint8Array[] = [];
  readonly outcomes: Outcome[] = [];
  wakeAt: Instant | undefined;
  ended: "done" | EdgeError | undefined;

  build(): Step<Outcome> {
    return {
      send: this.send,
      outcomes: this.outcomes,
      wakeAt: this.ended === undefined ? this.wakeAt : undefined,
      ended: this.ended,
    };
  }
}

const EMPTY: readonly never[] = [];

export function idle(wakeAt?: Instant | undefined): Step<never> {
  return { send: EMPTY, outcomes: EMPTY, wakeAt, ended: undefined };
}

export function ended(reason: "done" | EdgeError): Step<never> {
  return { send: EMPTY, outcomes: EMPTY, wakeAt: undefined, ended: reason };
}
