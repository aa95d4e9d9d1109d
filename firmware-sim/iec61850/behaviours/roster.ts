import { type DurationMs, SECOND_MS } from "../../../adapters/kit/time.ts";
import type { Behaviour } from "../behaviour.ts";
import { answersSlowly, fallsSilent, hangsUp, lacksServices, misnumbersAnswers } from "./faults-of-answers.ts";
import { blocksControls, getsStuck, lacksSynchronism, refusesReached } from "./faults-of-controls.ts";
import {
  abortsAssociations,
  abortsMidReport,
  blocksTaken,
  losesSegments,
  replaysStorm,
  restarts,
  sendsGarbage,
  stopsReporting,
} from "./faults-of-reports.ts";
import { lightsStreets } from "./lights-streets.ts";
import { movesMeasurements } from "./moves-measurements.ts";
import { seesDaylight } from "./sees-daylight.ts";
import { trips } from "./trips.ts";

/** What behaviours may want to know of the simulation they are in. */
export interface BehaviourSettings {
  /** How often measured values move. */
  readonly everyMs: DurationMs;
  /** How often something happens. */
  readonly eventEveryMs: DurationMs;
}

/** `good`: part of a complete device. `odd`: legal, and rare. `faulty`: what no device should do. */
export type BehaviourKind = "good" | "odd" | "faulty";

export interface BehaviourEntry {
  readonly kind: BehaviourKind;
  readonly summary: string;
  readonly make: (settings: BehaviourSettings) => Behaviour;
}

const SLOW_MS = 8 * SECOND_MS;
const RESTART_MS = 60 * SECOND_MS;
const ABORT_MS = 20 * SECOND_MS;

/** Every behaviour there is, by its name. */
export const BEHAVIOURS: Readonly<Record<string, BehaviourEntry>> = {
  "moves-measurements": entry("good", "measured values walk, meters count", ({ everyMs }) =>
    movesMeasurements(everyMs),
  ),
  trips: entry("good", "the protection opens the breaker now and then", ({ eventEveryMs }) => trips(eventEveryMs)),
  "lights-streets": entry("good", "relays of a street light, with their events", lightsStreets),
  "sees-daylight": entry("good", "light sensors tell day from night", ({ eventEveryMs }) => seesDaylight(eventEveryMs)),

  "few-clients": entry("odd", "two associations at once", () => ({ name: "few-clients", clients: 2 })),
  "small-buffer": entry("odd", "buffered blocks keep ten entries", () => ({ name: "small-buffer", bufferEntries: 10 })),
  "refuses-reached": entry("odd", "refuses to go where a switch is: position-reached", refusesReached),
  "lacks-synchronism": entry("odd", "refuses where a synchrocheck is asked for", lacksSynchronism),
  "lacks-services": entry("odd", "says nothing to identify, status and what it does not know", lacksServices),

  "answers-slowly": entry("faulty", "answers after 8 s", () => answersSlowly(SLOW_MS)),
  "falls-silent": entry("faulty", "associates and answers nothing", fallsSilent),
  "misnumbers-answers": entry("faulty", "every 10th answer has another invoke id", () => misnumbersAnswers(10)),
  "hangs-up": entry("faulty", "closes instead of every 20th answer, the deed done", () => hangsUp(20)),
  "refuses-associations": entry("faulty", "rejects every association", () => ({
    name: "refuses-associations",
    associates: () => "refuse",
  })),
  "drops-associations": entry("faulty", "closes on every associate request without a word", () => ({
    name: "drops-associations",
    associates: () => "hang-up",
  })),
  "blocks-taken": entry("faulty", "the first instance of every report control block is taken", blocksTaken),
  "aborts-mid-report": entry("faulty", "breaks off in the middle of every 10th report", () => abortsMidReport(10)),
  "loses-segments": entry("faulty", "the second segment of segmented reports is missing", losesSegments),
  "sends-garbage": entry("faulty", "no TPKT before every 10th report", () => sendsGarbage(10)),
  "stops-reporting": entry("faulty", "takes RptEna and never reports", stopsReporting),
  "replays-storm": entry("faulty", "replays its whole buffer whatever the EntryID", replaysStorm),
  restarts: entry("faulty", "loses power every minute: new EntryIDs, empty buffers", () => restarts(RESTART_MS)),
  "aborts-associations": entry("faulty", "aborts every association after 20 s", () => abortsAssociations(ABORT_MS)),
  "gets-stuck": entry("faulty", "switches begin to move and never arrive", getsStuck),
  "blocks-controls": entry("faulty", "refuses every control: blocked-by-process", blocksControls),
};

function entry(kind: BehaviourKind, summary: string, make: BehaviourEntry["make"]): BehaviourEntry {
  return { kind, summary, make };
}
