import type { Verdict } from "../bed/accountant.ts";
import type { Bed } from "../bed/bed.ts";
import { Burners } from "../bed/burners.ts";
import { pause } from "../bed/until.ts";

export interface BurnSettings {
  /** Processes that turn, each on a core of its own where there is one. */
  readonly burners: number;
  readonly forMs: number;
  readonly commandEveryMs: number;
}

/** What the pair did while nothing was wrong but that there was no processor. */
export interface BurnResult extends Verdict {
  readonly seconds: number;
  readonly burners: number;
  /** Who took the group from whom, and why: each one is false, for nobody was gone. */
  readonly takeovers: readonly { readonly holder: string; readonly reason: string }[];
  /** Agents that were started anew because they were taken for hung. */
  readonly restarts: number;
  /** The longest time without an acknowledgement for any device. */
  readonly gapMs: number;
}

const TELL_EVERY_MS = 10_000;
const SETTLE_PATIENCE_MS = 60_000;

/** Burns every core while a pair works, and counts what it took for somebody's death. */
export async function burn(
  bed: Bed,
  { burners, forMs, commandEveryMs }: BurnSettings,
  tell: (text: string) => void,
): Promise<BurnResult> {
  await bed.observer.follow();
  const before = bed.observer.owners.length;
  const pids = pidsOf(bed);
  const from = performance.now();
  const burning = new Burners(burners);
  bed.commands.every(commandEveryMs);
  try {
    for (let left = forMs; left > 0; left = forMs - (performance.now() - from)) {
      await pause(Math.min(left, TELL_EVERY_MS));
      await bed.observer.follow();
      const seconds = Math.round((performance.now() - from) / 1_000);
      const taken = acquired(bed, before).length;
      tell(`${seconds} s: ${bed.books.acknowledged} acknowledged, ${taken} takeovers, ${burning.count} burning`);
    }
  } finally {
    await burning.stop();
  }
  const gapMs = Math.round(bed.books.longestSilence(from, performance.now()).ms);
  const now = pidsOf(bed);
  await bed.settle(SETTLE_PATIENCE_MS);
  await bed.observer.follow();
  const takeovers = acquired(bed, before);
  const restarts = [...pids].filter(([agent, pid]) => now.get(agent) !== pid).length;
  const verdict = await bed.judge();
  return {
    ...verdict,
    ok: verdict.ok && takeovers.length === 0 && restarts === 0,
    seconds: Math.round((performance.now() - from) / 1_000),
    burners,
    takeovers,
    restarts,
    gapMs,
  };
}

/** Agent → its process. */
function pidsOf(bed: Bed): ReadonlyMap<string, number | undefined> {
  return new Map(bed.agents.map((agent) => [agent.agent, agent.pid]));
}

function acquired(bed: Bed, since: number): BurnResult["takeovers"] {
  return bed.observer.owners
    .slice(since)
    .filter(({ event }) => event === "acquired")
    .map(({ holder, reason }) => ({ holder, reason }));
}
