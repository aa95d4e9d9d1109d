import { type JsonRecord, jsonFlaw } from "../../edge-agent/model/bounded-json.ts";
import type { Command } from "../../edge-agent/model/command.ts";
import { NAME_LENGTH, TEXT_LENGTH } from "../../edge-agent/model/limits.ts";
import { decodeJson } from "./json-payload.ts";
import { mqttFault } from "./mqtt-fault.ts";
import { isLevel, type TopicTemplate } from "./topic-template.ts";

/** How commands travel to devices. */
export interface CommandForm {
  /** `{device}/command/{action}`. */
  readonly topic: TopicTemplate;
  /** Where the device answers; absent: its PUBACK is all it says. */
  readonly reply: TopicTemplate | undefined;
  readonly qos: 0 | 1 | 2;
  /** `envelope`: JSON with the command's uid, for devices that answer; `value`: the command's value alone. */
  readonly payload: "envelope" | "value";
}

export interface CommandPublish {
  readonly topic: string;
  readonly payload: Uint8Array;
  readonly qos: 0 | 1 | 2;
  /** What an MQTT 5 client is told as Response Topic; the correlation data is the command's uid. */
  readonly responseTopic: string | undefined;
}

const encoder = new TextEncoder();

/** The PUBLISH of a command. Throws `mqtt.command.invalid` where its action cannot be a level of a topic. */
export function encodeCommand(command: Command, identification: string, form: CommandForm): CommandPublish {
  const { action, target, value, uid, deadline } = command;
  const values = { device: identification, action };
  const topic = isLevel(action) ? form.topic.name(values) : undefined;
  if (topic === undefined) {
    throw mqttFault("mqtt.command.invalid", `the action of command ${uid} cannot be a level of a topic`, {
      blame: "operator",
    });
  }
  const responseTopic = form.reply?.name(values);
  const payload =
    form.payload === "envelope"
      ? JSON.stringify({ id: uid, action, target: target?.value, value, deadline, replyTo: responseTopic })
      : typeof value === "string"
        ? value
        : JSON.stringify(value ?? null);
  return { topic, payload: encoder.encode(payload), qos: form.qos, responseTopic };
}

export interface CommandReply {
  readonly uid: string;
  readonly succeeded: boolean;
  readonly reason: string | undefined;
  readonly result: JsonRecord;
}

/**
 * What a device answers: `{"id": uid, "status": "succeeded" | "failed", "reason"?, "result"?}`. The correlation data of an
 * MQTT 5 PUBLISH stands for `id`. Throws `mqtt.payload.*` or `mqtt.point.*` where it is no answer.
 */
export function decodeReply(payload: Uint8Array, correlation?: string): CommandReply {
  const value = decodeJson(payload);
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw mqttFault("mqtt.point.type", "an answer to a command is a JSON object");
  }
  const { id, status, reason, result } = value as Readonly<Record<string, unknown>>;
  const uid = correlation ?? id;
  if (typeof uid !== "string" || uid === "")
    throw mqttFault("mqtt.point.missing", "an answer to a command has its uid as id");
  if (status !== "succeeded" && status !== "failed") {
    throw mqttFault("mqtt.point.type", "the status of an answer is succeeded or failed");
  }
  if (
    result !== undefined &&
    (typeof result !== "object" || result === null || Array.isArray(result) || jsonFlaw(result) !== undefined)
  ) {
    throw mqttFault("mqtt.payload.overfull", "the result of an answer is a JSON object within our bounds");
  }
  return {
    uid,
    succeeded: status === "succeeded",
    reason: reason === undefined ? undefined : String(reason).slice(0, Math.min(NAME_LENGTH, TEXT_LENGTH)),
    result: (result ?? {}) as JsonRecord,
  };
}
