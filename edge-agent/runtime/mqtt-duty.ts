import type { CommandConclusion } from "../../adapters/kit/session.ts";
import { isReply, type AccessRules } from "../../adapters/mqtt/access.ts";
import type { CommandForm } from "../../adapters/mqtt/command-payload.ts";
import type { MqttSection } from "../config/mqtt.ts";
import type { Command } from "../model/command.ts";
import type { Duty, DutyPorts } from "./duty.ts";
import { MqttCommands } from "./mqtt-commands.ts";
import type { MqttBook } from "./mqtt-devices.ts";
import type { DoorDesk, MqttDoor } from "./mqtt-door.ts";
import { MqttIntake } from "./mqtt-intake.ts";

export interface MqttDutyParts {
  readonly ports: DutyPorts;
  readonly section: MqttSection;
  readonly book: MqttBook;
  readonly access: AccessRules;
  readonly form: CommandForm;
  /** `undefined`: nothing listens on this agent. */
  readonly door: MqttDoor | undefined;
}

/** MQTT for one group during one reign: its devices at the door, the brokers and bridges of the group. */
export class MqttDuty implements Duty {
  readonly intake: MqttIntake;
  readonly #parts: MqttDutyParts;
  readonly #commands: MqttCommands;
  readonly #desk: DoorDesk;
  #ended = false;

  constructor(parts: MqttDutyParts) {
    const { ports, section, book, access, form, door } = parts;
    this.#parts = parts;
    this.#commands = new MqttCommands({
      form,
      answer: section.commands.answer,
      answerTimeoutMs: section.commands.answerTimeoutMs,
      timers: ports.timers,
      send: async (device, message, begin) => {
        await door?.send(device, message, begin);
      },
    });
    this.intake = new MqttIntake({
      ports,
      book,
      isReply: (device, topic) => isReply(access, device.clientId, topic),
      answered: (device, reply) => this.#commands.answered(device, reply),
    });
    this.#desk = {
      southbound: ports.southbound,
      take: (device, publish, packetId) => this.intake.take(device, publish, packetId),
      released: (device, packetId) => this.intake.released(device, packetId),
      lost: (device, reason) => {
        if (!this.#ended) ports.lost(device, reason);
      },
    };
  }

  async start(): Promise<void> {
    const { door, ports } = this.#parts;
    await door?.join(ports.group, this.#desk);
  }

  carry(command: Command, begin: () => Promise<void>): Promise<CommandConclusion> | undefined {
    const device = this.#parts.book.byUid(command.device);
    return device === undefined ? undefined : this.#commands.carry(device, command, begin);
  }

  async drain(): Promise<void> {
    await this.#leave("the group is handed over");
  }

  end(): void {
    this.#ended = true;
    this.#commands.end();
    void this.#leave("the group is served elsewhere");
  }

  async #leave(reason: string): Promise<void> {
    const { door, ports } = this.#parts;
    await door?.leave(ports.group, this.#desk, reason);
  }
}
