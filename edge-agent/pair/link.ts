import { EdgeError, toEdgeError } from "../../adapters/kit/edge-error.ts";
import { type DurationMs, earliest, type Instant, later } from "../../adapters/kit/time.ts";
import { ended, type Machine, type Step, StepBuilder } from "../../adapters/kit/step.ts";
import { decodeFrame, encodeFrame } from "./codec.ts";
import { Forwards } from "./forwards.ts";
import { FrameCutter } from "./frame-cutter.ts";
import type { GroupWord } from "../model/group-word.ts";
import { type Bye, type ByeReason, type Hello, type PairFrame, pairFault } from "./frames.ts";
import { helloOf, refusalOf } from "./greeting.ts";
import type { PairLinkOptions, PairOutcome } from "./outcomes.ts";
import { Replication } from "./replication.ts";

type Builder = StepBuilder<PairOutcome>;

/** One connection between the two agents of a pair, seen from one of them. Both ends run the same machine. */
export class PairLink implements Machine<PairOutcome> {
  readonly #options: PairLinkOptions;
  readonly #cutter = new FrameCutter();
  readonly #replication = new Replication();
  #forwards: Forwards | undefined;
  #peer: Hello | undefined;
  #openedAt: Instant | undefined;
  #heardAt: Instant | undefined;
  #beatAt: Instant | undefined;
  #wakeAt: Instant | undefined;
  #suspected = false;
  #beats = 0;
  #ended: "done" | EdgeError | undefined;

  constructor(options: PairLinkOptions) {
    this.#options = options;
  }

  /** Who is at the other end, once it said hello and was accepted. */
  get peer(): Hello | undefined {
    return this.#peer;
  }

  /** Since the peer was heard last, ms; `Infinity` before the first time. */
  silentFor(now: Instant): DurationMs {
    return this.#heardAt === undefined ? Number.POSITIVE_INFINITY : now - this.#heardAt;
  }

  open(now: Instant): Step<PairOutcome> {
    return this.#step(now, (step) => {
      this.#openedAt = now;
      send(step, helloOf(this.#options));
    });
  }

