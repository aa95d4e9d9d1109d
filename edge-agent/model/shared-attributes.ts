import type { Envelope, Message, MessageType } from "./message.ts";

/**
 * The attributes that messages of one batch nearly always have in common: who wrote them, in which reign, of which kind of
 * device. They are a third of a message's JSON, and every byte of a batch is read four times on its way.
 */
export const SHARED_NAMES = [
  "specversion",
  "source",
  "type",
  "timesource",
  "epoch",
  "agent",
  "protocol",
  "devicetype",
  "dataschema",
  "datacontenttype",
] as const;

export type SharedAttributes = Pick<Envelope, Exclude<(typeof SHARED_NAMES)[number], "type">> & {
  readonly type: MessageType;
};

/** The shared attributes as they travel, measured once. */
export interface SharedText {
  readonly json: string;
  /** UTF-8 bytes of `json`. */
  readonly bytes: number;
}

/** The text of a message's own attributes and of those it may share with others of its batch. */
export interface SplitMessage {
  readonly shared: SharedText;
  /** JSON text. `partitionkey` is only there where it is not the `subject`. */
  readonly own: string;
}

/** What `stamp` makes, in its order. */
const STAMPED: readonly string[] = [
  "specversion",
  "id",
  "source",
  "type",
  "subject",
  "time",
  "timesource",
  "recordedtime",
  "partitionkey",
  "sequence",
  "epoch",
  "agent",
  "protocol",
  "devicetype",
  "traceparent",
  "correlationid",
  "causationid",
  "late",
  "dataschema",
  "datacontenttype",
  "data",
];

/** Texts made lately: one for each kind of message of each protocol that is busy. */
const KEPT_TEXTS = 16;
const kept: { readonly of: SharedAttributes; readonly text: SharedText }[] = [];
const encoder = new TextEncoder();

export function splitMessage(message: Message): SplitMessage {
  return { shared: sharedText(message), own: isStamped(message) ? ownOfStamped(message) : ownOfAny(message) };
}

/**
 * Makes whole messages of own attributes by adding the shared ones to them. What both have is taken from the shared.
 *
 * @param own is changed: it becomes the message
 */
export function joinMessage(own: object, shared: SharedAttributes): void {
  const message = own as { -readonly [Name in keyof Envelope]?: unknown } & { type?: unknown };
  message.specversion = shared.specversion;
  message.source = shared.source;
  message.type = shared.type;
  message.timesource = shared.timesource;
  if (message.partitionkey === undefined) message.partitionkey = message.subject;
  message.epoch = shared.epoch;
  message.agent = shared.agent;
  message.protocol = shared.protocol;
  if (shared.devicetype !== undefined) message.devicetype = shared.devicetype;
  message.dataschema = shared.dataschema;
  message.datacontenttype = shared.datacontenttype;
}

function sharedText(message: Message): SharedText {
  for (const one of kept) if (isShared(message, one.of)) return one.text;
  const of: SharedAttributes = {
    specversion: message.specversion,
    source: message.source,
    type: message.type,
    timesource: message.timesource,
    epoch: message.epoch,
    agent: message.agent,
    protocol: message.protocol,
    devicetype: message.devicetype,
    dataschema: message.dataschema,
    datacontenttype: message.datacontenttype,
  };
  const json = JSON.stringify(of);
  const text = { json, bytes: encoder.encode(json).length };
  if (kept.length === KEPT_TEXTS) kept.pop();
  kept.unshift({ of, text });
  return text;
}

function isShared(message: Message, of: SharedAttributes): boolean {
  return (
    message.type === of.type &&
    message.timesource === of.timesource &&
    message.epoch === of.epoch &&
    message.protocol === of.protocol &&
    message.devicetype === of.devicetype &&
    message.source === of.source &&
    message.agent === of.agent &&
    message.dataschema === of.dataschema &&
    message.specversion === of.specversion &&
    message.datacontenttype === of.datacontenttype
  );
}

/** Whether it has the attributes that are named here and no others, so that none is left out. */
function isStamped(message: Message): boolean {
  let at = 0;
  for (const name in message) {
    if (name !== STAMPED[at]) return false;
    at += 1;
  }
  return at === STAMPED.length;
}

function ownOfStamped(message: Message): string {
  const { subject, partitionkey } = message;
  return JSON.stringify({
    id: message.id,
    subject,
    time: message.time,
    recordedtime: message.recordedtime,
    partitionkey: partitionkey === subject ? undefined : partitionkey,
    sequence: message.sequence,
    traceparent: message.traceparent,
    correlationid: message.correlationid,
    causationid: message.causationid,
    late: message.late,
    data: message.data,
  });
}

/** Of a message that somebody else wrote, or that says more than the schema names. */
function ownOfAny(message: Message): string {
  const own: Record<string, unknown> = { ...message };
  for (const name of SHARED_NAMES) delete own[name];
  if (message.partitionkey === message.subject) delete own["partitionkey"];
  return JSON.stringify(own);
}
