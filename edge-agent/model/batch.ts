import { z } from "zod";
import { digest } from "./digest.ts";
import { BATCH_BYTES, BATCH_MESSAGES, MESSAGE_BYTES } from "./limits.ts";
import { type Message, messageSchema } from "./message.ts";
import { faultOf, ModelFault } from "./model-fault.ts";
import { compileValidator } from "./validator.ts";

/** The data of one job: 1 to `BATCH_MESSAGES` messages in the order of their devices, at most `BATCH_BYTES` of JSON. */
export interface Batch {
  readonly v: 1;
  readonly messages: readonly Message[];
}

/** A message as it will travel, measured once. */
export interface EncodedMessage {
  readonly id: string;
  readonly json: string;
  /** UTF-8 bytes of `json`. */
  readonly bytes: number;
}

export interface EncodedBatch {
  /** Deterministic from the ids of the messages; the job's id. */
  readonly id: string;
  readonly json: string;
  readonly bytes: number;
  readonly count: number;
}

const OPENING = '{"v":1,"messages":[';
const CLOSING = "]}";
const FRAME_BYTES: number = OPENING.length + CLOSING.length;
const encoder = new TextEncoder();
/** Where a message is measured: a byte more than one may have. */
const measure = new Uint8Array(MESSAGE_BYTES + 1);

export const batchSchema: z.ZodType<Batch> = z.object({
  v: z.literal(1).describe("version of the batch"),
  messages: z.array(messageSchema).min(1).max(BATCH_MESSAGES).describe("in the order of their devices"),
});

const isBatch = compileValidator(batchSchema);

/** Stringifies and measures; nothing is validated here. Throws `model.message.overfull` above `MESSAGE_BYTES`. */
export function encodeMessage(message: Message): EncodedMessage {
  const json = JSON.stringify(message);
  const bytes = measured(json);
  if (bytes > MESSAGE_BYTES) {
    throw new ModelFault(
      "model.message.overfull",
      `message ${message.id} has ${bytes} bytes of ${MESSAGE_BYTES}: split it or use dataref`,
    );
  }
  return { id: message.id, json, bytes };
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
  let bytes = FRAME_BYTES - 1;
  let count = 0;
  for (const message of messages) {
    bytes += message.bytes + 1;
    if (count >= BATCH_MESSAGES || (count > 0 && bytes > BATCH_BYTES)) break;
    count += 1;
  }
  return count;
}

/** Joins measured messages into a job's data without stringifying again. Throws `model.batch.overfull` above the limits. */
export function encodeBatch(messages: readonly EncodedMessage[]): EncodedBatch {
  let bytes = FRAME_BYTES + messages.length - 1;
  for (const message of messages) bytes += message.bytes;
  if (messages.length === 0 || messages.length > BATCH_MESSAGES || bytes > BATCH_BYTES) {
    throw new ModelFault(
      "model.batch.overfull",
      `a batch has 1 to ${BATCH_MESSAGES} messages and ${BATCH_BYTES} bytes, not ${messages.length} and ${bytes}`,
    );
  }
  const json = OPENING + messages.map((message) => message.json).join(",") + CLOSING;
  return { id: batchId(messages), json, bytes, count: messages.length };
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

/** The same for data already taken from JSON, as BullMQ hands it over. What the schema does not name is kept. */
export function readBatch(value: unknown, settings: DecodeSettings = {}): Batch {
  if (settings.validate === false) {
    if (isFramed(value)) return value;
    throw new ModelFault("model.batch.invalid", "the batch is not {v: 1, messages: [1 to 100 of them]}");
  }
  if (isBatch(value)) return value as Batch;
  // The quick validator says no more than yes or no: the schema says why.
  const checked = batchSchema.safeParse(value);
  if (!checked.success) throw faultOf("model.batch.invalid", "the batch", checked.error.issues);
  // Checked just now; the original rather than zod's copy, because a newer agent may say more than this schema names.
  return value as Batch;
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
  const { v, messages } = value;
  return v === 1 && Array.isArray(messages) && messages.length >= 1 && messages.length <= BATCH_MESSAGES;
}
