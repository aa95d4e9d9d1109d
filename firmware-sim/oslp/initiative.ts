import { EdgeError, toEdgeError } from "../../adapters/kit/edge-error.ts";
import { ended, idle, type Machine, type Step } from "../../adapters/kit/step.ts";
import { type Instant, later, type DurationMs } from "../../adapters/kit/time.ts";
import { encodeEnvelope, type Envelope, decodeEnvelope, ENVELOPE_BYTES_MAX } from "../../adapters/oslp/envelope.ts";
import { EnvelopeFramer } from "../../adapters/oslp/envelope-framer.ts";
import { decodeMessage, encodeMessage, type OslpMessage } from "../../adapters/oslp/message.ts";
import { signatureOf } from "../../adapters/oslp/signature.ts";
import type { Behaviour } from "./behaviour.ts";
import type { DeviceState } from "./device-state.ts";

/** How a conversation the device opened went. */
export type InitiativeOutcome = { readonly kind: "answered" } | { readonly kind: "not-answered"; readonly why: string };

export interface InitiativePlan {
  readonly request: OslpMessage;
  readonly sequenceNumber: number;
  /** Takes the verified response; returns why it is not what was wanted, or `undefined` when it is. */
  readonly answered: (response: OslpMessage) => string | undefined;
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
    const bytes = seal(this.#state, this.#behaviours, this.#plan.request, this.#plan.sequenceNumber);
    return { send: [bytes], outcomes: [], wakeAt: this.#deadline, ended: undefined };
  }

  receive(chunk: Uint8Array, _now: Instant): Step<InitiativeOutcome> {
    if (this.#over) return ended("done");
    try {
      const { envelopes, fault } = this.#framer.push(chunk);
      const first = envelopes[0];
      if (first !== undefined) return this.#end(this.#take(decodeEnvelope(first)));
      if (fault !== undefined) return this.#end(fault.message);
      return idle(this.#deadline);
    } catch (thrown) {
      return this.#end(toEdgeError(thrown, "oslp.payload.malformed").message);
    }
  }

  wake(now: Instant): Step<InitiativeOutcome> {
    if (this.#over) return ended("done");
    if (this.#deadline !== undefined && now >= this.#deadline) return this.#end("no answer in time");
    return idle(this.#deadline);
  }

  close(_now: Instant): Step<InitiativeOutcome> {
    return this.#over ? ended("done") : this.#end("the platform hung up");
  }

  #take(envelope: Envelope): string | undefined {
    if (!verified(this.#state, envelope)) return "the answer is not signed by the platform";
    if (envelope.sequenceNumber !== this.#plan.sequenceNumber) return "the answer has another sequence number";
    return this.#plan.answered(decodeMessage(envelope.payload));
  }

  #end(why: string | undefined): Step<InitiativeOutcome> {
    this.#over = true;
    const outcome: InitiativeOutcome = why === undefined ? { kind: "answered" } : { kind: "not-answered", why };
    if (why !== undefined) this.#state.log.note(why);
    return { send: [], outcomes: [outcome], wakeAt: undefined, ended: "done" };
  }
}

export function seal(
  state: DeviceState,
  behaviours: readonly Behaviour[],
  message: OslpMessage,
  sequenceNumber: number,
): Uint8Array {
  const { identity, crypto } = state;
  let bytes = encodeEnvelope(
    { sequenceNumber, deviceId: identity.deviceId, payload: encodeMessage(message, identity.version) },
    (signed) => crypto.sign(identity.signKey, signed),
  );
  for (const behaviour of behaviours) bytes = behaviour.leaves?.(state, bytes) ?? bytes;
  return bytes;
}

export function verified(state: DeviceState, envelope: Envelope): boolean {
  try {
    return state.crypto.verify(state.identity.platformKey, envelope.signedBytes, signatureOf(envelope.securityKey));
  } catch (thrown) {
    if (thrown instanceof EdgeError) return false;
    throw thrown;
  }
}
