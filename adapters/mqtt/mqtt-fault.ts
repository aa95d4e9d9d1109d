import { type Blame, EdgeError, type Retry } from "../kit/edge-error.ts";

/** Everything that can be wrong in this room. */
export type MqttFaultCode =
  | "mqtt.topic.invalid"
  | "mqtt.topic.unmapped"
  | "mqtt.template.invalid"
  | "mqtt.device.unknown"
  | "mqtt.device.foreign"
  | "mqtt.payload.not-json"
  | "mqtt.payload.not-text"
  | "mqtt.payload.empty"
  | "mqtt.payload.overfull"
  | "mqtt.payload.inflate"
  | "mqtt.point.missing"
  | "mqtt.point.type"
  | "mqtt.time.unreadable"
  | "mqtt.sparkplug.unreadable"
  | "mqtt.sparkplug.unknown-alias"
  | "mqtt.sparkplug.not-born"
  | "mqtt.sparkplug.topic"
  | "mqtt.sparkplug.birth"
  | "mqtt.sparkplug.seq"
  | "mqtt.sparkplug.stale-death"
  | "mqtt.sparkplug.unknown-metric"
  | "mqtt.users.unreadable"
  | "mqtt.access.denied"
  | "mqtt.client.unknown"
  | "mqtt.client.password"
  | "mqtt.client.theft"
  | "mqtt.client.limit"
  | "mqtt.client.flood"
  | "mqtt.client.keep-alive"
  | "mqtt.client.protocol"
  | "mqtt.client.packet-size"
  | "mqtt.client.not-served"
  | "mqtt.command.offline"
  | "mqtt.command.refused"
  | "mqtt.command.unanswered"
  | "mqtt.command.invalid"
  | "mqtt.command.reused"
  | "mqtt.broker.unreachable"
  | "mqtt.broker.refused"
  | "mqtt.bridge.loop"
  | "mqtt.bridge.invalid"
  | "mqtt.bridge.overfull";

export function mqttFault(
  code: MqttFaultCode,
  message: string,
  more: {
    readonly blame?: Blame;
    readonly retry?: Retry;
    readonly native?: string | number;
    readonly cause?: unknown;
  } = {},
): EdgeError {
  const { blame = "device", retry = "never", native, cause } = more;
  return new EdgeError({ code, blame, retry, message, native, cause });
}
