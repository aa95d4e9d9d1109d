import type { Command } from "../../edge-agent/model/command.ts";
import type { MessageDraft } from "../../edge-agent/model/draft.ts";
import type { Seams } from "../kit/adapter.ts";
import { Deadlines } from "../kit/deadlines.ts";
import { type EdgeError, toEdgeError } from "../kit/edge-error.ts";
import {
  type CommandConclusion,
  type DeviceMemory,
  type Session,
  type SessionOutcome,
  type StoreToken,
  toStoreToken,
} from "../kit/session.ts";
import { ended, type Step, StepBuilder } from "../kit/step.ts";
import { earliest, type Instant, later } from "../kit/time.ts";
import { nameList } from "./acsi/name-lists.ts";
import type { ActionResult } from "./actions/action.ts";
import { actionNames, actionOf } from "./actions/actions.ts";
import { Association, type SessionAssociation } from "./association/association.ts";
import type { AssociationOutcome } from "./association/exchange.ts";
import { succeeded, tooMany, unknownAction, unsuccessful } from "./conclusion.ts";
import { ControlBook } from "./control/control-book.ts";
import { controlEventOf } from "./control/events.ts";
import type { IedDevice } from "./device.ts";
import { entryIdOf, withEntryId } from "./memory.ts";
import type { Ticket } from "./association/invoke-table.ts";
import { iec61850Fault } from "./codes.ts";
import type { InformationReport, MmsRequest } from "./mms/pdu.ts";
import { OfferedFiles } from "./offered-files.ts";
import { messagesOf } from "./profiles.ts";
import { controlText } from "./report/candidates.ts";
import type { ReportPlan } from "./report/plan.ts";
import { ReportReceiver } from "./report/receiver.ts";
import { isReport } from "./report/report.ts";
import type { EnabledReport } from "./report/enable.ts";
import { type SetupResult, setUpReports } from "./report/setup.ts";
import type { Iec61850Settings } from "./settings.ts";
import { stopRegistering } from "./street-light/actions.ts";
import { type Ended, Tasks } from "./tasks.ts";

/** A block we had before and that somebody holds is asked for again so often, and so quickly, before another is taken. */
const HELD_ATTEMPTS = 12;
const HELD_RETRY_MS = 5_000;

type Outcome = SessionOutcome<MessageDraft>;
type Builder = StepBuilder<Outcome>;

/**
 * What an association is for. `standing`: it is kept, its reports are enabled, commands come over it as they come.
 * `command`: it is released when the one command it was made for is concluded.
 */
export type SessionPurpose = "standing" | "command";

/**
 * Our side of one association with one IED: reports become messages, commands become procedures. Many commands may be under
 * way at once. A report's EntryID goes into the device memory with the report's own messages and never by itself: what is
 * resumed from is what is durable.
 *
 * Held at most: what the association holds, the segments of one report for each block, and the commands under way.
 */
export class IedSession implements Session<Command, MessageDraft> {
  readonly #settings: Iec61850Settings;
  readonly #device: IedDevice;
  readonly #seams: Seams<IedDevice>;
  readonly #purpose: SessionPurpose;
  readonly #association: SessionAssociation;
  readonly #tasks: Tasks;
  readonly #receiver: ReportReceiver;
  readonly #book = new ControlBook();
  readonly #files = new OfferedFiles();
  readonly #deadlines = new Deadlines<"keep-alive" | "reports">();
  /** Asked for before there was an association. */
  readonly #waiting: Command[] = [];
  readonly #underWay = new Set<string>();
  /** Conclusions that wait until the messages before them are durable. */
  readonly #storing = new Map<StoreToken, CommandConclusion>();
  readonly #plansToDo: ReportPlan[];
  /** Not to be had, or not all of it: tried again. */
  readonly #plansToRetry: ReportPlan[] = [];
  readonly #attempts = new Map<ReportPlan, number>();
  readonly #entries = new Map<string, Uint8Array>();
  /** Steps of the association that have not been looked at yet. */
  readonly #steps: Step<AssociationOutcome>[] = [];
  /** The step being built. */
  #out: Builder = new StepBuilder<Outcome>();
  #associationWake: Instant | undefined;
  /** The association has ended: what its end causes is being said. */
  #isOver = false;
  #tokens = 0;
  #ended: "done" | EdgeError | undefined;

