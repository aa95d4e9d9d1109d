import { concat } from "../../kit/bytes.ts";
import { Deadlines } from "../../kit/deadlines.ts";
import { type EdgeError, toEdgeError } from "../../kit/edge-error.ts";
import type { Framed, Framer } from "../../kit/framing.ts";
import { ended, type Machine, type Step, StepBuilder } from "../../kit/step.ts";
import { earliest, type Instant, later } from "../../kit/time.ts";
import { iec61850Fault } from "../codes.ts";
import { OUTSTANDING_LIMIT, TSDU_LIMIT_BYTES } from "../limits.ts";
import { decodeMms } from "../mms/decode.ts";
import { encodeMms } from "../mms/encode.ts";
import type { MmsPdu, MmsRequest, MmsResponse, ServiceError } from "../mms/pdu.ts";
import { type Cotp, decodeCotp, encodeCotp, segmentTsdu, tpduBytes, TsduAssembler } from "../stack/cotp.ts";
import { decodePpdu, encodePpdu, type Ppdu, CONTEXT } from "../stack/presentation.ts";
import { dataHeader, decodeSpdu, type Spdu } from "../stack/session.ts";
import { decodeTpkt, encodeTpkt, tpktFramer } from "../stack/tpkt.ts";
import { type Associated, type AssociationOutcome, Exchange } from "./exchange.ts";
import { abortTsdu, associateTsdu, readAccept, releaseTsdu } from "./handshake.ts";
import type { Ticket } from "./invoke-table.ts";
import type { AssociationParameters } from "./parameters.ts";

export interface AssociationTimeouts {
  readonly associateMs: number;
  readonly requestMs: number;
  readonly releaseMs: number;
}

type Phase = "closed" | "connecting" | "associating" | "open" | "concluding" | "releasing" | "ended";
type Outcome = AssociationOutcome;
type Builder = StepBuilder<Outcome>;

const SOURCE_REFERENCE = 1;
/**
 * The client's end of one association (IEC 61850-8-1): from the transport connect to the release, with every request matched
 * to its answer. It knows bytes and services, no model. Bytes that make no sense end it with an abort and a fault that blames
 * the device.
 *
 * Held at most: one TPKT, one TSDU of `TSDU_LIMIT_BYTES`, and the requests of its invoke table.
 */
export class Association implements Machine<Outcome> {
  readonly #parameters: AssociationParameters;
  readonly #timeouts: AssociationTimeouts;
  readonly #framer: Framer = tpktFramer();
  readonly #assembler = new TsduAssembler(TSDU_LIMIT_BYTES);
  readonly #deadlines = new Deadlines<"associate" | "release">();
  readonly #exchange: Exchange;
  #phase: Phase = "closed";
  #end: "done" | EdgeError | undefined;
  #tpduBytes: number;

  constructor(parameters: AssociationParameters, timeouts: AssociationTimeouts) {
    this.#parameters = parameters;
    this.#timeouts = timeouts;
    this.#tpduBytes = tpduBytes(parameters.tpduSize);
    this.#exchange = new Exchange(timeouts.requestMs, (step, pdu) => this.#sendMms(step, pdu));
  }

  get isOpen(): boolean {
    return this.#phase === "open";
  }

  /** What was settled; `undefined` before the answer. */
  get settled(): Associated | undefined {
    return this.#exchange.settled;
  }

  /** Bytes held of what is not whole yet. */
  get held(): number {
    return this.#framer.pending + this.#assembler.pending;
  }

  /** Requests without an answer, sent or not. */
  get pending(): number {
    return this.#exchange.pending;
  }

