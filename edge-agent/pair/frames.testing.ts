import fc from "fast-check";
import type { GroupWord } from "../model/group-word.ts";
import { type GroupBeat, PAIR_LIMITS, type PairFrame } from "./frames.ts";

/** Any frame an agent may send. */
const text = fc.string({ maxLength: 24, unit: "grapheme" });
const count = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER });
const channel = fc.integer({ min: 0, max: 0xffff_ffff });

export const groupBeat: fc.Arbitrary<GroupBeat> = fc.record({
  group: text,
  role: fc.constantFrom("standby", "acquiring", "active", "stepping-down"),
  epoch: count,
  health: fc.constantFrom("unknown", "ok", "failing"),
  highestEpoch: count,
  configHash: text,
  able: fc.boolean(),
  hears: fc.boolean(),
  spoolBytes: count,
});

const word: fc.Arbitrary<GroupWord> = fc.oneof(
  fc.record({
    kind: fc.constantFrom("promise-asked", "promise-granted", "promise-withdrawn"),
    ask: count,
    epoch: count,
  }),
  fc.record({
    kind: fc.constant("promise-refused"),
    ask: count,
    epoch: count,
    highestEpoch: count,
    why: fc.constantFrom("not-standby", "acquiring", "other-epoch", "not-a-pair"),
  }),
  fc.record({ kind: fc.constant("released"), epoch: count, successor: text }),
  fc.record({ kind: fc.constant("handover"), epoch: count, cause: fc.constantFrom("handover", "failback") }),
);

/** Frames that are no hello and no bye: what is said while a link is open. */
export const ordinaryFrame: fc.Arbitrary<PairFrame> = fc.oneof(
  fc.record({ kind: fc.constant("beat"), sequence: count, groups: fc.array(groupBeat, { maxLength: 4 }) }),
  fc.record({ kind: fc.constant("word"), group: text, word }),
  fc.record({
    kind: fc.constant("replicate"),
    stream: text,
    position: count,
    records: fc.uint8Array({ maxLength: 300 }),
  }),
  fc.record({ kind: fc.constant("replicated"), stream: text, position: count }),
  fc.record({ kind: fc.constant("forward-open"), channel, remote: text, listener: text }),
  fc.record({ kind: fc.constant("forward-open"), channel, remote: text, listener: text, mayReturn: fc.constant(true) }),
  fc.record({ kind: fc.constant("forward-data"), channel, bytes: fc.uint8Array({ maxLength: 300 }) }),
  fc.record({
    kind: fc.constant("forward-credit"),
    channel,
    bytes: fc.integer({ min: 0, max: PAIR_LIMITS.channelWindow }),
  }),
  fc.record({ kind: fc.constant("forward-close"), channel, how: fc.constantFrom("end", "reset") }),
);

export const anyFrame: fc.Arbitrary<PairFrame> = fc.oneof(
  ordinaryFrame,
  fc.record({
    kind: fc.constant("hello"),
    protocol: count,
    site: text,
    agent: text,
    version: text,
    configHash: text,
    groups: fc.array(text, { maxLength: 4 }),
  }),
  fc.record({
    kind: fc.constant("bye"),
    reason: fc.constantFrom("stopping", "silent", "refused", "fault"),
    message: text,
  }),
);
