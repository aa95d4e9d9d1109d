import { toEdgeError } from "../../adapters/kit/edge-error.ts";
import { ended, idle, type Machine, type Step, StepBuilder } from "../../adapters/kit/step.ts";
import { type Instant, later } from "../../adapters/kit/time.ts";
import { decodeEnvelope, type Envelope, ENVELOPE_BYTES_MAX } from "../../adapters/oslp/envelope.ts";
import { EnvelopeFramer } from "../../adapters/oslp/envelope-framer.ts";
import { decodeMessage, type OslpMessage } from "../../adapters/oslp/message.ts";
import type { Behaviour, Reply } from "./behaviour.ts";
import type { DeviceState } from "./device-state.ts";
import { seal, verified } from "./sealing.ts";
import { acceptsRequest, following } from "./sequence.ts";

export type AnsweringOutcome =
  | { readonly kind: "request"; readonly member: string; readonly answered: boolean }
  /** A slow answer has left. */
  | { readonly kind: "answered-late" };

interface Late {
  readonly at: Instant;
  readonly writes: readonly Uint8Array[];
  readonly afterwards: ((now: Instant) => void) | undefined;
}

/** A conversation the platform opened to the device. The platform closes; the device gives up after a minute. */
const PATIENCE_MS = 60_000;

export class Answering implements Machine<AnsweringOutcome> {
  readonly #state: DeviceState;
  readonly #behaviours: readonly Behaviour[];
  readonly #framer = new EnvelopeFramer(ENVELOPE_BYTES_MAX);
  readonly #late: Late[] = [];
  #deadline: Instant | undefined;
  #over = false;

  constructor(parts: { readonly state: DeviceState; readonly behaviours: readonly Behaviour[] }) {
    this.#state = parts.state;
    this.#behaviours = parts.behaviours;
  }

  /** Bytes of an envelope that is not whole yet. */
  get held(): number {
    return this.#framer.pending;
  }

  open(now: Instant): Step<AnsweringOutcome> {
    if (!this.#state.poweredOn) return this.#hangUp();
    this.#deadline = later(now, PATIENCE_MS);
    return idle(this.#deadline);
  }

  receive(chunk: Uint8Array, now: Instant): Step<AnsweringOutcome> {
    if (this.#over) return ended("done");
    const step = new StepBuilder<AnsweringOutcome>();
    try {
      const { envelopes, fault } = this.#framer.push(chunk);
      for (const bytes of envelopes) {
        if (step.ended !== undefined) break;
        this.#request(decodeEnvelope(bytes), now, step);
      }
      if (fault !== undefined) throw fault;
    } catch (thrown) {
      this.#state.log.note(toEdgeError(thrown, "oslp.payload.malformed").message);
      this.#state.notice({ kind: "refused", why: "malformed", member: undefined }, now);
      this.#over = true;
      step.ended = "done";
    }
    step.wakeAt = this.#nextWake();
    return step.build();
  }

  wake(now: Instant): Step<AnsweringOutcome> {
    if (this.#over) return ended("done");
    const step = new StepBuilder<AnsweringOutcome>();
    while (this.#late[0] !== undefined && this.#late[0].at <= now) {
      const due = this.#late.shift();
      step.send.push(...(due?.writes ?? []));
      due?.afterwards?.(now);
      step.outcomes.push({ kind: "answered-late" });
    }
    if (this.#deadline !== undefined && now >= this.#deadline) {
      this.#over = true;
      step.ended = "done";
    }
    step.wakeAt = this.#nextWake();
    return step.build();
  }

  close(_now: Instant): Step<AnsweringOutcome> {
    return this.#hangUp();
  }

  #request(envelope: Envelope, now: Instant, step: StepBuilder<AnsweringOutcome>): void {
    const state = this.#state;
    if (!verified(state, envelope)) {
      state.log.note("a request is not signed by the platform");
      state.notice({ kind: "refused", why: "unsigned", member: undefined }, now);
      return;
    }
    const request = decodeMessage(envelope.payload);
    if (!acceptsRequest(state.sequenceNumber, envelope.sequenceNumber, state.window)) {
      state.log.note(`request ${envelope.sequenceNumber} is outside the window of ${state.sequenceNumber}`);
      state.notice({ kind: "refused", why: "out-of-window", member: request.member }, now);
      this.#over = true;
      step.ended = "done";
      return;
    }
    const reply = this.#reply(request, envelope.sequenceNumber, now);
    step.outcomes.push({ kind: "request", member: request.member, answered: reply.kind === "answer" });
    if (reply.kind === "hang-up") {
      this.#over = true;
      step.ended = "done";
    }
    if (reply.kind !== "answer") return;
    const sequenceNumber = reply.sequenceNumber ?? following(envelope.sequenceNumber);
    state.sequenceNumber = following(envelope.sequenceNumber);
    const writes = seal(state, this.#behaviours, { message: reply.message, sequenceNumber, leaving: "answer" });
    if (reply.afterMs !== undefined && reply.afterMs > 0) {
      this.#late.push({ at: later(now, reply.afterMs), writes, afterwards: reply.afterwards });
      return;
    }
    step.send.push(...writes);
    reply.afterwards?.(now);
  }

  #reply(request: OslpMessage, sequenceNumber: number, now: Instant): Reply {
    const state = this.#state;
    for (const behaviour of this.#behaviours) {
      const reply = behaviour.answers?.(state, request, now);
      if (reply === undefined) continue;
      if (reply.kind === "answer") {
        state.log.executed({ member: request.member, sequenceNumber, body: request.body });
      }
      let altered = reply;
      for (const one of this.#behaviours) altered = one.alters?.(state, altered, request, now) ?? altered;
      return altered;
    }
    state.log.note(`nobody answers ${request.member}`);
    state.notice({ kind: "refused", why: "unknown", member: request.member }, now);
    return { kind: "hang-up" };
  }

  #nextWake(): Instant | undefined {
    const late = this.#late[0]?.at;
    return late !== undefined && (this.#deadline === undefined || late < this.#deadline) ? late : this.#deadline;
  }

  #hangUp(): Step<AnsweringOutcome> {
    this.#over = true;
    return ended("done");
  }
}
