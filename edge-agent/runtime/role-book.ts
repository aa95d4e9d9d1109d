import type { Clock } from "../../adapters/kit/ports.ts";
import type { WallMs } from "../../adapters/kit/time.ts";
import type { LeaseOutcome, TakeoverReason } from "../lease/words.ts";
import { Tally } from "./distribution.ts";

export interface TakeoverRecord {
  readonly at: WallMs;
  readonly reason: TakeoverReason;
  readonly from: string | undefined;
  readonly to: string;
  readonly epoch: number;
  /** From the last sign of the former holder to this agent's right to act. */
  readonly detectedAfterMs: number;
  /** From the last sign of the former holder to the first device served; `undefined` until then. */
  readonly tookMs: number | undefined;
}

interface GroupPage {
  since: WallMs;
  holder: string | undefined;
  last: TakeoverRecord | undefined;
  servedAt: WallMs | undefined;
  takeovers: number;
  handovers: number;
  stepDowns: number;
}

/** A device that speaks within this time after the sockets opened was waiting for us; a later one was not. */
const FIRST_DEVICE_WITHIN_MS = 10_000;

/** What became of each group on this agent since it started: who had it before, since when we are what we are, how long it took. */
export class RoleBook {
  readonly takeoverMs: Tally = new Tally();
  readonly #agent: string;
  readonly #clock: Clock;
  readonly #pages = new Map<string, GroupPage>();

  constructor(agent: string, clock: Clock) {
    this.#agent = agent;
    this.#clock = clock;
  }

  /** Who holds the lease, as far as we know: the last one other than us is the one we take over from. */
  sees(group: string, holder: string): void {
    if (holder !== this.#agent) this.#page(group).holder = holder;
  }

  note(group: string, outcome: LeaseOutcome): void {
    const page = this.#page(group);
    const now = this.#clock.wall();
    switch (outcome.kind) {
      case "active":
        page.since = now;
        page.servedAt = undefined;
        page.last = {
          at: now,
          reason: outcome.reason,
          from: page.holder,
          to: this.#agent,
          epoch: outcome.epoch,
          detectedAfterMs: Math.max(0, outcome.detectedAfterMs),
          tookMs: undefined,
        };
        page.holder = undefined;
        if (outcome.reason === "handover" || outcome.reason === "failback") page.handovers += 1;
        else if (outcome.reason !== "first") page.takeovers += 1;
        return;
      case "stepping-down":
        page.since = now;
        page.stepDowns += 1;
        return;
      case "standby":
        page.since = now;
        return;
      default:
    }
  }

  /** The sockets are open and the memories loaded: devices may come. */
  serving(group: string): void {
    this.#page(group).servedAt = this.#clock.wall();
  }

  since(group: string): WallMs {
    return this.#page(group).since;
  }

  counts(group: string): { readonly takeovers: number; readonly handovers: number; readonly stepDowns: number } {
    const { takeovers, handovers, stepDowns } = this.#page(group);
    return { takeovers, handovers, stepDowns };
  }

  /**
   * The last change of hands towards this agent. A device that was waiting ends it; where none speaks within ten seconds
   * nobody was waiting, and the moment the sockets were open counts.
   *
   * @param firstHeardAt when the first device of this reign was heard
   */
  last(group: string, firstHeardAt: number | undefined): TakeoverRecord | undefined {
    const page = this.#page(group);
    const { last, servedAt } = page;
    if (last === undefined || last.tookMs !== undefined || servedAt === undefined) return last;
    const waited = firstHeardAt !== undefined && firstHeardAt - servedAt <= FIRST_DEVICE_WITHIN_MS;
    const over = waited || this.#clock.wall() - servedAt > FIRST_DEVICE_WITHIN_MS;
    if (!over) return last;
    const endedAt = waited && firstHeardAt !== undefined ? Math.max(firstHeardAt, last.at) : servedAt;
    const tookMs = last.detectedAfterMs + Math.max(0, endedAt - last.at);
    page.last = { ...last, tookMs };
    if (last.reason !== "first") this.takeoverMs.add(tookMs);
    return page.last;
  }

  #page(group: string): GroupPage {
    const known = this.#pages.get(group);
    if (known !== undefined) return known;
    const page: GroupPage = {
      since: this.#clock.wall(),
      holder: undefined,
      last: undefined,
      servedAt: undefined,
      takeovers: 0,
      handovers: 0,
      stepDowns: 0,
    };
    this.#pages.set(group, page);
    return page;
  }
}
