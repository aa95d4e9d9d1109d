import { SeededRandom } from "../../adapters/kit/random.ts";
import type { Verdict } from "../bed/accountant.ts";
import type { Bed } from "../bed/bed.ts";
import { pause, until } from "../bed/until.ts";
import type { Fault, Ground, Struck } from "./fault.ts";
import { type GapFigures, Tally } from "./tally.ts";

export interface CampaignSettings {
  readonly seed: number;
  readonly forMs: number;
  readonly commandEveryMs: number;
  /** Between the end of one fault and the next, on average. */
  readonly restMs: number;
  /** Agents count takeovers of the last minutes and become careful; else each fault is the first for days. */
  readonly remembers: boolean;
}

/** One line of the log of a run. */
export interface FaultRecord {
  readonly t: number;
  readonly fault: string;
  readonly detail: string;
  /** A second one that struck while the first lasted. */
  readonly during: string | undefined;
  readonly epoch: number | undefined;
  /** The longest time without an acknowledgement for any device, from the strike to the recovery. */
  readonly gapMs: number;
  readonly recovered: boolean;
}

export interface CampaignResult extends Verdict {
  readonly seed: number;
  readonly seconds: number;
  readonly faults: number;
  /** Faults after which no acknowledgement came within the patience. */
  readonly stuck: number;
  /** Why no more faults were struck before the time was over: one could not be ended. The books are judged all the same. */
  readonly broken?: string;
  readonly gaps: Readonly<Record<string, GapFigures>>;
}

/** Acknowledgements that say that the devices are served again. */
const RECOVERED_BY = 40;
const RECOVERY_PATIENCE_MS = 20_000;
const SETTLE_PATIENCE_MS = 60_000;
/** One fault in so many is joined by a second one. */
const JOINED_ONE_IN = 4;

/** A gateway at work, and a field that is not kind to it. What happens when follows from the seed; who is hit, from the run. */
export class Campaign {
  readonly #bed: Bed;
  readonly #faults: readonly Fault[];
  readonly #settings: CampaignSettings;
  readonly #random: SeededRandom;
  readonly #tally = new Tally();
  readonly #tell: (record: FaultRecord) => void;
  #struck = 0;
  #stuck = 0;
  #broken: string | undefined;
  #interrupted = false;

  constructor(parts: {
    readonly bed: Bed;
    readonly faults: readonly Fault[];
    readonly settings: CampaignSettings;
    readonly tell: (record: FaultRecord) => void;
  }) {
    this.#bed = parts.bed;
    this.#faults = parts.faults;
    this.#settings = parts.settings;
    this.#tell = parts.tell;
    this.#random = new SeededRandom(parts.settings.seed);
  }

  /** Ends the faults early; the books are judged all the same. */
  interrupt(): void {
    this.#interrupted = true;
  }

  async run(): Promise<CampaignResult> {
    const { seed, forMs, commandEveryMs } = this.#settings;
    const begunAt = performance.now();
    this.#bed.commands.every(commandEveryMs);
    while (!this.#interrupted && this.#broken === undefined && performance.now() - begunAt < forMs) {
      await pause(this.#restMs());
      await this.#strikeOne(begunAt).catch((thrown: unknown) => {
        this.#broken = thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);
      });
    }
    await this.#bed.settle(SETTLE_PATIENCE_MS);
    const verdict = await this.#bed.judge();
    return {
      ...verdict,
      ok: verdict.ok && this.#stuck === 0 && this.#broken === undefined,
      seed,
      seconds: Math.round((performance.now() - begunAt) / 1_000),
      faults: this.#struck,
      stuck: this.#stuck,
      ...(this.#broken === undefined ? {} : { broken: this.#broken }),
      gaps: this.#tally.figures(),
    };
  }

  async #strikeOne(begunAt: number): Promise<void> {
    const first = this.#random.pick(this.#faults);
    const joined = this.#random.below(JOINED_ONE_IN) === 0 ? this.#random.pick(this.#faults) : undefined;
    if (first === undefined) return;
    const second = joined?.kind === first.kind ? undefined : joined;
    const ground = await this.#ground();
    if (!this.#settings.remembers) await this.#bed.observer.forgetTakeovers().catch(() => undefined);
    const at = performance.now();
    const struck = await first.strike(ground);
    this.#struck += second === undefined ? 1 : 2;
    await Promise.all([this.#outlast(struck), this.#join(second, struck, ground)]);
    const recovered = await this.#recovers();
    if (!recovered) this.#stuck += 1;
    const gapMs = this.#bed.books.longestSilence(at, performance.now()).ms;
    this.#tally.note(second === undefined ? first.kind : "two at once", gapMs);
    this.#tell({
      t: Math.round(at - begunAt),
      fault: first.kind,
      detail: struck.detail,
      during: second?.kind,
      epoch: (await this.#bed.observer.holding().catch(() => undefined))?.epoch,
      gapMs: Math.round(gapMs),
      recovered,
    });
  }

  async #outlast(struck: Struck): Promise<void> {
    await pause(struck.lastsMs);
    await struck.mend();
  }

  /** The second strikes somewhere in the time of the first. */
  async #join(fault: Fault | undefined, first: Struck, ground: Ground): Promise<void> {
    if (fault === undefined) return;
    await pause(this.#random.below(Math.max(1, first.lastsMs)));
    await this.#outlast(await fault.strike(ground));
  }

  async #recovers(): Promise<boolean> {
    const { books } = this.#bed;
    const from = books.acknowledged;
    const back = (): boolean => books.acknowledged >= from + RECOVERED_BY;
    return until("the devices are served again", back, RECOVERY_PATIENCE_MS).then(
      () => true,
      () => false,
    );
  }

  async #ground(): Promise<Ground> {
    const active = await this.#bed.active();
    return { bed: this.#bed, random: this.#random, active, standby: await this.#bed.standby() };
  }

  #restMs(): number {
    // Exponential, as unrelated misfortunes are.
    const uniform = (this.#random.below(1_000_000) + 1) / 1_000_001;
    return Math.round(-Math.log(uniform) * this.#settings.restMs);
  }
}
