import type { EdgeError } from "../../kit/edge-error.ts";
import type { StepBuilder } from "../../kit/step.ts";
import { type DurationMs, type Instant, later } from "../../kit/time.ts";
import { iec61850Fault } from "../codes.ts";
import { encodeMms } from "../mms/encode.ts";
import type { BitSet, InformationReport, MmsPdu, MmsRequest, MmsResponse, ServiceError } from "../mms/pdu.ts";
import { InvokeTable, type Ticket } from "./invoke-table.ts";
import { refusedService, rejectedService } from "./refusal.ts";

/** What the two sides settled. */
export interface Associated {
  /** The largest MMS PDU in both directions, bytes. */
  readonly pduBytes: number;
  /** Requests we may have under way. */
  readonly outstanding: number;
  /** What the server offers. */
  readonly services: BitSet;
}

export type AssociationOutcome =
  | { readonly kind: "associated"; readonly settled: Associated }
  | { readonly kind: "answered"; readonly ticket: Ticket; readonly response: MmsResponse }
  /** Refused, rejected, not answered in time, or ended with the association. */
  | { readonly kind: "failed"; readonly ticket: Ticket; readonly fault: EdgeError }
  | { readonly kind: "report"; readonly report: InformationReport }
  /** The server asks us: the reverse half of obtainFile. Answer with `answer`. */
  | { readonly kind: "asked"; readonly invokeId: number; readonly request: MmsRequest };

type Builder = StepBuilder<AssociationOutcome>;

/** Requests in a row that are not answered, with nothing at all heard meanwhile: then there is nobody. */
const SILENT_REQUESTS_LIMIT = 3;

/**
 * The services of an association, whatever carries their PDUs: every request matched to its answer, as many under way as was
 * negotiated, each with its deadline; and what the server says unasked. How an association begins and ends is not its business.
 */
export class Exchange {
  readonly #requestMs: DurationMs;
  readonly #send: (step: Builder, pdu: Uint8Array) => void;
  readonly #table = new InvokeTable(1);
  #settled: Associated | undefined;
  #silentRequests = 0;
  #isStopped = false;

  /** @param requestMs for the answer to one service @param send puts one MMS PDU on its way */
  constructor(requestMs: DurationMs, send: (step: Builder, pdu: Uint8Array) => void) {
    this.#requestMs = requestMs;
    this.#send = send;
  }

  /** What was settled; `undefined` before that, and nothing is sent before that. */
  get settled(): Associated | undefined {
    return this.#settled;
  }

  /** Requests without an answer, sent or not. */
  get pending(): number {
    return this.#table.pending;
  }

  /** From now on requests may be sent, and those that wait are. */
  settle(step: Builder, settled: Associated, now: Instant): void {
    this.#settled = settled;
    this.#table.places = settled.outstanding;
    step.outcomes.push({ kind: "associated", settled });
    this.sendWaiting(step, now);
  }

  /** Nothing more is asked; what was asked is still answered. */
  stop(): void {
    this.#isStopped = true;
  }

  /** Throws `iec61850.association.overfull` where too many wait already. */
  add(request: MmsRequest): Ticket {
    return this.#table.add(request);
  }