  constructor(
    settings: Iec61850Settings,
    device: IedDevice,
    seams: Seams<IedDevice>,
    purpose: SessionPurpose,
    association: SessionAssociation = new Association(device.association, settings.timeouts),
  ) {
    this.#settings = settings;
    this.#device = device;
    this.#seams = seams;
    this.#purpose = purpose;
    this.#association = association;
    this.#receiver = new ReportReceiver(device);
    this.#plansToDo = purpose === "standing" ? [...device.reports] : [];
    this.#tasks = new Tasks({
      request: (request, now) => this.#request(request, now),
      offerFile: (name, content) => this.#files.offer(name, content),
    });
  }

  /** Whether commands can be sent at once. */
  get isAssociated(): boolean {
    return this.#association.isOpen;
  }

  /** Bytes held of what is not whole yet. */
  get held(): number {
    return this.#association.held;
  }

  open(now: Instant): Step<Outcome> {
    return this.#step(now, () => this.#steps.push(this.#association.open(now)));
  }

  receive(chunk: Uint8Array, now: Instant): Step<Outcome> {
    return this.#step(now, () => {
      const { frames, fault } = this.#association.cut(chunk);
      for (const frame of frames) {
        if (this.#ended !== undefined) return;
        this.#steps.push(this.#association.receiveFrame(frame, now));
        // Each frame is reacted to before the next is looked at: how the stream was cut makes no difference.
        this.#pump(now);
        this.#heard(now);
      }
      if (fault !== undefined && this.#ended === undefined) this.#steps.push(this.#association.fail(fault));
    });
  }

  wake(now: Instant): Step<Outcome> {
    return this.#step(now, () => {
      this.#steps.push(this.#association.wake(now));
      this.#pump(now);
      if (this.#ended !== undefined) return;
      this.#tasks.wake(now);
      for (const name of this.#deadlines.takeDue(now)) {
        if (name === "keep-alive") this.#keepAlive(now);
        else this.#setUpReports(now);
      }
    });
  }

  close(now: Instant): Step<Outcome> {
    return this.#step(now, () => this.#steps.push(this.#association.close(now)));
  }

  /** Ends the association in good order; commands under way end with it. */
  release(now: Instant): Step<Outcome> {
    return this.#step(now, () => this.#steps.push(this.#association.release(now)));
  }

  submit(command: Command, now: Instant): Step<Outcome> {
    return this.#step(now, () => {
      const limit = this.#settings.limits.commands;
      if (this.#underWay.size >= limit) {
        this.#say(tooMany(command, limit));
        return;
      }
      this.#underWay.add(command.uid);
      if (this.#association.isOpen) this.#carry(command, now);
      else this.#waiting.push(command);
    });
  }

  stored(token: StoreToken, now: Instant): Step<Outcome> {
    return this.#step(now, () => {
      const conclusion = this.#storing.get(token);
      if (conclusion === undefined) return;
      this.#storing.delete(token);
      this.#conclude(conclusion, now);
    });
  }

  #carry(command: Command, now: Instant): void {
    const { profile } = this.#device;
    const action = actionOf(profile, command.action);
    if (action === undefined) {
      this.#conclude(unknownAction(command, actionNames(profile)), now);
      return;
    }
    const context = {
      command,
      device: this.#device,
      book: this.#book,
      terminationMs: this.#settings.timeouts.terminationMs,
      wall: this.#seams.wall,
      reports: () => this.#receiver.enabled(),
    };
    this.#tasks.start(action.run(context), (end, at) => this.#settleCommand(command, end, at), now);
  }

  #settleCommand(command: Command, end: Ended<ActionResult>, now: Instant): void {
    if (!end.ok) {
      this.#conclude(unsuccessful(command, end.fault, end.effects, this.#isOver), now);
      return;
    }
    const { result, drafts = [] } = end.result;
    const conclusion = succeeded(command, result);
    // What was read is durable before the command ends.
    if (drafts.length === 0) this.#conclude(conclusion, now);
    else this.#storing.set(this.#store(drafts, undefined), conclusion);
  }

  #conclude(conclusion: CommandConclusion, now: Instant): void {
    this.#underWay.delete(conclusion.uid);
    this.#say(conclusion);
    const isDone = this.#purpose === "command" && this.#underWay.size === 0 && !this.#isOver;
    if (isDone) this.#steps.push(this.#association.release(now));
  }

  #say(conclusion: CommandConclusion): void {
    this.#out.outcomes.push({ kind: "concluded", device: this.#device.uid, conclusion });
  }

  #store(drafts: readonly MessageDraft[], memory: DeviceMemory | undefined): StoreToken {
    this.#tokens += 1;
    const token = toStoreToken(this.#tokens);
    this.#out.outcomes.push({ kind: "store", token, device: this.#device.uid, drafts, memory });
    return token;
  }

  #refused(fault: EdgeError): void {
    this.#out.outcomes.push({ kind: "refused", device: this.#device.uid, fault });
  }

  #request(request: MmsRequest, now: Instant): Ticket {
    const { ticket, step } = this.#association.request(request, now);
    this.#steps.push(step);
    return ticket;
  }

  /** Looks at what the association made of the input, and at what comes of that. */
  #pump(now: Instant): void {
    for (let step = this.#steps.shift(); step !== undefined; step = this.#steps.shift()) {
      this.#out.send.push(...step.send);
      this.#associationWake = step.wakeAt;
      if (step.ended !== undefined) this.#isOver = true;
      for (const outcome of step.outcomes) this.#take(outcome, now);
      if (step.ended !== undefined) this.#finish(step.ended, now);
    }
  }

  #take(outcome: AssociationOutcome, now: Instant): void {
    switch (outcome.kind) {
      case "associated":
        this.#begin(now);
        return;
      case "answered":
        this.#tasks.answered(outcome.ticket, outcome.response, now);
        return;
      case "failed":
        // With the association everything ends below, whether it had been sent or not.
        if (!this.#isOver) this.#tasks.answered(outcome.ticket, outcome.fault, now);
        return;
      case "report":
        this.#takeReport(outcome.report, now);
        return;
      case "asked": {
        const pduBytes = this.#association.settled?.pduBytes ?? 0;
        this.#steps.push(this.#association.answer(outcome.invokeId, this.#files.answer(outcome.request, pduBytes)));
        return;
      }
    }
  }

  #begin(now: Instant): void {
    for (const command of this.#waiting.splice(0)) this.#carry(command, now);
    if (this.#purpose !== "standing") return;
    if (this.#device.profile === "swdevice-010805")
      this.#tasks.start(stopRegistering(this.#device.position), (end) => this.#noteFault(end), now);
    this.#setUpReports(now);
  }

  /** One after the other: the blocks of one device rarely are the hurry, and its places for requests are few. */
  #setUpReports(now: Instant): void {
    const plan = this.#plansToDo.shift();
    if (plan === undefined) return;
    const attempt = (this.#attempts.get(plan) ?? 0) + 1;
    this.#attempts.set(plan, attempt);
    const mayGiveUp = attempt > HELD_ATTEMPTS;
    const parts = {
      plan,
      mayGiveUp,
      entryIdOf: (control: string) => this.#entries.get(control) ?? entryIdOf(this.#memory(), control),
      ours: () => this.#receiver.enabled(),
      onReady: (report: EnabledReport) => this.#receiver.add(report),
      onFailed: (report: EnabledReport) => this.#receiver.remove(report),
    };
    const settle = (end: Ended<SetupResult>, at: Instant): void => {
      if (this.#isOver) return;
      const faults = end.ok ? end.result.faults : [end.fault];
      // Told once, and once more when it is tried differently.
      if (attempt === 1 || attempt === HELD_ATTEMPTS + 1) for (const fault of faults) this.#refused(fault);
      if (faults.length > 0) this.#plansToRetry.push(plan);
      if (this.#plansToDo.length > 0) this.#setUpReports(at);
      else if (this.#plansToRetry.length > 0) {
        this.#plansToDo.push(...this.#plansToRetry.splice(0));
        const { reportRetryMs } = this.#settings.timeouts;
        this.#deadlines.set("reports", later(at, mayGiveUp ? reportRetryMs : Math.min(HELD_RETRY_MS, reportRetryMs)));
      }
    };
    this.#tasks.start(setUpReports(parts), settle, now);
  }

  #takeReport(information: InformationReport, now: Instant): void {
    if (!isReport(information)) {
      const event = controlEventOf(information);
      if (event !== undefined) this.#tasks.controlEvent(event, now);
      return;
    }
    try {
      const { received, events, faults } = this.#receiver.take(information, this.#seams.wall());
      for (const fault of faults) this.#refused(fault);
      if (received === undefined) return;
      const { entryId } = received.report;
      const drafts = [...events, ...messagesOf(received)];
      if (entryId !== undefined) this.#entries.set(controlText(received.enabled.control), entryId);
      if (drafts.length > 0 || entryId !== undefined)
        this.#store(drafts, entryId === undefined ? undefined : this.#memory());
    } catch (thrown) {
      // A report that makes no sense costs itself: what the device says otherwise may well make sense.
      this.#refused(toEdgeError(thrown, "iec61850.report.malformed"));
    }
  }

  /** What is remembered of the device, and on top of it the EntryIDs of this association. */
  #memory(): DeviceMemory | undefined {
    let memory = this.#seams.registry.memory(this.#device.uid);
    for (const [control, entryId] of this.#entries) memory = withEntryId(memory, control, entryId);
    return memory;
  }

  #heard(now: Instant): void {
    if (this.#isOver) return;
    this.#out.outcomes.push({ kind: "heard", device: this.#device.uid });
    if (this.#purpose === "standing" && this.#association.isOpen)
      this.#deadlines.set("keep-alive", later(now, this.#settings.timeouts.keepAliveMs));
  }

  /** The one service every server in the field answers; status and identify are not among those. */
  #keepAlive(now: Instant): void {
    this.#deadlines.set("keep-alive", later(now, this.#settings.timeouts.keepAliveMs));
    if (this.#association.pending > 0) return;
    const settle = (end: Ended<readonly string[]>): void => {
      if (!end.ok && end.fault.code === "mms.service.unanswered" && !this.#isOver)
        this.#steps.push(this.#association.fail(end.fault));
    };
    this.#tasks.start(nameList({ objectClass: "domain", scope: { scope: "vmd" } }), settle, now);
  }

  #noteFault(end: Ended<unknown>): void {
    if (!end.ok && !this.#isOver) this.#refused(end.fault);
  }

  #finish(reason: "done" | EdgeError, now: Instant): void {
    if (this.#ended !== undefined) return;
    const fault = reason === "done" ? released() : reason;
    for (const command of this.#waiting.splice(0)) this.#conclude(unsuccessful(command, fault, false, true), now);
    this.#tasks.endAll(fault, now);
    for (const conclusion of this.#storing.values()) this.#say(conclusion);
    this.#storing.clear();
    this.#deadlines.clearAll();
    this.#ended = reason;
    this.#out.ended = reason;
  }

  #step(now: Instant, act: () => void): Step<Outcome> {
    if (this.#ended !== undefined) return ended(this.#ended);
    this.#out = new StepBuilder<Outcome>();
    act();
    this.#pump(now);
    this.#out.wakeAt = earliest(this.#associationWake, this.#tasks.earliest(), this.#deadlines.earliest());
    return this.#out.build();
  }
}

function released(): EdgeError {
  return iec61850Fault("iec61850.association.closed", "we released the association", { blame: "us", retry: "now" });
}
