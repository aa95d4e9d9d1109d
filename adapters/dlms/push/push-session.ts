import type { Command } from "../../../edge-agent/model/command.ts";
import type { MessageDraft } from "../../../edge-agent/model/draft.ts";
import type { Seams } from "../../kit/adapter.ts";
import { concat } from "../../kit/bytes.ts";
import { Deadlines } from "../../kit/deadlines.ts";
import { type EdgeError, toEdgeError } from "../../kit/edge-error.ts";
import { Fifo } from "../../kit/fifo.ts";
import { type Session, type SessionOutcome, type StoreToken, toStoreToken } from "../../kit/session.ts";
import { ended, type Step, StepBuilder } from "../../kit/step.ts";
import { type Instant, later } from "../../kit/time.ts";
import { encodeApdu } from "../apdu/encode-apdu.ts";
import { readLongInvokeId } from "../apdu/invoke-id.ts";
import { commandFault } from "../actions/inputs.ts";
import { timestampOf } from "../cosem/values.ts";
import { octetString } from "../data/data.ts";
import type { DlmsDevice } from "../device.ts";
import { readMemory, writeMemory } from "../memory.ts";
import { encodeWrapperPdu } from "../transport/wrapper.ts";
import type { DlmsSettings } from "../settings.ts";
import { hdlcPushFrames } from "./hdlc-pushes.ts";
import { openPush } from "./open-push.ts";
import { type BlocksTaken, PushBlocks } from "./push-blocks.ts";
import { bodyContent, dsmr4Content, eventContent, type PushContent } from "./push-body.ts";
import { pushDrafts } from "./push-drafts.ts";
import { pushFault } from "./push-fault.ts";
import { type PushFrame, PushFramer } from "./push-framer.ts";

type Outcome = SessionOutcome<MessageDraft>;

type Waiting =
  | { readonly kind: "frame"; readonly frame: PushFrame; readonly answer: BlocksTaken["answer"] }
  | { readonly kind: "fault"; readonly fault: EdgeError };

/** A push that is being stored, and what is answered when it is: nothing, or the confirmation the meter asked for. */
interface Storing {
  readonly token: StoreToken;
  readonly answer: Uint8Array | undefined;
}

/** Whose a push is, what it says, and how it is confirmed. */
interface TakenPush {
  readonly device: DlmsDevice;
  readonly drafts: readonly MessageDraft[];
  readonly counter: number | undefined;
  readonly answer: Uint8Array | undefined;
}

/**
 * A connection a meter opened to push. Pushes are taken one after another, the next only when the one before is stored; a
 * meter that asks for a confirmation (data-notification of the confirmed service class) gets it then. What is of no meter
 * we know, or cannot be believed, ends the connection without a word.
 *
 * Held at most: `waitingPushes + 1` APDUs of `pushBytes`, one in blocks, and one HDLC frame.
 */
export class PushSession implements Session<Command, MessageDraft> {
  readonly #settings: DlmsSettings;
  readonly #seams: Seams<DlmsDevice>;
  readonly #framer: PushFramer;
  readonly #blocks: PushBlocks;
  readonly #waiting = new Fifo<Waiting>();
  readonly #deadlines = new Deadlines<"idle" | "rest" | "quiet">();
  #storing: Storing | undefined;
  #tokens = 0;
  #peerClosed = false;
  #ended: "done" | EdgeError | undefined;

  constructor(settings: DlmsSettings, seams: Seams<DlmsDevice>) {
    this.#settings = settings;
    this.#seams = seams;
    this.#framer = new PushFramer(settings.limits.pushBytes, settings.hdlcPushes);
    this.#blocks = new PushBlocks(settings.limits);
  }

  open(now: Instant): Step<Outcome> {
    return this.#step(now, () => {});
  }

