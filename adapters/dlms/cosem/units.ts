import type { Unit } from "../../../edge-agent/model/units.ts";

/** One entry of the unit enumeration (IEC 62056-6-2, 4.3.2). */
export interface CosemUnit {
  readonly code: number;
  /** As people write it. */
  readonly symbol: string;
  /** The model's base unit; `undefined` where the model has none: the value is then given without. */
  readonly unit: Unit | undefined;
  /** What a value in this unit is multiplied with to be in `unit`; 1 where it is missing. */
  readonly factor?: number;
}

type Row = readonly [code: number, symbol: string, unit: Unit | undefined, factor?: number];

const CUBIC_FOOT = 0.028316846592;

const ROWS: readonly Row[] = [
  [1, "a", "a"],
  [2, "mo", "mo"],
  [3, "wk", "s", 604_800],
  [4, "d", "s", 86_400],
  [5, "h", "s", 3_600],
  [6, "min", "s", 60],
  [7, "s", "s"],
  [8, "°", "deg"],
  [9, "°C", "Cel"],
  [10, "currency", "currency"],
  [11, "m", "m"],
  [12, "m/s", "m/s"],
  [13, "m³", "m3"],
  [14, "m³ corrected", "m3"],
  [15, "m³/h", "m3/h"],
  [16, "m³/h corrected", "m3/h"],
  [17, "m³/d", "m3/h", 1 / 24],
  [18, "m³/d corrected", "m3/h", 1 / 24],
  [19, "l", "m3", 0.001],
  [20, "kg", "kg"],
  [21, "N", "N"],
  [22, "Nm", "N.m"],
  [23, "Pa", "Pa"],
  [24, "bar", "Pa", 100_000],
  [25, "J", "J"],
  [26, "J/h", "W", 1 / 3_600],
  [27, "W", "W"],
  [28, "VA", "VA"],
  [29, "var", "var"],
  [30, "Wh", "Wh"],
  [31, "VAh", "VAh"],
  [32, "varh", "varh"],
  [33, "A", "A"],
  [34, "C", "C"],
  [35, "V", "V"],
  [36, "V/m", "V/m"],
  [37, "F", "F"],
  [38, "Ω", "Ohm"],
  [39, "Ωm²/m", "Ohm.m"],
  [40, "Wb", "Wb"],
  [41, "T", "T"],
  [42, "A/m", "A/m"],
  [43, "H", "H"],
  [44, "Hz", "Hz"],
  [45, "1/(Wh)", "1/Wh"],
  [46, "1/(varh)", "1/varh"],
  [47, "1/(VAh)", "1/VAh"],
  [48, "V²h", "V2h"],
  [49, "A²h", "A2h"],
  [50, "kg/s", "kg/s"],
  [51, "S", "S"],
  [52, "K", "K"],
  [53, "1/(V²h)", "1/V2h"],
  [54, "1/(A²h)", "1/A2h"],
  [55, "1/m³", "1/m3"],
  [56, "%", "%"],
  [57, "Ah", "Ah"],
  [60, "Wh/m³", "J/m3", 3_600],
  [61, "J/m³", "J/m3"],
  [62, "mol %", "mol%"],
  [63, "g/m³", "kg/m3", 0.001],
  [64, "Pa s", "Pa.s"],
  [65, "J/kg", "J/kg"],
  [66, "g/cm²", "kg/m2", 10],
  [67, "atm", "Pa", 101_325],
  [70, "dBm", "dBm"],
  [71, "dBµV", "dBuV"],
  [72, "dB", "dB"],
  [128, "in", "m", 0.0254],
  [129, "ft", "m", 0.3048],
  [130, "lb", "kg", 0.45359237],
  [131, "°F", undefined],
  [132, "°R", "K", 5 / 9],
  [133, "in²", "m2", 0.00064516],
  [134, "ft²", "m2", 0.09290304],
  [135, "acre", "m2", 4_046.8564224],
  [136, "in³", "m3", 0.000016387064],
  [137, "ft³", "m3", CUBIC_FOOT],
  [138, "acre-ft", "m3", 1_233.48183754752],
  [139, "gal (imperial)", "m3", 0.00454609],
  [140, "gal (US)", "m3", 0.003785411784],
  [141, "lbf", "N", 4.4482216152605],
  [142, "psi", "Pa", 6_894.757293168],
  [143, "lb/ft³", "kg/m3", 16.018463373960142],
  [144, "lb/(ft s)", "Pa.s", 1.4881639435695537],
  [145, "ft²/s", undefined],
  [146, "Btu", "J", 1_055.05585262],
  [147, "thm (EU)", "J", 105_505_585.262],
  [148, "thm (US)", "J", 105_480_400],
  [149, "Btu/lb", "J/kg", 2_326],
  [150, "Btu/ft³", "J/m3", 37_258.945807831],
  [151, "ft³", "m3", CUBIC_FOOT],
  [152, "ft/s", "m/s", 0.3048],
  [153, "ft³/s", "m3/h", CUBIC_FOOT * 3_600],
  [154, "ft³/min", "m3/h", CUBIC_FOOT * 60],
  [155, "ft³/h", "m3/h", CUBIC_FOOT],
  [156, "ft³/d", "m3/h", CUBIC_FOOT / 24],
  [171, "Btu/s", "W", 1_055.05585262],
  [172, "Btu/min", "W", 17.584264210333],
  [173, "Btu/h", "W", 0.29307107017222],
  [174, "Btu/d", "W", 0.012211294590509],
  [254, "other", undefined],
  [255, "", "1"],
];

const BY_CODE: ReadonlyMap<number, CosemUnit> = new Map(
  ROWS.map(([code, symbol, unit, factor]) => [
    code,
    { code, symbol, unit, ...(factor === undefined ? {} : { factor }) },
  ]),
);

/** Unknown codes are data: a unit without a base unit, named by its number. */
export function cosemUnit(code: number): CosemUnit {
  return BY_CODE.get(code) ?? { code, symbol: `unit ${code}`, unit: undefined };
}

/** The code of a symbol such as `Wh` or `count`, for object configurations; `undefined` where there is none. */
export function unitCodeOf(symbol: string): number | undefined {
  if (symbol === "count" || symbol === "none") return 255;
  return ROWS.find(([, name]) => name === symbol)?.[0];
}
