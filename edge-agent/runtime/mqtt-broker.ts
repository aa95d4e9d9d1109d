import { NodeRandom } from "../../adapters/io/node/random.ts";
import type { AccessRules } from "../../adapters/mqtt/access.ts";
import type { CommandPublish } from "../../adapters/mqtt/command-payload.ts";
import { mqttFault } from "../../adapters/mqtt/mqtt-fault.ts";
import { BrokerLink } from "../../adapters/mqtt/wire/broker-link.ts";
import type { LinkMessage, LinkParts } from "../../adapters/mqtt/wire/link-settings.ts";
import type { MqttBroker } from "../config/mqtt-bridge.ts";
import type { DutyPorts } from "./duty.ts";
import type { BookedMqttDevice, MqttBook } from "./mqtt-devices.ts";
import type { MqttIntake } from "./mqtt-intake.ts";
import { linkNotes } from "./mqtt-link-notes.ts";
import { linkSettings } from "./mqtt-links.ts";
import { TopicIndex } from "./mqtt-local.ts";

export interface MqttBrokerParts {
  readonly name: string;
  readonly broker: MqttBroker;
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

  constructor(parts: MqttBrokerParts) {
    const { name, broker, gateway, ports, book, access } = parts;
    this.#parts = parts;
    this.#index = new TopicIndex(book, access, (device) => device.broker === name);
    this.#link = new BrokerLink({
      settings: linkSettings(broker, { gateway, name }),
      subscriptions: subscriptionsOf(broker, this.#index.size > 0 ? access : undefined),
      timers: ports.timers,
      random: new NodeRandom(),
      permit: () => ports.southbound.permit(),
      take: (message) => this.#take(message),
      changed: linkNotes(`broker ${name}`, ports.note),
    });
  }

  get isUp(): boolean {
    return this.#link.isUp;
  }

  start(): void {
    this.#link.start();
  }

  close(): Promise<void> {
    return this.#link.close();
  }

  end(): void {
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

  async #take(message: LinkMessage): Promise<void> {
    const { intake, pass } = this.#parts;
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
