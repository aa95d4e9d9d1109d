import type { Judge } from "../court.ts";
import { COMMIT, INTAKE } from "../rules.ts";
import type { World } from "../world.ts";

/** P7. Nothing is ever fuller than its limit: what waits for a commit, commands in hand, bytes of a spool and of its disk. */
export function bounds(world: World): Judge {
  const name = "P7 bounded";
  const { court } = world;
  const check = (agent: string, what: string, is: number, limit: number): void => {
    if (is > limit) court.blame(name, `${agent}: ${what} is ${is}, its limit is ${limit}`);
  };
  return {
    name,
    see: () => {},
    inspect: () => {
      for (const { name: agent, process } of world.agents) {
        if (process === undefined) continue;
        const { spool, reign } = process;
        const { maxBytes, segmentBytes } = process.config.spool;
        for (const one of spool.sources.all()) {
          const { bytes, diskBytes } = one.status();
          check(agent, "the spool", bytes, maxBytes);
          // What a failing segment held is written again elsewhere, whatever the quota says.
          check(agent, "the spool's disk", diskBytes, maxBytes + segmentBytes);
        }
        if (reign === undefined) continue;
        check(agent, "entries before the committer", reign.committer.waiting.entries, COMMIT.waitingEntries);
        check(agent, "bytes before the committer", reign.committer.waiting.bytes, COMMIT.waitingBytes);
        check(agent, "commands in hand", reign.intake?.stats().held ?? 0, INTAKE.window);
      }
    },
  };
}
