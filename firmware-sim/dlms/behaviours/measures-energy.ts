import type { ObjectEntry } from "../../../adapters/dlms/config/object-profile.ts";
import type { WallMs } from "../../../adapters/kit/time.ts";
import { toWall } from "../../../adapters/kit/time.ts";
import type { Behaviour } from "../behaviour.ts";
import { scaleOf, someOf, typed, type Wanted } from "../objects/catalogue.ts";
import { register } from "../objects/simple.ts";
import { type LoadCurve, loadCurve } from "../values/load-curve.ts";

const [WH, W, VAR, V, A] = [30, 27, 29, 35, 33];
const MEAN_WATTS = 450;
const MEAN_EXPORT_WATTS = 120;
/** Averages are of the last ten minutes. */
const AVERAGE_MS = 600_000;
/** The part of all energy that is counted at the low tariff. */
const LOW_TARIFF = 0.4;

/** Registers of energy, power, voltage and current that follow a load curve of the meter's own. */
export function measuresEnergy(): Behaviour {
  return {
    name: "measures-energy",
    begins: (meter) => {
      const house = {
        draws: loadCurve(meter.random, MEAN_WATTS),
        feeds: loadCurve(meter.random, MEAN_EXPORT_WATTS),
        phases: meter.identity.phases,
      };
      const { wanted, listing } = someOf(
        meter,
        "measures-energy",
        ({ entry, channel }) => entry.class === 3 && channel === undefined && quantityOf(entry) !== undefined,
      );
      meter.objects.offer(listing, (at_) => {
        const { entry, obis } = wanted[at_] as Wanted;
        const quantity = quantityOf(entry);
        const [scaler, unit] = scaleOf(entry, [quantity?.scaler ?? 0, quantity?.unit ?? 255]);
        return register(
          { obis },
          ({ at }) => typed(entry, (quantity?.value(house, at) ?? 0) / 10 ** scaler),
          scaler,
          unit,
        );
      });
      return {};
    },
  };
}

interface House {
  readonly draws: LoadCurve;
  readonly feeds: LoadCurve;
  readonly phases: 1 | 3;
}

interface Quantity {
  readonly value: (house: House, at: WallMs) => number;
  /** Where the meter itself says how it scales. */
  readonly scaler: number;
  readonly unit: number;
}

/** What an entry measures, by its name; `undefined` for what is not a quantity of the grid. */
function quantityOf({ tag }: ObjectEntry): Quantity | undefined {
  const energy = /^active-energy-(import|export)(?:-rate-([12]))?$/.exec(tag);
  if (energy !== null) {
    const [, way, rate] = energy;
    return {
      scaler: 0,
      unit: WH,
      value: (house, at) => {
        const total = Math.floor((way === "import" ? house.draws : house.feeds).energy(at));
        const low = Math.floor(total * LOW_TARIFF);
        return rate === undefined ? total : rate === "1" ? low : total - low;
      },
    };
  }
  const power = /^(instantaneous|average)-(re)?active-power-(import|export)(?:-l[123])?$/.exec(tag);
  if (power !== null) {
    const [, kind, reactive, way] = power;
    const isPhase = /-l[123]$/.test(tag);
    return {
      scaler: 0,
      unit: reactive === undefined ? W : VAR,
      value: (house, at) => {
        const moment = kind === "average" ? toWall(Math.floor(at / AVERAGE_MS) * AVERAGE_MS) : at;
        const watts = (way === "import" ? house.draws : house.feeds).power(moment) * (reactive === undefined ? 1 : 0.2);
        return isPhase ? watts / house.phases : watts;
      },
    };
  }
  if (/^(instantaneous|average)-voltage-l[123]$/.test(tag)) {
    return {
      scaler: -1,
      unit: V,
      value: (_house, at) => 230 + 4 * Math.sin(at / 900_000 + tag.charCodeAt(tag.length - 1)),
    };
  }
  if (/^(instantaneous|average)-current-l[123]$/.test(tag)) {
    return { scaler: -2, unit: A, value: (house, at) => house.draws.power(at) / 230 / house.phases };
  }
  if (tag === "instantaneous-active-current-total-over-all-phases") {
    return { scaler: -2, unit: A, value: (house, at) => house.draws.power(at) / 230 };
  }
  return undefined;
}
