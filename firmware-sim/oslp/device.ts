import type { Crypto, KeyRef } from "../../adapters/kit/adapter.ts";
import { Fifo } from "../../adapters/kit/fifo.ts";
import type { Random } from "../../adapters/kit/ports.ts";
import type { Machine } from "../../adapters/kit/step.ts";
import { type DurationMs, earliest, type Instant, later, toRfc3339, type WallMs } from "../../adapters/kit/time.ts";
import { Agenda } from "./agenda.ts";
import { Answering, type AnsweringOutcome } from "./answering.ts";
import type { Behaviour } from "./behaviour.ts";
import { type DeviceIdentity, type DeviceLog, type DeviceState, type Relay, stampOf } from "./device-state.ts";
import { Initiative, type InitiativeOutcome } from "./initiative.ts";
import type { Notice } from "./notice.ts";
import { confirmPlan, eventPlan, registerPlan } from "./plans.ts";
import { start } from "./power.ts";

export interface DeviceParts {
  readonly identity: DeviceIdentity;
  readonly behaviours: readonly Behaviour[];
  readonly relays?: readonly Relay[];
  readonly random: Random;
  readonly crypto: Crypto;
  readonly wall: () => WallMs;
  readonly log: DeviceLog;
  readonly answerTimeoutMs?: DurationMs;
  /** Seconds of `wall` per second of the instants it is given; 1 where not given. */
  readonly speed?: number;
  /** Makes a public key it is sent usable; where not given, no key is taken. */
  readonly learnKey?: (spki: Uint8Array) => KeyRef | undefined;
}

/**
 * A confirmation that stays without an answer so often in a row is given up, and the device registers anew: the platform may
 * have answered another registration since, and drops a confirmation of the one before it without a word.
 */
export const CONFIRM_TRIES = 6;

/**
 * A street-light controller. It has two sides, as in the field: it opens a connection for everything it has to say, and
 * it answers on connections the platform opens. Both share one sequence number.
 */
export class SimulatedDevice {
  readonly #state: DeviceState;
  readonly #behaviours: readonly Behaviour[];
  readonly #answerTimeoutMs: DurationMs | undefined;
  readonly #ticks = new Map<Behaviour, Instant>();
  #started = false;
  #startups = 0;
  #unconfirmed = 0;

  constructor(parts: DeviceParts) {
    this.#behaviours = parts.behaviours;
    this.#answerTimeoutMs = parts.answerTimeoutMs;
    this.#state = {
      identity: parts.identity,
      relays: parts.relays ?? defaultRelays(parts.identity.kind),
      random: parts.random,
      crypto: parts.crypto,
      wall: parts.wall,
      log: parts.log,
      pending: new Fifo(),
      registration: "unregistered",
      sequenceNumber: 0,
      window: 6,
      randomDevice: 0,
      randomPlatform: 0,
      hasSchedule: false,
      eventMask: 0xff,
      poweredOn: true,
      startups: 1,
      platformKey: parts.identity.platformKey,
      formerPlatformKey: undefined,
      learnKey: parts.learnKey ?? (() => undefined),
      agenda: new Agenda(),
      notice: (notice, now) => this.#tell(notice, now),
      clock: { kind: "set", offsetMs: 0 },
      speed: parts.speed ?? 1,
      place: undefined,
      schedule: undefined,
      configuration: undefined,
      firmware: undefined,
      meter: undefined,
      registeredAt: undefined,
      registersWith: undefined,
    };
  }

  /** For tests and displays; the device alone changes it. */
  get state(): Readonly<DeviceState> {
    return this.#state;
  }

  /** Lets time pass. Returns when it wants to be called again; call `next` afterwards. */
  tick(now: Instant): Instant | undefined {
    if (!this.#started) {
      this.#started = true;
      for (const behaviour of this.#behaviours) if (behaviour.ticks !== undefined) this.#ticks.set(behaviour, now);
    }
    this.#state.agenda.run(now);
    this.#startBehaviours(now);
    let first: Instant | undefined;
    for (const behaviour of this.#behaviours) {
      const at = this.#ticks.get(behaviour);
      if (at === undefined) continue;
      const next = at <= now ? behaviour.ticks?.(this.#state, now) : at;
      if (next === undefined) this.#ticks.delete(behaviour);
      else {
        this.#ticks.set(behaviour, next);
        if (first === undefined || next < first) first = next;
      }
    }
    return earliest(first, this.#state.agenda.next);
  }

  /**
   * The conversation the device wants to open now: to register, to confirm, to tell its oldest event. One at a time:
   * do not ask again before it ended.
   */
  next(now: Instant): Machine<InitiativeOutcome> | undefined {
    const state = this.#state;
    if (!state.poweredOn || this.#behaviours.some((one) => one.opens?.(state, now) === "refuse")) return undefined;
    switch (state.registration) {
      case "unregistered":
        return this.#initiative(registerPlan(state));
      case "confirming":
        return this.#initiative(confirmPlan(state));
      case "registered": {
        const oldest = state.pending.peek();
        return oldest === undefined ? undefined : this.#initiative(eventPlan(state, oldest));
      }
    }
  }

  /** A conversation somebody opened to the device. */
  answer(): Machine<AnsweringOutcome> {
    return new Answering({ state: this.#state, behaviours: this.#behaviours });
  }

  /** Off and on again after `forMs`: lights go to their default, the device registers anew. */
  powerCycle(now: Instant, forMs: DurationMs): Instant {
    this.#state.poweredOn = false;
    this.#started = false;
    this.#ticks.clear();
    this.#state.agenda.clear();
    return later(now, forMs);
  }

  powerOn(): void {
    this.#state.poweredOn = true;
    start(this.#state);
  }

  timestamp(): string {
    return stampOf(this.#state.wall(), toRfc3339);
  }

  /** Every start once, also those a device made of itself. */
  #startBehaviours(now: Instant): void {
    const state = this.#state;
    if (this.#startups === state.startups) return;
    this.#startups = state.startups;
    for (const behaviour of this.#behaviours) behaviour.starts?.(state, now);
  }

  #tell(notice: Notice, now: Instant): void {
    this.#state.log.noticed?.(notice);
    this.#countTries(notice);
    for (const behaviour of this.#behaviours) behaviour.notices?.(this.#state, notice, now);
  }

  #countTries(notice: Notice): void {
    const state = this.#state;
    if (notice.kind === "registered") this.#unconfirmed = 0;
    if (notice.kind !== "unanswered" || state.registration !== "confirming") return;
    this.#unconfirmed += 1;
    if (this.#unconfirmed < CONFIRM_TRIES) return;
    this.#unconfirmed = 0;
    state.registration = "unregistered";
  }

  #initiative(plan: ReturnType<typeof registerPlan>): Initiative {
    const timeout = this.#answerTimeoutMs;
    const parts = { state: this.#state, behaviours: this.#behaviours, plan };
    return new Initiative(timeout === undefined ? parts : { ...parts, timeoutMs: timeout });
  }
}

function defaultRelays(kind: "SSLD" | "PSLD"): Relay[] {
  if (kind === "PSLD") return [{ index: 1, type: "LIGHT", on: false, dim: 100 }];
  return [
    { index: 1, type: "TARIFF", on: false, dim: 100 },
    { index: 2, type: "LIGHT", on: false, dim: 100 },
    { index: 3, type: "LIGHT", on: false, dim: 100 },
  ];
}
