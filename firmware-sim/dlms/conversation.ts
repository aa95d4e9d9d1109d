import type { EdgeError } from "../../adapters/kit/edge-error.ts";
import { ended, type Machine, type Step, StepBuilder } from "../../adapters/kit/step.ts";
import { type DurationMs, earliest, type Instant, later } from "../../adapters/kit/time.ts";
import { type Handling, ServerAssociation } from "./association/server-association.ts";
import type { Carrier, Heard } from "./carriers/carrier.ts";
import type { SimulatedMeter } from "./meter.ts";
import type { MeterPost } from "./meter-post.ts";

/** What whoever runs a conversation must see to. */
export type ConversationOutcome =
  /** The meter lost power: all its connections are gone. */
  { readonly kind: "rebooting"; readonly logicalDevice: number; readonly awayMs: DurationMs };

export interface ConversationParts {
  readonly post: MeterPost;
  readonly carrier: Carrier;
  /** Silence after which the meter closes (class 41 attribute 6): 180 s where not given. */
  readonly inactivityMs?: DurationMs;
}

const INACTIVITY_MS = 180_000;
/** Answers of one connection that wait for their time. */
const DELAYED_MAX = 1_000;

interface Delayed {
  readonly at: Instant;
  readonly from: Heard;
  readonly octets: Uint8Array;
}

/** Somebody connected to a meter, or to several behind one address. The server's half of everything. */
export class Conversation implements Machine<ConversationOutcome> {
  readonly #parts: ConversationParts;
  readonly #associations = new Map<string, ServerAssociation>();
  readonly #delayed: Delayed[] = [];
  #heardAt: Instant | undefined;
  #over: "done" | EdgeError | undefined;

  constructor(parts: ConversationParts) {
    this.#parts = parts;
  }

  /** Octets of an unfinished unit held back. */
  get held(): number {
    return this.#parts.carrier.pending;
  }

  open(now: Instant): Step<ConversationOutcome> {
    this.#heardAt = now;
    const out = new StepBuilder<ConversationOutcome>();
    // Nobody at home: a meter without power accepts nothing.
    if (![...this.#parts.post.meters].some(({ state }) => state.isOn)) this.#end(out, "done");
    return this.#step(out);
  }

  receive(chunk: Uint8Array, now: Instant): Step<ConversationOutcome> {
    if (this.#over !== undefined) return ended(this.#over);
    this.#heardAt = now;
    const out = new StepBuilder<ConversationOutcome>();
    const { carrier } = this.#parts;
    const { heard, fault } = carrier.receive(chunk, now);
    for (const one of heard) if (this.#over === undefined) this.#hear(one, out, now);
    if (fault !== undefined && this.#over === undefined) this.#end(out, fault);
    return this.#step(out);
  }

  wake(now: Instant): Step<ConversationOutcome> {
    if (this.#over !== undefined) return ended(this.#over);
    const out = new StepBuilder<ConversationOutcome>();
    for (const one of this.#parts.carrier.wake(now).heard) this.#hear(one, out, now);
    for (const due of this.#delayed.filter(({ at }) => at <= now)) {
      this.#delayed.splice(this.#delayed.indexOf(due), 1);
      this.#write(due.from, due.octets, out, now);
    }
    const silence = this.#silenceEnds();
    if (silence !== undefined && now >= silence && this.#delayed.length === 0) this.#end(out, "done");
    return this.#step(out);
  }

  close(_now: Instant): Step<ConversationOutcome> {
    if (this.#over !== undefined) return ended(this.#over);
    const out = new StepBuilder<ConversationOutcome>();
    this.#end(out, "done");
    return this.#step(out);
  }

  #hear(heard: Heard, out: StepBuilder<ConversationOutcome>, now: Instant): void {
    const meter = this.#parts.post.at(heard.logicalDevice);
    if (heard.kind === "frames") {
      this.#units(meter, heard.units, out, now);
      return;
    }
    if (heard.kind === "disconnected") {
      this.#associations.get(key(heard))?.drop();
      this.#units(meter, heard.units, out, now);
      return;
    }
    // Nobody with that SAP here, or one without power: no answer to be had.
    if (meter === undefined || !meter.state.isOn) return;
    const association = this.#association(meter, heard);
    if (association === undefined) {
      this.#units(meter, this.#parts.carrier.nothing(heard), out, now);
      return;
    }
    meter.tick(now);
    this.#handle(association.take(heard.apdu, now), heard, meter, out, now);
  }

  #handle(
    handling: Handling,
    from: Heard,
    meter: SimulatedMeter,
    out: StepBuilder<ConversationOutcome>,
    now: Instant,
  ): void {
    for (const { octets, afterMs } of handling.sends) {
      if (afterMs === 0) this.#write(from, octets, out, now);
      else if (this.#delayed.length < DELAYED_MAX) this.#delayed.push({ at: later(now, afterMs), from, octets });
    }
    const waits = handling.sends.length > 0 && handling.sends.every(({ afterMs }) => afterMs > 0);
    if (waits) this.#units(meter, this.#parts.carrier.later(from), out, now);
    if (handling.sends.length === 0) this.#units(meter, this.#parts.carrier.nothing(from), out, now);
    if (handling.end === undefined) return;
    if (handling.end.kind === "reboot") {
      const { awayMs } = handling.end;
      meter.reboot(now, awayMs);
      out.outcomes.push({ kind: "rebooting", logicalDevice: from.logicalDevice, awayMs });
    }
    this.#end(out, "done");
  }

  #association(meter: SimulatedMeter, from: Heard): ServerAssociation | undefined {
    const known = this.#associations.get(key(from));
    if (known !== undefined) return known;
    const client = meter.state.clients.find(({ sap }) => sap === from.client);
    if (client === undefined) return undefined;
    const made = new ServerAssociation(meter.state, client, meter.habits, this.#parts.carrier.blocksAtOnce);
    this.#associations.set(key(from), made);
    return made;
  }

  #write(to: Heard, octets: Uint8Array, out: StepBuilder<ConversationOutcome>, now: Instant): void {
    this.#units(this.#parts.post.at(to.logicalDevice), this.#parts.carrier.send(to, octets), out, now);
  }

  /** Units as they leave: a faulty meter has its way with them. */
  #units(
    meter: SimulatedMeter | undefined,
    units: readonly Uint8Array[],
    out: StepBuilder<ConversationOutcome>,
    now: Instant,
  ): void {
    for (const unit of units) {
      let writes: readonly Uint8Array[] = [unit];
      for (const { leaves } of meter?.habits ?? []) {
        if (leaves !== undefined) writes = writes.flatMap((one) => leaves(one, now));
      }
      out.send.push(...writes);
    }
  }

  #end(out: StepBuilder<ConversationOutcome>, why: "done" | EdgeError): void {
    this.#over = why;
    out.ended = why;
    for (const association of this.#associations.values()) association.drop();
    this.#delayed.length = 0;
  }

  #silenceEnds(): Instant | undefined {
    return this.#heardAt === undefined ? undefined : later(this.#heardAt, this.#parts.inactivityMs ?? INACTIVITY_MS);
  }

  #step(out: StepBuilder<ConversationOutcome>): Step<ConversationOutcome> {
    const first = this.#delayed.map(({ at }) => at);
    // What waits to be said is not silence.
    const silence = this.#delayed.length === 0 ? this.#silenceEnds() : undefined;
    out.wakeAt = earliest(silence, this.#parts.carrier.wakeAt, ...first);
    return out.build();
  }
}

function key({ client, logicalDevice }: Heard): string {
  return `${client}:${logicalDevice}`;
}
