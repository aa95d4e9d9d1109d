import { type DurationMs, SECOND_MS } from "../../../adapters/kit/time.ts";
import type { Behaviour } from "../behaviour.ts";
import type { CommandTopics } from "../command.ts";
import { edgeNode } from "../sparkplug/edge-node.ts";
import {
  breaksProtobuf,
  forgetsBirths,
  ignoresRebirth,
  skipsSeq,
  swapsMessages,
  tellsHistory,
  usesUnknownAliases,
} from "../sparkplug/faults.ts";
import {
  compresses,
  garblesPayloads,
  nestsTopics,
  neverSpeaks,
  oversizesPayloads,
  repeatsMessages,
  retainsMessages,
} from "./alterations.ts";
import { answersCommands } from "./answers-commands.ts";
import { breaksPackets, dropsDead, floods, stopsReading, storms } from "./connections.ts";
import { commandsOthers, listensToAll, mistypesPasswords, spoofsTopics, stealsClientIds } from "./intrusions.ts";
import { leavesAWill } from "./leaves-a-will.ts";
import { measures } from "./measures.ts";
import {
  answersAnother,
  answersSlowly,
  answersTwice,
  diesInCommands,
  fallsSilent,
  refusesCommands,
} from "./obedience.ts";

/** What behaviours may want to know of the simulation they are in. */
export interface BehaviourSettings {
  readonly topics: CommandTopics;
  /** How often the whole fleet of stormy devices reconnects. */
  readonly stormEveryMs: DurationMs;
  /** Messages a flooding device publishes with every measurement. */
  readonly floodMessages: number;
}

/** `good`: part of a complete device. `odd`: legal, and rare. `faulty`: what no device should do. */
export type BehaviourKind = "good" | "odd" | "faulty";

export interface BehaviourEntry {
  readonly kind: BehaviourKind;
  /** Plain devices, edge nodes of Sparkplug, or both. */
  readonly of: "plain" | "sparkplug" | "both";
  readonly summary: string;
  readonly make: (settings: BehaviourSettings) => Behaviour;
}

/** Longer than gateways wait for an answer. */
const SLOW_MS = 45 * SECOND_MS;
const NOT_READING_MS = 20 * SECOND_MS;
const READING_MS = 10 * SECOND_MS;
/** More than any listener of ours takes: its largest limit is 1 MiB. */
const OVERSIZE_BYTES = 1_100_000;

/** Every behaviour there is, by its name. */
export const BEHAVIOURS: Readonly<Record<string, BehaviourEntry>> = {
  measures: plain("good", "publishes what its template or script says, when it is due", measures),
  "answers-commands": plain(
    "good",
    "does what its command topic says and answers with the command's id",
    ({ topics }) => answersCommands(topics),
  ),
  "edge-node": node("good", "a Sparkplug B node: births, data by alias, its death as will, Rebirth, NCMD", edgeNode),

  "leaves-a-will": plain("odd", "says online on {device}/state, and offline by its will, retained", leavesAWill),
  compresses: plain("odd", "its payloads are gzipped", compresses),
  "retains-messages": plain("odd", "publishes with the retain flag", retainsMessages),
  "repeats-messages": plain("odd", "publishes every fourth message twice", () => repeatsMessages(4)),
  "refuses-commands": plain("odd", "answers every third command with failed", () => refusesCommands(3)),
  "drops-dead": both("odd", "loses its connection every tenth message, without DISCONNECT", () => dropsDead(10)),
  "tells-history": node("odd", "every fifth data message is of an hour ago, flagged historical", () => tellsHistory(5)),

  storms: both("faulty", "all of them reconnect in one moment, again and again", ({ stormEveryMs }) =>
    storms(stormEveryMs),
  ),
  floods: plain("faulty", "publishes hundreds of messages in one go", ({ floodMessages }) => floods(floodMessages)),
  "stops-reading": both("faulty", "reads nothing for 20 s of 30", () => stopsReading(READING_MS, NOT_READING_MS)),
  "never-speaks": plain("faulty", "is connected and publishes no measurement", neverSpeaks),
  "garbles-payloads": plain("faulty", "every third payload is cut off, empty, binary or nested without end", () =>
    garblesPayloads(3),
  ),
  "oversizes-payloads": plain("faulty", "every fifth payload has 1.1 MB", () => oversizesPayloads(5, OVERSIZE_BYTES)),
  "nests-topics": plain("faulty", "every fifth topic has 40 levels more", () => nestsTopics(5, 40)),
  "breaks-packets": both("faulty", "writes bytes that are no MQTT every fifth time", () => breaksPackets(5)),
  "spoofs-topics": plain("faulty", "publishes on its neighbour's topic every third time", () => spoofsTopics(3)),
  "steals-client-ids": plain("faulty", "connects as its neighbour every fifth time", () => stealsClientIds(5)),
  "listens-to-all": plain("faulty", "subscribes to #, $SYS/# and its neighbour's commands", ({ topics }) =>
    listensToAll(topics),
  ),
  "commands-others": plain("faulty", "gives its neighbour a command every third time", ({ topics }) =>
    commandsOthers(topics, 3),
  ),
  "mistypes-passwords": both("faulty", "every other CONNECT has a wrong password", mistypesPasswords),
  "falls-silent": plain("faulty", "does what it is told and never answers", fallsSilent),
  "answers-slowly": plain("faulty", "answers commands after 45 s", () => answersSlowly(SLOW_MS)),
  "answers-twice": plain("faulty", "answers every command twice", answersTwice),
  "answers-another": plain("faulty", "answers commands nobody gave", answersAnother),
  "dies-in-commands": plain("faulty", "loses its connection before every third answer, the deed done", () =>
    diesInCommands(3),
  ),
  "skips-seq": node("faulty", "every fifth data message is lost: a gap in seq", () => skipsSeq(5)),
  "swaps-messages": node("faulty", "every fifth data message comes after the next one", () => swapsMessages(5)),
  "uses-unknown-aliases": node("faulty", "every fifth data message is by aliases not declared", () =>
    usesUnknownAliases(5),
  ),
  "breaks-protobuf": node("faulty", "every fifth data message is cut off", () => breaksProtobuf(5)),
  "forgets-births": node("faulty", "is born only when it is asked to be", forgetsBirths),
  "ignores-rebirth": node("faulty", "does nothing with NCMD", ignoresRebirth),
};

type Make = BehaviourEntry["make"];

function plain(kind: BehaviourKind, summary: string, make: Make): BehaviourEntry {
  return { kind, of: "plain", summary, make };
}

function node(kind: BehaviourKind, summary: string, make: Make): BehaviourEntry {
  return { kind, of: "sparkplug", summary, make };
}

function both(kind: BehaviourKind, summary: string, make: Make): BehaviourEntry {
  return { kind, of: "both", summary, make };
}
