import { type EdgeError, toEdgeError } from "../../adapters/kit/edge-error.ts";
import type { DurationMs } from "../../adapters/kit/time.ts";
import { LeaseMachine, type LeaseSnapshot } from "../lease/machine.ts";
import { LeaseRunner, type LeaseTimers, type PeerVoice } from "../lease/runner.ts";
import type { LeaseSettings } from "../lease/settings.ts";
import type { LeaseStore } from "../lease/store.ts";
import type { LeaseIdentity, LeaseOutcome, TakeoverReason } from "../lease/words.ts";
import type { Random } from "../../adapters/kit/ports.ts";
import type { Reign } from "../model/reign.ts";

/** What the agent does for a group while it reigns; made anew for every reign. */
export interface ReignWork {
  /** Begins to serve. Its failure ends the reign. */
  start(): Promise<void>;
  /** Ends gracefully: what was begun is finished, nothing new starts. Bounded by `forMs`. */
  drain(forMs: DurationMs): Promise<void>;
  /** Ends at once. Idempotent. */
  end(): void;
}

export interface GroupRunnerParts {
  readonly identity: LeaseIdentity;
  readonly settings: LeaseSettings;
  readonly store: LeaseStore;
  readonly timers: LeaseTimers;
  readonly random: Random;
  readonly voice: PeerVoice;
  readonly epochs: { readonly highest: number; note(epoch: number): void };
  readonly makeWork: (reign: Reign, reason: TakeoverReason, detectedAfterMs: DurationMs) => ReignWork;
  readonly onOutcome: (outcome: LeaseOutcome) => void;
  readonly onWorkFailed: (fault: EdgeError) => void;
}

/** One group on one agent: the lease decides, this makes the work begin and end with it. */
export class GroupRunner {
  readonly lease: LeaseRunner;
  readonly #parts: GroupRunnerParts;
  #work: ReignWork | undefined;

  constructor(parts: GroupRunnerParts) {
    this.#parts = parts;
    const { identity, settings, store, timers, random, voice, epochs } = parts;
    const machine = new LeaseMachine({ settings, identity, random, now: timers.now(), epochFloor: epochs.highest });
    this.lease = new LeaseRunner({
      machine,
      group: identity.group,
      agent: identity.agent,
      store,
      timers,
      voice,
      onOutcome: (outcome) => this.#take(outcome),
    });
  }

  get group(): string {
    return this.#parts.identity.group;
  }

  get work(): ReignWork | undefined {
    return this.#work;
  }

  start(): void {
    this.lease.start();
  }

  snapshot(): LeaseSnapshot {
    return this.lease.snapshot();
  }

  /** Ends everything at once, without giving the lease back: for a crash-like stop. */
  stop(): void {
    this.#endWork();
    this.lease.stop();
  }

  #take(outcome: LeaseOutcome): void {
    switch (outcome.kind) {
      case "epoch-noted":
        this.#parts.epochs.note(outcome.epoch);
        return;
      case "active":
        this.#parts.onOutcome(outcome);
        this.#begin(outcome.reason, outcome.detectedAfterMs);
        return;
      case "stepping-down":
        this.#parts.onOutcome(outcome);
        this.#drain(outcome.drainUntil - this.#parts.timers.now());
        return;
      case "standby":
        this.#endWork();
        this.#parts.onOutcome(outcome);
        return;
      default:
        this.#parts.onOutcome(outcome);
    }
  }

  #begin(reason: TakeoverReason, detectedAfterMs: DurationMs): void {
    this.#endWork();
    const reign = this.lease.reign();
    if (reign === undefined) return;
    const work = this.#parts.makeWork(reign, reason, detectedAfterMs);
    this.#work = work;
    work.start().catch((thrown: unknown) => {
      // A reign that cannot serve is worth nothing: let the other agent try.
      if (this.#work !== work) return;
      this.#parts.onWorkFailed(toEdgeError(thrown, "lease.work.failed"));
      this.lease.request({ kind: "step-down" });
    });
  }

  #drain(forMs: DurationMs): void {
    const work = this.#work;
    if (work === undefined) {
      this.lease.drained();
      return;
    }
    const drained = (): void => {
      if (this.#work === work) this.lease.drained();
    };
    work.drain(Math.max(0, forMs)).then(drained, drained);
  }

  #endWork(): void {
    this.#work?.end();
    this.#work = undefined;
  }
}
