import type { Timers } from "../../adapters/io/timers.ts";
import { type DurationMs, type Instant, later, SECOND_MS } from "../../adapters/kit/time.ts";
import type { Config, GroupSettings } from "../config/config.ts";
import type { LeaseSnapshot } from "../lease/machine.ts";
import { chooseMoves, type Move, type PlacedGroup, type PlacementSettings, successionOf } from "../lease/placement.ts";
import type { LeaseRequest } from "../lease/words.ts";

export interface PlacingParts {
  readonly config: Config;
  readonly agent: string;
  readonly timers: Timers;
  /** As the group's lease machine sees it; `undefined` where this agent is not in the group. */
  readonly snapshot: (group: string) => LeaseSnapshot | undefined;
  /** `undefined` when it was taken, else why not. */
  readonly request: (group: string, request: LeaseRequest) => string | undefined;
  readonly note: (level: "info" | "warn", text: string) => void;
}

const LOOK_EVERY_MS = SECOND_MS;
/** A move that has not come about in this time has failed: drain, release and one attempt are over long before. */
const MOVE_FOR_MS = 10 * SECOND_MS;
/** After a move that failed the group stays where it is for so long. */
const TRY_AGAIN_MS = 60 * SECOND_MS;

/** Hands over, a few at a time, the groups that another agent ought to have. What was lost by failure is not its business. */
export class Placing {
  readonly #parts: PlacingParts;
  readonly #settings: PlacementSettings;
  readonly #successions: ReadonlyMap<string, readonly string[]>;
  /** Handed over by us and not yet heard of again. */
  readonly #under = new Map<string, { readonly epoch: number; readonly until: Instant }>();
  /** Groups whose last move failed. */
  readonly #waiting = new Map<string, Instant>();
  #cancel: (() => void) | undefined;

  constructor(parts: PlacingParts) {
    this.#parts = parts;
    const { config, agent } = parts;
    const spread = Object.entries(config.groups).filter(([, group]) => group.spread && group.agents.includes(agent));
    this.#settings = placementSettings(config, spread.length);
    this.#successions = new Map(spread.map(([name, group]) => [name, membersOf(config, name, group)]));
  }

  start(): void {
    if (this.#successions.size > 0) this.#again();
  }

  stop(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }

  #again(): void {
    const { timers } = this.#parts;
    this.#cancel = timers.at(later(timers.now(), LOOK_EVERY_MS), () => {
      this.#look(timers.now());
      this.#again();
    });
  }

  #look(now: Instant): void {
    const { agent, config } = this.#parts;
    const groups = [...this.#successions].flatMap(([group, succession]) => {
      const snapshot = this.#parts.snapshot(group);
      return snapshot === undefined ? [] : [this.#placed(group, config.groups[group], succession, snapshot, now)];
    });
    for (const move of chooseMoves(agent, groups, this.#settings, now)) this.#begin(move, now);
  }

  #placed(
    group: string,
    settings: GroupSettings | undefined,
    succession: readonly string[],
    snapshot: LeaseSnapshot,
    now: Instant,
  ): PlacedGroup {
    const under = this.#isUnderWay(group, snapshot, now);
    const peers = Object.entries(snapshot.peers);
    const mayMove = (this.#waiting.get(group) ?? now) <= now && snapshot.role === "active";
    const { reign } = snapshot;
    return {
      group,
      succession,
      reign: mayMove && reign ? { since: reign.since, handedOver: reign.reason === "handover" } : undefined,
      moving: under || snapshot.role === "stepping-down" || peers.some(([, { role }]) => isMoving(role)),
      heldDown: snapshot.heldDown,
      standbys: new Map(
        // With a hold-off of its own the preferred agent is given the group by the lease machine.
        peers.flatMap(([name, { readySince }]) =>
          readySince === undefined || (name === settings?.preferred && settings.failbackAfterMs !== undefined)
            ? []
            : [[name, readySince] as const],
        ),
      ),
    };
  }

  #begin({ group, to }: Move, now: Instant): void {
    const { request, note, snapshot } = this.#parts;
    const epoch = snapshot(group)?.epoch ?? 0;
    const refused = request(group, { kind: "handover", to });
    if (refused !== undefined) {
      this.#waiting.set(group, later(now, TRY_AGAIN_MS));
      note("warn", `group ${group} ought to be at agent ${to}, and is not handed over: ${refused}`);
      return;
    }
    this.#under.set(group, { epoch, until: later(now, MOVE_FOR_MS) });
    note("info", `group ${group} goes to agent ${to}, whose place it is`);
  }

  /** Whether a move of ours is still to come about; takes note of one that failed. */
  #isUnderWay(group: string, snapshot: LeaseSnapshot, now: Instant): boolean {
    const move = this.#under.get(group);
    if (move === undefined) return false;
    const isTaken = snapshot.highestEpoch > move.epoch;
    if (!isTaken && now < move.until) return true;
    this.#under.delete(group);
    // Taken next by ourselves, or never given up: the other one did not take it.
    const isOurs = snapshot.epoch > 0 && snapshot.epoch <= move.epoch + 1;
    if (isOurs) this.#waiting.set(group, later(now, TRY_AGAIN_MS));
    return false;
  }
}

/** The agents of a group in the order in which they are to have it. */
export function membersOf(
  config: Pick<Config, "agents">,
  name: string,
  { agents, spread, preferred }: GroupSettings,
): readonly string[] {
  if (!spread) return [...agents].sort((one, other) => Number(other === preferred) - Number(one === preferred));
  const weighted = agents.map((agent) => ({ agent, weight: config.agents[agent]?.weight ?? 1 }));
  return successionOf(name, weighted, preferred);
}

const TENTH = 10;

function placementSettings({ placement }: Pick<Config, "placement">, groups: number): PlacementSettings {
  const settleAfterMs: DurationMs = placement.settleAfterMs;
  return { settleAfterMs, maxMovesAtOnce: placement.maxMovesAtOnce ?? Math.max(1, Math.floor(groups / TENTH)) };
}

function isMoving(role: LeaseSnapshot["role"] | undefined): boolean {
  return role === "stepping-down" || role === "acquiring";
}
