import { EPOCH_DIGITS, type MessageDraft, SEQUENCE_DIGITS, type Stamp } from "./draft.ts";
import { type MessageOf, type MessageType, schemaUri } from "./message.ts";

/**
 * Makes a message of a draft. Every key is always set, absent ones to `undefined` (JSON leaves them out): one object
 * shape for all messages, and no validation here. What adapters draft is checked by their tests and again by the core.
 */
export function stamp<Type extends MessageType>(draft: MessageDraft<Type>, by: Stamp): MessageOf<Type> {
  const message = {
    specversion: "1.0",
    id: draft.id,
    source: by.source,
    type: draft.type,
    subject: draft.subject,
    time: draft.time ?? by.recordedtime,
    timesource: draft.time === undefined ? "ingest" : draft.timesource,
    recordedtime: by.recordedtime,
    partitionkey: draft.subject,
    sequence: padSequence(by.sequence),
    epoch: padEpoch(by.epoch),
    agent: by.agent,
    protocol: draft.protocol,
    devicetype: draft.devicetype,
    traceparent: draft.traceparent,
    correlationid: draft.correlationid,
    causationid: draft.causationid,
    late: by.late === true ? true : undefined,
    dataschema: schemaUri(draft.type),
    datacontenttype: "application/json",
    data: draft.data,
  };
  // `type` and `data` come from one draft, whose type ties them together; TypeScript cannot follow that through a literal.
  return message as unknown as MessageOf<Type>;
}

/** The same message as salvaged: acknowledged in its own epoch, delivered after it. Everything else stays. */
export function markLate<Type extends MessageType>(message: MessageOf<Type>): MessageOf<Type> {
  return { ...message, late: true };
}

/** Lexicographic order of the result is numeric order, as long as nobody exceeds ten digits: ten reigns a second for 31 years. */
export function padEpoch(epoch: number): string {
  if (epoch !== lastEpoch) [lastEpoch, lastEpochText] = [epoch, String(epoch).padStart(EPOCH_DIGITS, "0")];
  return lastEpochText;
}

/** A reign has one epoch and millions of messages. */
let lastEpoch = 0;
let lastEpochText = "0".repeat(EPOCH_DIGITS);

export function padSequence(sequence: number): string {
  const digits = String(sequence);
  return (ZEROS[SEQUENCE_DIGITS - digits.length] ?? "") + digits;
}

/** By their number: twice a message, and `padStart` makes four texts of one. */
const ZEROS: readonly string[] = Array.from({ length: SEQUENCE_DIGITS }, (_, count) => "0".repeat(count));

/** Orders two messages of one device as the device sent them. */
export function compareOrder(
  a: { readonly epoch: string; readonly sequence: string },
  b: { readonly epoch: string; readonly sequence: string },
): number {
  if (a.epoch !== b.epoch) return a.epoch < b.epoch ? -1 : 1;
  if (a.sequence === b.sequence) return 0;
  return a.sequence < b.sequence ? -1 : 1;
}
