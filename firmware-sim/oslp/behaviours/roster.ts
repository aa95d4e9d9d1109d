import { type DurationMs, SECOND_MS } from "../../../adapters/kit/time.ts";
import { Event } from "../../../proto/oslp/gen/types.ts";
import type { Behaviour } from "../behaviour.ts";
import { announcesTooMuch } from "./announces-too-much.ts";
import { answersAnotherMember } from "./answers-another-member.ts";
import { answersSlowly } from "./answers-slowly.ts";
import { dribbles } from "./dribbles.ts";
import { fallsSilent } from "./falls-silent.ts";
import { followsTransitions } from "./follows-transitions.ts";
import { forgetsClock } from "./forgets-clock.ts";
import { hangsUp } from "./hangs-up.ts";
import { hasFirmware } from "./has-firmware.ts";
import { keepsConfiguration } from "./keeps-configuration.ts";
import { keepsSchedule } from "./keeps-schedule.ts";
import { measuresPower } from "./measures-power.ts";
import { misnumbersAnswers } from "./misnumbers-answers.ts";
import { neverSpeaks } from "./never-speaks.ts";
import { notifiesPeriodically } from "./notifies-periodically.ts";
import { reboots } from "./reboots.ts";
import { rebootsInConversation } from "./reboots-in-conversation.ts";
import { repeatsEvents } from "./repeats-events.ts";
import { replaysOldEnvelopes } from "./replays-old-envelopes.ts";
import { reportsStatus } from "./reports-status.ts";
import { resumesSchedule } from "./resumes-schedule.ts";
import { setsEventMask } from "./sets-event-mask.ts";
import { signsBadly } from "./signs-badly.ts";
import { startsNearWrap } from "./starts-near-wrap.ts";
import { stutters } from "./stutters.ts";
import { switchesLights } from "./switches-lights.ts";
import { synchronizesTime } from "./synchronizes-time.ts";
import { takesVerificationKey } from "./takes-verification-key.ts";
import { tellsRefusals } from "./tells-refusals.ts";
import { tellsSwitching } from "./tells-switching.ts";
import { testsItself } from "./tests-itself.ts";
import { truncatesAnswers } from "./truncates-answers.ts";
import { updatesCertificate } from "./updates-certificate.ts";

/** What behaviours may want to know of the simulation they are in. */
export interface BehaviourSettings {
  /** How often a device raises an event by itself. */
  readonly notifyEveryMs: DurationMs;
}

/** `good`: part of a complete device. `odd`: legal, and rare. `faulty`: what no device should do. */
export type BehaviourKind = "good" | "odd" | "faulty";

export interface BehaviourEntry {
  readonly kind: BehaviourKind;
  readonly summary: string;
  readonly make: (settings: BehaviourSettings) => Behaviour;
}

const AWAY_MS = 5 * SECOND_MS;
const DOWNLOAD_MS = 5 * SECOND_MS;
/** As long as the simulator of the platform's makers takes. */
const TELL_SWITCHING_MS = 3 * SECOND_MS;
/** Longer than platforms wait. */
const SLOW_MS = 30 * SECOND_MS;

/** Every behaviour there is, by its name. */
export const BEHAVIOURS: Readonly<Record<string, BehaviourEntry>> = {
  "notifies-periodically": good("raises a numbered diagnostic event every so often", ({ notifyEveryMs }) =>
    notifiesPeriodically(notifyEveryMs, Event.DIAG_EVENTS_GENERAL),
  ),
  "synchronizes-time": good("registers again every timeSyncFrequency", once(synchronizesTime())),
  "switches-lights": good("SetLight", once(switchesLights())),
  "reports-status": good("GetStatus, with all that 0.6.1 added", once(reportsStatus({ full: true }))),
  "keeps-schedule": good("SetSchedule in pages, carried out by its own clock and the sun", once(keepsSchedule())),
  "resumes-schedule": good("ResumeSchedule", once(resumesSchedule())),
  "follows-transitions": good("SetTransition", once(followsTransitions())),
  "keeps-configuration": good("SetConfiguration, GetConfiguration, SwitchConfiguration", once(keepsConfiguration())),
  "has-firmware": good(
    "GetFirmwareVersion, UpdateFirmware, SwitchFirmware",
    once(hasFirmware({ downloadMs: DOWNLOAD_MS, awayMs: AWAY_MS })),
  ),
  "sets-event-mask": good("SetEventNotifications: raises what the mask wants", once(setsEventMask())),
  "tests-itself": good("StartSelfTest, StopSelfTest", once(testsItself())),
  reboots: good("SetReboot: away for five seconds, then registers anew", once(reboots(AWAY_MS))),
  "takes-verification-key": good("SetDeviceVerificationKey: a new key of the platform", once(takesVerificationKey())),
  "updates-certificate": good("UpdateDeviceSslCertification", once(updatesCertificate(DOWNLOAD_MS))),
  "measures-power": good("the power usage requests of 0.5.1", once(measuresPower())),
  "tells-switching": good("an event for every relay that changed", once(tellsSwitching(TELL_SWITCHING_MS))),
  "tells-refusals": good("an event for every request it did not take", once(tellsRefusals())),

  "starts-near-wrap": odd("its sequence number passes 65535 at once", once(startsNearWrap())),
  dribbles: odd("writes byte by byte", once(dribbles())),
  "repeats-events": odd("tells every fourth event again, under a new number", () => repeatsEvents(4)),

  "falls-silent": faulty("reads every request and says nothing", once(fallsSilent())),
  "hangs-up": faulty("closes the connection on every request", once(hangsUp())),
  "never-speaks": faulty("neither registers nor notifies", once(neverSpeaks())),
  "answers-slowly": faulty("does what it is told and says so after 30 s", once(answersSlowly(SLOW_MS))),
  "truncates-answers": faulty("sends half of every answer", once(truncatesAnswers())),
  "misnumbers-answers": faulty("answers with a number out of every window", once(misnumbersAnswers())),
  "answers-another-member": faulty("gives the answer to another request", once(answersAnotherMember())),
  "reboots-in-conversation": faulty("loses power before every third answer, the deed done", () =>
    rebootsInConversation(3, AWAY_MS),
  ),
  "signs-badly": faulty("flips a bit in every signature", once(signsBadly())),
  "replays-old-envelopes": faulty("sends its first request again instead of every fifth", () => replaysOldEnvelopes(5)),
  stutters: faulty("sends every envelope twice in one write", once(stutters())),
  "announces-too-much": faulty("announces a longer payload than it sends", once(announcesTooMuch())),
  "forgets-clock": faulty("its clock is never set: times of the year 2000", once(forgetsClock())),
};

/** A device as it should be. */
export const COMPLETE: readonly string[] = Object.entries(BEHAVIOURS).flatMap(([name, { kind }]) =>
  kind === "good" ? [name] : [],
);

/** The behaviours of a complete device, made anew. */
export function completeDevice(settings: BehaviourSettings): readonly Behaviour[] {
  return Object.values(BEHAVIOURS).flatMap(({ kind, make }) => (kind === "good" ? [make(settings)] : []));
}

function good(summary: string, make: BehaviourEntry["make"]): BehaviourEntry {
  return { kind: "good", summary, make };
}

function odd(summary: string, make: BehaviourEntry["make"]): BehaviourEntry {
  return { kind: "odd", summary, make };
}

function faulty(summary: string, make: BehaviourEntry["make"]): BehaviourEntry {
  return { kind: "faulty", summary, make };
}

/** A behaviour that remembers nothing of its own serves every device. */
function once(behaviour: Behaviour): BehaviourEntry["make"] {
  return () => behaviour;
}
