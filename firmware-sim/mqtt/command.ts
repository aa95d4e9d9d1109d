import type { TopicTemplate } from "../../adapters/mqtt/topic-template.ts";
import type { DeviceCommand, Incoming } from "./behaviour.ts";

/** Where commands come and answers go, as the gateway is configured. */
export interface CommandTopics {
  readonly command: TopicTemplate;
  readonly reply: TopicTemplate;
}

export const COMMAND_TOPIC = "{device}/command/{action}";
export const REPLY_TOPIC = "{device}/reply";
/** A device that is told more does not read it. */
export const COMMAND_BYTES = 65_536;

/**
 * What a message tells a device to do: the envelope with id, action and value, or the value alone with the action in the
 * topic. MQTT 5 says response topic and correlation data beside it. `undefined`: it is no command of this device.
 */
export function readCommand(message: Incoming, device: string, topics: CommandTopics): DeviceCommand | undefined {
  const levels = topics.command.match(message.topic.split("/"));
  if (levels === undefined || levels["device"] !== device || message.payload.length > COMMAND_BYTES) return undefined;
  const { correlation, responseTopic } = message;
  const value = readJson(message.payload);
  const said = isRecord(value) && typeof value["id"] === "string" ? value : undefined;
  const id = said === undefined ? undefined : String(said["id"]);
  const replyTo = responseTopic ?? (typeof said?.["replyTo"] === "string" ? said["replyTo"] : undefined);
  return {
    id,
    action: typeof said?.["action"] === "string" ? said["action"] : (levels["action"] ?? ""),
    value: said === undefined ? value : said["value"],
    replyTo: replyTo ?? (id === undefined ? undefined : topics.reply.name({ device })),
    correlation,
  };
}

/** Text that is no JSON is a value too. */
function readJson(payload: Uint8Array): unknown {
  const text = new TextDecoder().decode(payload);
  try {
    return JSON.parse(text);
  } catch (_plainText) {
    return text;
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
