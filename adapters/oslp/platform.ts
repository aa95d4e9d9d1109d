import type { Command } from "../../edge-agent/model/command.ts";
import type { MessageDraft } from "../../edge-agent/model/draft.ts";
import type { Seams } from "../kit/adapter.ts";
import { Deadlines } from "../kit/deadlines.ts";
import { type EdgeError, toEdgeError } from "../kit/edge-error.ts";
import { Fifo } from "../kit/fifo.ts";
import { type Session, type SessionOutcome, type StoreToken, toStoreToken } from "../kit/session.ts";
import { ended, type Step, StepBuilder } from "../kit/step.ts";
import { type Instant, later } from "../kit/time.ts";
import { oslpFault } from "./codes.ts";
import type { OslpDevice } from "./device.ts";
import { decodeEnvelope, encodeEnvelope, type Envelope } from "./envelope.ts";
import { EnvelopeFramer, truncatedStream } from "./envelope-framer.ts";
import { identify } from "./identity.ts";
import { writeMemory } from "./memory.ts";
import { decodeMessage, encodeMessage, type OslpMessage } from "./message.ts";
import { type Asked, isDeviceRequest, reactTo } from "./reactions.ts";
import type { OslpSettings } from "./settings.ts";

type Outcome = SessionOutcome<MessageDraft>;

/** What waits for its turn: a whole envelope, or the fault that ends the stream behind those before it. */
type Waiting =
  | { readonly kind: "envelope"; readonly bytes: Uint8Array }
  | { readonly kind: "fault"; readonly fault: EdgeError };

/** An exchange whose content is being stored; `answer` is made when it is. */
interface Storing {
  readonly token: StoreToken;
  readonly device: OslpDevice;
  readonly envelope: Envelope;
  readonly answer: () => OslpMessage;
}

/** A verified request that waits for the conversation's turn. */
interface TurnWanted {
  readonly token: StoreToken;
  readonly asked: Asked;
}

/**
 * A connection a device opened: registrations and event notifications. Envelopes are taken one after another, the next
 * only when the one before is stored and answered; at most `waitingEnvelopes` wait. The device closes after its answer;
 * we close on anything we do not believe, without an answer, and on silence.
 *
 * Held at most: `waitingEnvelopes + 1` envelopes of `envelopeBytes`.
 */
export class PlatformSession implements Session<Command, MessageDraft> {
  readonly #settings: OslpSettings;
  readonly #seams: Seams<OslpDevice>;
  readonly #framer: EnvelopeFramer;
  readonly #waiting = new Fifo<Waiting>();
  readonly #deadlines = new Deadlines<"idle" | "envelope">();
  #storing: Storing | undefined;
  #turn: TurnWanted | undefined;
  /** Whose turn this conversation has. */
  #turnOf: string | undefined;
  #tokens = 0;
  #peerClosed = false;
  #ended: "done" | EdgeError | undefined;

  constructor(settings: OslpSettings, seams: Seams<OslpDevice>) {
    this.#settings = settings;
    this.#seams = seams;
    this.#framer = new EnvelopeFramer(settings.limits.envelopeBytes);
  }

  open(now: Instant): Step<Outcome> {
    return this.#step(now, () => {});
  }

