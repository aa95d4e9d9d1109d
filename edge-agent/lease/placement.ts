import { type DurationMs, type Instant, later } from "../../adapters/kit/time.ts";
import { digest } from "../model/digest.ts";

/**
 * Which agent ought to have which group, and when an agent that has one it ought not to have gives it away. Nobody
 * coordinates: every agent computes this for itself from whom it hears. Two that hear different things contend for a
 * group at worst; the lease decides, and the fence protects.
 */

export interface PlacementMember {
  readonly agent: string;
  /** Its share of the groups compared with the others', above 0. */
  readonly weight: number;
}

/**
 * The agents of a group in the order in which they are to have it. Rendezvous hashing (Thaler and Ravishankar 1998), with
 * weights after Schindelhauer and Schomaker 2005: each agent draws a lot per group that depends on nobody else, so that who
 * leaves loses only its own groups, who joins takes only what is its own, and nothing moves between two that stay. The
 * order of those who are there is this order without those who are not.
 *
 * @param preferred stands first whatever its lot
 */
export function successionOf(
  group: string,
  members: readonly PlacementMember[],
  preferred?: string | undefined,
): readonly string[] {
  const lots = members.map(({ agent, weight }) => ({
    agent,
    lot: agent === preferred ? Number.POSITIVE_INFINITY : weight / -Math.log(chance(group, agent)),
  }));
  return lots.sort((one, other) => other.lot - one.lot || (one.agent < other.agent ? -1 : 1)).map(({ agent }) => agent);
}

const CHANCE_DIGITS = 13;
const CHANCE_STEPS = 2 ** (4 * CHANCE_DIGITS);

/** Evenly distributed between 0 and 1, both excluded; the same everywhere and for ever. */
function chance(group: string, agent: string): number {
  return (Number.parseInt(digest(["placement", group, agent]).slice(0, CHANCE_DIGITS), 16) + 0.5) / CHANCE_STEPS;
}

export interface PlacementSettings {
  /** An agent is given a group after it was a standby that could take over for so long. */
  readonly settleAfterMs: DurationMs;
  /** Groups on their way at once. */
  readonly maxMovesAtOnce: number;
}

/** One group as one agent knows it. */
export interface PlacedGroup {
  readonly group: string;
  /** All its agents, as `successionOf` orders them. */
  readonly succession: readonly string[];
  /** Our own reign, from when and whether it was handed to us; `undefined` where we have none or are giving it up. */
  readonly reign: { readonly since: Instant; readonly handedOver: boolean } | undefined;
  /** It is changing hands as far as we hear: somebody is stepping down or acquiring. */
  readonly moving: boolean;
  /** Taken over by failure too often lately: nothing is moved on purpose as well. */
  readonly heldDown: boolean;
  /** The others that could take over, and since when without a break. */
  readonly standbys: ReadonlyMap<string, Instant>;
}

export interface Move {
  readonly group: string;
  readonly to: string;
}

/**
 * An operator who hands a group to an agent that is not its first means it. It is known by the better agent having been
 * there all along: a move of our own always goes to the best that is there. Words of a handover and of the new standby are
 * this far apart at most.
 */
const SAME_MOMENT_MS = 2_000;

/**
 * What to hand over now, best first in the order given. Takeovers after a failure ask nobody and are not counted. A group
 * whose move did not come about is proposed again: whoever asks keeps it from being asked for too often.
 */
export function chooseMoves(
  me: string,
  groups: readonly PlacedGroup[],
  settings: PlacementSettings,
  now: Instant,
): readonly Move[] {
  let free = settings.maxMovesAtOnce - groups.filter((one) => one.moving).length;
  const moves: Move[] = [];
  for (const one of groups) {
    if (free <= 0) break;
    const to = one.moving ? undefined : destinationOf(me, one, settings, now);
    if (to === undefined) continue;
    moves.push({ group: one.group, to });
    free -= 1;
  }
  return moves;
}

/** Who ought to have it instead of us and has been there for long enough; waits for the best one rather than move twice. */
function destinationOf(me: string, of: PlacedGroup, settings: PlacementSettings, now: Instant): string | undefined {
  const { reign, succession, standbys, heldDown } = of;
  if (reign === undefined || heldDown) return undefined;
  const to = succession.find((agent) => agent === me || standbys.has(agent));
  const since = to === undefined ? undefined : standbys.get(to);
  if (to === undefined || since === undefined) return undefined;
  if (reign.handedOver && since <= later(reign.since, SAME_MOMENT_MS)) return undefined;
  return now >= later(since, settings.settleAfterMs) ? to : undefined;
}
