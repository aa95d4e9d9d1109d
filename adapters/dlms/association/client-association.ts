import type { Ciphers } from "../../kit/ciphers.ts";
import { Deadlines } from "../../kit/deadlines.ts";
import { EdgeError } from "../../kit/edge-error.ts";
import { invariant } from "../../kit/invariant.ts";
import type { Random } from "../../kit/ports.ts";
import { ended, idle, type Machine, type Step, StepBuilder } from "../../kit/step.ts";
import { earliest, type Instant, later } from "../../kit/time.ts";
import type { Aare } from "../apdu/acse.ts";
import type { Apdu } from "../apdu/apdu.ts";
import { conforms } from "../apdu/conformance.ts";
import { encodeApdu } from "../apdu/encode-apdu.ts";
import { APDU_TAGS } from "../apdu/tags.ts";
import { type DlmsFaultCode, dlmsFault } from "../codes.ts";
import { CounterReserve, type InvocationCounters, ReplayGuard } from "../security/invocation-counter.ts";
import type { DlmsLink, LinkStep } from "../transport/link.ts";
import { expectAnswer, expectProtection, isShapedLikeAnswer } from "./answer-checks.ts";
import { type Arrival, Carriers } from "./carriers.ts";
import { confirmedServiceFault, exceptionFault } from "./exceptions.ts";
import { type Outgoing, unexpected } from "./exchange.ts";
import { Establishment } from "./establishment.ts";
import type { AssociationFacts } from "./handshake.ts";
import { InvokeIds } from "./invoke-ids.ts";
import type { AssociationOutcome } from "./outcome.ts";
import { ProcedureRun, type ProcedureStep } from "./procedure-run.ts";
import { type AssociationProtection, protectionFor } from "./protection.ts";
import type { CosemDialogue } from "./services.ts";
import type { AssociationSettings } from "./settings.ts";
import { ShortNames } from "./short-names.ts";

type Out = StepBuilder<AssociationOutcome>;

type Phase = "idle" | "linking" | "associating" | "authenticating" | "associated" | "releasing" | "closing";

export interface AssociationParts {
  readonly settings: AssociationSettings;
  readonly link: DlmsLink;
  readonly ciphers: Ciphers;
  readonly random: Random;
  /** Of our key towards this server. Without them nothing can be protected. */
  readonly counters?: InvocationCounters;
  /** What this server sent before; shared by the associations with it. */
  readonly received?: ReplayGuard;
}

/**
 * The client side of one association (IEC 62056-5-3 clause 9.3), from the first byte of the link to the last. One procedure
 * runs at a time; what it asks becomes APDUs, protected and cut as was agreed.
 *
 * Held at most: one APDU of the link, one value of `limits.transferOctets`, one procedure.
 */
export class ClientAssociation implements Machine<AssociationOutcome> {
  readonly #settings: AssociationSettings;
  readonly #link: DlmsLink;
  readonly #counters: InvocationCounters;
  readonly #protection: AssociationProtection | undefined;
  readonly #carriers: Carriers;
  readonly #establishment: Establishment;
  readonly #invokes: InvokeIds;
  readonly #shortNames: ShortNames | undefined;
  readonly #deadlines = new Deadlines<"association" | "response" | "pause" | "release">();
  #phase: Phase = "idle";
  #facts: AssociationFacts | undefined;
  #run: ProcedureRun | undefined;
  #queued: CosemDialogue<unknown> | undefined;
  #awaiting: Outgoing | undefined;
  #held: { readonly counters: number; readonly resume: (step: Out, now: Instant) => void } | undefined;
  #dropped = 0;
  #linkWakeAt: Instant | undefined;
  #ended: "done" | EdgeError | undefined;

