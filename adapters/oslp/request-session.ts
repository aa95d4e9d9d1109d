import type { Command } from "../../edge-agent/model/command.ts";
import type { MessageDraft } from "../../edge-agent/model/draft.ts";
import type { Seams } from "../kit/adapter.ts";
import { Deadlines } from "../kit/deadlines.ts";
import { type EdgeError, toEdgeError } from "../kit/edge-error.ts";
import {
  type CommandConclusion,
  type Session,
  type SessionOutcome,
  type StoreToken,
  toStoreToken,
} from "../kit/session.ts";
import { ended, type Step, StepBuilder } from "../kit/step.ts";
import { type Instant, later, toRfc3339 } from "../kit/time.ts";
import { readAnswer, type VerifiedAnswer } from "./answers.ts";
import { oslpFault } from "./codes.ts";
import { deviceIdBytes } from "./device-id.ts";
import type { OslpDevice } from "./device.ts";
import { DEVICE_ID_BYTES, encodeEnvelope } from "./envelope.ts";
import { EnvelopeFramer } from "./envelope-framer.ts";
import { type OslpMemory, type Registration, readMemory, writeMemory } from "./memory.ts";
import { encodeMessage } from "./message.ts";
import { withNumber } from "./registration.ts";
import { Procedure } from "./procedure.ts";
import type { OslpSettings } from "./settings.ts";

type Outcome = SessionOutcome<MessageDraft>;

/** Where the command is. A request leaves only from `reserving` and `between`: after something durable said so. */
type Phase =
  | { readonly at: "idle" }
  /** The memory that names the command is being stored: a stale agent cannot, and so sends nothing. */
  | { readonly at: "reserving"; readonly procedure: Procedure; readonly token: StoreToken }
  | { readonly at: "awaiting"; readonly procedure: Procedure; readonly request: Registration }
  /** The answer's number and drafts are being stored; then `then` happens. */
  | { readonly at: "recording"; readonly procedure: Procedure; readonly token: StoreToken; readonly then: Next }
  /** The connection of one exchange is closed, that of the next not yet open. */
  | { readonly at: "between"; readonly procedure: Procedure };

type Next = { readonly kind: "go-on" } | { readonly kind: "conclude"; readonly conclusion: CommandConclusion };

/**
 * A connection we open to a device, for one command: one exchange per connection, as devices in the field expect. A request
 * carries the last number used; its answer the one after. What the device answers counts only with its signature, its
 * device id and a number we have not seen: anything else ends the command at once as unanswered.
 *
 * Held at most: one envelope of `envelopeBytes` and the prepared exchanges of one command.
 */
export class RequestSession implements Session<Command, MessageDraft> {
  readonly #settings: OslpSettings;
  readonly #device: OslpDevice;
  readonly #seams: Seams<OslpDevice>;
  readonly #deadlines = new Deadlines<"idle" | "response">();
  #framer: EnvelopeFramer;
  #phase: Phase = { at: "idle" };
  #connected = false;
  #tokens = 0;
  #ended: "done" | EdgeError | undefined;

  constructor(settings: OslpSettings, device: OslpDevice, seams: Seams<OslpDevice>) {
    this.#settings = settings;
    this.#device = device;
    this.#seams = seams;
    this.#framer = new EnvelopeFramer(settings.limits.envelopeBytes);
  }

