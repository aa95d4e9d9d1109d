import type { CommandConclusion } from "../../adapters/kit/session.ts";
import { mqttFault } from "../../adapters/mqtt/mqtt-fault.ts";
import { parseAddress, parseTopic } from "../../adapters/mqtt/sparkplug/topic.ts";
import { matches } from "../../adapters/mqtt/topic.ts";
import type { OutgoingMessage } from "../../adapters/mqtt/wire/link-settings.ts";
import type { MqttSection } from "../config/mqtt.ts";
import type { Command } from "../model/command.ts";
import type { DutyPorts } from "./duty.ts";
import type { BookedMqttDevice, MqttBook } from "./mqtt-devices.ts";
import type { MqttDoor } from "./mqtt-door.ts";
import type { MqttIntake } from "./mqtt-intake.ts";
import { SparkplugHost } from "./mqtt-sparkplug.ts";

export interface ConnectedNodesParts {
  readonly ports: DutyPorts;
  readonly section: Pick<MqttSection, "sparkplug" | "commands">;
  readonly book: MqttBook;
  readonly intake: MqttIntake;
  readonly door: MqttDoor | undefined;
}

/** The edge nodes of a group that connect to our listener; `undefined` where there are none. */
export function connectedNodes(parts: ConnectedNodesParts): ConnectedNodes | undefined {
  const { book, ports, door } = parts;
  const isAmong = (device: BookedMqttDevice): boolean =>
    device.sparkplug !== undefined && device.broker === undefined && device.group === ports.group;
  if (door === undefined || ![...book.all()].some(isAmong)) return undefined;
  return new ConnectedNodes({ ...parts, door }, isAmong);
}

/**
 * Sparkplug without a broker in between: an edge node that connects says its birth by itself, so nobody is asked for one but
 * for a reason; what is said to it goes over its own connection, and its death is its will.
 */
export class ConnectedNodes {
  readonly host: SparkplugHost;
  readonly #door: MqttDoor;
  readonly #ports: DutyPorts;

  constructor(
    parts: ConnectedNodesParts & { readonly door: MqttDoor },
    isAmong: (device: BookedMqttDevice) => boolean,
  ) {
    const { section, ports, book, intake, door } = parts;
    this.#door = door;
    this.#ports = ports;
    this.host = new SparkplugHost({
      settings: section.sparkplug,
      answerTimeoutMs: section.commands.answerTimeoutMs,
      ports,
      book,
      intake,
      isAmong,
      publish: (message) => this.#publish(message),
    });
  }

  /** Whoever waits for its primary host hears that it is there: nothing is retained at this listener. */
  subscribed(device: BookedMqttDevice, filter: string): void {
    const { greeting } = this.host;
    if (greeting === undefined || device.sparkplug === undefined || !matches(filter, greeting.topic)) return;
    this.#send(device, greeting).catch((thrown: Error) => this.#ports.note("debug", thrown.message));
  }

  carry(device: BookedMqttDevice, command: Command, begin: () => Promise<void>): Promise<CommandConclusion> {
    return this.host.carry(device, command, begin, async (target, { topic, payload }, beginning) => {
      const address = parseAddress(target.sparkplug ?? "");
      const node = address && this.host.nodeOf(address);
      if (node === undefined) throw noNode(target.uid);
      await this.#door.send(node, { topic, payload, qos: 0, responseTopic: undefined }, beginning);
    });
  }

  async #publish(message: OutgoingMessage): Promise<void> {
    const topic = parseTopic(message.topic);
    if (topic?.type !== "STATE") {
      const node = topic && this.host.nodeOf(topic);
      if (node === undefined) throw noNode(message.topic);
      await this.#send(node, message);
      return;
    }
    // Who is not connected, or does not want to know, is not told.
    await Promise.all([...this.host.nodes()].map((node) => this.#send(node, message).catch(() => undefined)));
  }

  #send(node: BookedMqttDevice, { topic, payload, qos }: OutgoingMessage): Promise<void> {
    return this.#door.send(node, { topic, payload, qos, responseTopic: undefined }, () => Promise.resolve());
  }
}

function noNode(of: string): Error {
  return mqttFault("mqtt.command.invalid", `${of} is of no edge node`);
}
