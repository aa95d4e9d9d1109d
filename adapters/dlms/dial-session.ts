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
import { earliest, type Instant, later } from "../kit/time.ts";
import type { ActionContext, ActionResult } from "./actions/action.ts";
import { commandFault } from "./actions/inputs.ts";
import {
  type AssociationPorts,
  deviceAssociation,
  type KeyPair,
  publicAssociation,
  usesCounters,
} from "./associate.ts";
import type { ClientAssociation } from "./association/client-association.ts";
import type { AssociationOutcome } from "./association/outcome.ts";
import { dlmsFault } from "./codes.ts";
import { objectProfile } from "./config/object-profiles.ts";
import { attributeOf, readAttribute } from "./cosem/ask.ts";
import { type DlmsData, numberOf } from "./data/data.ts";
import type { DlmsDevice } from "./device.ts";
import { doubtsCounter, doubtsKeys } from "./doubts.ts";
import { Errand, SCHEDULE_ROLE } from "./errand.ts";
import { writeMemory } from "./memory.ts";
import { MeterKnowledge } from "./meter-knowledge.ts";
import type { DlmsSettings } from "./settings.ts";

type Outcome = SessionOutcome<MessageDraft>;

/** What happens when something is durable. */
type Then =
  /** Counters of the ceiling that was stored may be used. */
  { readonly kind: "reserved" } | { readonly kind: "conclude"; readonly conclusion: CommandConclusion };

type Phase =
  | { readonly at: "idle" }
  /** The association for the command, or the public one that is asked for the meter's invocation counter. */
  | { readonly at: "associated-with"; readonly whom: "device" | "public" }
  /** The connection of one association is closed, that of the next not yet open. */
  | { readonly at: "between"; readonly next: "device" | "public" }
  | { readonly at: "releasing" };

/**
 * A connection we open to a meter, for one command in one association. Invocation counters are used only after the ceiling
 * above them was stored under the lease; one that is in doubt is asked of the meter through its public client, and only
 * ever raised. What the meter answered is stored before the command is concluded.
 *
 * Held at most: one value of the association's limits, the procedure of one command.
 */
export class DialSession implements Session<Command, MessageDraft> {
  readonly #settings: DlmsSettings;
  readonly #device: DlmsDevice;
  readonly #seams: Seams<DlmsDevice>;
  readonly #deadlines = new Deadlines<"idle">();
  readonly #waiting = new Map<StoreToken, Then>();
  /** Why a second association is tried, each at most once for a command. */
  readonly #tried = { counter: false, keys: false };
  #phase: Phase = { at: "idle" };
  #errand: Errand | undefined;
  #association: ClientAssociation | undefined;
  #associationWakeAt: Instant | undefined;
  readonly #known: MeterKnowledge;
  #pair: KeyPair;
  #firstFault: EdgeError | undefined;
  #connected = false;
  #tokens = 0;
  #ended: "done" | EdgeError | undefined;

  constructor(settings: DlmsSettings, device: DlmsDevice, seams: Seams<DlmsDevice>) {
    this.#settings = settings;
    this.#device = device;
    this.#seams = seams;
    this.#known = new MeterKnowledge(settings, device, seams);
    this.#pair = this.#known.likelyPair;
  }

  open(now: Instant): Step<Outcome> {
    if (this.#phase.at === "between") this.#ended = undefined;
    return this.#step((step) => {
      this.#connected = true;
      if (this.#phase.at === "between") this.#associate(step, this.#phase.next, now);
      else if (this.#errand !== undefined) this.#begin(step, now);
      else this.#deadlines.set("idle", later(now, this.#settings.timeouts.idleMs));
    });
  }

  submit(command: Command, now: Instant): Step<Outcome> {
    return this.#step((step) => {
      if (this.#errand !== undefined) {
        const fault = commandFault("dlms.command.busy", "a command is under way in this association");
        this.#say(step, { uid: command.uid, end: "unsent", fault, result: {} });
        return;
      }
      try {
        this.#errand = new Errand(command, this.#context(command));
      } catch (thrown) {
        const fault = toEdgeError(thrown, "dlms.command.invalid");
        this.#say(step, { uid: command.uid, end: "rejected", fault, result: {} });
        this.#end(step, "done");
        return;
      }
      if (this.#connected) this.#begin(step, now);
    });
  }

