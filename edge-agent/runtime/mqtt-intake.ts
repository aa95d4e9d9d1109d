import { gunzipSync } from "node:zlib";
import { type EdgeError, toEdgeError } from "../../adapters/kit/edge-error.ts";
import type { CommandReply } from "../../adapters/mqtt/command-payload.ts";
import { decodeReply } from "../../adapters/mqtt/command-payload.ts";
import { deadLetter } from "../../adapters/mqtt/dead-letter.ts";
import { mapPublish, matchRule } from "../../adapters/mqtt/mapping.ts";
import { mqttFault } from "../../adapters/mqtt/mqtt-fault.ts";
import type { MappingSeams, Publish } from "../../adapters/mqtt/publish.ts";
import { Qos2Window } from "../../adapters/mqtt/qos2-window.ts";
import { digest } from "../model/digest.ts";
import type { MessageDraft } from "../model/draft.ts";
import { mqttMessageId } from "../model/ids.ts";
import type { DutyPorts } from "./duty.ts";
import type { BookedMqttDevice, MqttBook } from "./mqtt-devices.ts";

export interface MqttIntakeParts {
  readonly ports: Pick<DutyPorts, "group" | "reign" | "southbound">;
  readonly book: MqttBook;
  /** Whether a topic is one on which the device answers commands. */
  readonly isReply: (device: BookedMqttDevice, topic: string) => boolean;
  /** A command's answer that is durable. */
  readonly answered: (device: string, reply: CommandReply) => void;
}

/** The key of the QoS 2 window in a device's memory. */
const WINDOW_KEY = "qos2";

/**
 * Makes messages of what devices publish and stores them. What cannot be mapped is stored as a dead letter: `take` resolves
 * for it too, and rejects only where nothing could be stored.
 */
export class MqttIntake {
  readonly #parts: MqttIntakeParts;
  readonly #seams: MappingSeams;
  readonly #windows = new Map<string, Qos2Window>();
  /** QoS 2 messages on their way: a repeat waits for the first. */
  readonly #storing = new Map<string, Promise<void>>();
  #arrivals = 0;
  deadLetters = 0;