  open(now: Instant): Step<Outcome> {
    if (this.#phase.at === "between") this.#ended = undefined;
    return this.#step((step) => {
      this.#connected = true;
      this.#framer = new EnvelopeFramer(this.#settings.limits.envelopeBytes);
      if (this.#phase.at === "between") this.#request(step, this.#phase.procedure, now);
      else if (this.#phase.at === "idle") this.#deadlines.set("idle", later(now, this.#settings.timeouts.idleMs));
    });
  }

  submit(command: Command, now: Instant): Step<Outcome> {
    return this.#step((step) => {
      if (this.#phase.at !== "idle") {
        const fault = oslpFault("oslp.command.busy", "a command is under way on this connection", {
          blame: "us",
          retry: "backoff",
        });
        this.#say(step, { uid: command.uid, end: "unsent", fault, result: {} });
        return;
      }
      this.#deadlines.clearAll();
      try {
        const procedure = new Procedure(command, this.#device, this.#settings);
        this.#reserve(step, procedure);
      } catch (thrown) {
        const fault = toEdgeError(thrown, "oslp.session.failed");
        // Only a device that is not registered yet may do better later.
        const end = fault.retry === "never" ? "rejected" : "unsent";
        this.#say(step, { uid: command.uid, end, fault, result: {} });
        this.#end(step, "done");
      }
      if (this.#ended === undefined && !this.#connected)
        this.#deadlines.set("idle", later(now, this.#settings.timeouts.idleMs));
    });
  }

  receive(chunk: Uint8Array, _now: Instant): Step<Outcome> {
    return this.#step((step) => {
      const phase = this.#phase;
      // Whatever follows the answer on its connection is not looked at.
      if (phase.at === "recording" || phase.at === "between") return;
      if (phase.at !== "awaiting") {
        this.#distrust(step, oslpFault("oslp.message.unexpected", `${chunk.length} bytes before any request`));
        return;
      }
      const { envelopes, fault } = this.#framer.push(chunk);
      const first = envelopes[0];
      if (first !== undefined) this.#answer(step, phase.procedure, phase.request, first);
      else if (fault !== undefined) this.#distrust(step, fault);
    });
  }

  stored(token: StoreToken, now: Instant): Step<Outcome> {
    return this.#step((step) => {
      const phase = this.#phase;
      if ((phase.at !== "reserving" && phase.at !== "recording") || phase.token !== token) return;
      if (phase.at === "reserving") {
        if (this.#connected) this.#request(step, phase.procedure, now);
        else this.#phase = { at: "between", procedure: phase.procedure };
        return;
      }
      if (phase.then.kind === "conclude") {
        this.#say(step, phase.then.conclusion);
        this.#phase = { at: "idle" };
        this.#end(step, "done");
        return;
      }
      this.#connected = false;
      this.#phase = { at: "between", procedure: phase.procedure };
      step.outcomes.push({ kind: "reconnect", device: this.#device.uid });
      this.#end(step, "done");
    });
  }

  wake(now: Instant): Step<Outcome> {
    return this.#step((step) => {
      const due = this.#deadlines.takeDue(now);
      if (due.includes("response")) {
        const why = `no answer in ${this.#settings.timeouts.responseMs} ms`;
        this.#fail(step, oslpFault("oslp.response.timeout", why, { retry: "backoff" }));
      } else if (due.includes("idle")) this.#stop(step, "done");
    });
  }

  close(_now: Instant): Step<Outcome> {
    if (this.#phase.at === "between") this.#ended = undefined;
    return this.#step((step) => {
      const phase = this.#phase;
      if (phase.at === "recording" && phase.then.kind === "conclude") {
        // The device did answer; that its number is not stored yet costs one step of its window.
        this.#say(step, phase.then.conclusion);
        this.#phase = { at: "idle" };
        this.#end(step, "done");
      } else if (phase.at === "idle") this.#end(step, "done");
      else this.#fail(step, closedFault(phase));
    });
  }

  #step(act: (step: StepBuilder<Outcome>) => void): Step<Outcome> {
    if (this.#ended !== undefined) return ended(this.#ended);
    const step = new StepBuilder<Outcome>();
    act(step);
    step.wakeAt = this.#deadlines.earliest();
    return step.build();
  }

  #reserve(step: StepBuilder<Outcome>, procedure: Procedure): void {
    const memory = this.#memory();
    if (memory.active === undefined) throw unregistered(this.#device);
    const token = this.#store(step, [], { ...memory, requestUid: procedure.command.uid });
    this.#phase = { at: "reserving", procedure, token };
  }

  #request(step: StepBuilder<Outcome>, procedure: Procedure, now: Instant): void {
    const request = this.#memory().active;
    const late = procedure.lateAt(toRfc3339(this.#seams.wall()));
    if (request === undefined || late !== undefined) {
      this.#fail(step, late ?? unregistered(this.#device));
      return;
    }
    const { sequenceNumber } = request;
    const deviceId = deviceIdBytes(request.deviceId) ?? new Uint8Array(DEVICE_ID_BYTES);
    const payload = encodeMessage(procedure.exchange.request, this.#device.version);
    const sealed = encodeEnvelope({ sequenceNumber, deviceId, payload }, (bytes) =>
      this.#seams.crypto.sign(this.#settings.signingKey, bytes),
    );
    procedure.sent();
    step.send.push(sealed);
    this.#phase = { at: "awaiting", procedure, request };
    this.#deadlines.clearAll();
    this.#deadlines.set("response", later(now, this.#settings.timeouts.responseMs));
  }

  #answer(step: StepBuilder<Outcome>, procedure: Procedure, request: Registration, bytes: Uint8Array): void {
    let answer: VerifiedAnswer;
    try {
      answer = readAnswer(bytes, request, this.#device, this.#settings, this.#seams.crypto);
    } catch (thrown) {
      this.#distrust(step, toEdgeError(thrown, "oslp.session.failed"));
      return;
    }
    this.#deadlines.clearAll();
    step.outcomes.push({ kind: "heard", device: this.#device.uid });
    const { sequenceNumber, message } = answer;
    const memory = this.#memory();
    // A registration that came into force in the meantime counts from its own number.
    const renewed = memory.active?.registeredAt === request.registeredAt ? undefined : memory.active;
    const active = renewed ?? withNumber(memory.active ?? request, sequenceNumber, this.#settings.sequence);
    const origin = { device: this.#device, registration: active, sequenceNumber };
    const { conclusion, drafts } = procedure.answered(message, origin);
    const requestUid = conclusion === undefined ? procedure.command.uid : undefined;
    const token = this.#store(step, drafts, { ...memory, active: { ...active, ...procedure.learnt() }, requestUid });
    const then: Next = conclusion === undefined ? { kind: "go-on" } : { kind: "conclude", conclusion };
    this.#phase = { at: "recording", procedure, token, then };
  }

  /** Something came that we do not believe: refused and counted, and the command fails now instead of waiting. */
  #distrust(step: StepBuilder<Outcome>, fault: EdgeError): void {
    step.outcomes.push({ kind: "refused", device: this.#device.uid, fault });
    this.#fail(step, fault);
  }

  #fail(step: StepBuilder<Outcome>, fault: EdgeError): void {
    const phase = this.#phase;
    if (phase.at !== "idle") this.#say(step, phase.procedure.broken(fault));
    this.#phase = { at: "idle" };
    this.#end(step, fault);
  }

  /** Nothing more comes: without a connection a command that waits for one is unsent. */
  #stop(step: StepBuilder<Outcome>, reason: "done"): void {
    if (this.#phase.at === "idle") this.#end(step, reason);
    else this.#fail(step, closedFault(this.#phase));
  }

  #say(step: StepBuilder<Outcome>, conclusion: CommandConclusion): void {
    step.outcomes.push({ kind: "concluded", device: this.#device.uid, conclusion });
  }

  #end(step: StepBuilder<Outcome>, reason: "done" | EdgeError): void {
    this.#ended = reason;
    step.ended = reason;
    this.#deadlines.clearAll();
  }

  #store(step: StepBuilder<Outcome>, drafts: readonly MessageDraft[], memory: OslpMemory): StoreToken {
    this.#tokens += 1;
    const token = toStoreToken(this.#tokens);
    step.outcomes.push({ kind: "store", token, device: this.#device.uid, drafts, memory: writeMemory(memory) });
    return token;
  }

  #memory(): OslpMemory {
    return readMemory(this.#seams.registry.memory(this.#device.uid));
  }
}

function unregistered(device: OslpDevice): EdgeError {
  return oslpFault("oslp.device.unregistered", `device ${device.uid} has not registered yet`, { retry: "backoff" });
}

function closedFault(phase: Phase): EdgeError {
  const what =
    phase.at === "awaiting" ? "the connection closed before the answer" : "there was no connection for the request";
  return oslpFault("oslp.response.closed", what, { blame: "network", retry: "backoff" });
}