  receive(chunk: Uint8Array, now: Instant): Step<Outcome> {
    return this.#step((step) => {
      const association = this.#association;
      if (association === undefined) {
        if (this.#phase.at !== "idle") return;
        const fault = dlmsFault("dlms.association.unexpected-apdu", `${chunk.length} octets before any request`);
        step.outcomes.push({ kind: "refused", device: this.#device.uid, fault });
        this.#fail(step, fault);
        return;
      }
      this.#absorb(step, association.receive(chunk, now), now);
    });
  }

  stored(token: StoreToken, now: Instant): Step<Outcome> {
    return this.#step((step) => {
      const then = this.#waiting.get(token);
      this.#waiting.delete(token);
      if (then === undefined) return;
      if (then.kind === "reserved") {
        this.#known.reserved();
        if (this.#association !== undefined) this.#absorb(step, this.#association.countersReserved(now), now);
        return;
      }
      this.#say(step, then.conclusion);
      this.#release(step, now);
    });
  }

  wake(now: Instant): Step<Outcome> {
    return this.#step((step) => {
      const association = this.#association;
      if (association !== undefined && this.#associationWakeAt !== undefined && this.#associationWakeAt <= now) {
        this.#absorb(step, association.wake(now), now);
      }
      if (this.#deadlines.takeDue(now).includes("idle") && this.#ended === undefined) this.#end(step, "done");
    });
  }

  close(now: Instant): Step<Outcome> {
    if (this.#phase.at === "between") this.#ended = undefined;
    return this.#step((step) => {
      this.#connected = false;
      if (this.#phase.at === "between") this.#fail(step, this.#firstFault ?? unreachable());
      else if (this.#association !== undefined) this.#absorb(step, this.#association.close(now), now);
      if (this.#ended !== undefined) return;
      // What the meter answered counts, although its storing has not been confirmed yet.
      for (const then of this.#waiting.values()) if (then.kind === "conclude") this.#say(step, then.conclusion);
      if (this.#errand !== undefined) this.#fail(step, unreachable());
      else this.#end(step, "done");
    });
  }

  #step(act: (step: StepBuilder<Outcome>) => void): Step<Outcome> {
    if (this.#ended !== undefined) return ended(this.#ended);
    const step = new StepBuilder<Outcome>();
    act(step);
    step.wakeAt = earliest(this.#deadlines.earliest(), this.#associationWakeAt);
    return step.build();
  }

  #begin(step: StepBuilder<Outcome>, now: Instant): void {
    this.#deadlines.clearAll();
    const unknown = usesCounters(this.#device) && this.#known.memory.counter === undefined;
    this.#associate(step, unknown ? "public" : "device", now);
  }

  #associate(step: StepBuilder<Outcome>, whom: "device" | "public", now: Instant): void {
    try {
      this.#phase = { at: "associated-with", whom };
      const ports = { settings: this.#settings, device: this.#device, random: this.#seams.random };
      const association = whom === "public" ? publicAssociation(ports) : this.#deviceAssociation(ports);
      this.#association = association;
      this.#absorb(step, association.open(now), now);
      if (this.#association !== association || this.#ended !== undefined) return;
      const errand = this.#errand;
      const counter = attributeOf(1, this.#device.counterObject, 2);
      if (whom === "public") this.#absorb(step, association.run(readAttribute(counter), now), now);
      else if (errand !== undefined) this.#absorb(step, association.run(errand.run(), now), now);
    } catch (thrown) {
      this.#fail(step, toEdgeError(thrown, "dlms.association.aborted"));
    }
  }

  #deviceAssociation(ports: AssociationPorts): ClientAssociation {
    const { counters, received, serverTitle } = this.#known.forAssociation(this.#pair);
    return deviceAssociation(ports, this.#pair, counters, received, serverTitle);
  }

  /** Everything one input of the association caused. */
  #absorb(step: StepBuilder<Outcome>, caused: Step<AssociationOutcome>, now: Instant): void {
    step.send.push(...caused.send);
    const reason = caused.ended;
    this.#associationWakeAt = caused.wakeAt;
    if (reason !== undefined) this.#association = undefined;
    for (const outcome of caused.outcomes) {
      if (this.#ended !== undefined || this.#phase.at === "between") return;
      this.#take(step, outcome, now);
    }
    if (reason === undefined || this.#ended !== undefined || this.#phase.at === "between") return;
    if (this.#errand !== undefined) this.#failed(step, reason === "done" ? unreachable() : reason);
    // A conclusion that waits for what was learnt to be durable is said then.
    else if (this.#phase.at === "releasing" || this.#waiting.size === 0) this.#end(step, "done");
  }

  #take(step: StepBuilder<Outcome>, outcome: AssociationOutcome, now: Instant): void {
    switch (outcome.kind) {
      case "associated":
        step.outcomes.push({ kind: "heard", device: this.#device.uid });
        this.#associated(outcome.facts.serverSystemTitle);
        return;
      case "counters-wanted":
        this.#reserveMore(step);
        return;
      case "completed":
        if (this.#phase.at === "associated-with" && this.#phase.whom === "public")
          this.#counterRead(step, outcome.result);
        else this.#completed(step, outcome.result as ActionResult);
        return;
      case "failed":
        this.#failed(step, outcome.fault, now);
        return;
      case "notified":
      case "remark":
        // A push inside our own association is not ours to acknowledge: the meter sends it again by its own connection.
        return;
    }
  }

  #associated(title: Uint8Array): void {
    if (this.#phase.at !== "associated-with" || this.#phase.whom === "public") return;
    this.#known.associated(title, this.#pair);
  }

  #reserveMore(step: StepBuilder<Outcome>): void {
    try {
      this.#store(step, this.#known.reserveMore(), { kind: "reserved" });
    } catch (thrown) {
      this.#fail(step, toEdgeError(thrown, "dlms.security.counter-exhausted"));
    }
  }

  /** What the public client was told. Anybody could have said it: it counts only upwards. */
  #counterRead(step: StepBuilder<Outcome>, data: unknown): void {
    const value = numberOf(data as DlmsData);
    if (value === undefined || value < 0 || value >= 0xffff_ffff) {
      this.#again(step, dlmsFault("dlms.data.malformed", "the meter's invocation counter is no counter"));
      return;
    }
    const { drafts, wasAhead } = this.#known.counterTold(value);
    this.#store(step, drafts, undefined);
    // Where ours was ahead already, the counter was not why the meter refused us.
    if (this.#firstFault !== undefined && wasAhead) this.#giveUp(step, this.#firstFault);
    else this.#reconnect(step, "device");
  }

  /** The public client could not tell: with nothing known we begin at the beginning, else it stays as it was. */
  #again(step: StepBuilder<Outcome>, fault: EdgeError): void {
    if (this.#firstFault !== undefined) {
      this.#giveUp(step, this.#firstFault);
      return;
    }
    if (fault.layer === "transport") {
      this.#fail(step, fault);
      return;
    }
    this.#known.learn({ counter: this.#known.memory.counter ?? 1 });
    this.#store(step, [], undefined);
    this.#reconnect(step, "device");
  }

  #giveUp(step: StepBuilder<Outcome>, fault: EdgeError): void {
    if (!this.#otherKeys(step, fault)) this.#fail(step, fault);
  }

  /** While a replacement of keys is prepared or in doubt, the pair that was not tried may be the meter's. */
  #otherKeys(step: StepBuilder<Outcome>, fault: EdgeError): boolean {
    if (this.#tried.keys || this.#device.keys.next === undefined || !doubtsKeys(fault)) return false;
    this.#tried.keys = true;
    this.#pair = this.#pair === "next" ? "current" : "next";
    this.#firstFault = undefined;
    this.#reconnect(step, "device");
    return true;
  }

  #completed(step: StepBuilder<Outcome>, result: ActionResult): void {
    const errand = this.#errand;
    if (errand === undefined) return;
    this.#errand = undefined;
    this.#store(step, result.drafts ?? [], { kind: "conclude", conclusion: errand.succeeded(result) });
  }

  #failed(step: StepBuilder<Outcome>, fault: EdgeError, now?: Instant): void {
    const errand = this.#errand;
    if (this.#phase.at === "associated-with" && this.#phase.whom === "public") {
      this.#again(step, fault);
      return;
    }
    if (errand !== undefined && !errand.begun && fault.layer === "dlms") {
      if (!this.#tried.counter && usesCounters(this.#device) && doubtsCounter(fault)) {
        this.#tried.counter = true;
        this.#firstFault = fault;
        this.#reconnect(step, "public");
        return;
      }
      if (this.#otherKeys(step, fault)) return;
    }
    if (errand === undefined || now === undefined || this.#association === undefined) {
      this.#fail(step, fault);
      return;
    }
    // The association goes on: it is left in order after what was learnt is durable.
    this.#errand = undefined;
    this.#store(step, [], { kind: "conclude", conclusion: errand.failed(fault) });
  }

  #release(step: StepBuilder<Outcome>, now: Instant): void {
    this.#phase = { at: "releasing" };
    if (this.#association === undefined) this.#end(step, "done");
    else this.#absorb(step, this.#association.release(now), now);
  }

  #reconnect(step: StepBuilder<Outcome>, next: "device" | "public"): void {
    this.#association = undefined;
    this.#associationWakeAt = undefined;
    this.#connected = false;
    this.#phase = { at: "between", next };
    step.outcomes.push({ kind: "reconnect", device: this.#device.uid });
    this.#end(step, "done");
  }

  #fail(step: StepBuilder<Outcome>, fault: EdgeError): void {
    const errand = this.#errand;
    this.#errand = undefined;
    if (errand !== undefined) this.#say(step, errand.failed(fault));
    this.#association = undefined;
    this.#associationWakeAt = undefined;
    this.#phase = { at: "releasing" };
    this.#end(step, "done");
  }

  #say(step: StepBuilder<Outcome>, conclusion: CommandConclusion): void {
    step.outcomes.push({ kind: "concluded", device: this.#device.uid, conclusion });
  }

  #end(step: StepBuilder<Outcome>, reason: "done" | EdgeError): void {
    this.#ended = reason;
    step.ended = reason;
    this.#deadlines.clearAll();
  }

  #store(step: StepBuilder<Outcome>, drafts: readonly MessageDraft[], then: Then | undefined): void {
    this.#tokens += 1;
    const token = toStoreToken(this.#tokens);
    if (then !== undefined) this.#waiting.set(token, then);
    const memory = writeMemory(this.#known.memory);
    const all = [...this.#known.setBack(), ...drafts];
    step.outcomes.push({ kind: "store", token, device: this.#device.uid, drafts: all, memory });
  }

  #context(command: Command): ActionContext {
    const { zone, deviationTurned } = this.#device;
    return {
      device: this.#device,
      profile: objectProfile(this.#device.profile),
      meter: { zone, deviationTurned },
      settings: this.#settings,
      wall: this.#seams.wall,
      uid: command.uid,
      cause: command.role === SCHEDULE_ROLE ? "periodic" : "request",
      memory: this.#known.memory,
      remember: (fields) => this.#known.learn(fields),
    };
  }
}

function unreachable(): EdgeError {
  return dlmsFault("dlms.association.closed", "the connection closed before the command was answered", {
    blame: "network",
    retry: "backoff",
  });
}
