import { z } from "zod";
import { digest } from "./digest.ts";
import { BATCH_BYTES, BATCH_MESSAGES, MESSAGE_BYTES } from "./limits.ts";
import { type Message, messageSchema, ownSchemas, sharedSchema } from "./message.ts";
import { faultOf, ModelFault } from "./model-fault.ts";
import {
  joinMessage,
  type SharedAttributes,
  type SharedText,
  type SplitMessage,
  splitMessage,
} from "./shared-attributes.ts";
import { compileValidator, type Validator } from "./validator.ts";

/** 1 to `BATCH_MESSAGES` messages in the order of their devices, whichever form of a job's data they came in. */
export interface Batch {
  readonly v: 1;
  readonly messages: readonly Message[];
}

/** A message as it will travel, measured once. */
export interface EncodedMessage extends SplitMessage {
  readonly id: string;
  /** UTF-8 bytes of both texts: what it adds to a batch where it shares with nobody. */
  readonly bytes: number;
}

export interface EncodedBatch {
  /** Deterministic from the ids of the messages; the job's id. */
  readonly id: string;
  readonly json: string;
  readonly bytes: number;
  readonly count: number;
}

/**
 * The data of a job as agents write it: what messages share is said once, `of` says whose is whose where there are several.
 * At most `BATCH_BYTES` of JSON. Readers take the plain form, `Batch`, as well.
 */
interface SharingBatch {
  readonly v: 2;
  readonly shared: readonly SharedAttributes[];
  /** Index into `shared` for each message; missing where all are 0. */
  readonly of?: readonly number[];
  readonly messages: readonly object[];
}

const FRAME_BYTES: number = '{"v":2,"shared":[],"of":[],"messages":[]}'.length;
/** Commas around a message and what it shares, and an index below a hundred with its own: a little more than is needed. */
const MOST_BETWEEN = 5;
const encoder = new TextEncoder();
/** Where a message is measured: a byte more than one may have. */
const measure = new Uint8Array(MESSAGE_BYTES + 1);

export const batchSchema: z.ZodType<Batch> = z.object({
  v: z.literal(1).describe("version of the batch"),
  messages: z.array(messageSchema).min(1).max(BATCH_MESSAGES).describe("in the order of their devices"),
});

const isBatch = compileValidator(batchSchema);
const isShared = compileValidator(sharedSchema);
const isOwnOf: ReadonlyMap<unknown, Validator> = new Map(
  [...ownSchemas].map(([type, schema]) => [type, compileValidator(schema)]),
);

/** Stringifies and measures; nothing is validated here. Throws `model.message.overfull` above `MESSAGE_BYTES`. */
export function encodeMessage(message: Message): EncodedMessage {
  const { shared, own } = splitMessage(message);
  const bytes = measured(own) + shared.bytes;
  if (bytes > MESSAGE_BYTES) {
    throw new ModelFault(
      "model.message.overfull",
      `message ${message.id} has ${bytes} bytes of ${MESSAGE_BYTES}: split it or use dataref`,
    );
  }
  return { id: message.id, shared, own, bytes };
}

/** The message again, as a core gets it. */
export function decodeMessage({ shared, own }: SplitMessage): Message {
  const message = JSON.parse(own) as Message;
  joinMessage(message, JSON.parse(shared.json) as SharedAttributes);
  return message;
}

/** UTF-8 bytes of a text. One that fits is written where it leaves no garbage. */
function measured(json: string): number {
  if (json.length <= MESSAGE_BYTES) {
    const { read, written } = encoder.encodeInto(json, measure);
    if (read === json.length) return written;
  }
  return encoder.encode(json).length;
}

/** How many messages, counted from the front, fit into one batch: at least 1 where there is one. */
export function batchable(messages: readonly EncodedMessage[]): number {
  const shared: SharedText[] = [];
  let bytes = FRAME_BYTES;
  let count = 0;
  for (const message of messages) {
    bytes += message.bytes + MOST_BETWEEN;
    if (indexOf(shared, message.shared) < 0) shared.push(message.shared);
    else bytes -= message.shared.bytes;
    if (count >= BATCH_MESSAGES || (count > 0 && bytes > BATCH_BYTES)) break;
    count += 1;
  }
  return count;
}

/**
 * Joins measured messages into a job's data without stringifying again. Throws `model.batch.overfull` above the limits.
 *
 * @param idOf `batchId`, or what gives the same in less time
 */
