import { pauseBefore } from "../../adapters/kit/backoff.ts";
import { toEdgeError } from "../../adapters/kit/edge-error.ts";
import type { CommandConclusion } from "../../adapters/kit/session.ts";
import type { WallMs } from "../../adapters/kit/time.ts";
import type { Command } from "../model/command.ts";
import { commandDigest, type Ending, isEnded, type LedgerRecord } from "../model/ledger.ts";
import type { Reign } from "../model/reign.ts";
import type { Carried, CarryPorts } from "./carry-ports.ts";
import { overtaken, unbegun } from "./endings.ts";
import { Gate, type Refusal } from "./gate.ts";
import { insist } from "./insist.ts";
import { type Basis, basisOf, type Finish, type FinishReply } from "./ledger.ts";
import { type Decision, decideAfter, decideOnFinding, decideOnTake, type Finding, isBy, outOfTime } from "./life.ts";
import { timeOf } from "./times.ts";

/** Tries to read back before the command is called `unknown`. */
export const VERIFY_TRIES = 5;

/**
 * Carries one command from where its record says it is to its end: accept, decide, attempt, conclude, each step written
 * down before the next. Rejects only where the ledger holds something that is no record of ours (`retry: "never"`).
 */
export function carry(command: Command, ports: CarryPorts): Promise<Carried> {
  return new Carrying(command, ports).run();
}

type Last = Pick<CommandConclusion, "end" | "fault" | "result">;

type Step =
  | { readonly kind: "accept" }
  | { readonly kind: "decide"; readonly record: LedgerRecord }
  | { readonly kind: "run"; readonly record: LedgerRecord; readonly verified: boolean }
  | { readonly kind: "retract"; readonly turn: number; readonly last: Last | undefined }
  | { readonly kind: "again"; readonly record: LedgerRecord; readonly last: Last; readonly verified: boolean }
  | { readonly kind: "verify"; readonly record: LedgerRecord }
  /** `witnessed`: we know it from our own attempt, whatever the record says; otherwise it follows from the record. */
  | { readonly kind: "finish"; readonly record: LedgerRecord; readonly ending: Ending; readonly witnessed: boolean }
  | { readonly kind: "done"; readonly carried: Carried };

const STOPPED: Step = { kind: "done", carried: { kind: "stopped" } };
const FENCED: Step = { kind: "done", carried: { kind: "fenced" } };

class Carrying {
  readonly #command: Command;
  readonly #ports: CarryPorts;
  /** Turns of ours of which nothing left, although the ledger may come to say they began. */
  readonly #withdrawn = new Set<number>();
  #tries = 0;
  #verifications = 0;

  constructor(command: Command, ports: CarryPorts) {
    this.#command = command;
    this.#ports = ports;
  }

  async run(): Promise<Carried> {
    let step: Step = { kind: "accept" };
    while (step.kind !== "done") step = await this.#take(step);
    return step.carried;
  }

