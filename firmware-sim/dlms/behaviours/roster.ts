import type { DurationMs } from "../../../adapters/kit/time.ts";
import type { Behaviour } from "../behaviour.ts";
import { answersAnotherRequest } from "./answers-another-request.ts";
import { answersSlowly } from "./answers-slowly.ts";
import { disconnects } from "./disconnects.ts";
import { dribbles } from "./dribbles.ts";
import { fallsSilent } from "./falls-silent.ts";
import { garblesLine } from "./garbles-line.ts";
import { hangsUp } from "./hangs-up.ts";
import { hasCalendar } from "./has-calendar.ts";
import { hasMbusDevices } from "./has-mbus-devices.ts";
import { saysPduMax } from "./has-pdu-oddities.ts";
import { introducesItself } from "./introduces-itself.ts";
import { isBusy } from "./is-busy.ts";
import { isConfigured } from "./is-configured.ts";
import { keepsTime } from "./keeps-time.ts";
import { leavesOutRepeats } from "./leaves-out-repeats.ts";
import { logsEvents } from "./logs-events.ts";
import { losesBlocks } from "./loses-blocks.ts";
import { measuresEnergy } from "./measures-energy.ts";
import { numbersBlocksFromZero } from "./numbers-blocks-from-zero.ts";
import { offersLittle } from "./offers-little.ts";
import { pushes } from "./pushes.ts";
import { pushesAsMx382 } from "./pushes-as-mx382.ts";
import { pushesInBlocks } from "./pushes-in-blocks.ts";
import { pushesInHdlc } from "./pushes-in-hdlc.ts";
import { raisesAlarms } from "./raises-alarms.ts";
import { raisesEvents } from "./raises-events.ts";
import { rebootsInBlockTransfer } from "./reboots-in-block-transfer.ts";
import { rebootsOften } from "./reboots-often.ts";
import { recordsProfiles } from "./records-profiles.ts";
import { repeatsEmptyBlocks } from "./repeats-empty-blocks.ts";
import { replacesKeys } from "./replaces-keys.ts";
import { resetsCounter } from "./resets-counter.ts";
import { spoilsTags } from "./spoils-tags.ts";
import { takesImages } from "./takes-images.ts";
import { trailsOctets } from "./trails-octets.ts";
import { truncatesAnswers } from "./truncates-answers.ts";

/** What behaviours may want to know of the simulation they are in. */
export interface BehaviourSettings {
  /** How often something happens to a meter by itself; never where 0. */
  readonly eventEveryMs: DurationMs;
}

/** `good`: part of a complete meter. `odd`: legal, and rare. `faulty`: what no meter should do. */
export type BehaviourKind = "good" | "odd" | "faulty";

export interface BehaviourEntry {
  readonly kind: BehaviourKind;
  readonly summary: string;
  readonly make: (settings: BehaviourSettings) => Behaviour;
}

const AWAY_MS = 5_000;
const OFTEN_MS = 60_000;
/** Longer than clients wait. */
const SLOW_MS = 30_000;
const TINY_PDU = 64;

/** Every behaviour there is, by its name; the order is that of the objects of a complete meter. */
export const BEHAVIOURS: Readonly<Record<string, BehaviourEntry>> = {
  "introduces-itself": good("association, SAP assignment, object list, names", introducesItself),
  "keeps-time": good("clock with its own summer time", keepsTime),
  "measures-energy": good("registers that follow a load curve", measuresEnergy),
  "has-mbus-devices": good("M-Bus clients and their values", hasMbusDevices),
  "records-profiles": good("profiles of intervals, days and months", recordsProfiles),
  "logs-events": good("event logs", logsEvents),
  "raises-alarms": good("alarm registers and filters", raisesAlarms),
  pushes: good("push setups: tells alarms and that it is back", pushes),
  "takes-images": good("image transfer with verification", () => takesImages()),
  "replaces-keys": good("security setup: key transfer, policy, counter", replacesKeys),
  "has-calendar": good("activity calendar, special days, tariff scripts", hasCalendar),
  disconnects: good("disconnect control", disconnects),
  "is-configured": good("everything else the companion standard asks for", isConfigured),
  "raises-events": good("something happens to it now and then", ({ eventEveryMs }) =>
    eventEveryMs > 0 ? raisesEvents(eventEveryMs) : { name: "raises-events" },
  ),

  dribbles: odd("writes byte by byte", dribbles),
  "has-no-pdu-limit": odd("says 0 for the longest APDU", () => saysPduMax(0)),
  "takes-tiny-pdus": odd("takes APDUs of 64 octets only", () => saysPduMax(TINY_PDU)),
  "offers-little": odd("no lists, no general protection, no general block transfer", offersLittle),
  "numbers-blocks-from-zero": odd("block numbers begin at 0", numbersBlocksFromZero),
  "leaves-out-repeats": odd("null-data in profiles for what is as before", leavesOutRepeats),
  "pushes-as-mx382": odd("pushes as the MX382 of DSMR 2.2 does", pushesAsMx382),
  "pushes-in-hdlc": odd("pushes in UI frames of HDLC, not in the wrapper", pushesInHdlc),
  "pushes-in-blocks": odd("pushes in general block transfer", pushesInBlocks),
  "trails-octets": odd("stray octets behind an answer", trailsOctets),

  "falls-silent": faulty("reads every request and says nothing", fallsSilent),
  "answers-slowly": faulty("does what it is told and says so after 30 s", () => answersSlowly(SLOW_MS)),
  "hangs-up": faulty("closes the connection instead of every fifth answer", () => hangsUp(5)),
  "truncates-answers": faulty("sends half of every fourth unit", () => truncatesAnswers(4)),
  "garbles-line": faulty("octets before every third unit, or the unit damaged", () => garblesLine(3)),
  "loses-blocks": faulty("never sends every fourth block", () => losesBlocks(4)),
  "reboots-in-block-transfer": faulty("loses power at the second block of every second long transfer", () =>
    rebootsInBlockTransfer(2, AWAY_MS),
  ),
  "repeats-empty-blocks": faulty("a long answer never ends", repeatsEmptyBlocks),
  "reboots-often": faulty("loses power once a minute", () => rebootsOften(OFTEN_MS, AWAY_MS)),
  "is-busy": faulty("temporary failure for every third read or write", () => isBusy(3)),
  "answers-another-request": faulty("another invoke-id in every fourth answer", () => answersAnotherRequest(4)),
  "spoils-tags": faulty("no authentication tag verifies", spoilsTags),
  "resets-counter": faulty("its counter starts again after every tenth answer", () => resetsCounter(10)),
};

/** The behaviours of a meter as it should be, made anew. */
export function completeMeter(settings: BehaviourSettings): readonly Behaviour[] {
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
