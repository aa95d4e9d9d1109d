import { toEdgeError } from "../../adapters/kit/edge-error.ts";
import type { CommandConclusion } from "../../adapters/kit/session.ts";
import type { DurationMs } from "../../adapters/kit/time.ts";
import { isReply, type AccessRules } from "../../adapters/mqtt/access.ts";
import type { CommandForm, CommandPublish } from "../../adapters/mqtt/command-payload.ts";
import { mqttFault } from "../../adapters/mqtt/mqtt-fault.ts";
import { isSparkplug } from "../../adapters/mqtt/sparkplug/topic.ts";
import type { LinkMessage } from "../../adapters/mqtt/wire/link-settings.ts";
import type { MqttBridge, MqttBroker } from "../config/mqtt-bridge.ts";
import type { MqttSection } from "../config/mqtt.ts";
import type { Command } from "../model/command.ts";
import type { MessageDraft } from "../model/draft.ts";
import type { Message } from "../model/message.ts";
import { BridgeQueue } from "./bridge-queue.ts";
import type { Duty, DutyPorts } from "./duty.ts";
import type { ProtocolLink } from "../model/agent-status.ts";
import type { GroupSpool } from "./group-spool.ts";
import { type Arrival, MqttBridgeRun, type Outgoing } from "./mqtt-bridge.ts";
import { BridgeCommands } from "./mqtt-bridge-commands.ts";
import { MqttBrokerRun } from "./mqtt-broker.ts";
import { MqttCommands } from "./mqtt-commands.ts";
import type { BookedMqttDevice, MqttBook } from "./mqtt-devices.ts";
import type { DoorDesk, MqttDoor } from "./mqtt-door.ts";
import { MqttIntake } from "./mqtt-intake.ts";
import { type ConnectedNodes, connectedNodes } from "./mqtt-nodes.ts";
import { deliverLocally, TopicIndex } from "./mqtt-local.ts";
import { pausing } from "./pausing.ts";
import { cursorEntry } from "./spool-cursor.ts";

export interface MqttDutyParts {
  readonly ports: DutyPorts;
  readonly section: MqttSection;
  readonly gateway: string;
  /** The spool that is the queue of a bridge. */
  readonly bridgeSpool: (name: string) => GroupSpool | undefined;
  readonly book: MqttBook;
  readonly access: AccessRules;
  readonly form: CommandForm;
  /** Of a command over a bridge that says none. */
  readonly commandDeadlineMs: DurationMs;
  /** `undefined`: nothing listens on this agent. */
  readonly door: MqttDoor | undefined;
}

/** MQTT for one group during one reign: its devices at the door, the brokers and bridges of the group. */
export class MqttDuty implements Duty {
  readonly intake: MqttIntake;
  readonly bridges: Map<string, MqttBridgeRun> = new Map();
  readonly brokers: Map<string, MqttBrokerRun> = new Map();
  readonly #bridgeCommands = new Map<string, BridgeCommands>();
  readonly #parts: MqttDutyParts;
  readonly #commands: MqttCommands;
  readonly #desk: DoorDesk;
  readonly #index: TopicIndex;
  /** Edge nodes that connect to us; `undefined`: there are none. */
  readonly #nodes: ConnectedNodes | undefined;
  #ended = false;

