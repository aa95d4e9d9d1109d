import { toHex } from "../../kit/bytes.ts";
import { Deadlines } from "../../kit/deadlines.ts";
import { type EdgeError, toEdgeError } from "../../kit/edge-error.ts";
import type { Framed, Framer } from "../../kit/framing.ts";
import { ended, type Step, StepBuilder } from "../../kit/step.ts";
import { earliest, type Instant, later } from "../../kit/time.ts";
import type { AssociationTimeouts, SessionAssociation } from "../association/association.ts";
import { type Associated, type AssociationOutcome, Exchange } from "../association/exchange.ts";
import type { Ticket } from "../association/invoke-table.ts";
import type { AssociationParameters, Selectors } from "../association/parameters.ts";
import { iec61850Fault } from "../codes.ts";
import { MMS_PDU_BYTES } from "../limits.ts";
import { decodeMms } from "../mms/decode.ts";
import type { MmsRequest, MmsResponse, ServiceError } from "../mms/pdu.ts";
import { decodeFrame, encodeFrame, nativeFramer } from "./frames.ts";
import { type FromLibrary, isFromLibrary, type NativeSelectors, type ToLibrary } from "./notices.ts";

/** Where the IED is; the process of the library connects, not we. */
export interface NativeTarget {
  readonly host: string;
  readonly port: number;
}

/** `koffi` runs so many calls at once; a further one would only wait there instead of here. */
const CALLS_AT_ONCE = 4;

type Outcome = AssociationOutcome;
type Builder = StepBuilder<Outcome>;

/**
 * An association that a libiec61850 of the user's keeps, in a process of its own: the services are the same, and so is all that
 * stands on them. What goes to that process are MMS PDUs without the layers below.
 *
 * Held at most: one frame, and the requests of its invoke table.
 */
export class NativeAssociation implements SessionAssociation {
  readonly #target: () => NativeTarget;
  readonly #parameters: AssociationParameters;
  readonly #timeouts: AssociationTimeouts;
  readonly #framer: Framer = nativeFramer();
  readonly #deadlines = new Deadlines<"associate" | "release">();
  readonly #exchange: Exchange;
  #phase: "closed" | "associating" | "open" | "releasing" | "ended" = "closed";
  #end: "done" | EdgeError | undefined;

