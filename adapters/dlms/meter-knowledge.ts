import type { MessageDraft } from "../../edge-agent/model/draft.ts";
import type { Seams } from "../kit/adapter.ts";
import { fromHex, toHex } from "../kit/bytes.ts";
import type { KeyPair } from "./associate.ts";
import { counterDraft } from "./counter-events.ts";
import type { DlmsDevice } from "./device.ts";
import { type DlmsMemory, keyMark, readMemory } from "./memory.ts";
import { CounterReserve, type InvocationCounters, ReplayGuard } from "./security/invocation-counter.ts";
import type { DlmsSettings } from "./settings.ts";

/** What an association with the meter begins with. */
export interface AssociationBeginnings {
  readonly counters: InvocationCounters;
  readonly received: ReplayGuard;
  readonly serverTitle: Uint8Array | undefined;
}

/** What is remembered of one meter, and on top of it what one session with it has learnt. Counters never go down. */
export class MeterKnowledge {
  readonly #settings: DlmsSettings;
  readonly #device: DlmsDevice;
  readonly #seams: Seams<DlmsDevice>;
  #learnt: Partial<DlmsMemory> = {};
  #reserve: CounterReserve | undefined;
  #received = new ReplayGuard();
  #toldSetBack = false;

  constructor(settings: DlmsSettings, device: DlmsDevice, seams: Seams<DlmsDevice>) {
    this.#settings = settings;
    this.#device = device;
    this.#seams = seams;
  }

  /** As it is to be stored with what comes next. */
  get memory(): DlmsMemory {
    const kept = this.#kept;
    const known = { ...kept, ...this.#learnt };
    const counter = highest(kept.counter, this.#learnt.counter);
    const isSetBack = this.#received.setBackFrom !== undefined;
    const heard = isSetBack ? this.#received.last : highest(kept.received, this.#received.last);
    const received = "received" in this.#learnt ? undefined : heard;
    return { ...known, counter, received };
  }

  /** The pair the meter proved last; without any proof the configuration's own. */
  get likelyPair(): KeyPair {
    const { next } = this.#device.keys;
    const { keyMark: mark } = this.#kept;
    if (next === undefined || mark === undefined) return "current";
    return keyMark(this.#settings.ciphers, next.encryption) === mark ? "next" : "current";
  }

  learn(fields: Partial<DlmsMemory>): void {
    this.#learnt = { ...this.#learnt, ...fields };
  }

  /** Counters above all that were used, and what the meter sent last under the same key. */
  forAssociation(pair: KeyPair): AssociationBeginnings {
    const { memory } = this;
    // Some servers refuse zero.
    this.#reserve = new CounterReserve(memory.counter ?? 1);
    const sameKey = pair === this.likelyPair;
    const { counterRestarts, counterDecrease, serverTitle } = this.#device;
    const last = sameKey && !counterRestarts ? memory.received : undefined;
    this.#received = new ReplayGuard(last, counterDecrease === "alarmed");
    this.#toldSetBack = false;
    return {
      counters: this.#reserve,
      received: this.#received,
      serverTitle: serverTitle ?? (memory.title === undefined ? undefined : fromHex(memory.title)),
    };
  }

  /** The meter proved itself with this pair. */
  associated(title: Uint8Array, pair: KeyPair): void {
    if (title.length === 8) this.learn({ title: toHex(title) });
    const { next, encryption } = this.#device.keys;
    const key = pair === "next" ? next?.encryption : encryption;
    if (key !== undefined && next !== undefined) this.learn({ keyMark: keyMark(this.#settings.ciphers, key) });
  }

  /** A higher ceiling, to be stored with these drafts and `reserved` then. Throws where there are no counters left. */
  reserveMore(): readonly MessageDraft[] {
    const reserve = this.#reserve;
    if (reserve === undefined) return [];
    const before = this.memory.counter ?? 0;
    const counter = reserve.wanted(this.#settings.counterBlock);
    this.learn({ counter });
    const { counterWarning } = this.#settings;
    const warns = before < counterWarning && counter >= counterWarning;
    return warns ? [counterDraft(this.#device, "high", counter, this.#seams.wall())] : [];
  }

  /** The ceiling is durable: counters below it may be used. */
  reserved(): void {
    this.#reserve?.reserved();
  }

  /**
   * What the public client was told of the meter's counter. Anybody could have said it: it counts only upwards. `wasAhead`:
   * ours was above it already.
   */
  counterTold(value: number): { readonly drafts: readonly MessageDraft[]; readonly wasAhead: boolean } {
    const { counter, meterCounter } = this.memory;
    const known = Math.max(counter ?? 1, value + 1);
    this.learn({ counter: known, meterCounter: value });
    const fell = meterCounter !== undefined && value < meterCounter;
    const drafts = fell ? [counterDraft(this.#device, "decreased", value, this.#seams.wall(), meterCounter)] : [];
    return { drafts, wasAhead: known === counter };
  }

  /** The meter's own counter went down and was taken nevertheless: told once an association, with what is stored first. */
  setBack(): readonly MessageDraft[] {
    const { setBackFrom, last } = this.#received;
    if (setBackFrom === undefined || this.#toldSetBack) return [];
    this.#toldSetBack = true;
    return [counterDraft(this.#device, "decreased", last ?? 0, this.#seams.wall(), setBackFrom)];
  }

  get #kept(): DlmsMemory {
    return readMemory(this.#seams.registry.memory(this.#device.uid));
  }
}

function highest(a: number | undefined, b: number | undefined): number | undefined {
  if (a === undefined) return b;
  return b === undefined ? a : Math.max(a, b);
}
