import { Driver } from "../../../adapters/io/drive.ts";
import type { CancelTimer, Timers } from "../../../adapters/io/timers.ts";
import { invariant } from "../../../adapters/kit/invariant.ts";
import type { Transport } from "../../../adapters/kit/ports.ts";
import { later } from "../../../adapters/kit/time.ts";
import type { Carrier } from "../carriers/carrier.ts";
import { Conversation, type ConversationOutcome } from "../conversation.ts";
import type { SimulatedMeter } from "../meter.ts";
import { MeterPost } from "../meter-post.ts";
import type { FleetMember } from "./fleet-plan.ts";
import { PushSender } from "./push-sender.ts";

export interface FleetPostParts {
  readonly members: readonly FleetMember[];
  /** Makes a meter; not before somebody wants something of it. */
  readonly make: (member: FleetMember) => SimulatedMeter;
  readonly carrier: () => Carrier;
  readonly timers: Timers;
  /** Connections at once; most meters have one socket. */
  readonly connectionsMax: number;
  /** One too many: turned away, or in the place of the oldest, where nobody says when he has gone (UDP). */
  readonly whenFull: "refuse" | "replace";
  readonly connectTimeoutMs: number;
  readonly gate: <T>(run: () => Promise<T>) => Promise<T>;
}

/** The meters behind one address, on real transports. They exist from the first moment somebody needs them. */
export class FleetPost {
  readonly #parts: FleetPostParts;
  readonly #open = new Set<Transport>();
  #post: MeterPost | undefined;
  #pushers: PushSender[] = [];
  #cancelTick: CancelTimer | undefined;
  #stopped = false;

  constructor(parts: FleetPostParts) {
    this.#parts = parts;
  }

  get connections(): number {
    return this.#open.size;
  }

  /** The meter of a member, made now where it was not there yet. */
  meter(member: FleetMember): SimulatedMeter {
    const meter = this.#meters().at(member.identity.logicalDevice);
    invariant(meter !== undefined, "every member is at its post");
    return meter;
  }

  /** Somebody connected. A connection too many is closed at once, as a meter with one socket does. */
  async answer(transport: Transport): Promise<void> {
    if (this.#stopped || !this.#hasRoom()) {
      transport.destroy();
      return;
    }
    this.#open.add(transport);
    const machine = new Conversation({ post: this.#meters(), carrier: this.#parts.carrier() });
    const driver = new Driver<ConversationOutcome>({
      machine,
      transport,
      timers: this.#parts.timers,
      permit: () => true,
      take: () => this.#rebooting(transport),
    });
    await driver.run();
    this.#open.delete(transport);
    this.tick();
  }

  /** Lets the meters do what is due, and wakes up when the next thing is. */
  tick(): void {
    if (this.#stopped || this.#post === undefined) return;
    const { timers } = this.#parts;
    this.#cancelTick?.();
    const next = this.#post.tick(timers.now());
    for (const pusher of this.#pushers) pusher.rouse();
    // What a conversation has just begun is not in `next` yet; a second is soon enough for it.
    const at = next ?? (this.#open.size > 0 ? later(timers.now(), IDLE_MS) : undefined);
    if (at !== undefined) this.#cancelTick = timers.at(at, () => this.tick());
  }

  stop(): void {
    this.#stopped = true;
    this.#cancelTick?.();
    for (const pusher of this.#pushers) pusher.stop();
    for (const transport of this.#open) transport.destroy();
  }

  #hasRoom(): boolean {
    if (this.#open.size < this.#parts.connectionsMax) return true;
    const [oldest] = this.#open;
    if (this.#parts.whenFull === "refuse" || oldest === undefined) return false;
    this.#open.delete(oldest);
    oldest.destroy();
    return true;
  }

  /** No power: every other connection to the post is cut too. */
  #rebooting(own: Transport): void {
    for (const transport of this.#open) if (transport !== own) transport.destroy();
    this.tick();
  }

  #meters(): MeterPost {
    if (this.#post !== undefined) return this.#post;
    const { members, make, timers, connectTimeoutMs, gate } = this.#parts;
    const meters = members.map(make);
    this.#post = new MeterPost(meters);
    this.#pushers = meters.map(({ state }) => new PushSender({ meter: state, timers, connectTimeoutMs, gate }));
    this.tick();
    return this.#post;
  }
}

const IDLE_MS = 1_000;