  receive(chunk: Uint8Array, now: Instant): Step<Outcome> {
    return this.#step(now, (step) => {
      const { envelopes, fault } = this.#framer.push(chunk);
      if (envelopes.length > 0) this.#deadlines.clearAll();
      for (const bytes of envelopes) this.#enqueue(step, { kind: "envelope", bytes });
      if (fault !== undefined) this.#enqueue(step, { kind: "fault", fault });
    });
  }

  stored(token: StoreToken, now: Instant): Step<Outcome> {
    return this.#step(now, (step) => {
      const turn = this.#turn;
      if (turn?.token === token) {
        this.#turn = undefined;
        this.#turnOf = turn.asked.device.uid;
        this.#reactOrRefuse(step, turn.asked);
        this.#takeWaiting(step);
        if (this.#peerClosed) this.#endWhenIdle(step);
        return;
      }
      const storing = this.#storing;
      if (storing?.token !== token) return;
      this.#storing = undefined;
      this.#deadlines.clear("idle");
      step.send.push(this.#sealed(storing.device, storing.envelope, storing.answer()));
      this.#takeWaiting(step);
      if (this.#peerClosed) this.#endWhenIdle(step);
    });
  }

  wake(now: Instant): Step<Outcome> {
    return this.#step(now, (step) => {
      for (const name of this.#deadlines.takeDue(now)) {
        if (name === "idle") this.#end(step, "done");
        else {
          const held = this.#framer.pending;
          const why = `${held} bytes of an envelope, and no more in ${this.#settings.timeouts.envelopeMs} ms`;
          this.#refuse(step, oslpFault("oslp.envelope.stalled", why, { retry: "backoff", offset: held }));
        }
        return;
      }
    });
  }

  /** What came whole is still stored and answered: a device may close its half and listen. */
  close(now: Instant): Step<Outcome> {
    return this.#step(now, (step) => {
      this.#peerClosed = true;
      const held = this.#framer.pending;
      if (held > 0) this.#enqueue(step, { kind: "fault", fault: truncatedStream(held) });
      this.#endWhenIdle(step);
    });
  }

  /** Requests go over a connection of our own: see `RequestSession`. */
  submit(command: Command, now: Instant): Step<Outcome> {
    const fault = oslpFault("oslp.command.misdirected", "a connection a device opened carries no requests of ours", {
      blame: "us",
      retry: "now",
    });
    const conclusion = { uid: command.uid, end: "unsent", fault, result: {} } as const;
    return this.#step(now, (step) => step.outcomes.push({ kind: "concluded", device: command.device, conclusion }));
  }

  #step(now: Instant, act: (step: StepBuilder<Outcome>) => void): Step<Outcome> {
    if (this.#ended !== undefined) return ended(this.#ended);
    const step = new StepBuilder<Outcome>();
    act(step);
    if (this.#ended === undefined) this.#setDeadlines(now);
    step.wakeAt = this.#deadlines.earliest();
    return step.build();
  }

  /** Something is being stored, or waits for its turn. */
  #isOurs(): boolean {
    return this.#storing !== undefined || this.#turn !== undefined;
  }

  #endWhenIdle(step: StepBuilder<Outcome>): void {
    if (this.#ended === undefined && !this.#isOurs()) this.#end(step, "done");
  }

  #setDeadlines(now: Instant): void {
    const { envelopeMs, idleMs } = this.#settings.timeouts;
    if (this.#framer.pending === 0 || this.#peerClosed) this.#deadlines.clear("envelope");
    else if (!this.#deadlines.has("envelope")) this.#deadlines.set("envelope", later(now, envelopeMs));
    // While something is being stored the silence is ours.
    if (this.#isOurs()) this.#deadlines.clear("idle");
    else if (!this.#deadlines.has("idle")) this.#deadlines.set("idle", later(now, idleMs));
  }

  #enqueue(step: StepBuilder<Outcome>, waiting: Waiting): void {
    const limit = this.#settings.limits.waitingEnvelopes;
    // One more than may wait, for the fault itself.
    if (this.#waiting.length > limit) return;
    const full = this.#waiting.length === limit && waiting.kind === "envelope";
    this.#waiting.push(full ? { kind: "fault", fault: overfull(limit) } : waiting);
    this.#takeWaiting(step);
  }

  #takeWaiting(step: StepBuilder<Outcome>): void {
    while (!this.#isOurs() && this.#ended === undefined) {
      const next = this.#waiting.shift();
      if (next === undefined) return;
      if (next.kind === "fault") this.#refuse(step, next.fault);
      else this.#take(step, next.bytes);
    }
  }

  #take(step: StepBuilder<Outcome>, bytes: Uint8Array): void {
    let device: OslpDevice | undefined;
    try {
      const envelope = decodeEnvelope(bytes);
      const message = decodeMessage(envelope.payload);
      if (!isDeviceRequest(message)) {
        throw oslpFault("oslp.message.unexpected", `${message.member} is not for a platform`, {
          native: message.member,
        });
      }
      const sender = identify(envelope, message, this.#seams);
      if (sender.kind === "refused") throw sender.fault;
      device = sender.device;
      step.outcomes.push({ kind: "heard", device: device.uid });
      const asked = { device, envelope, message };
      if (this.#settings.takesTurns && this.#turnOf !== device.uid) this.#wantTurn(step, asked);
      else this.#react(step, asked);
    } catch (thrown) {
      this.#refuse(step, toEdgeError(thrown, "oslp.session.failed"), device);
    }
  }

  #wantTurn(step: StepBuilder<Outcome>, asked: Asked): void {
    this.#tokens += 1;
    const token = toStoreToken(this.#tokens);
    this.#turn = { token, asked };
    step.outcomes.push({ kind: "store", token, device: asked.device.uid, drafts: [], memory: undefined });
  }

  #reactOrRefuse(step: StepBuilder<Outcome>, asked: Asked): void {
    try {
      this.#react(step, asked);
    } catch (thrown) {
      this.#refuse(step, toEdgeError(thrown, "oslp.session.failed"), asked.device);
    }
  }

  #react(step: StepBuilder<Outcome>, asked: Asked): void {
    const { device, envelope } = asked;
    const { drafts, memory, answer, refused } = reactTo(asked, this.#settings, this.#seams);
    if (refused !== undefined) step.outcomes.push({ kind: "refused", device: device.uid, fault: refused });
    if (drafts.length === 0 && memory === undefined) {
      step.send.push(this.#sealed(device, envelope, answer()));
      return;
    }
    this.#tokens += 1;
    const token = toStoreToken(this.#tokens);
    this.#storing = { token, device, envelope, answer };
    const kept = memory === undefined ? undefined : writeMemory(memory);
    step.outcomes.push({ kind: "store", token, device: device.uid, drafts, memory: kept });
  }

  /** Answers carry the number and the device id of what they answer. */
  #sealed(device: OslpDevice, request: Envelope, answer: OslpMessage): Uint8Array {
    const payload = encodeMessage(answer, device.version);
    const { sequenceNumber, deviceId } = request;
    return encodeEnvelope({ sequenceNumber, deviceId, payload }, (bytes) =>
      this.#seams.crypto.sign(this.#settings.signingKey, bytes),
    );
  }

  /** Closes without an answer. */
  #refuse(step: StepBuilder<Outcome>, fault: EdgeError, device?: OslpDevice): void {
    step.outcomes.push({ kind: "refused", device: device?.uid, fault });
    this.#end(step, fault);
  }

  #end(step: StepBuilder<Outcome>, reason: "done" | EdgeError): void {
    this.#ended = reason;
    step.ended = reason;
    this.#deadlines.clearAll();
  }
}

function overfull(limit: number): EdgeError {
  return oslpFault("oslp.session.overfull", `more than ${limit} envelopes were sent ahead of their answers`);
}