export function encodeBatch(messages: readonly EncodedMessage[], idOf: typeof batchId = batchId): EncodedBatch {
  if (messages.length === 0 || batchable(messages) < messages.length) {
    throw new ModelFault(
      "model.batch.overfull",
      `a batch has 1 to ${BATCH_MESSAGES} messages and ${BATCH_BYTES} bytes, not these ${messages.length}`,
    );
  }
  const shared: SharedText[] = [];
  const of: number[] = [];
  let bytes = 0;
  for (const message of messages) {
    let at = indexOf(shared, message.shared);
    if (at < 0) at = shared.push(message.shared) - 1;
    else bytes -= message.shared.bytes;
    of.push(at);
    bytes += message.bytes;
  }
  const ofText = shared.length === 1 ? "" : `"of":[${of.join(",")}],`;
  const frame = `{"v":2,"shared":[],${ofText}"messages":[]}`;
  // The frame is part of the first and the last text: around the whole it would have all of it copied once more.
  const texts = messages.map((message) => message.own);
  texts[0] = `{"v":2,"shared":[${shared.map((one) => one.json).join(",")}],${ofText}"messages":[${texts[0]}`;
  texts[texts.length - 1] += "]}";
  const json = texts.join(",");
  bytes += frame.length + shared.length - 1 + messages.length - 1;
  return { id: idOf(messages), json, bytes, count: messages.length };
}

/** Nearly always the very same, and nearly always the last. */
function indexOf(all: readonly SharedText[], shared: SharedText): number {
  for (let at = all.length - 1; at >= 0; at--) {
    const one = all[at];
    if (one === shared || one?.json === shared.json) return at;
  }
  return -1;
}

/** The job id of a batch: the same messages give the same id, so a commit repeated after a lost reply adds nothing. */
export function batchId(messages: readonly { readonly id: string }[]): string {
  return `b-${digest(messages.map((message) => message.id))}`;
}

export interface DecodeSettings {
  /**
   * `true` (the default): every message is checked against the schema. `false` is for the benchmark and for readers that
   * trust the writer; sizes and the frame are checked even then.
   */
  readonly validate?: boolean;
}

/** Reads a job's JSON text. Throws a ModelFault: `model.batch.overfull`, `.unreadable`, `.invalid`; nothing else. */
export function decodeBatch(json: string, settings: DecodeSettings = {}): Batch {
  if (json.length > BATCH_BYTES || encoder.encode(json).length > BATCH_BYTES) {
    throw new ModelFault("model.batch.overfull", `a batch has at most ${BATCH_BYTES} bytes`);
  }
  return readBatch(toValue(json), settings);
}

/**
 * The same for data already taken from JSON, as BullMQ hands it over. What the schema does not name is kept.
 *
 * @param value is changed: the messages of the result are made of its own
 */
export function readBatch(value: unknown, settings: DecodeSettings = {}): Batch {
  if (isSharing(value)) return readSharing(value, settings);
  if (settings.validate === false) {
    if (isFramed(value)) return value;
    throw unframed();
  }
  if (isBatch(value)) return value as Batch;
  return explained(value);
}

function readSharing({ shared, of, messages }: SharingBatch, { validate }: DecodeSettings): Batch {
  const whole = { v: 1, messages } as unknown as Batch;
  const right = shared.map((one) => validate === false || isShared(one));
  let isRight = true;
  for (const [at, message] of messages.entries()) {
    const index: unknown = of === undefined ? 0 : of[at];
    const its = typeof index === "number" ? shared[index] : undefined;
    if (typeof index !== "number" || its === undefined) throw unframed();
    joinMessage(message, its);
    if (validate !== false && isRight) isRight = right[index] === true && isOwnOf.get(its.type)?.(message) === true;
  }
  return isRight ? whole : explained(whole);
}

/** The quick validator says no more than yes or no: the schema says why. */
function explained(value: unknown): Batch {
  const checked = batchSchema.safeParse(value);
  if (!checked.success) throw faultOf("model.batch.invalid", "the batch", checked.error.issues);
  // Checked just now; the original rather than zod's copy, because a newer agent may say more than this schema names.
  return value as Batch;
}

function unframed(): ModelFault {
  return new ModelFault("model.batch.invalid", `the batch is not 1 to ${BATCH_MESSAGES} messages in a frame we know`);
}

/** Checks one message, e.g. a line of a journal. Throws `model.message.invalid`. */
export function readMessage(value: unknown): Message {
  const checked = messageSchema.safeParse(value);
  if (!checked.success) throw faultOf("model.message.invalid", "the message", checked.error.issues);
  return value as Message;
}

function toValue(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch (_notJson) {
    throw new ModelFault("model.batch.unreadable", "the batch is not JSON");
  }
}

function isFramed(value: unknown): value is Batch {
  if (typeof value !== "object" || value === null || !("v" in value) || !("messages" in value)) return false;
  return value.v === 1 && isSome(value.messages);
}

function isSharing(value: unknown): value is SharingBatch {
  if (typeof value !== "object" || value === null || !("v" in value) || value.v !== 2) return false;
  const { shared, of, messages }: Readonly<Record<string, unknown>> = { ...value };
  return (
    isSome(shared) &&
    isSome(messages) &&
    shared.every(isObject) &&
    messages.every(isObject) &&
    (of === undefined || Array.isArray(of))
  );
}

function isSome(value: unknown): value is readonly unknown[] {
  return Array.isArray(value) && value.length >= 1 && value.length <= BATCH_MESSAGES;
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
