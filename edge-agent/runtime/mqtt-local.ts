import type { AccessRules } from "../../adapters/mqtt/access.ts";
import { isReply } from "../../adapters/mqtt/access.ts";
import type { CommandForm } from "../../adapters/mqtt/command-payload.ts";
import { ANY_COMMAND } from "../../adapters/mqtt/command-request.ts";
import { matchRule } from "../../adapters/mqtt/mapping.ts";
import type { Mapping } from "../../adapters/mqtt/mapping-rule.ts";
import type { Arrival } from "./mqtt-bridge.ts";
import type { Commanded } from "./mqtt-bridge-commands.ts";
import type { BookedMqttDevice, MqttBook } from "./mqtt-devices.ts";
import type { MqttIntake } from "./mqtt-intake.ts";

/** Finds the device a topic speaks of, where no connection proves who published it. */
export class TopicIndex {
  readonly #byClientId = new Map<string, BookedMqttDevice>();
  readonly #uids = new Set<string>();
  readonly #mappings = new Set<Mapping>();
  readonly #access: AccessRules;

  /** @param isAmong the devices that may be meant: those behind a broker, or all of a group */
  constructor(book: MqttBook, access: AccessRules, isAmong: (device: BookedMqttDevice) => boolean) {
    this.#access = access;
    for (const device of book.all()) {
      if (!isAmong(device)) continue;
      this.#byClientId.set(device.clientId, device);
      this.#uids.add(device.uid);
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

  /** The device whose commands are under the topic, and the action where the topic names it. */
  commanded(
    topic: string,
  ): { readonly uid: string; readonly clientId: string; readonly action: string | undefined } | undefined {
    const found = this.#access.command.match(topic.split("/"));
    const device = this.#byClientId.get(found?.["device"] ?? "");
    return device && { uid: device.uid, clientId: device.clientId, action: found?.["action"] };
  }

  /** Whether a device with this uid is among them. */
  has(uid: string): boolean {
    return this.#uids.has(uid);
  }
}

/**
 * Where a message goes that a bridge brought in: it is what a device says, or a command to one, or it is a dead letter.
 * Resolves when durable.
 */
export async function deliverLocally(
  message: Arrival,
  to: {
    readonly index: TopicIndex;
    readonly intake: MqttIntake;
    /** How commands to MQTT devices are written. */
    readonly form: CommandForm["payload"];
    readonly command: (message: Arrival, to: Commanded) => Promise<void>;
  },
): Promise<void> {
  const { index, intake, form, command } = to;
  const { topic } = message;
  const device = index.find(topic);
  if (device !== undefined) return await intake.take(device, message, undefined);
  const named = ANY_COMMAND.match(topic.split("/"));
  if (named !== undefined) {
    const uid = named["device"] ?? "";
    const isMqtt = index.has(uid);
    return await command(message, { device: uid, name: uid, action: named["action"], form: "envelope", isMqtt });
  }
  const commanded = index.commanded(topic);
  if (commanded === undefined) return await intake.takeUnknown(message);
  const { uid, clientId, action } = commanded;
  await command(message, { device: uid, name: clientId, action, form, isMqtt: true });
}
