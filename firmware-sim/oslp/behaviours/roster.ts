import type { DurationMs } from "../../../adapters/kit/time.ts";
import type { Behaviour } from "../behaviour.ts";
import { announcesTooMuch, fallsSilent, hangsUp, neverSpeaks, signsBadly, stutters } from "./faulty.ts";
import { notifiesPeriodically } from "./notifies-periodically.ts";
import { reboots } from "./reboots.ts";
import { reportsStatus } from "./reports-status.ts";
import { resumesSchedule } from "./resumes-schedule.ts";
import { switchesLights } from "./switches-lights.ts";

/** What behaviours may want to know of the simulation they are in. */
export interface BehaviourSettings {
  /** How often a device raises an event by itself. */
  readonly notifyEveryMs: DurationMs;
}

export interface BehaviourEntry {
  readonly summary: string;
  /** What no device should do. */
  readonly faulty: boolean;
  readonly make: (settings: BehaviourSettings) => Behaviour;
}

/** Every behaviour there is, by its name. */
export const BEHAVIOURS: Readonly<Record<string, BehaviourEntry>> = {
  "notifies-periodically": good("raises a light event every so often", ({ notifyEveryMs }) =>
    notifiesPeriodically(notifyEveryMs),
  ),
  "switches-lights": good("SetLight", once(switchesLights())),
  "reports-status": good("GetStatus", once(reportsStatus())),
  "resumes-schedule": good("ResumeSchedule: accepted, without a schedule", once(resumesSchedule())),
  reboots: good("SetReboot: away for five seconds, then registers anew", once(reboots(5_000))),
  "falls-silent": faulty("reads every request and says nothing", once(fallsSilent())),
  "hangs-up": faulty("closes the connection on every request", once(hangsUp())),
  "never-speaks": faulty("neither registers nor notifies", once(neverSpeaks())),
  "signs-badly": faulty("flips a bit in every signature", once(signsBadly())),
  stutters: faulty("sends every envelope twice in one write", once(stutters())),
  "announces-too-much": faulty("announces a longer payload than it sends", once(announcesTooMuch())),
};

/** A device as it should be. */
export const COMPLETE: readonly string[] = Object.entries(BEHAVIOURS).flatMap(([name, { faulty: isFaulty }]) =>
  isFaulty ? [] : [name],
);

function good(summary: string, make: BehaviourEntry["make"]): BehaviourEntry {
  return { summary, faulty: false, make };
}

function faulty(summary: string, make: BehaviourEntry["make"]): BehaviourEntry {
  return { summary, faulty: true, make };
}

/** A behaviour that remembers nothing of its own serves every device. */
function once(behaviour: Behaviour): BehaviourEntry["make"] {
  return () => behaviour;
}
