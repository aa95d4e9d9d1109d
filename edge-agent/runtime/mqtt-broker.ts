import { NodeRandom } from "../../adapters/io/node/random.ts";
import type { AccessRules } from "../../adapters/mqtt/access.ts";
import type { CommandPublish } from "../../adapters/mqtt/command-payload.ts";
import { mqttFault } from "../../adapters/mqtt/mqtt-fault.ts";
import { BrokerLink } from "../../adapters/mqtt/wire/broker-link.ts";
import type { LinkMessage, LinkParts } from "../../adapters/mqtt/wire/link-settings.ts";
import { isSparkplug } from "../../adapters/mqtt/sparkplug/topic.ts";
import type { CommandConclusion } from "../../adapters/kit/session.ts";
import type { MqttBroker } from "../config/mqtt-bridge.ts";
import type { MqttSection } from "../config/mqtt.ts";
import type { Command } from "../model/command.ts";
import type { DutyPorts } from "./duty.ts";
import type { BookedMqttDevice, MqttBook } from "./mqtt-devices.ts";
import type { MqttIntake } from "./mqtt-intake.ts";
import { linkNotes } from "./mqtt-link-notes.ts";
import { linkSettings } from "./mqtt-links.ts";
import { TopicIndex } from "./mqtt-local.ts";
import { SparkplugHost } from "./mqtt-sparkplug.ts";

export interface MqttBrokerParts {
  readonly name: string;
  readonly broker: MqttBroker;
  readonly section: Pick<MqttSection, "sparkplug" | "commands">;
  readonly gateway: string;
  readonly ports: DutyPorts;
  readonly book: MqttBook;
  readonly access: AccessRules;
  readonly intake: MqttIntake;
  /** Everything that came in, before it is acknowledged: bridges may want it. */
  readonly pass: (message: LinkMessage) => Promise<void>;
}

/**
 * The devices behind one broker of others, during one reign. The broker keeps what comes while nobody is connected, because
 * both agents use one client id, under the lease; what we acknowledge to it is durable.
 */
export class MqttBrokerRun {
  readonly #parts: MqttBrokerParts;
  readonly #index: TopicIndex;
  readonly #link: BrokerLink;
  readonly #host: SparkplugHost;

  constructor(parts: MqttBrokerParts) {
    const { name, broker, section, gateway, ports, book, access, intake } = parts;
    this.#parts = parts;
    const isAmong = (device: BookedMqttDevice): boolean => device.broker === name;
    this.#index = new TopicIndex(book, access, (device) => isAmong(device) && device.sparkplug === undefined);
    this.#host = new SparkplugHost({
      settings: section.sparkplug,
      answerTimeoutMs: section.commands.answerTimeoutMs,
      ports,
      book,
      intake,
      isAmong,
      publish: (message) => this.#link.publish(message),
    });
    const note = linkNotes(`broker ${name}`, ports.note);
    this.#link = new BrokerLink({
      settings: linkSettings(broker, { gateway, name, will: this.#host.will }),
      subscriptions: [
        ...subscriptionsOf(broker, this.#index.size > 0 ? access : undefined),
        ...this.#host.filters.map((filter) => ({ filter, qos: 1 as const })),
      ],
      timers: ports.timers,
      random: new NodeRandom(),
      permit: () => ports.southbound.permit(),
      take: (message) => this.#take(message),
      changed: (state) => {
        note(state);
        if (state.kind === "up") this.#host.up();
      },
    });
  }

  get isUp(): boolean {
    return this.#link.isUp;
  }

  start(): void {
    this.#link.start();
  }

  async close(): Promise<void> {
    await this.#host.leave();
    await this.#link.close();
  }

  end(): void {
    this.#host.end();
    this.#link.end();
  }

  /** Rejects with `mqtt.command.offline` where nothing was sent, else with what the link says. */
  async send(
    device: BookedMqttDevice,
    message: CommandPublish,
    begin: () => Promise<void>,
    correlation: string,
  ): Promise<void> {
    const { name, ports } = this.#parts;
    const reach = (): void => {
      if (!this.#link.isUp || !ports.southbound.permit())
        throw mqttFault(
          "mqtt.command.offline",
          `device ${device.uid} is behind the broker ${name}, which is not connected`,
          { retry: "backoff" },
        );
    };
    reach();
    await begin();
    reach();
    const { topic, payload, responseTopic } = message;
    const response = responseTopic === undefined ? undefined : { topic: responseTopic, correlation };
    await this.#link.publish({ topic, payload, qos: message.qos === 0 ? 0 : 1, retain: false, response });
  }

  /** A command to an edge node or a device of it. */
  carrySparkplug(device: BookedMqttDevice, command: Command, begin: () => Promise<void>): Promise<CommandConclusion> {
    return this.#host.carry(device, command, begin, (...sent) => this.send(...sent));
  }

  async #take(message: LinkMessage): Promise<void> {
    const { intake, pass } = this.#parts;
    if (isSparkplug(message.topic)) {
      await this.#host.take(message);
      await pass(message);
      return;
    }
    const device = this.#index.find(message.topic);
    if (device === undefined) await intake.takeUnknown(message);
    else await intake.take(device, message, undefined);
    await pass(message);
  }
}

function subscriptionsOf(broker: MqttBroker, access: AccessRules | undefined): LinkParts["subscriptions"] {
  const shared = (filter: string): string => (broker.share === undefined ? filter : `$share/${broker.share}/${filter}`);
  const wanted = broker.subscriptions.map(({ filter, qos }) => ({ filter: shared(filter), qos }));
  // Whoever asked gets the answer: it is not shared with another gateway.
  return access?.reply === undefined ? wanted : [...wanted, { filter: access.reply.filter(), qos: 1 }];
}
