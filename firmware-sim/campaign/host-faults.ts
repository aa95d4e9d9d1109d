import { DISK_WRONGS, type DiskWrong } from "../bed/failing-disks.ts";
import { SmallDisks } from "../bed/small-disks.ts";
import type { Fault } from "./fault.ts";

const WRONGS = Object.keys(DISK_WRONGS) as readonly DiskWrong[];
const FULL_MS = { from: 500, to: 4_000 } as const;
const WRONG_MS = { from: 500, to: 5_000 } as const;
/** A second to an hour, in both directions. */
const OFFSET_MS = { from: 1_000, to: 3_600_000 } as const;

/** What happens to the hosts themselves. */
export const HOST_FAULTS: readonly Fault[] = [
  {
    kind: "disk-full",
    summary: "both agents' disks are full while Redis is away: nothing can be stored anywhere",
    missing: (bed) => (bed.disks === undefined ? (SmallDisks.missing() ?? "a mount was refused") : undefined),
    strike: async ({ bed, random }) => {
      bed.disks?.fill();
      await bed.redis.kill();
      const lastsMs = random.between(FULL_MS.from, FULL_MS.to);
      return {
        detail: `for ${lastsMs} ms`,
        lastsMs,
        mend: async () => {
          await bed.redis.restart();
          bed.disks?.empty();
        },
      };
    },
  },
  {
    kind: "disk-fails",
    summary: "the disk of the active agent, or of both, keeps nothing or half while Redis is away",
    missing: (bed) => (bed.failing === undefined ? "there is no C compiler to build a failing disk with" : undefined),
    strike: async ({ bed, random, active, standby }) => {
      const wrong = random.pick(WRONGS) ?? "syncs fail with EIO";
      const hit = random.below(2) === 0 ? [active] : [active, standby];
      const lastsMs = random.between(FULL_MS.from, FULL_MS.to);
      await bed.redis.kill();
      for (const { agent } of hit) bed.failing?.set(agent, wrong);
      return {
        detail: `${hit.map(({ agent }) => agent).join(" and ")}: ${wrong} for ${lastsMs} ms`,
        lastsMs,
        mend: async () => {
          for (const { agent } of hit) bed.failing?.set(agent, undefined);
          await bed.redis.restart();
        },
      };
    },
  },
  {
    kind: "clock-jump",
    summary: "the wall clock of one agent jumps, and back",
    missing: (bed) => (bed.clocks === undefined ? "there is no C compiler to build a false clock with" : undefined),
    strike: ({ bed, random, active, standby }) => {
      const { agent } = random.below(2) === 0 ? active : standby;
      const size = OFFSET_MS.from * 2 ** ((random.below(1_000) / 1_000) * Math.log2(OFFSET_MS.to / OFFSET_MS.from));
      const offset = Math.round(random.below(2) === 0 ? size : -size);
      const lastsMs = random.between(WRONG_MS.from, WRONG_MS.to);
      bed.clocks?.set(agent, offset);
      return Promise.resolve({
        detail: `agent ${agent} by ${offset} ms for ${lastsMs} ms`,
        lastsMs,
        mend: () => Promise.resolve(bed.clocks?.set(agent, 0)),
      });
    },
  },
];