  /** As many of the waiting requests as there are places for. */
  sendWaiting(step: Builder, now: Instant): void {
    const limit = this.#settled?.pduBytes;
    if (limit === undefined || this.#isStopped) return;
    for (;;) {
      const next = this.#table.next(later(now, this.#requestMs));
      if (next === undefined) return;
      const { invokeId, request } = next;
      const bytes = encodeMms({ kind: "confirmed-request", invokeId, request });
      if (bytes.length <= limit) this.#send(step, bytes);
      else this.#failOne(step, invokeId, overlong(bytes.length, limit));
    }
  }

  /** Asks the server to forget a request. Most answer with a reject, and the request goes on. */
  cancel(step: Builder, ticket: Ticket): void {
    const invokeId = this.#table.invokeIdOf(ticket);
    if (invokeId !== undefined) this.#send(step, encodeMms({ kind: "cancel-request", invokeId }));
  }

  /** Answers what the server asked. */
  answer(step: Builder, invokeId: number, answer: MmsResponse | ServiceError | "unsupported"): void {
    if (answer === "unsupported")
      this.#send(step, encodeMms({ kind: "reject", invokeId, rejected: "confirmed-request", reason: 1 }));
    else if ("errorClass" in answer) this.#send(step, encodeMms({ kind: "confirmed-error", invokeId, error: answer }));
    else this.#send(step, encodeMms({ kind: "confirmed-response", invokeId, response: answer }));
  }

  /** Something was heard, whatever it was. */
  heard(): void {
    this.#silentRequests = 0;
  }

  /** What a PDU is to the services; those of the beginning and the end of an association are nothing to them. */
  take(step: Builder, pdu: MmsPdu, now: Instant): void {
    switch (pdu.kind) {
      case "confirmed-response":
        this.#takeResponse(step, pdu.invokeId, pdu.response);
        break;
      case "confirmed-error":
        this.#failOne(step, pdu.invokeId, refusedService(pdu.error));
        break;
      case "reject":
        // A cancel that is rejected is no answer to what it wanted to cancel.
        if (pdu.invokeId !== undefined && pdu.rejected === "confirmed-request")
          this.#failOne(step, pdu.invokeId, rejectedService(pdu.rejected, pdu.reason));
        break;
      case "cancel-response":
        this.#failOne(step, pdu.invokeId, cancelled());
        break;
      case "information-report":
        step.outcomes.push({ kind: "report", report: pdu.report });
        return;
      case "confirmed-request":
        step.outcomes.push({ kind: "asked", invokeId: pdu.invokeId, request: pdu.request });
        return;
      default:
        return;
    }
    this.sendWaiting(step, now);
  }

  /** Ends the requests whose time has passed. A fault where nobody answers any more. */
  wake(step: Builder, now: Instant): EdgeError | undefined {
    const due = this.#table.takeDue(now);
    for (const ticket of due) step.outcomes.push({ kind: "failed", ticket, fault: this.#unanswered("the request") });
    this.#silentRequests += due.length;
    if (this.#silentRequests >= SILENT_REQUESTS_LIMIT)
      return this.#unanswered(`${this.#silentRequests} requests in a row`);
    this.sendWaiting(step, now);
    return undefined;
  }

  earliest(): Instant | undefined {
    return this.#table.earliest();
  }

  /** Ends everything: what was sent may have happened, what waited has not. */
  endAll(step: Builder, cause: EdgeError): void {
    for (const { ticket, fault } of this.#table.endAll(cause)) step.outcomes.push({ kind: "failed", ticket, fault });
  }

  #takeResponse(step: Builder, invokeId: number, response: MmsResponse): void {
    const asked = this.#table.take(invokeId);
    if (asked === undefined) return;
    const { ticket, request } = asked;
    if (response.service === request.service) {
      step.outcomes.push({ kind: "answered", ticket, response });
      return;
    }
    const message = `${response.service} is answered where ${request.service} was asked`;
    step.outcomes.push({ kind: "failed", ticket, fault: iec61850Fault("mms.service.unexpected", message) });
  }

  #failOne(step: Builder, invokeId: number, fault: EdgeError): void {
    const asked = this.#table.take(invokeId);
    if (asked !== undefined) step.outcomes.push({ kind: "failed", ticket: asked.ticket, fault });
  }

  #unanswered(what: string): EdgeError {
    const message = `${what} had no answer in ${this.#requestMs} ms`;
    return iec61850Fault("mms.service.unanswered", message, { retry: "backoff" });
  }
}

function cancelled(): EdgeError {
  return iec61850Fault("mms.service.cancelled", "cancelled as we asked", { blame: "us" });
}

function overlong(bytes: number, limit: number): EdgeError {
  return iec61850Fault("mms.pdu.overlong", `a request of ${bytes} bytes; ${limit} were negotiated`, { blame: "us" });
}
