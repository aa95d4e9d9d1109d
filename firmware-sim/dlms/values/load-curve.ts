import type { Random } from "../../../adapters/kit/ports.ts";
import { DAY_MS, HOUR_MS, toWall, type WallMs } from "../../../adapters/kit/time.ts";

/** 2020-01-01: when the simulated meters were installed. */
export const INSTALLED: WallMs = toWall(1_577_836_800_000);

/**
 * What a household draws and feeds in: sums of waves of a day, half a day and a week, so that power at a moment and energy
 * up to it are both known in closed form. A register never runs backwards and a profile of any day can be computed without
 * having lived through it.
 */
export interface LoadCurve {
  /** Watts at that moment, never negative. */
  readonly power: (at: WallMs) => number;
  /** Watt-hours since the installation. */
  readonly energy: (at: WallMs) => number;
}

interface Wave {
  readonly watts: number;
  readonly periodMs: number;
  readonly phase: number;
}

/** @param meanWatts over a long time. */
export function loadCurve(random: Random, meanWatts: number): LoadCurve {
  const share = (percent: number): number => (meanWatts * percent) / 100;
  const phase = (): number => (random.below(3_600) / 3_600) * 2 * Math.PI;
  // Together less than the mean: power stays positive.
  const waves: readonly Wave[] = [
    { watts: share(45), periodMs: DAY_MS, phase: phase() },
    { watts: share(25), periodMs: DAY_MS / 2, phase: phase() },
    { watts: share(15), periodMs: 7 * DAY_MS, phase: phase() },
    { watts: share(10), periodMs: HOUR_MS * 1.7, phase: phase() },
  ];
  const already = random.below(5_000_000);
  return {
    power: (at) =>
      waves.reduce((sum, { watts, periodMs, phase: p }) => sum + watts * Math.sin(turn(at, periodMs) + p), meanWatts),
    energy: (at) => {
      const hours = Math.max(0, at - INSTALLED) / HOUR_MS;
      return waves.reduce(
        (sum, { watts, periodMs, phase: p }) => {
          const perTurn = (watts * periodMs) / HOUR_MS / (2 * Math.PI);
          const since =
            Math.cos(turn(INSTALLED, periodMs) + p) - Math.cos(turn(Math.max(at, INSTALLED) as WallMs, periodMs) + p);
          return sum + perTurn * since;
        },
        already + meanWatts * hours,
      );
    },
  };
}

function turn(at: WallMs, periodMs: number): number {
  return ((at % periodMs) / periodMs) * 2 * Math.PI;
}