  constructor(parts: MqttDutyParts) {
    const { ports, section, book, access, form } = parts;
    this.#parts = parts;
    this.#commands = new MqttCommands({
      form,
      answer: section.commands.answer,
      answerTimeoutMs: section.commands.answerTimeoutMs,
      timers: ports.timers,
      send: (device, message, begin, uid) => this.#send(device, message, begin, uid),
    });
    this.intake = new MqttIntake({
      ports,
      book,
      isReply: (device, topic) => isReply(access, device.clientId, topic),
      answered: (device, reply) => this.#commands.answered(device, reply),
    });
    this.#index = new TopicIndex(book, access, (device) => device.group === ports.group);
    this.#desk = {
      southbound: ports.southbound,
      take: (device, publish, packetId) => {
        const stored =
          this.#nodes !== undefined && isSparkplug(publish.topic)
            ? this.#nodes.host.take(publish)
            : this.intake.take(device, publish, packetId);
        if (this.bridges.size === 0) return stored;
        return stored.then(() => this.#pass({ ...publish, hops: 0, properties: {} }));
      },
      released: (device, packetId) => this.intake.released(device, packetId),
      subscribed: (device, filter) => this.#nodes?.subscribed(device, filter),
      lost: (device, reason) => {
        if (this.#ended) return;
        ports.lost(device.uid, reason);
        this.#nodes?.host.disconnected(device, reason);
      },
    };
    this.#nodes = connectedNodes({ ...parts, intake: this.intake });
  }

  async start(): Promise<void> {
    const { door, ports, section } = this.#parts;
    for (const [name, bridge] of Object.entries(section.bridges)) {
      if (bridge.group === ports.group) this.#startBridge(name, bridge);
    }
    for (const [name, broker] of Object.entries(section.brokers)) {
      if (broker.group === ports.group) this.#startBroker(name, broker);
    }
    await door?.join(ports.group, this.#desk);
  }

  carry(command: Command, begin: () => Promise<void>): Promise<CommandConclusion> | undefined {
    const device = this.#parts.book.byUid(command.device);
    if (device === undefined) return undefined;
    if (device.sparkplug !== undefined && device.broker === undefined)
      return this.#nodes?.carry(device, command, begin);
    const behind = device.sparkplug === undefined ? undefined : this.brokers.get(device.broker ?? "");
    return behind?.carrySparkplug(device, command, begin) ?? this.#commands.carry(device, command, begin);
  }

  stored(messages: readonly Message[]): void {
    for (const bridge of this.bridges.values()) for (const message of messages) bridge.offerStored(message);
  }

  async concluded(command: Command, draft: MessageDraft<"busbar.command-result.v1">): Promise<void> {
    for (const commands of this.#bridgeCommands.values()) await commands.concluded(command, draft);
  }

  links(): readonly ProtocolLink[] {
    return [
      ...[...this.brokers].map(([name, { isUp }]) => ({ name, kind: "broker" as const, isUp, bridge: undefined })),
      ...[...this.bridges].map(([name, run]) => {
        const { messages, bytes, dropped, mirrored } = run.waiting;
        const { sent, received } = run.counts;
        const bridge = { waiting: messages, waitingBytes: bytes, mirrored, sent, received };
        return {
          name,
          kind: "bridge" as const,
          isUp: run.isUp,
          bridge: { ...bridge, dropped: dropped + run.counts.dropped },
        };
      }),
    ];
  }

  async drain(forMs: DurationMs): Promise<void> {
    await this.#nodes?.host.leave();
    const links = [...this.brokers.values(), ...this.bridges.values()].map((run) => run.close());
    const left = Promise.all([...links, this.#leave("the group is handed over")]);
    await Promise.race([left, pausing(this.#parts.ports.timers, forMs)]);
  }

  end(): void {
    this.#ended = true;
    this.#commands.end();
    this.#nodes?.host.end();
    for (const run of [...this.brokers.values(), ...this.bridges.values()]) run.end();
    void this.#leave("the group is served elsewhere");
  }

  #startBroker(name: string, broker: MqttBroker): void {
    const { ports, section, gateway, book, access } = this.#parts;
    const pass = (message: LinkMessage): Promise<void> => this.#pass({ ...message, hops: 0 });
    try {
      const run = new MqttBrokerRun({ name, broker, section, gateway, ports, book, access, intake: this.intake, pass });
      this.brokers.set(name, run);
      run.start();
    } catch (thrown) {
      ports.note("warn", `broker ${name} cannot be used: ${toEdgeError(thrown, "mqtt.broker.refused").message}`);
    }
  }

  #startBridge(name: string, bridge: MqttBridge): void {
    const { ports, gateway } = this.#parts;
    let queue: BridgeQueue | undefined;
    try {
      queue = this.#openQueue(name, bridge);
      const commands = this.#commandsOf(name, bridge);
      this.#bridgeCommands.set(name, commands);
      const deliver = (message: Arrival): Promise<void> => this.#deliver(message, commands);
      const run = new MqttBridgeRun({ name, bridge, gateway, ports, queue, deliver });
      this.bridges.set(name, run);
      run.start();
    } catch (thrown) {
      // The others, and the devices, are served without it.
      queue?.end();
      ports.note("warn", `bridge ${name} cannot run: ${toEdgeError(thrown, "mqtt.bridge.invalid").message}`);
    }
  }

  #commandsOf(name: string, { results }: MqttBridge): BridgeCommands {
    const { ports, commandDeadlineMs } = this.#parts;
    return new BridgeCommands({
      bridge: name,
      ports,
      deadlineMs: commandDeadlineMs,
      results,
      answer: async (to, answer, id) => await this.bridges.get(name)?.answer(to, answer, id),
      refuse: (message, fault) => this.intake.takeUnknown(message, fault),
    });
  }

  #openQueue(name: string, bridge: MqttBridge): BridgeQueue {
    const { ports, bridgeSpool } = this.#parts;
    const spool = bridgeSpool(name);
    if (spool === undefined) throw mqttFault("mqtt.bridge.invalid", "it has no queue on this agent", { blame: "us" });
    return new BridgeQueue({
      spool,
      limits: bridge.queue,
      epoch: ports.reign.epoch,
      timers: ports.timers,
      remember: (incarnation, through) => {
        const { device, memory } = cursorEntry(incarnation, through);
        return ports.southbound.store(device, [], memory);
      },
    });
  }

  /** To every bridge that has a rule for it. */
  async #pass(message: Outgoing): Promise<void> {
    await Promise.all([...this.bridges.values()].map((bridge) => bridge.offer(message)));
  }

  async #deliver(message: Arrival, commands: BridgeCommands): Promise<void> {
    await deliverLocally(message, {
      index: this.#index,
      intake: this.intake,
      form: this.#parts.form.payload,
      command: (one, to) => commands.take(one, to),
    });
    await this.#pass({ ...message, properties: {} });
  }

  async #send(
    device: BookedMqttDevice,
    message: CommandPublish,
    begin: () => Promise<void>,
    uid: string,
  ): Promise<void> {
    const { door } = this.#parts;
    if (device.broker !== undefined) {
      const broker = this.brokers.get(device.broker);
      if (broker === undefined) throw notReached(device);
      return await broker.send(device, message, begin, uid);
    }
    if (door === undefined) throw notReached(device);
    await door.send(device, message, begin);
  }

  async #leave(reason: string): Promise<void> {
    const { door, ports } = this.#parts;
    await door?.leave(ports.group, this.#desk, reason);
  }
}

function notReached(device: BookedMqttDevice) {
  return mqttFault("mqtt.command.offline", `device ${device.uid} cannot be reached from here`, { retry: "backoff" });
}