  receive(chunk: Uint8Array, now: Instant): Step<PairOutcome> {
    return this.#step(now, (step) => {
      this.#thaw(now);
      try {
        for (const frame of this.#cutter.cut(chunk)) {
          this.#hear(step, decodeFrame(frame), now);
          if (this.#ended !== undefined) return;
        }
      } catch (thrown) {
        this.#refuse(step, toEdgeError(thrown, "link.frame.malformed"), "fault");
      }
    });
  }

  wake(now: Instant): Step<PairOutcome> {
    return this.#step(now, (step) => {
      this.#thaw(now);
      this.#watch(step, now);
      if (this.#ended === undefined && this.#beatAt !== undefined && now >= this.#beatAt) this.#beat(step, now);
    });
  }

  /** The connection is gone without a goodbye: the peer's process is dead, or something between the two broke it. */
  close(now: Instant): Step<PairOutcome> {
    return this.#step(now, (step) => {
      if (this.#peer !== undefined) step.outcomes.push({ kind: "closed", how: "broken" });
      this.#ended = "done";
    });
  }

  /** Says goodbye and ends. What the runtime calls when it stops. */
  leave(message: string, now: Instant): Step<PairOutcome> {
    return this.#step(now, (step) => {
      send(step, bye("stopping", message));
      if (this.#peer !== undefined) step.outcomes.push({ kind: "closed", how: "bye" });
      this.#ended = "done";
    });
  }

  /** Ends a link that cannot go on, though both its ends live: neither takes the other for dead. */
  giveUp(message: string, now: Instant): Step<PairOutcome> {
    return this.#step(now, (step) => {
      this.#refuse(step, new EdgeError(pairFault("link.peer.refused", message, { blame: "us" })), "fault");
    });
  }

  /** A word about one group's lease. Dropped while the peer has not said hello: it would not be this reign's peer. */
  say(group: string, word: GroupWord, now: Instant): Step<PairOutcome> {
    return this.#step(now, (step) => this.#send(step, { kind: "word", group, word }));
  }

  /** Sends a beat out of turn, e.g. when a role changed. */
  beatNow(now: Instant): Step<PairOutcome> {
    return this.#step(now, (step) => {
      if (this.#peer !== undefined) this.#beat(step, now);
    });
  }

  /** `sent: false`: the window is full, or there is no peer; offer the same bytes again after the next `replicated`. */
  replicate(
    stream: string,
    position: number,
    records: Uint8Array,
    now: Instant,
  ): { readonly sent: boolean; readonly step: Step<PairOutcome> } {
    let sent = false;
    const step = this.#step(now, (building) => {
      sent = this.#peer !== undefined && this.#replication.send(stream, position, records.length);
      if (sent) this.#send(building, { kind: "replicate", stream, position, records });
    });
    return { sent, step };
  }

  /** Everything of the peer's stream before `position` is on our disk. */
  replicated(stream: string, position: number, now: Instant): Step<PairOutcome> {
    return this.#step(now, (step) => {
      this.#replication.stored(stream, position);
      this.#send(step, { kind: "replicated", stream, position });
    });
  }

  /** Carries a device's connection to the peer. `channel: undefined`: there are too many, or no peer. */
  forwardOpen(
    remote: string,
    listener: string,
    now: Instant,
    mayReturn: boolean = false,
  ): { readonly channel: number | undefined; readonly step: Step<PairOutcome> } {
    const channel = this.#ended === undefined ? this.#forwards?.open() : undefined;
    const step = this.#step(now, (building) => {
      if (channel === undefined) return;
      const open = { kind: "forward-open", channel, remote, listener } as const;
      this.#send(building, mayReturn ? { ...open, mayReturn } : open);
    });
    return { channel, step };
  }

  /** `taken` bytes are on their way; keep the rest until the outcome `forward-writable`. */
  forwardSend(
    channel: number,
    bytes: Uint8Array,
    now: Instant,
  ): { readonly taken: number; readonly step: Step<PairOutcome> } {
    const { frames, taken } = this.#forwards?.send(channel, bytes) ?? { frames: [], taken: 0 };
    const step = this.#step(now, (building) => {
      for (const frame of frames) this.#send(building, frame);
    });
    return { taken, step };
  }

  /** Bytes of `forward-data` were passed on: the peer may send as many more. */
  forwardConsumed(channel: number, bytes: number, now: Instant): Step<PairOutcome> {
    return this.#step(now, (step) => {
      const credited = this.#forwards?.consumed(channel, bytes) ?? 0;
      if (credited > 0) this.#send(step, { kind: "forward-credit", channel, bytes: credited });
    });
  }

  forwardClose(channel: number, how: "end" | "reset", now: Instant): Step<PairOutcome> {
    return this.#step(now, (step) => {
      if (this.#forwards?.close(channel, "us", how) === true) this.#send(step, { kind: "forward-close", channel, how });
    });
  }

  #hear(step: Builder, frame: PairFrame, now: Instant): void {
    if (this.#peer === undefined) {
      this.#greet(step, frame, now);
      return;
    }
    this.#heard(step, now);
    switch (frame.kind) {
      case "hello":
        throw new EdgeError(pairFault("link.frame.unexpected", `${frame.agent} said hello twice`));
      case "bye":
        this.#parted(step, frame);
        return;
      case "replicate":
        this.#replication.received(frame.stream, frame.position, frame.records.length);
        step.outcomes.push({ ...frame, records: frame.records.slice() });
        return;
      case "replicated":
        if (this.#replication.acknowledged(frame.stream, frame.position)) step.outcomes.push(frame);
        return;
      case "beat":
      case "word":
        step.outcomes.push(frame);
        return;
      default:
        relay(step, this.#forwards?.hear(frame));
    }
  }

  #greet(step: Builder, frame: PairFrame, now: Instant): void {
    if (frame.kind === "bye") {
      const message = `the peer refused: ${frame.message}`;
      this.#ended = new EdgeError(pairFault("link.peer.refused", message, { blame: "operator" }));
      return;
    }
    if (frame.kind !== "hello") {
      throw new EdgeError(pairFault("link.frame.unexpected", `a ${frame.kind} frame came before hello`));
    }
    const refusal = refusalOf(frame, this.#options);
    if (refusal !== undefined) {
      this.#refuse(step, refusal, "refused");
      return;
    }
    this.#peer = frame;
    this.#forwards = new Forwards(this.#options.agent < frame.agent);
    this.#heardAt = now;
    step.outcomes.push({ kind: "opened", peer: frame });
    this.#beat(step, now);
  }

  #parted(step: Builder, frame: Bye): void {
    step.outcomes.push({ kind: "closed", how: frame.reason === "stopping" ? "bye" : "given-up" });
    const { reason, message } = frame;
    this.#ended =
      reason === "stopping" ? "done" : new EdgeError(pairFault("link.peer.refused", `the peer gave up: ${message}`));
  }

  /** Ends the link because of what the peer said or did; it is told why. */
  #refuse(step: Builder, fault: EdgeError, reason: ByeReason): void {
    send(step, bye(reason, fault.message));
    if (this.#peer !== undefined) step.outcomes.push({ kind: "closed", how: "given-up" });
    this.#ended = fault;
  }

  #heard(step: Builder, now: Instant): void {
    const before = this.#heardAt ?? now;
    this.#heardAt = now;
    if (!this.#suspected) return;
    this.#suspected = false;
    step.outcomes.push({ kind: "recovered", silentMs: now - before });
  }

  /** What silence alone does. */
  #watch(step: Builder, now: Instant): void {
    const { helloWithinMs, suspectAfterMs, giveUpAfterMs } = this.#options.timing;
    if (this.#peer === undefined) {
      if (this.#openedAt === undefined || now < later(this.#openedAt, helloWithinMs)) return;
      this.#refuse(step, new EdgeError(pairFault("link.hello.late", `no hello within ${helloWithinMs} ms`)), "silent");
      return;
    }
    const heardAt = this.#heardAt ?? now;
    if (now >= later(heardAt, giveUpAfterMs)) {
      const message = `nothing heard from ${this.#peer.agent} for ${giveUpAfterMs} ms`;
      this.#refuse(step, new EdgeError(pairFault("link.peer.silent", message, { blame: "network" })), "silent");
    } else if (!this.#suspected && now >= later(heardAt, suspectAfterMs)) {
      this.#suspected = true;
      step.outcomes.push({ kind: "suspect", since: heardAt });
    }
  }

  /** After our own loop stood still, what was not heard meanwhile says nothing about the peer. */
  #thaw(now: Instant): void {
    const late = this.#wakeAt !== undefined && now >= later(this.#wakeAt, this.#options.timing.frozenAfterMs);
    if (late && this.#heardAt !== undefined && !this.#suspected) this.#heardAt = now;
  }

  #beat(step: Builder, now: Instant): void {
    this.#beats += 1;
    this.#beatAt = later(now, this.#options.timing.beatEveryMs);
    send(step, { kind: "beat", sequence: this.#beats, groups: this.#options.status() });
  }

  #send(step: Builder, frame: PairFrame): void {
    if (this.#peer !== undefined) send(step, frame);
  }

  #step(now: Instant, build: (step: Builder) => void): Step<PairOutcome> {
    if (this.#ended !== undefined) return ended(this.#ended);
    const step: Builder = new StepBuilder();
    build(step);
    step.ended = this.#ended;
    this.#wakeAt = this.#nextWake(now);
    step.wakeAt = this.#wakeAt;
    return step.build();
  }

  #nextWake(now: Instant): Instant {
    const { helloWithinMs, suspectAfterMs, giveUpAfterMs } = this.#options.timing;
    if (this.#peer === undefined) return later(this.#openedAt ?? now, helloWithinMs);
    const heardAt = this.#heardAt ?? now;
    const silence = later(heardAt, this.#suspected ? giveUpAfterMs : suspectAfterMs);
    return earliest(this.#beatAt, silence) ?? silence;
  }
}

function relay(step: Builder, heard: ReturnType<Forwards["hear"]> | undefined): void {
  if (heard?.outcome !== undefined) step.outcomes.push(heard.outcome);
  if (heard?.answer !== undefined) send(step, heard.answer);
}

function send(step: Builder, frame: PairFrame): void {
  step.send.push(encodeFrame(frame));
}

const BYE_CHARS = 200;

function bye(reason: ByeReason, message: string): Bye {
  return { kind: "bye", reason, message: message.slice(0, BYE_CHARS) };
}
