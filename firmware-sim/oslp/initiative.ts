import { toEdgeError } from "../../adapters/kit/edge-error.ts";
import { ended, idle, type Machine, type Step } from "../../adapters/kit/step.ts";
import { type Instant, later, type DurationMs } from "../../adapters/kit/time.ts";
import { decodeEnvelope, type Envelope, ENVELOPE_BYTES_MAX } from "../../adapters/oslp/envelope.ts";
import { EnvelopeFramer } from "../../adapters/oslp/envelope-framer.ts";
import { decodeMessage, type OslpMessage } from "../../adapters/oslp/message.ts";
import type { Behaviour } from "./behaviour.ts";
import type { DeviceState } from "./device-state.ts";
import { seal, verified } from "./sealing.ts";

/** How a conversation the device opened went. */
export type InitiativeOutcome =
  | { readonly kind: "answered" }
  /** The platform itself said no: it is the right one, and asking another is no use. */
  | { readonly kind: "refused"; readonly why: string }
  | { readonly kind: "not-answered"; readonly why: string };

export interface InitiativePlan {
  readonly request: OslpMessage;
  readonly sequenceNumber: number;
  /** Takes the verified response; returns why it is not what was wanted, or `undefined` when it is. */
  readonly answered: (response: OslpMessage, now: Instant) => string | undefined;
}

/** Devices in the field wait 20 s (communicationTimeout of the contract, 0.6.1). */
export const ANSWER_TIMEOUT_MS = 20_000;

/** One request, one response, one connection: how a device talks to its platform. */
export class Initiative implements Machine<InitiativeOutcome> {
  readonly #state: DeviceState;
  readonly #behaviours: readonly Behaviour[];
  readonly #plan: InitiativePlan;
  readonly #timeoutMs: DurationMs;
  readonly #framer = new EnvelopeFramer(ENVELOPE_BYTES_MAX);
  #deadline: Instant | undefined;
  #over = false;

  constructor(parts: {
    readonly state: DeviceState;
    readonly behaviours: readonly Behaviour[];
    readonly plan: InitiativePlan;
    readonly timeoutMs?: DurationMs;
  }) {
    this.#state = parts.state;
    this.#behaviours = parts.behaviours;
    this.#plan = parts.plan;
    this.#timeoutMs = parts.timeoutMs ?? ANSWER_TIMEOUT_MS;
  }

  open(now: Instant): Step<InitiativeOutcome> {
    this.#deadline = later(now, this.#timeoutMs);
    const { request: message, sequenceNumber } = this.#plan;
    const send = seal(this.#state, this.#behaviours, { message, sequenceNumber, leaving: "request" });
    return { send, outcomes: [], wakeAt: this.#deadline, ended: undefined };
  }

  receive(chunk: Uint8Array, now: Instant): Step<InitiativeOutcome> {
    if (this.#over) return ended("done");
    try {
      const { envelopes, fault } = this.#framer.push(chunk);
      const first = envelopes[0];
      if (first !== undefined) return this.#take(decodeEnvelope(first), now);
      if (fault !== undefined) return this.#stray(fault.message, now);
      return idle(this.#deadline);
    } catch (thrown) {
      return this.#stray(toEdgeError(thrown, "oslp.payload.malformed").message, now);
    }
  }

  wake(now: Instant): Step<InitiativeOutcome> {
    if (this.#over) return ended("done");
    if (this.#deadline !== undefined && now >= this.#deadline) return this.#stray("no answer in time", now);
    return idle(this.#deadline);
  }

  close(now: Instant): Step<InitiativeOutcome> {
    return this.#over ? ended("done") : this.#stray("the platform hung up", now);
  }

  #take(envelope: Envelope, now: Instant): Step<InitiativeOutcome> {
    if (!verified(this.#state, envelope)) return this.#stray("the answer is not signed by the platform", now);
    if (envelope.sequenceNumber !== this.#plan.sequenceNumber) {
      return this.#stray("the answer has another sequence number", now);
    }
    const why = this.#plan.answered(decodeMessage(envelope.payload), now);
    return this.#end(why === undefined ? { kind: "answered" } : { kind: "refused", why }, now);
  }

  #stray(why: string, now: Instant): Step<InitiativeOutcome> {
    return this.#end({ kind: "not-answered", why }, now);
  }

  #end(outcome: InitiativeOutcome, now: Instant): Step<InitiativeOutcome> {
    this.#over = true;
    if (outcome.kind !== "answered") {
      this.#state.log.note(outcome.why);
      this.#state.notice({ kind: "unanswered", why: outcome.why, rejected: outcome.kind === "refused" }, now);
    }
    return { send: [], outcomes: [outcome], wakeAt: undefined, ended: "done" };
  }
}