  #take(step: Exclude<Step, { readonly kind: "done" }>): Promise<Step> | Step {
    switch (step.kind) {
      case "accept":
        return this.#accept();
      case "decide":
        return this.#decide(step.record);
      case "run":
        return this.#attempt(step.record, step.verified);
      case "retract":
        return this.#retract(step.turn, step.last);
      case "again":
        return this.#again(step);
      case "verify":
        return this.#verify(step.record);
      case "finish":
        return this.#finish(step);
    }
  }

  async #accept(): Promise<Step> {
    const { ledger, reign, wall, stopping } = this.#ports;
    const reply = await this.#insist(() => ledger.accept(reign, this.#command, wall()), stopping);
    if (reply === undefined) return STOPPED;
    if (reply.kind === "fenced") return FENCED;
    const { record, fresh } = reply;
    const reused = !fresh && record.digest !== commandDigest(this.#command);
    return reused ? { kind: "done", carried: { kind: "reused", record } } : { kind: "decide", record };
  }

  #decide(record: LedgerRecord): Step {
    if (this.#isWithdrawn(record)) {
      return { kind: "retract", turn: record.turn, last: undefined };
    }
    return this.#follow(record, decideOnTake(record, this.#command, this.#situation()), false);
  }

  #follow(record: LedgerRecord, decision: Decision, verified: boolean): Step {
    switch (decision.kind) {
      case "answer":
        return { kind: "done", carried: { kind: "ended", record: decision.record, first: false } };
      case "wait":
        return { kind: "done", carried: { kind: "waiting", until: decision.until } };
      case "run":
        return { kind: "run", record, verified };
      case "verify":
        return { kind: "verify", record };
      case "conclude":
        return { kind: "finish", record, ending: decision.ending, witnessed: false };
    }
  }

  async #attempt(record: LedgerRecord, verified: boolean): Promise<Step> {
    const { execute, ending, slots, stopping, reign, quiet } = this.#ports;
    // An attempt of an earlier holder may still be on its way: after ours it would undo what follows.
    if (record.state === "sent" && !isBy(record, reign)) await quiet(stopping);
    const free = await slots.take(this.#command.priority, stopping);
    if (free === undefined) return STOPPED;
    this.#tries += 1;
    const gate = new Gate({ ...this.#ports, command: this.#command, record, verified });
    let last: Last;
    try {
      const attempt = { attempt: record.attempt + 1, begin: () => gate.open(), signal: ending };
      last = await execute(this.#command, attempt);
    } catch (thrown) {
      const fault = toEdgeError(thrown, "command.attempt.broken");
      last = { end: gate.started === undefined ? "unsent" : "unanswered", fault, result: {} };
    } finally {
      free();
    }
    if (gate.started !== undefined) return this.#begun(gate.started, last);
    // Whatever the record says was sent is an earlier attempt: unless it was read back, it stays in doubt.
    const earlier = record.state === "sent" ? { ...record, doubt: !verified } : record;
    return this.#unstarted(earlier, gate, last, verified);
  }

  /** The attempt was written down; what it came to decides whether it is struck out again. */
  #begun(record: LedgerRecord, last: Last): Step {
    const step = this.#concluded(record, last, false);
    if (step.kind !== "again" || last.end !== "unsent") return step;
    this.#withdrawn.add(record.turn);
    return { kind: "retract", turn: record.turn, last };
  }

  /** Nothing of this attempt can have left. */
  #unstarted(record: LedgerRecord, gate: Gate, last: Last, verified: boolean): Step {
    if (last.end === "succeeded") return { kind: "finish", record, ending: unbegun(last), witnessed: true };
    if (gate.refusal !== undefined) return this.#refused(gate.refusal, gate.turn, last);
    return this.#concluded(record, last.end === "unanswered" ? { ...last, end: "unsent" } : last, verified);
  }

  #refused(refusal: Refusal, turn: number, last: Last): Step {
    switch (refusal.kind) {
      case "left":
        return refusal.why === "fenced" ? FENCED : STOPPED;
      case "withdrawn":
        this.#withdrawn.add(turn);
        return { kind: "retract", turn, last: refusal.why === "unavailable" ? { ...last, end: "unsent" } : undefined };
      case "reply":
        if (refusal.reply.kind === "fenced") return FENCED;
        return refusal.reply.kind === "missing" ? { kind: "accept" } : { kind: "decide", record: refusal.reply.record };
    }
  }

  #concluded(record: LedgerRecord, last: Last, verified: boolean): Step {
    const after = decideAfter(record, this.#command, last, this.#situation());
    switch (after.kind) {
      case "conclude":
        return { kind: "finish", record, ending: after.ending, witnessed: true };
      case "verify":
        return { kind: "verify", record };
      case "again":
        return { kind: "again", record, last, verified };
    }
  }

  async #retract(turn: number, last: Last | undefined): Promise<Step> {
    const { ledger, reign, ending } = this.#ports;
    const reply = await this.#insist(() => ledger.retract(reign, this.#command.uid, turn), ending);
    if (reply === undefined) return STOPPED;
    if (reply.kind === "missing") return { kind: "accept" };
    if (last === undefined || isEnded(reply.record) || reply.record.cancelledAt !== undefined) {
      return { kind: "decide", record: reply.record };
    }
    return { kind: "again", record: reply.record, last, verified: false };
  }

  async #again({ record, last, verified }: Extract<Step, { readonly kind: "again" }>): Promise<Step> {
    const { wall, backoff, random, pause, stopping, reign } = this.#ports;
    const pauseMs = pauseBefore(this.#tries, backoff, random);
    if (wall() + pauseMs >= timeOf(this.#command.deadline)) {
      const doubt = record.doubt || (record.state === "sent" && !verified && !this.#isWithdrawn(record));
      return { kind: "finish", record, ending: outOfTime({ ...record, doubt }, last), witnessed: true };
    }
    await pause(pauseMs, stopping);
    if (stopping.aborted) return STOPPED;
    if (!reign.mayAct()) return FENCED;
    if (record.state === "sent" && (verified || isBy(record, reign))) return { kind: "run", record, verified };
    return { kind: "decide", record };
  }

  async #verify(record: LedgerRecord): Promise<Step> {
    const { slots, stopping, ending, verifier, wall, pause, backoff, random, reign, quiet, begins } = this.#ports;
    if (!isBy(record, reign)) await quiet(stopping);
    const free = await slots.take(this.#command.priority, stopping);
    if (free === undefined) return STOPPED;
    let finding: Finding;
    try {
      finding = (await verifier?.verify(this.#command, record, ending)) ?? { found: "unclear", fault: undefined };
    } catch (thrown) {
      finding = { found: "unclear", fault: toEdgeError(thrown, "command.verify.broken") };
    } finally {
      free();
    }
    this.#verifications += 1;
    const worthwhile = finding.found === "unclear" && finding.fault?.retry !== "never";
    if (worthwhile && this.#verifications < VERIFY_TRIES) {
      const pauseMs = pauseBefore(this.#verifications, backoff, random);
      if (wall() + pauseMs < timeOf(this.#command.deadline)) {
        await pause(pauseMs, stopping);
        return stopping.aborted ? STOPPED : { kind: "verify", record };
      }
    }
    const { device, uid } = this.#command;
    // What is not there may have been there; and repeating the older command would undo the younger one. What began in
    // a reign between that one and ours nobody has told us.
    const mayBeUndone = begins.byOthers(device, uid) || record.epoch < reign.epoch - 1;
    if (finding.found === "not-done" && !isBy(record, reign) && mayBeUndone) {
      return { kind: "finish", record, ending: overtaken(record), witnessed: false };
    }
    const decision = decideOnFinding(record, this.#command, finding, this.#situation());
    return this.#follow(record, decision, finding.found === "not-done");
  }

  async #finish(step: Extract<Step, { readonly kind: "finish" }>): Promise<Step> {
    const { ledger, reign, wall, ending } = this.#ports;
    let known: LedgerRecord | undefined = step.record;
    for (;;) {
      const basis: Basis | undefined = known === undefined ? undefined : basisOf(known);
      const finish: Finish = { basis, known, now: wall(), ending: step.ending };
      const reply: FinishReply | undefined = await this.#insist(
        () => ledger.finish(reign, this.#command.uid, finish),
        ending,
      );
      if (reply === undefined) return STOPPED;
      switch (reply.kind) {
        case "ended":
          return { kind: "done", carried: reply };
        case "fenced":
          return FENCED;
        case "missing":
          known = undefined;
          break;
        case "changed":
          // What follows from the record is decided anew. What we saw ourselves stands, also on a record that Redis lost
          // and we found in an older state: running it again would be doing it twice.
          if (!step.witnessed) return { kind: "decide", record: reply.record };
          if (reply.record.epoch > reign.epoch) return FENCED;
          known = reply.record;
          break;
      }
    }
  }

  /** The ledger says that this attempt of ours began, and we know that nothing of it left. */
  #isWithdrawn(record: LedgerRecord): boolean {
    return record.state === "sent" && isBy(record, this.#ports.reign) && this.#withdrawn.has(record.turn);
  }

  #situation(): { readonly now: WallMs; readonly hold: Reign; readonly verifiable: boolean } {
    const { wall, reign, verifier } = this.#ports;
    return { now: wall(), hold: reign, verifiable: verifier?.verifiable(this.#command) ?? false };
  }

  #insist<Reply>(call: () => Promise<Reply>, signal: AbortSignal): Promise<Reply | undefined> {
    return insist(call, this.#ports, signal);
  }
}