  constructor(parts: MqttIntakeParts) {
    this.#parts = parts;
    this.#seams = {
      gunzip: (bytes, maxBytes) => gunzipSync(bytes, { maxOutputLength: maxBytes }),
      nonce: () => this.nonce(),
    };
  }

  /** @param packetId of a QoS 2 message whose sender repeats it until it hears PUBREC */
  take(device: BookedMqttDevice, publish: Publish, packetId: number | undefined): Promise<void> {
    const { southbound } = this.#parts.ports;
    southbound.heard(device.uid);
    if (packetId !== undefined) return this.#takeOnce(device, publish, packetId);
    const { drafts, reply } = this.#drafts(device, publish);
    const stored = southbound.store(device.uid, drafts, undefined);
    return reply === undefined ? stored : stored.then(() => this.#parts.answered(device.uid, reply));
  }

  /** A message of a topic no device of ours is known by, or that could not go where it should. */
  async takeUnknown(publish: Publish, fault: EdgeError = unknownDevice()): Promise<void> {
    const { group, southbound } = this.#parts.ports;
    const subject = `gateway-${group}`;
    await southbound.store(subject, [this.#dead(subject, publish, fault)], undefined);
  }

  /** A message of a device that is refused for a reason of its protocol: it is kept as a dead letter. */
  async refuse(device: BookedMqttDevice, publish: Publish, fault: EdgeError): Promise<void> {
    await this.#parts.ports.southbound.store(device.uid, [this.#dead(device.uid, publish, fault)], undefined);
  }

  /** The sender has heard that it is ours: its packet identifier is free again. */
  async released(device: BookedMqttDevice, packetId: number): Promise<void> {
    const window = this.#windowOf(device);
    if (!window.release(packetId)) return;
    await this.#parts.ports.southbound.store(device.uid, [], this.#memory(device, window));
  }

  async #takeOnce(device: BookedMqttDevice, publish: Publish, packetId: number): Promise<void> {
    const window = this.#windowOf(device);
    const content = digest([publish.topic, publish.payload]);
    const key = `${device.uid} ${packetId}`;
    if (window.isRepeat(packetId, content)) return await this.#storing.get(key);
    if (window.isFull && !window.has(packetId))
      throw mqttFault("mqtt.client.limit", "too many QoS 2 messages without PUBREL");
    const nonce = window.open(packetId, content, this.#parts.ports.reign.epoch);
    const { drafts, reply } = this.#drafts(device, publish, nonce);
    const stored = this.#parts.ports.southbound.store(device.uid, drafts, this.#memory(device, window));
    this.#storing.set(key, stored);
    try {
      await stored;
    } catch (thrown) {
      window.release(packetId);
      throw thrown;
    } finally {
      if (this.#storing.get(key) === stored) this.#storing.delete(key);
    }
    if (reply !== undefined) this.#parts.answered(device.uid, reply);
  }

  #windowOf(device: BookedMqttDevice): Qos2Window {
    const known = this.#windows.get(device.uid);
    if (known !== undefined) return known;
    const window = new Qos2Window(this.#parts.book.memory(device.uid)?.[WINDOW_KEY]);
    this.#windows.set(device.uid, window);
    return window;
  }

  #memory(device: BookedMqttDevice, window: Qos2Window) {
    return { ...this.#parts.book.memory(device.uid), [WINDOW_KEY]: window.toText() };
  }

  /** @param nonce what tells it from others of the same content; absent: its arrival */
  #drafts(
    device: BookedMqttDevice,
    publish: Publish,
    nonce?: string,
  ): { readonly drafts: readonly MessageDraft[]; readonly reply?: CommandReply } {
    try {
      if (this.#parts.isReply(device, publish.topic)) {
        const reply = decodeReply(publish.payload, publish.correlation);
        return { drafts: [this.#answer(device, publish, reply)], reply };
      }
      const match = matchRule(device.says, publish.topic, device.clientId);
      if (match === undefined)
        throw mqttFault("mqtt.topic.unmapped", `no rule of the mapping ${device.mapping} is for this topic`);
      const seams = nonce === undefined ? this.#seams : { ...this.#seams, nonce: () => nonce };
      return { drafts: mapPublish(match, { uid: device.uid, identification: device.clientId }, publish, seams) };
    } catch (thrown) {
      return { drafts: [this.#dead(device.uid, publish, toEdgeError(thrown, "mqtt.payload.not-json"), nonce)] };
    }
  }

  /** A command's answer is a message of its own before it ends the command: acknowledged is what is durable. */
  #answer(device: BookedMqttDevice, publish: Publish, reply: CommandReply): MessageDraft<"busbar.event.v1"> {
    const by = { kind: "named", id: `answer ${reply.uid} ${reply.succeeded}` } as const;
    return {
      id: mqttMessageId({ device: device.uid, topic: publish.topic, by }),
      type: "busbar.event.v1",
      subject: device.uid,
      time: undefined,
      timesource: "ingest",
      protocol: "mqtt",
      correlationid: reply.uid.slice(0, 64),
      data: {
        cause: "request",
        historical: false,
        device: { protocolId: device.clientId },
        code: "command.answered",
        category: "control",
        severity: "info",
        nativeCode: reply.succeeded ? "succeeded" : "failed",
        text: reply.reason ?? "",
      },
    };
  }

  #dead(subject: string, publish: Publish, fault: Parameters<typeof deadLetter>[2], nonce?: string): MessageDraft {
    this.deadLetters += 1;
    return deadLetter(subject, publish, fault, nonce ?? this.nonce());
  }

  /** Different for every arrival, in every reign. */
  nonce(): string {
    this.#arrivals += 1;
    return `${this.#parts.ports.reign.epoch}-${this.#arrivals}`;
  }
}

function unknownDevice(): EdgeError {
  return mqttFault("mqtt.device.unknown", "the topic names no device of ours");
}