  constructor({ settings, link, ciphers, random, counters, received }: AssociationParts) {
    this.#settings = settings;
    this.#link = link;
    this.#counters = counters ?? new CounterReserve(0);
    const reserved = this.#counters;
    this.#protection = protectionFor(settings, {
      ciphers,
      random,
      counters: reserved,
      received: received ?? new ReplayGuard(),
    });
    this.#invokes = new InvokeIds(settings.highPriority);
    this.#shortNames = settings.referencing === "short-name" ? new ShortNames() : undefined;
    this.#carriers = new Carriers(settings, this.#protection);
    this.#establishment = new Establishment({
      settings,
      ciphers,
      random,
      counters: this.#counters,
      protection: this.#protection,
    });
  }

  /** A procedure runs, or waits for the association. */
  get busy(): boolean {
    return this.#run !== undefined || this.#queued !== undefined;
  }

  /** `undefined` before both sides agreed. */
  get facts(): AssociationFacts | undefined {
    return this.#facts;
  }

  open(now: Instant): Step<AssociationOutcome> {
    return this.#step((step) => {
      this.#phase = "linking";
      this.#deadlines.set("association", later(now, this.#settings.timeouts.associateMs));
      this.#absorb(step, this.#link.open(now), now);
    });
  }

  receive(chunk: Uint8Array, now: Instant): Step<AssociationOutcome> {
    return this.#step((step) => this.#absorb(step, this.#link.receive(chunk, now), now));
  }

  /** Runs a procedure, at once or as soon as both sides agreed. Only while not `busy`. */
  run(dialogue: CosemDialogue<unknown>, now: Instant): Step<AssociationOutcome> {
    invariant(!this.busy, "one procedure runs in an association at a time");
    return this.#step((step) => {
      if (this.#phase === "associated") this.#begin(step, dialogue, now);
      else if (this.#phase === "releasing" || this.#phase === "closing") {
        step.outcomes.push({ kind: "failed", fault: closed("dlms.association.not-open", "the association is ending") });
      } else this.#queued = dialogue;
    });
  }

  /** More invocation counters are durable. */
  countersReserved(now: Instant): Step<AssociationOutcome> {
    return this.#step((step) => {
      const held = this.#held;
      this.#held = undefined;
      if (held !== undefined) this.#withCounters(step, held.counters, now, held.resume);
    });
  }

  /** Ends the association in order; a procedure under way fails. */
  release(now: Instant): Step<AssociationOutcome> {
    return this.#step((step) => {
      this.#abandon(step, closed("dlms.association.aborted", "the association is released"));
      const associated = this.#phase === "associated";
      this.#deadlines.clearAll();
      this.#deadlines.set("release", later(now, this.#settings.timeouts.releaseMs));
      if (associated && this.#settings.release === "rlrq" && this.#settings.preEstablished === undefined) {
        this.#phase = "releasing";
        const userInformation = this.#establishment.releaseInformation();
        this.#write(step, encodeApdu({ kind: "rlrq", reason: 0, userInformation }), now);
      } else this.#closeLink(step, now);
    });
  }

  wake(now: Instant): Step<AssociationOutcome> {
    return this.#step((step) => {
      if (this.#linkWakeAt !== undefined && this.#linkWakeAt <= now) this.#absorb(step, this.#link.wake(now), now);
      for (const due of this.#deadlines.takeDue(now)) {
        if (this.#ended !== undefined) return;
        if (due === "association") this.#end(step, unanswered("dlms.association.unanswered", "associating"));
        else if (due === "pause") this.#apply(step, this.#run?.paused(), now);
        else if (due === "response") this.#unanswered(step, now);
        else if (this.#phase === "releasing") this.#closeLink(step, now);
        else this.#end(step, "done");
      }
    });
  }

  close(_now: Instant): Step<AssociationOutcome> {
    return this.#step((step) => {
      const at = this.#phase;
      const inOrder = at === "idle" || at === "closing" || at === "releasing" || (at === "associated" && !this.busy);
      this.#end(step, inOrder ? "done" : closed("dlms.association.closed", `the connection closed while ${at}`));
    });
  }

  #step(act: (step: Out) => void): Step<AssociationOutcome> {
    if (this.#ended !== undefined) return ended(this.#ended);
    const step: Out = new StepBuilder();
    act(step);
    step.ended = this.#ended;
    step.wakeAt = earliest(this.#deadlines.earliest(), this.#linkWakeAt);
    return step.send.length === 0 && step.outcomes.length === 0 && step.ended === undefined
      ? idle(step.wakeAt)
      : step.build();
  }

  /** Whatever the link had to say. */
  #absorb(step: Out, link: LinkStep, now: Instant): void {
    step.send.push(...link.send);
    this.#linkWakeAt = link.wakeAt;
    if (link.state === "open" && this.#phase === "linking") this.#associate(step, now);
    for (const apdu of link.apdus) {
      if (this.#ended !== undefined) return;
      this.#take(step, apdu, now);
    }
    if (link.state === "closed" && this.#ended === undefined) this.#end(step, link.fault ?? this.#linkEnd());
  }

  #linkEnd(): "done" | EdgeError {
    return this.#phase === "closing" ? "done" : closed("dlms.association.closed", "the link was closed");
  }

  #write(step: Out, apdu: Uint8Array, now: Instant): void {
    this.#absorb(step, this.#link.send(apdu, now), now);
  }

  #associate(step: Out, now: Instant): void {
    const { preEstablished, serverSystemTitle } = this.#settings;
    if (preEstablished !== undefined) {
      this.#associated(step, { ...preEstablished, serverSystemTitle: serverSystemTitle ?? new Uint8Array(0) }, now);
      return;
    }
    this.#withCounters(step, this.#establishment.requestCounters, now, (out, at) => {
      this.#phase = "associating";
      this.#deadlines.set("association", later(at, this.#settings.timeouts.associateMs));
      this.#write(out, this.#establishment.request(), at);
    });
  }

  #accepted(step: Out, aare: Aare, now: Instant): void {
    const { facts, proves, remark: passedOver } = this.#establishment.accepted(aare);
    if (passedOver !== undefined) remark(step, passedOver);
    if (!proves) {
      this.#associated(step, facts, now);
      return;
    }
    this.#facts = facts;
    this.#withCounters(step, this.#establishment.proofCounters, now, (out, at) => {
      this.#phase = "authenticating";
      this.#deadlines.set("association", later(at, this.#settings.timeouts.associateMs));
      this.#transmit(out, this.#establishment.proofRequest(this.#invokes.next()), "association", at);
    });
  }

  /** Runs what needs counters once there are enough of them. */
  #withCounters(step: Out, counters: number, now: Instant, resume: (step: Out, now: Instant) => void): void {
    if (counters === 0 || this.#counters.available >= counters) {
      resume(step, now);
      return;
    }
    this.#held = { counters, resume };
    this.#deadlines.clear("association");
    this.#deadlines.clear("response");
    step.outcomes.push({ kind: "counters-wanted" });
  }

  #take(step: Out, octets: Uint8Array, now: Instant): void {
    try {
      if (this.#phase === "releasing" && octets[0] === APDU_TAGS.rlre) this.#closeLink(step, now);
      else this.#arrived(step, this.#carriers.take(octets), now);
    } catch (thrown) {
      if (!(thrown instanceof EdgeError)) throw thrown;
      this.#disorder(step, thrown, now);
    }
  }

  #arrived(step: Out, { send, remarks, moved, inside }: Arrival, now: Instant): void {
    for (const fault of remarks) remark(step, fault);
    for (const block of send) this.#write(step, block, now);
    if (moved && this.#awaiting !== undefined) this.#await(now);
    if (inside === undefined) return;
    if (inside.kind === "unreadable") {
      this.#unreadable(step, inside, now);
      return;
    }
    const { apdu, cover } = inside;
    if (apdu.kind === "data-notification" || apdu.kind === "event-notification" || apdu.kind === "information-report") {
      step.outcomes.push({ kind: "notified", notification: apdu, protection: cover.protection });
      return;
    }
    expectProtection(this.#settings.security, this.#phase === "associated", apdu, cover);
    this.#answered(step, apdu, now);
  }

  /** What cannot be read inside an answer of the right shape is a fault of that exchange, not of the association. */
  #unreadable(
    step: Out,
    { octets, fault }: { readonly octets: Uint8Array; readonly fault: EdgeError },
    now: Instant,
  ): void {
    if (!isShapedLikeAnswer(this.#awaiting, octets)) throw fault;
    this.#settle(step, (run) => run.fail(fault), now);
  }

  #answered(step: Out, apdu: Apdu, now: Instant): void {
    const phase = this.#phase;
    if (phase === "releasing" || phase === "closing") return;
    if (phase === "associated" && this.#awaiting === undefined) throw unexpected(apdu, "no APDU at all");
    if (apdu.kind === "exception-response") this.#refused(step, exceptionFault(apdu), now);
    else if (apdu.kind === "confirmed-service-error") this.#refused(step, confirmedServiceFault(apdu), now);
    else if (phase === "associating") {
      if (apdu.kind !== "aare") throw unexpected(apdu, "an AARE");
      this.#accepted(step, apdu, now);
    } else if (phase === "authenticating") {
      this.#establishment.proved(apdu);
      invariant(this.#facts !== undefined, "the server is asked for its proof after it accepted");
      this.#associated(step, this.#facts, now);
    } else {
      expectAnswer(this.#awaiting?.apdu, apdu);
      this.#settle(step, (run) => run.answered(apdu), now);
    }
  }

  #refused(step: Out, fault: EdgeError, now: Instant): void {
    if (this.#phase === "associated") this.#settle(step, (run) => run.fail(fault), now);
    else this.#end(step, fault);
  }

  #associated(step: Out, facts: AssociationFacts, now: Instant): void {
    this.#phase = "associated";
    this.#facts = facts;
    this.#awaiting = undefined;
    this.#deadlines.clearAll();
    step.outcomes.push({ kind: "associated", facts });
    const queued = this.#queued;
    this.#queued = undefined;
    if (queued !== undefined) this.#begin(step, queued, now);
  }

  #begin(step: Out, dialogue: CosemDialogue<unknown>, now: Instant): void {
    const facts = this.#facts;
    invariant(facts !== undefined, "a procedure begins in an association");
    const { listItemsMax, preferGeneralBlockTransfer, limits } = this.#settings;
    this.#run = new ProcedureRun(dialogue, {
      conformance: facts.conformance,
      shortNames: this.#shortNames,
      apduOctetsMax: this.#octetsMax(facts) - (this.#protection?.overheadOctets ?? 0),
      listItemsMax,
      preferGeneralBlockTransfer,
      limits,
      nextInvoke: () => this.#invokes.next(),
      nextLongInvoke: (breakOnError) => this.#invokes.nextLong(breakOnError),
    });
    this.#apply(step, this.#run.begin(), now);
  }

  #settle(step: Out, resume: (run: ProcedureRun) => ProcedureStep, now: Instant): void {
    this.#awaiting = undefined;
    this.#carriers.forget();
    this.#dropped = 0;
    this.#deadlines.clear("response");
    if (this.#run !== undefined) this.#apply(step, resume(this.#run), now);
  }

  /** What the procedure wants; in a loop, because what cannot be sent goes back to it. */
  #apply(step: Out, wanted: ProcedureStep | undefined, now: Instant): void {
    let next = wanted;
    while (next !== undefined) {
      if (next.kind === "send") {
        next = this.#send(step, next.request, now);
        continue;
      }
      if (next.kind === "pause") this.#deadlines.set("pause", later(now, next.ms));
      else {
        this.#run = undefined;
        step.outcomes.push(next);
      }
      return;
    }
  }

  #send(step: Out, request: Outgoing, now: Instant): ProcedureStep | undefined {
    let next: ProcedureStep | undefined;
    let sending = true;
    this.#withCounters(step, this.#protection === undefined ? 0 : 1, now, (out, at) => {
      const told = this.#ask(out, request, at);
      if (sending) next = told;
      else this.#apply(out, told, at);
    });
    sending = false;
    return next;
  }

  /** What the procedure wants next, where it need not wait for an answer: nothing answers it, or it cannot be sent. */
  #ask(step: Out, request: Outgoing, now: Instant): ProcedureStep | undefined {
    try {
      this.#transmit(step, request, "service", now);
    } catch (thrown) {
      if (!(thrown instanceof EdgeError)) throw thrown;
      this.#awaiting = undefined;
      return this.#run?.fail(thrown);
    }
    if (request.isUnconfirmed !== true) {
      this.#await(now);
      return undefined;
    }
    this.#awaiting = undefined;
    return this.#run?.answered(request.apdu);
  }

  #transmit(step: Out, request: Outgoing, purpose: "service" | "association", now: Instant): void {
    const facts = this.#facts;
    invariant(facts !== undefined, "services are for associations");
    const octetsMax = this.#octetsMax(facts);
    const protection = this.#protection;
    const octets = request.octets.length + (protection?.overheadOctets ?? 0);
    // Blocks are confirmed one by one, so that they are for what is answered.
    const inBlocks = conforms(facts.conformance, "general-block-transfer") && request.isUnconfirmed !== true;
    if (octets > octetsMax && !inBlocks) {
      throw dlmsFault("dlms.service.too-long", `a request of ${octets} octets; the server takes ${octetsMax}`, {
        blame: "operator",
      });
    }
    this.#awaiting = request;
    const apdu = protection === undefined ? request.octets : protection.seal(request.octets, purpose);
    if (apdu.length <= octetsMax) {
      this.#write(step, apdu, now);
      return;
    }
    for (const block of this.#carriers.begin(apdu, octetsMax)) this.#write(step, block, now);
  }

  #await(now: Instant): void {
    if (this.#awaiting === undefined) return;
    this.#deadlines.set("response", later(now, this.#settings.timeouts.responseMs));
  }

  #unanswered(step: Out, now: Instant): void {
    const fault = unanswered("dlms.service.unanswered", "a request");
    if (this.#settings.onDisorder === "resynchronise") this.#settle(step, (run) => run.fail(fault), now);
    else this.#end(step, fault);
  }

  /** An APDU that does not belong, or that could not be read. */
  #disorder(step: Out, fault: EdgeError, now: Instant): void {
    const resynchronises = this.#phase === "associated" && this.#settings.onDisorder === "resynchronise";
    if (this.#phase === "releasing" || this.#phase === "closing") return;
    this.#dropped += 1;
    if (!resynchronises || this.#dropped > this.#settings.limits.dropped) {
      this.#end(step, fault);
      return;
    }
    remark(step, fault);
    // Blocks of which one was lost on our side are of no use; the answer is awaited until its time is over.
    if (fault.code.startsWith("dlms.block.")) this.#settle(step, (run) => run.fail(fault), now);
  }

  #closeLink(step: Out, now: Instant): void {
    this.#phase = "closing";
    this.#absorb(step, this.#link.close(now), now);
  }

  #abandon(step: Out, fault: EdgeError): void {
    const run = this.#run;
    const queued = this.#queued;
    this.#run = undefined;
    this.#queued = undefined;
    this.#held = undefined;
    this.#awaiting = undefined;
    this.#carriers.forget();
    if (run === undefined && queued === undefined) return;
    const last = run?.fail(fault);
    // A procedure may still return what it has; it cannot ask for more.
    step.outcomes.push(last?.kind === "completed" || last?.kind === "failed" ? last : { kind: "failed", fault });
  }

  #end(step: Out, reason: "done" | EdgeError): void {
    this.#abandon(step, reason === "done" ? closed("dlms.association.closed", "the association is over") : reason);
    this.#ended = reason;
    this.#deadlines.clearAll();
    this.#linkWakeAt = undefined;
  }

  #octetsMax(facts: AssociationFacts): number {
    return Math.min(facts.maxSendPduSize, this.#link.apduOctetsMax);
  }
}

function remark(step: Out, fault: EdgeError): void {
  step.outcomes.push({ kind: "remark", fault });
}

function closed(code: DlmsFaultCode, message: string): EdgeError {
  return dlmsFault(code, message, { blame: "network", retry: "backoff" });
}

function unanswered(code: DlmsFaultCode, what: string): EdgeError {
  return dlmsFault(code, `${what}: no answer in time`, { retry: "backoff" });
}