  open(now: Instant): Step<Outcome> {
    return this.#step((step) => {
      if (this.#phase !== "closed") return;
      const { local, remote, tpduSize } = this.#parameters;
      this.#phase = "connecting";
      this.#deadlines.set("associate", later(now, this.#timeouts.associateMs));
      const connect: Cotp = {
        kind: "connect-request",
        destination: 0,
        source: SOURCE_REFERENCE,
        classAndOptions: 0,
        tpduSize,
        calledSelector: remote.transport,
        callingSelector: local.transport,
      };
      step.send.push(encodeTpkt(encodeCotp(connect)));
    });
  }

  receive(chunk: Uint8Array, now: Instant): Step<Outcome> {
    return this.#step((step) => {
      const { frames, fault } = this.#framer.cut(chunk);
      for (const frame of frames) if (this.#end === undefined) this.#takeFrame(step, frame, now);
      if (fault !== undefined && this.#end === undefined) this.#fail(step, fault);
    });
  }

  /** Cuts what came into TPKTs, for whoever reacts to each before the next is looked at. */
  cut(chunk: Uint8Array): Framed {
    return this.#framer.cut(chunk);
  }

  /** One whole TPKT. */
  receiveFrame(frame: Uint8Array, now: Instant): Step<Outcome> {
    return this.#step((step) => this.#takeFrame(step, frame, now));
  }

  /** Ends it by an abort, for a reason of the caller's. */
  fail(fault: EdgeError): Step<Outcome> {
    return this.#step((step) => this.#fail(step, fault));
  }

  wake(now: Instant): Step<Outcome> {
    return this.#step((step) => {
      for (const name of this.#deadlines.takeDue(now)) {
        if (name === "release") this.#abort(step, "done");
        else this.#fail(step, unanswered(this.#timeouts.associateMs));
        return;
      }
      const fault = this.#exchange.wake(step, now);
      if (fault !== undefined) this.#fail(step, fault);
    });
  }

  /** The peer closed, or we are asked to stop at once. */
  close(_now: Instant): Step<Outcome> {
    return this.#step((step) => {
      if (this.#phase === "concluding" || this.#phase === "releasing") this.#finish(step, "done");
      else if (this.#phase === "connecting" || this.#phase === "associating")
        this.#finish(
          step,
          iec61850Fault(
            "iec61850.association.refused",
            "the connection was closed during the association: a wrong password or selector, or no place for one client more",
            { retry: "backoff" },
          ),
        );
      else
        this.#finish(
          step,
          iec61850Fault("iec61850.association.closed", "the connection was closed", {
            blame: "network",
            retry: "backoff",
          }),
        );
    });
  }

  /**
   * Asks for a service. The outcome `answered` or `failed` with the same ticket follows, in this step or a later one.
   * Throws `iec61850.association.overfull` where too many requests wait, and `mms.pdu.overlong` is the outcome of a
   * request that does not fit the negotiated size.
   */
  request(request: MmsRequest, now: Instant): { readonly ticket: Ticket; readonly step: Step<Outcome> } {
    const ticket = this.#exchange.add(request);
    const step = this.#step((builder) => {
      this.#exchange.sendWaiting(builder, now);
    });
    return { ticket, step };
  }

  /** Asks the server to forget a request. Most answer with a reject, and the request goes on. */
  cancel(ticket: Ticket): Step<Outcome> {
    return this.#step((step) => this.#exchange.cancel(step, ticket));
  }

  /** Answers what the server asked. */
  answer(invokeId: number, answer: MmsResponse | ServiceError | "unsupported"): Step<Outcome> {
    return this.#step((step) => this.#exchange.answer(step, invokeId, answer));
  }

  /** Ends it in good order: conclude, then the session's finish; by an abort where the server does not answer. */
  release(now: Instant): Step<Outcome> {
    return this.#step((step) => {
      if (this.#phase === "concluding" || this.#phase === "releasing") return;
      if (this.#phase !== "open") {
        this.#abort(step, "done");
        return;
      }
      this.#phase = "concluding";
      this.#exchange.stop();
      this.#deadlines.set("release", later(now, this.#timeouts.releaseMs));
      this.#sendMms(step, encodeMms({ kind: "conclude-request" }));
    });
  }

  #takeFrame(step: Builder, frame: Uint8Array, now: Instant): void {
    this.#exchange.heard();
    try {
      const tpdu = decodeCotp(decodeTpkt(frame));
      if (tpdu.kind !== "data") this.#takeTpdu(step, tpdu);
      else if (this.#phase === "connecting") throw unexpected("data before the connect confirm");
      else {
        const tsdu = this.#assembler.take(tpdu);
        if (tsdu !== undefined) this.#takeSpdu(step, decodeSpdu(tsdu), now);
      }
    } catch (thrown) {
      this.#fail(step, toEdgeError(thrown, "iec61850.association.unexpected"));
    }
  }

  #takeTpdu(step: Builder, tpdu: Exclude<Cotp, { kind: "data" }>): void {
    switch (tpdu.kind) {
      case "connect-confirm":
        if (this.#phase !== "connecting") throw unexpected("a second connect confirm");
        this.#tpduBytes = Math.min(this.#tpduBytes, tpduBytes(tpdu.tpduSize ?? this.#parameters.tpduSize));
        this.#phase = "associating";
        this.#sendTsdu(step, associateTsdu(this.#parameters));
        return;
      case "disconnect-request":
        // iec61850bean answers the release so; everybody else means it.
        if (this.#phase === "releasing" || this.#phase === "concluding") this.#finish(step, "done");
        else this.#finish(step, disconnected(tpdu.reason, this.#phase));
        return;
      case "disconnect-confirm":
        this.#finish(step, "done");
        return;
      case "error":
        throw iec61850Fault("iec61850.cotp.error", `the peer found an error in what we sent: cause ${tpdu.cause}`, {
          native: tpdu.cause,
          retry: "backoff",
        });
      case "connect-request":
        throw unexpected("a connect request from the server");
    }
  }

  #takeSpdu(step: Builder, spdu: Spdu, now: Instant): void {
    switch (spdu.kind) {
      case "data":
        if (this.#phase === "associating") throw unexpected("data before the association is accepted");
        this.#takePpdu(step, decodePpdu(spdu.userData, "data"), now);
        return;
      case "accept":
      case "refuse":
        if (this.#phase !== "associating") throw unexpected(`a session ${spdu.kind} when nobody asked`);
        this.#takeAccept(step, spdu, now);
        return;
      case "disconnect":
        this.#finish(step, this.#phase === "releasing" ? "done" : aborted("the server disconnected the session"));
        return;
      case "finish":
        // The server releases: agreed.
        this.#sendTsdu(step, releaseTsdu("disconnect"));
        this.#finish(step, aborted("the server released the association"));
        return;
      case "abort":
        this.#finish(step, this.#isReleasing() ? "done" : aborted("the server aborted the association"));
        return;
      case "abort-accept":
        this.#finish(step, "done");
        return;
      case "connect":
        throw unexpected("a session connect from the server");
    }
  }

  #takeAccept(step: Builder, spdu: Extract<Spdu, { kind: "accept" | "refuse" }>, now: Instant): void {
    const initiate = readAccept(spdu);
    const { pduBytes, outstanding } = this.#parameters;
    this.#deadlines.clear("associate");
    this.#phase = "open";
    const settled = {
      pduBytes: Math.min(pduBytes, initiate.localDetail ?? pduBytes),
      outstanding: Math.max(1, Math.min(outstanding, initiate.outstandingCalling, OUTSTANDING_LIMIT)),
      services: initiate.services,
    };
    this.#exchange.settle(step, settled, now);
  }

  #takePpdu(step: Builder, ppdu: Ppdu, now: Instant): void {
    if (ppdu.kind !== "data") return;
    for (const pdv of ppdu.pdvs) {
      // The contexts are those we proposed. One nobody agreed on is dropped, as libiec61850 does.
      if (pdv.context === CONTEXT.mms && this.#end === undefined) this.#takeMms(step, decodeMms(pdv.data), now);
    }
  }

  #takeMms(step: Builder, pdu: MmsPdu, now: Instant): void {
    switch (pdu.kind) {
      case "conclude-request":
        this.#sendMms(step, encodeMms({ kind: "conclude-response" }));
        return;
      case "conclude-response":
        if (this.#phase !== "concluding") return;
        this.#phase = "releasing";
        this.#sendTsdu(step, releaseTsdu("finish"));
        return;
      case "conclude-error":
        if (this.#phase === "concluding") this.#abort(step, "done");
        return;
      default:
        this.#exchange.take(step, pdu, now);
    }
  }

  #sendMms(step: Builder, data: Uint8Array): void {
    const ppdu = encodePpdu({ kind: "data", pdvs: [{ context: CONTEXT.mms, data }] });
    this.#sendTsdu(step, concat([dataHeader(), ppdu]));
  }

  #sendTsdu(step: Builder, tsdu: Uint8Array): void {
    for (const frame of segmentTsdu(tsdu, this.#tpduBytes)) step.send.push(frame);
  }

  #isReleasing(): boolean {
    return this.#phase === "concluding" || this.#phase === "releasing";
  }

  /** Something is wrong with what came: the server is told by an abort, where there is somebody to tell. */
  #fail(step: Builder, fault: EdgeError): void {
    this.#abort(step, this.#isReleasing() ? "done" : fault);
  }

  #abort(step: Builder, reason: "done" | EdgeError): void {
    if (this.#phase === "open" || this.#phase === "associating" || this.#isReleasing())
      this.#sendTsdu(step, abortTsdu());
    this.#finish(step, reason);
  }

  #finish(step: Builder, reason: "done" | EdgeError): void {
    if (this.#end !== undefined) return;
    this.#phase = "ended";
    this.#end = reason;
    step.ended = reason;
    this.#deadlines.clearAll();
    const cause = reason === "done" ? aborted("we released it") : reason;
    this.#exchange.endAll(step, cause);
  }

  #step(act: (step: Builder) => void): Step<Outcome> {
    if (this.#end !== undefined) return ended(this.#end);
    const step = new StepBuilder<Outcome>();
    act(step);
    step.wakeAt = earliest(this.#deadlines.earliest(), this.#exchange.earliest());
    return step.build();
  }
}

/** What carries the services of a session: our own stack, or another that is given MMS PDUs. */
export type SessionAssociation = Pick<
  Association,
  | "isOpen"
  | "settled"
  | "held"
  | "pending"
  | "open"
  | "cut"
  | "receiveFrame"
  | "fail"
  | "wake"
  | "close"
  | "request"
  | "answer"
  | "release"
>;

function unexpected(what: string): EdgeError {
  return iec61850Fault("iec61850.association.unexpected", what);
}

function unanswered(ms: number): EdgeError {
  return iec61850Fault("iec61850.association.unanswered", `the association had no answer in ${ms} ms`, {
    retry: "backoff",
  });
}

function aborted(message: string): EdgeError {
  return iec61850Fault("iec61850.association.aborted", message, { retry: "backoff" });
}

function disconnected(reason: number, phase: Phase): EdgeError {
  const when = phase === "connecting" ? "refused" : "ended";
  return iec61850Fault("iec61850.cotp.disconnected", `the transport connection was ${when}: reason ${reason}`, {
    native: reason,
    retry: "backoff",
  });
}
