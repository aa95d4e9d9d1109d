import { mmsBoolean } from "../../../adapters/iec61850/mms/data.ts";
import type { DurationMs } from "../../../adapters/kit/time.ts";
import type { Behaviour } from "../behaviour.ts";
import { utcTime } from "../times.ts";
import type { Change } from "../updates.ts";
import { periodically } from "./periodically.ts";

/** How many of the inputs are light sensors. */
const SENSORS = 4;

/** One light sensor after the other tells the other half of the day: true is dark. */
export function seesDaylight(everyMs: DurationMs): Behaviour {
  return {
    name: "sees-daylight",
    ticks: periodically(everyMs, (ied) => {
      for (const domain of ied.model.domains.keys()) {
        const sensor = 1 + ied.random.below(SENSORS);
        const stVal = ied.find(domain, `SPGGIO${sensor}$ST$Ind$stVal`);
        const t = ied.find(domain, `SPGGIO${sensor}$ST$Ind$t`);
        if (stVal === undefined) continue;
        const isDark = stVal.value.type === "boolean" && stVal.value.value;
        const changes: Change[] = [[stVal, mmsBoolean(!isDark)]];
        if (t !== undefined) changes.push([t, utcTime(ied.wall)]);
        ied.set(changes, "daylight");
      }
    }),
  };
}