  constructor(target: () => NativeTarget, parameters: AssociationParameters, timeouts: AssociationTimeouts) {
    this.#target = target;
    this.#parameters = parameters;
    this.#timeouts = timeouts;
    this.#exchange = new Exchange(timeouts.requestMs, (step, pdu) => {
      step.send.push(encodeFrame({ kind: "pdu", pdu }));
    });
  }

  get isOpen(): boolean {
    return this.#phase === "open";
  }

  get settled(): Associated | undefined {
    return this.#exchange.settled;
  }

  get held(): number {
    return this.#framer.pending;
  }

  get pending(): number {
    return this.#exchange.pending;
  }

  open(now: Instant): Step<Outcome> {
    return this.#step((step) => {
      if (this.#phase !== "closed") return;
      const { local, remote, password } = this.#parameters;
      const { associateMs, requestMs } = this.#timeouts;
      this.#phase = "associating";
      // The process gives up first, and says why.
      this.#deadlines.set("associate", later(now, associateMs + requestMs));
      this.#tell(step, {
        say: "associate",
        ...this.#target(),
        associateMs,
        requestMs,
        local: selectorsOf(local),
        remote: selectorsOf(remote),
        password: password === undefined ? undefined : toHex(password()),
        outstanding: this.#outstanding(),
      });
    });
  }

  cut(chunk: Uint8Array): Framed {
    return this.#framer.cut(chunk);
  }

  receiveFrame(frame: Uint8Array, now: Instant): Step<Outcome> {
    return this.#step((step) => {
      try {
        const told = decodeFrame(frame);
        if (told.kind === "notice") this.#takeNotice(step, told.notice, now);
        else {
          this.#exchange.heard();
          this.#exchange.take(step, decodeMms(told.pdu), now);
        }
      } catch (thrown) {
        this.#finish(step, toEdgeError(thrown, "iec61850.native.malformed"));
      }
    });
  }

  fail(fault: EdgeError): Step<Outcome> {
    return this.#step((step) => this.#finish(step, this.#phase === "releasing" ? "done" : fault));
  }

  wake(now: Instant): Step<Outcome> {
    return this.#step((step) => {
      for (const name of this.#deadlines.takeDue(now)) {
        this.#finish(step, name === "release" ? "done" : refused("it did not answer in time"));
        return;
      }
      const fault = this.#exchange.wake(step, now);
      if (fault !== undefined) this.#finish(step, fault);
    });
  }

  /** The process ended, or we are asked to stop at once. */
  close(_now: Instant): Step<Outcome> {
    return this.#step((step) => this.#finish(step, this.#phase === "releasing" ? "done" : lost()));
  }

  request(request: MmsRequest, now: Instant): { readonly ticket: Ticket; readonly step: Step<Outcome> } {
    const ticket = this.#exchange.add(request);
    return { ticket, step: this.#step((step) => this.#exchange.sendWaiting(step, now)) };
  }

  answer(invokeId: number, answer: MmsResponse | ServiceError | "unsupported"): Step<Outcome> {
    return this.#step((step) => this.#exchange.answer(step, invokeId, answer));
  }

  release(now: Instant): Step<Outcome> {
    return this.#step((step) => {
      if (this.#phase === "releasing") return;
      if (this.#phase !== "open") {
        this.#finish(step, "done");
        return;
      }
      this.#phase = "releasing";
      this.#exchange.stop();
      this.#deadlines.set("release", later(now, this.#timeouts.releaseMs));
      this.#tell(step, { say: "release" });
    });
  }

  #takeNotice(step: Builder, notice: unknown, now: Instant): void {
    if (!isFromLibrary(notice)) return;
    const told: FromLibrary = notice;
    switch (told.say) {
      case "associated":
        if (this.#phase !== "associating") return;
        this.#phase = "open";
        this.#deadlines.clear("associate");
        this.#exchange.settle(
          step,
          {
            // The library cuts what it sends by itself.
            pduBytes: Math.min(this.#parameters.pduBytes, MMS_PDU_BYTES),
            outstanding: this.#outstanding(),
            services: { octets: new Uint8Array(0), length: 0 },
          },
          now,
        );
        return;
      case "refused":
        this.#finish(step, refused(`IedClientError ${told.error}`, told.error));
        return;
      case "lost":
        this.#finish(step, this.#phase === "releasing" ? "done" : lost());
        return;
      case "released":
        this.#finish(step, "done");
        return;
      case "crashed":
        this.#finish(step, crashed(told.how, told.words));
        return;
      case "missing":
        this.#finish(step, missing(told.why));
        return;
    }
  }

  #outstanding(): number {
    return Math.min(this.#parameters.outstanding, CALLS_AT_ONCE);
  }

  #tell(step: Builder, notice: ToLibrary): void {
    step.send.push(encodeFrame({ kind: "notice", notice }));
  }

  #finish(step: Builder, reason: "done" | EdgeError): void {
    if (this.#end !== undefined) return;
    this.#phase = "ended";
    this.#end = reason;
    step.ended = reason;
    this.#deadlines.clearAll();
    this.#exchange.endAll(step, reason === "done" ? lost() : reason);
  }

  #step(act: (step: Builder) => void): Step<Outcome> {
    if (this.#end !== undefined) return ended(this.#end);
    const step = new StepBuilder<Outcome>();
    act(step);
    step.wakeAt = earliest(this.#deadlines.earliest(), this.#exchange.earliest());
    return step.build();
  }
}

/** What an operator can do about a library that is not there; the same sentence wherever it is missed. */
export function missing(why: string): EdgeError {
  const message = `libiec61850 cannot be used (${why}): install libiec61850 1.5 or newer and the package koffi, name the file with iec61850.library, or leave backend out`;
  return iec61850Fault("iec61850.native.missing", message, { blame: "operator", retry: "backoff" });
}

function crashed(how: string | number, words: string): EdgeError {
  const message = `the process of libiec61850 ended by itself: ${how}${words === "" ? "" : ` (${words})`}`;
  return iec61850Fault("iec61850.native.crashed", message, { blame: "us", retry: "backoff", native: how });
}

function selectorsOf({ transport, session, presentation, apTitle, aeQualifier }: Selectors): NativeSelectors {
  return {
    transport: toHex(transport),
    session: toHex(session),
    presentation: toHex(presentation),
    ...(apTitle !== undefined && { apTitle }),
    ...(aeQualifier !== undefined && { aeQualifier }),
  };
}

function refused(why: string, native?: number): EdgeError {
  return iec61850Fault("iec61850.association.refused", `libiec61850 got no association: ${why}`, {
    retry: "backoff",
    native,
  });
}

function lost(): EdgeError {
  return iec61850Fault("iec61850.association.closed", "the association of libiec61850 is over", {
    blame: "network",
    retry: "backoff",
  });
}
