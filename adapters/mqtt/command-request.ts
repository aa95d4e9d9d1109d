import { type Json, type JsonRecord, jsonFlaw } from "../../edge-agent/model/bounded-json.ts";
import { decodeJson, decodeText } from "./json-payload.ts";
import { mqttFault } from "./mqtt-fault.ts";
import { TopicTemplate } from "./topic-template.ts";

/** A command as a control centre says it to a device of ours, before it has a uid. */
export interface CommandRequestPayload {
  /** The centre's own name of it: its uid. */
  readonly id: string | undefined;
  /** A topic at the centre's broker; what MQTT 5 says as Response Topic. */
  readonly replyTo: string | undefined;
  /** What the payload says in the words of the message model, not checked: action, target, value, deadline, … */
  readonly says: Readonly<Record<string, unknown>>;
}

/** What a centre may say of a command; who issued it, in which role and to which device is not the payload's to say. */
const WORDS: ReadonlySet<string> = new Set([
  "action",
  "target",
  "value",
  "mode",
  "priority",
  "notBefore",
  "deadline",
  "maxAttempts",
  "idempotent",
]);

/** Commands to devices of any protocol by uid, as the rules of bridges see them. A filter `#` alone does not take them. */
export const ANY_COMMAND: TopicTemplate = new TopicTemplate("$busbar/command/{device}/{action}");

/**
 * The payload of a command that came over a bridge. `envelope`: a JSON object is the command in the words of the message model
 * with `id` and `replyTo`, anything else is its value, as JSON where it is JSON and else as text; `value`: the payload is the
 * value, as text. Throws `mqtt.command.invalid` or `mqtt.payload.*`.
 */
export function decodeCommandRequest(payload: Uint8Array, form: "envelope" | "value"): CommandRequestPayload {
  const text = decodeText(payload);
  if (form === "value") return plain(text);
  if (text.trim() === "") return plain(undefined);
  const value = jsonOrText(payload, text);
  if (!isRecord(value)) return plain(value);
  const { id, replyTo, ...says } = value;
  const stranger = Object.keys(says).find((key) => !WORDS.has(key));
  if (stranger !== undefined)
    throw invalid(`${JSON.stringify(stranger)} is no word of a command; there are ${[...WORDS].join(", ")}`);
  return { id: textOr("id", id), replyTo: textOr("replyTo", replyTo), says };
}

/** A target is a reference of the message model; of an MQTT device a text will do. */
export function targetOf(target: unknown): unknown {
  return typeof target === "string" ? { scheme: "mqtt", value: target } : target;
}

function plain(value: Json | undefined): CommandRequestPayload {
  return { id: undefined, replyTo: undefined, says: value === undefined ? {} : { value } };
}

function jsonOrText(payload: Uint8Array, text: string): Json {
  let value: unknown;
  try {
    value = decodeJson(payload);
  } catch (thrown) {
    // Braces that do not close were meant as an envelope.
    if (/^\s*\{/.test(text)) throw thrown;
    value = text;
  }
  const flaw = jsonFlaw(value);
  if (flaw !== undefined) throw invalid(`the payload of a command is ${flaw}`);
  return value as Json;
}

function isRecord(value: Json): value is JsonRecord {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function textOr(key: string, value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value !== "string") throw invalid(`${key} of a command is a text`);
  return value;
}

function invalid(message: string) {
  return mqttFault("mqtt.command.invalid", message, { blame: "operator" });
}
