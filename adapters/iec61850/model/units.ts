import type { Unit } from "../../../edge-agent/model/units.ts";

/** IEC 61850-7-3 annex A, SIUnit; those that have a unit in the message model. */
const SI_UNITS: Readonly<Record<number, Unit>> = {
  1: "1",
  2: "m",
  3: "kg",
  4: "s",
  5: "A",
  6: "K",
  8: "cd",
  9: "deg",
  23: "Cel",
  25: "F",
  26: "C",
  27: "S",
  28: "H",
  29: "V",
  30: "Ohm",
  31: "J",
  32: "N",
  33: "Hz",
  34: "lx",
  35: "lm",
  36: "Wb",
  37: "T",
  38: "W",
  39: "Pa",
  41: "m2",
  42: "m3",
  43: "m/s",
  44: "m/s2",
  48: "kg/m3",
  61: "VA",
  62: "W",
  63: "var",
  65: "1",
  71: "VAh",
  72: "Wh",
  73: "varh",
};

/** A unit of the CF: SIUnit and the power of ten of its multiplier. */
export interface DeclaredUnit {
  readonly unit: Unit | undefined;
  /** Power of ten to multiply with; 0 where the value is in the base unit. */
  readonly multiplier: number;
}

export function declaredUnit(siUnit: number, multiplier: number): DeclaredUnit {
  return { unit: SI_UNITS[siUnit], multiplier: multiplier >= -24 && multiplier <= 24 ? multiplier : 0 };
}
