import type { EdgeError } from "../../adapters/kit/edge-error.ts";
import { toEdgeError } from "../../adapters/kit/edge-error.ts";
import type { AccessRules } from "../../adapters/mqtt/access.ts";
import { isReply } from "../../adapters/mqtt/access.ts";
import { matchRule } from "../../adapters/mqtt/mapping.ts";
import type { Mapping } from "../../adapters/mqtt/mapping-rule.ts";
import type { Publish } from "../../adapters/mqtt/publish.ts";
import type { CommandPublish } from "../../adapters/mqtt/command-payload.ts";
import type { BookedMqttDevice, MqttBook } from "./mqtt-devices.ts";
import type { MqttIntake } from "./mqtt-intake.ts";

/** Finds the device a topic speaks of, where no connection proves who published it. */
export class TopicIndex {
  readonly #byClientId = new Map<string, BookedMqttDevice>();
  readonly #mappings = new Set<Mapping>();
  readonly #access: AccessRules;

  /** @param isAmong the devices that may be meant: those behind a broker, or all of a group */
  constructor(book: MqttBook, access: AccessRules, isAmong: (device: BookedMqttDevice) => boolean) {
    this.#access = access;
    for (const device of book.all()) {
      if (!isAmong(device)) continue;
      this.#byClientId.set(device.clientId, device);
      this.#mappings.add(device.says);
    }
  }

  get size(): number {
    return this.#byClientId.size;
  }

  /** The device whose mapping has a rule for the topic, or which answers commands there. */
  find(topic: string): BookedMqttDevice | undefined {
    for (const mapping of this.#mappings) {
      const device = this.#byClientId.get(matchRule(mapping, topic)?.variables["device"] ?? "");
      if (device?.says === mapping) return device;
    }
    const levels = topic.split("/");
    const answering = this.#byClientId.get(this.#access.reply?.match(levels)?.["device"] ?? "");
    return answering !== undefined && isReply(this.#access, answering.clientId, topic) ? answering : undefined;
  }

  /** The device whose commands are under the topic. */
  commanded(topic: string): BookedMqttDevice | undefined {
    return this.#byClientId.get(this.#access.command.match(topic.split("/"))?.["device"] ?? "");
  }
}

/**
 * Where a message goes that a bridge brought in: it is what a device says, or it is said to a device that is connected, or it
 * is a dead letter. Resolves when durable or delivered.
 */
export async function deliverLocally(
  publish: Publish,
  to: {
    readonly index: TopicIndex;
    readonly intake: MqttIntake;
    readonly send: (device: BookedMqttDevice, message: CommandPublish) => Promise<void>;
  },
): Promise<void> {
  const { index, intake, send } = to;
  const device = index.find(publish.topic);
  if (device !== undefined) return await intake.take(device, publish, undefined);
  const commanded = index.commanded(publish.topic);
  if (commanded === undefined) return await intake.takeUnknown(publish);
  let fault: EdgeError;
  try {
    return await send(commanded, {
      topic: publish.topic,
      payload: publish.payload.slice(),
      qos: publish.qos,
      responseTopic: undefined,
    });
  } catch (thrown) {
    fault = toEdgeError(thrown, "mqtt.command.offline");
  }
  await intake.takeUnknown(publish, fault);
}
