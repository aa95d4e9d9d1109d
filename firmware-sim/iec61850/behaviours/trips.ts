import { type MmsData, mmsBits, mmsBoolean } from "../../../adapters/iec61850/mms/data.ts";
import { type DurationMs, later, SECOND_MS } from "../../../adapters/kit/time.ts";
import type { Behaviour } from "../behaviour.ts";
import type { SimulatedIed } from "../ied.ts";
import { utcTime } from "../times.ts";
import type { Change } from "../updates.ts";

const OPERATE_AFTER_MS = 500;
const OPEN_AFTER_MS = 560;
const RECLOSE_AFTER_MS: DurationMs = 3 * SECOND_MS;

/** Every so often the protection starts, operates and opens the breaker, and the automatic reclosing closes it. */
export function trips(everyMs: DurationMs): Behaviour {
  let hasBegun = false;
  return {
    name: "trips",
    ticks: (ied, now) => {
      if (hasBegun) trip(ied);
      hasBegun = true;
      // Not all of a fleet at once.
      return later(now, Math.round(everyMs * (0.5 + ied.random.below(1_000) / 1_000)));
    },
  };
}

/** One trip, now. */
export function trip(ied: SimulatedIed): void {
  const { agenda, now } = ied;
  const at = (afterMs: DurationMs, values: Readonly<Record<string, MmsData>>): void => {
    agenda.at(later(now, afterMs), () => ied.set(places(ied, values), "trip"));
  };
  at(0, { PTOC1$ST$Str$general: mmsBoolean(true) });
  at(OPERATE_AFTER_MS, { PTOC1$ST$Op$general: mmsBoolean(true) });
  at(OPEN_AFTER_MS, { XCBR1$ST$Pos$stVal: mmsBits("01"), CSWI1$ST$Pos$stVal: mmsBits("01") });
  at(OPEN_AFTER_MS + 40, { PTOC1$ST$Str$general: mmsBoolean(false), PTOC1$ST$Op$general: mmsBoolean(false) });
  at(RECLOSE_AFTER_MS, { XCBR1$ST$Pos$stVal: mmsBits("10"), CSWI1$ST$Pos$stVal: mmsBits("10") });
}

/** Wherever the logical nodes are, with the time of the change. */
function places(ied: SimulatedIed, values: Readonly<Record<string, MmsData>>): readonly Change[] {
  const now = utcTime(ied.wall);
  return [...ied.model.domains.keys()].flatMap((domain) =>
    Object.entries(values).flatMap(([item, value]): Change[] => {
      const leaf = ied.find(domain, item);
      const t = ied.find(domain, item.replace(/\$[^$]+$/, "$t"));
      return leaf === undefined
        ? []
        : t === undefined
          ? [[leaf, value]]
          : [
              [leaf, value],
              [t, now],
            ];
    }),
  );
}
