import type { EventCategory, Severity } from "../../../edge-agent/model/data.ts";
import alarms from "./profiles/alarms.json" with { type: "json" };

export type AlarmRegister = 1 | 2 | 3;

/** One bit of an alarm register or alarm filter. */
export interface AlarmFacts {
  readonly register: AlarmRegister;
  /** 0 is the least significant. */
  readonly bit: number;
  readonly name: string;
  readonly category: EventCategory;
  readonly severity: Severity;
}

export const ALARMS: readonly AlarmFacts[] = alarms as readonly AlarmFacts[];

/** The alarms set in a register; a bit nobody has named is data and gets a name made of its number. */
export function alarmsIn(register: AlarmRegister, value: number): readonly AlarmFacts[] {
  const set: AlarmFacts[] = [];
  for (let bit = 0; bit < 32; bit++) {
    if (((value >>> bit) & 1) === 0) continue;
    const known = ALARMS.find((one) => one.register === register && one.bit === bit);
    set.push(known ?? { register, bit, name: `unknown-${register}-${bit}`, category: "diag", severity: "warning" });
  }
  return set;
}

export function alarmNamed(name: string): AlarmFacts | undefined {
  return ALARMS.find((one) => one.name === name);
}

/** The mask of these alarms in one register, unsigned. */
export function alarmMask(register: AlarmRegister, alarms: readonly AlarmFacts[]): number {
  let mask = 0;
  for (const alarm of alarms) if (alarm.register === register) mask |= 1 << alarm.bit;
  return mask >>> 0;
}
