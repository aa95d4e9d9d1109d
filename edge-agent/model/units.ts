import { z } from "zod";

/**
 * The closed list of units: base units only, the scale is already applied to the value (no kW, no bar). The DLMS unit
 * enumeration (Blue Book 4.3.2) and IEC 61850's SIUnit both map onto it; UCUM alone could not serve, it has no `var`.
 * `ucum` is the UCUM code where there is one.
 */
export const UNITS = {
  "1": { ucum: "1", meaning: "a count or a ratio" },
  "%": { ucum: "%", meaning: "percent" },
  W: { ucum: "W", meaning: "active power" },
  var: { ucum: undefined, meaning: "reactive power" },
  VA: { ucum: "V.A", meaning: "apparent power" },
  Wh: { ucum: "W.h", meaning: "active energy" },
  varh: { ucum: undefined, meaning: "reactive energy" },
  VAh: { ucum: "V.A.h", meaning: "apparent energy" },
  V: { ucum: "V", meaning: "voltage" },
  A: { ucum: "A", meaning: "current" },
  Hz: { ucum: "Hz", meaning: "frequency" },
  Ah: { ucum: "A.h", meaning: "charge over time" },
  C: { ucum: "C", meaning: "charge" },
  F: { ucum: "F", meaning: "capacitance" },
  H: { ucum: "H", meaning: "inductance" },
  S: { ucum: "S", meaning: "conductance" },
  Ohm: { ucum: "Ohm", meaning: "resistance" },
  "Ohm.m": { ucum: "Ohm.m", meaning: "resistivity" },
  Wb: { ucum: "Wb", meaning: "magnetic flux" },
  T: { ucum: "T", meaning: "magnetic flux density" },
  "A/m": { ucum: "A/m", meaning: "magnetic field strength" },
  "V/m": { ucum: "V/m", meaning: "electric field strength" },
  V2h: { ucum: "V2.h", meaning: "volt-squared hours (transformer iron losses)" },
  A2h: { ucum: "A2.h", meaning: "ampere-squared hours (line losses)" },
  "1/Wh": { ucum: "/(W.h)", meaning: "pulses per active energy" },
  "1/varh": { ucum: undefined, meaning: "pulses per reactive energy" },
  "1/VAh": { ucum: "/(V.A.h)", meaning: "pulses per apparent energy" },
  "1/V2h": { ucum: "/(V2.h)", meaning: "pulses per volt-squared hour" },
  "1/A2h": { ucum: "/(A2.h)", meaning: "pulses per ampere-squared hour" },
  "1/m3": { ucum: "/m3", meaning: "pulses per volume" },
  "W/s": { ucum: "W/s", meaning: "ramp of power" },
  "W/m2": { ucum: "W/m2", meaning: "irradiance" },
  K: { ucum: "K", meaning: "temperature, absolute" },
  Cel: { ucum: "Cel", meaning: "temperature" },
  s: { ucum: "s", meaning: "time" },
  mo: { ucum: "mo", meaning: "calendar months" },
  a: { ucum: "a", meaning: "calendar years" },
  m: { ucum: "m", meaning: "length" },
  "m/s": { ucum: "m/s", meaning: "speed" },
  "m/s2": { ucum: "m/s2", meaning: "acceleration" },
  m2: { ucum: "m2", meaning: "area" },
  m3: { ucum: "m3", meaning: "volume" },
  "m3/h": { ucum: "m3/h", meaning: "volume flow" },
  kg: { ucum: "kg", meaning: "mass" },
  "kg/s": { ucum: "kg/s", meaning: "mass flow" },
  "kg/m2": { ucum: "kg/m2", meaning: "mass per area" },
  "kg/m3": { ucum: "kg/m3", meaning: "density" },
  N: { ucum: "N", meaning: "force" },
  "N.m": { ucum: "N.m", meaning: "torque" },
  Pa: { ucum: "Pa", meaning: "pressure" },
  "Pa.s": { ucum: "Pa.s", meaning: "dynamic viscosity" },
  J: { ucum: "J", meaning: "energy, heat" },
  "J/kg": { ucum: "J/kg", meaning: "calorific value by mass" },
  "J/m3": { ucum: "J/m3", meaning: "calorific value by volume" },
  "mol%": { ucum: undefined, meaning: "molar fraction in percent" },
  deg: { ucum: "deg", meaning: "plane angle" },
  lx: { ucum: "lx", meaning: "illuminance" },
  lm: { ucum: "lm", meaning: "luminous flux" },
  cd: { ucum: "cd", meaning: "luminous intensity" },
  dB: { ucum: "dB", meaning: "level, relative" },
  dBm: { ucum: undefined, meaning: "level relative to one milliwatt" },
  dBuV: { ucum: "dB[uV]", meaning: "level relative to one microvolt" },
  "bit/s": { ucum: "bit/s", meaning: "bit rate" },
  By: { ucum: "By", meaning: "bytes" },
  currency: { ucum: undefined, meaning: "the tariff's currency, which the device does not name" },
} as const;

export type Unit = keyof typeof UNITS;

export function isUnit(text: string): text is Unit {
  return Object.hasOwn(UNITS, text);
}

/** The UCUM code of a unit, `undefined` where UCUM has none. */
export function ucumOf(unit: Unit): string | undefined {
  return UNITS[unit].ucum;
}

export const unitField: z.ZodType<Unit> = z.enum(Object.keys(UNITS).filter(isUnit));
