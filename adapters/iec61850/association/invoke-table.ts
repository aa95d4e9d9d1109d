import type { EdgeError } from "../../kit/edge-error.ts";
import { Fifo } from "../../kit/fifo.ts";
import type { Instant } from "../../kit/time.ts";
import { iec61850Fault } from "../codes.ts";
import { QUEUED_REQUEST_LIMIT } from "../limits.ts";
import type { MmsRequest } from "../mms/pdu.ts";

declare const ticket: unique symbol;
/** Names one request from the moment it was asked for; invoke ids exist only while it is under way. */
export type Ticket = number & { readonly [ticket]: true };

interface UnderWay {
  readonly ticket: Ticket;
  readonly request: MmsRequest;
  readonly deadline: Instant;
  /** Its answer came too late once: what still comes is not anybody's. */
  abandoned: boolean;
}

interface Waiting {
  readonly ticket: Ticket;
  readonly request: MmsRequest;
}

const INVOKE_ID_LIMIT = 0x7fff_ffff;
/** Invoke ids of abandoned requests that are kept, so that a late answer is recognised and its id not used again. */
const ABANDONED_LIMIT = 256;

/**
 * Which requests are under way and which wait for their turn: never more under way than the two sides agreed on. A request
 * whose time has passed no longer holds a place, but its invoke id stays taken until its answer comes after all.
 */
export class InvokeTable {
  readonly #underWay = new Map<number, UnderWay>();
  readonly #waiting = new Fifo<Waiting>();
  #places: number;
  #taken = 0;
  #abandoned = 0;
  #lastInvokeId = 0;
  #lastTicket = 0;

  constructor(places: number) {
    this.#places = places;
  }

  /** What was negotiated. */
  set places(places: number) {
    this.#places = Math.max(1, places);
  }

  get places(): number {
    return this.#places;
  }

  /** Requests without an answer, sent or not. */
  get pending(): number {
    return this.#taken + this.#waiting.length;
  }

  /** Throws `iec61850.association.overfull` where too many wait already. */
  add(request: MmsRequest): Ticket {
    if (this.#waiting.length >= QUEUED_REQUEST_LIMIT)
      throw iec61850Fault("iec61850.association.overfull", `${QUEUED_REQUEST_LIMIT} requests wait already`, {
        blame: "us",
        retry: "backoff",
      });
    this.#lastTicket += 1;
    const one = this.#lastTicket as Ticket;
    this.#waiting.push({ ticket: one, request });
    return one;
  }

  /** The next request that may be sent; from now on it is under way. */
  next(
    deadline: Instant,
  ): { readonly invokeId: number; readonly ticket: Ticket; readonly request: MmsRequest } | undefined {
    if (this.#taken >= this.#places) return undefined;
    const waiting = this.#waiting.shift();
    if (waiting === undefined) return undefined;
    const invokeId = this.#freeInvokeId();
    this.#underWay.set(invokeId, { ...waiting, deadline, abandoned: false });
    this.#taken += 1;
    return { invokeId, ...waiting };
  }

  /** Ends what an answer is for; `undefined` where nobody waits for it any more, or nobody ever asked. */
  take(invokeId: number): { readonly ticket: Ticket; readonly request: MmsRequest } | undefined {
    const found = this.#underWay.get(invokeId);
    if (found === undefined) return undefined;
    this.#underWay.delete(invokeId);
    if (found.abandoned) {
      this.#abandoned -= 1;
      return undefined;
    }
    this.#taken -= 1;
    return found;
  }

  /** The requests whose time has passed, in the order they were sent. */
  takeDue(now: Instant): readonly Ticket[] {
    const due: Ticket[] = [];
    for (const [invokeId, one] of this.#underWay) {
      if (one.abandoned || one.deadline > now) continue;
      due.push(one.ticket);
      this.#taken -= 1;
      if (this.#abandoned >= ABANDONED_LIMIT) {
        this.#underWay.delete(invokeId);
        continue;
      }
      one.abandoned = true;
      this.#abandoned += 1;
    }
    return due;
  }

  earliest(): Instant | undefined {
    let first: Instant | undefined;
    for (const { abandoned, deadline } of this.#underWay.values())
      if (!abandoned && (first === undefined || deadline < first)) first = deadline;
    return first;
  }

  invokeIdOf(one: Ticket): number | undefined {
    for (const [invokeId, under] of this.#underWay) if (under.ticket === one && !under.abandoned) return invokeId;
    return undefined;
  }

  /** Ends everything: what was sent may have happened, what waited has not. */
  endAll(cause: EdgeError): readonly { readonly ticket: Ticket; readonly fault: EdgeError }[] {
    const ended: { ticket: Ticket; fault: EdgeError }[] = [];
    for (const { ticket: one, abandoned } of this.#underWay.values())
      if (!abandoned) ended.push({ ticket: one, fault: unanswered(cause) });
    for (const { ticket: one } of this.#waiting) ended.push({ ticket: one, fault: unsent(cause) });
    this.#underWay.clear();
    while (this.#waiting.shift() !== undefined);
    this.#taken = 0;
    this.#abandoned = 0;
    return ended;
  }

  #freeInvokeId(): number {
    do this.#lastInvokeId = this.#lastInvokeId >= INVOKE_ID_LIMIT ? 1 : this.#lastInvokeId + 1;
    while (this.#underWay.has(this.#lastInvokeId));
    return this.#lastInvokeId;
  }
}

function unanswered(cause: EdgeError): EdgeError {
  return iec61850Fault("mms.service.unanswered", `the association ended before the answer: ${cause.message}`, {
    blame: cause.blame,
    retry: "backoff",
    cause,
  });
}

function unsent(cause: EdgeError): EdgeError {
  return iec61850Fault("mms.service.unsent", `the association ended before the request was sent: ${cause.message}`, {
    blame: cause.blame,
    retry: "backoff",
    cause,
  });
}