  receive(chunk: Uint8Array, now: Instant): Step<Outcome> {
    return this.#step(now, (step) => {
      this.#deadlines.clear("quiet");
      const { frames, fault } = this.#framer.push(chunk);
      if (frames.length > 0) this.#deadlines.clearAll();
      for (const frame of frames) this.#arrived(step, frame);
      if (fault !== undefined) this.#enqueue(step, { kind: "fault", fault });
    });
  }

  stored(token: StoreToken, now: Instant): Step<Outcome> {
    return this.#step(now, (step) => {
      const storing = this.#storing;
      if (storing?.token !== token) return;
      this.#storing = undefined;
      this.#deadlines.clear("idle");
      if (storing.answer !== undefined) step.send.push(storing.answer);
      this.#takeWaiting(step);
      if (this.#peerClosed) this.#endWhenIdle(step);
    });
  }

  wake(now: Instant): Step<Outcome> {
    return this.#step(now, (step) => {
      for (const name of this.#deadlines.takeDue(now)) {
        if (name === "quiet") this.#quiet(step);
        else if (name === "idle") this.#end(step, "done");
        else
          this.#refuse(
            step,
            pushFault("dlms.push.stalled", "a push that began and did not go on", { retry: "backoff" }),
          );
        if (this.#ended !== undefined) return;
      }
    });
  }

  /** Meters close at once: what came whole is still stored. */
  close(now: Instant): Step<Outcome> {
    return this.#step(now, (step) => {
      this.#peerClosed = true;
      this.#quiet(step);
      if (this.#ended === undefined && this.#pending) {
        this.#enqueue(step, {
          kind: "fault",
          fault: pushFault("dlms.push.stalled", "the connection ended inside a push"),
        });
      }
      this.#endWhenIdle(step);
    });
  }

  submit(command: Command, now: Instant): Step<Outcome> {
    const fault = commandFault("dlms.command.misdirected", "a connection a meter opened carries no requests of ours");
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

  /** Something has begun and is not whole. */
  get #pending(): boolean {
    return this.#framer.pending || this.#blocks.pending;
  }

  #setDeadlines(now: Instant): void {
    const { idleMs, responseMs, quietMs } = this.#settings.timeouts;
    if (!this.#pending || this.#peerClosed) {
      this.#deadlines.clear("rest");
      this.#deadlines.clear("quiet");
    } else {
      if (!this.#deadlines.has("rest")) this.#deadlines.set("rest", later(now, responseMs));
      if (this.#framer.waitsForQuiet && !this.#deadlines.has("quiet"))
        this.#deadlines.set("quiet", later(now, quietMs));
    }
    // While something is being stored the silence is ours.
    if (this.#storing !== undefined) this.#deadlines.clear("idle");
    else if (!this.#deadlines.has("idle")) this.#deadlines.set("idle", later(now, idleMs));
  }

  #quiet(step: StepBuilder<Outcome>): void {
    const { frames, fault } = this.#framer.quiet();
    for (const frame of frames) this.#arrived(step, frame);
    if (fault !== undefined) this.#enqueue(step, { kind: "fault", fault });
  }

  /** Blocks are put together as they come: what waits for its turn is whole. */
  #arrived(step: StepBuilder<Outcome>, frame: PushFrame): void {
    if (this.#ended !== undefined) return;
    if (frame.kind === "dsmr4") {
      this.#enqueue(step, { kind: "frame", frame, answer: (confirmation) => confirmation });
      return;
    }
    let taken: BlocksTaken;
    try {
      taken = this.#blocks.take(apduOf(frame), sourceOf(frame));
    } catch (thrown) {
      this.#enqueue(step, { kind: "fault", fault: toEdgeError(thrown, "dlms.push.malformed") });
      return;
    }
    const { whole, send, broken, answer } = taken;
    if (broken) {
      const fault = pushFault("dlms.push.stalled", "a push in blocks that stopped, and another began");
      step.outcomes.push({ kind: "refused", device: undefined, fault });
    }
    if (send !== undefined) step.send.push(answerTo(frame, send));
    if (whole !== undefined) this.#enqueue(step, { kind: "frame", frame: carrying(frame, whole), answer });
  }

  #enqueue(step: StepBuilder<Outcome>, waiting: Waiting): void {
    const limit = this.#settings.limits.waitingPushes;
    // One more than may wait, for the fault itself.
    if (this.#waiting.length > limit) return;
    const full = this.#waiting.length === limit && waiting.kind === "frame";
    const overfull = pushFault("dlms.push.overfull", `more than ${limit} pushes ahead of what was stored`);
    this.#waiting.push(full ? { kind: "fault", fault: overfull } : waiting);
    this.#takeWaiting(step);
  }

  #takeWaiting(step: StepBuilder<Outcome>): void {
    while (this.#storing === undefined && this.#ended === undefined) {
      const next = this.#waiting.shift();
      if (next === undefined) return;
      if (next.kind === "fault") this.#refuse(step, next.fault);
      else this.#take(step, next);
    }
  }

  #take(step: StepBuilder<Outcome>, { frame, answer: carried }: Extract<Waiting, { kind: "frame" }>): void {
    let taken: TakenPush;
    try {
      taken = this.#read(frame, carried);
    } catch (thrown) {
      this.#refuse(step, toEdgeError(thrown, "dlms.push.malformed"));
      return;
    }
    const { device, drafts, counter, answer } = taken;
    step.outcomes.push({ kind: "heard", device: device.uid });
    this.#tokens += 1;
    const token = toStoreToken(this.#tokens);
    this.#storing = { token, answer };
    const kept = readMemory(this.#seams.registry.memory(device.uid));
    const memory = counter === undefined ? undefined : writeMemory({ ...kept, pushed: counter });
    step.outcomes.push({ kind: "store", token, device: device.uid, drafts, memory });
  }

  #read(frame: PushFrame, carried: BlocksTaken["answer"]): TakenPush {
    const receivedAt = this.#seams.wall();
    if (frame.kind === "dsmr4") {
      const content = dsmr4Content(frame.bytes);
      const device = this.#plainDevice(content);
      const origin = { device, apdu: frame.bytes, ciphered: undefined, time: undefined, receivedAt };
      return { device, drafts: pushDrafts(content, origin), counter: undefined, answer: undefined };
    }
    const apdu = apduOf(frame);
    const { notification, device: proven, ciphered } = openPush(apdu, this.#settings, this.#seams);
    const isData = notification.kind === "data-notification";
    const content = isData ? bodyContent(notification.body) : eventContent(notification);
    const device = proven ?? this.#plainDevice(content);
    const octets = isData ? notification.dateTime : notification.time;
    const meter = { zone: device.zone, deviationTurned: device.deviationTurned };
    const time = octets === undefined || octets.length !== 12 ? undefined : timestampOf(octetString(octets), meter);
    const confirmed = isData && readLongInvokeId(notification.invoke).confirmed;
    // A confirmation goes back in the clear: it says nothing that the wire has not seen.
    const said = carried(
      confirmed
        ? encodeApdu({ kind: "data-notification-confirm", invoke: notification.invoke, dateTime: new Uint8Array(0) })
        : undefined,
    );
    const answer = said === undefined ? undefined : answerTo(frame, said);
    const drafts = pushDrafts(content, { device, apdu, ciphered, time, receivedAt });
    return { device, drafts, counter: ciphered?.authenticated === true ? ciphered.counter : undefined, answer };
  }

  /** By the name it gives itself: believed only where the operator lets pushes without protection in at all. */
  #plainDevice({ identification }: PushContent): DlmsDevice {
    if (identification === undefined) throw pushFault("dlms.push.malformed", "a push that names no meter");
    const device = this.#seams.registry.byProtocolId(identification);
    if (device === undefined) {
      const why = `no meter is configured as ${JSON.stringify(identification)}`;
      throw pushFault("dlms.device.unknown", why, { blame: "operator" });
    }
    if (this.#settings.plainPush === "refused") {
      throw pushFault("dlms.push.unprotected", `a push of ${device.uid} without protection, which is not allowed here`);
    }
    return device;
  }

  #endWhenIdle(step: StepBuilder<Outcome>): void {
    if (this.#ended === undefined && this.#storing === undefined && this.#waiting.length === 0) this.#end(step, "done");
  }

  #refuse(step: StepBuilder<Outcome>, fault: EdgeError): void {
    step.outcomes.push({ kind: "refused", device: undefined, fault });
    this.#end(step, fault);
  }

  #end(step: StepBuilder<Outcome>, reason: "done" | EdgeError): void {
    this.#ended = reason;
    step.ended = reason;
    this.#deadlines.clearAll();
  }
}

type Framed = Exclude<PushFrame, { kind: "dsmr4" }>;

function apduOf(frame: Framed): Uint8Array {
  return frame.kind === "hdlc" ? frame.push.apdu : frame.pdu.apdu;
}

/** Several meters may push behind one address. */
function sourceOf(frame: Framed): string {
  const source = frame.kind === "hdlc" ? frame.push.source : frame.pdu.source;
  return JSON.stringify(source);
}

function carrying(frame: Framed, apdu: Uint8Array): Framed {
  return frame.kind === "hdlc"
    ? { kind: "hdlc", push: { ...frame.push, apdu } }
    : { kind: "wrapper", pdu: { ...frame.pdu, apdu } };
}

/** As the push came: from where it went, to where it came from. */
function answerTo(frame: Framed, apdu: Uint8Array): Uint8Array {
  return frame.kind === "hdlc"
    ? concat(hdlcPushFrames("us", { source: frame.push.destination, destination: frame.push.source, apdu }))
    : encodeWrapperPdu({ source: frame.pdu.destination, destination: frame.pdu.source, apdu });
}
