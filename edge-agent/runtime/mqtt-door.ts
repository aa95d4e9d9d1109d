import { EdgeError } from "../../adapters/kit/edge-error.ts";
import type { CommandPublish } from "../../adapters/mqtt/command-payload.ts";
import { mqttFault } from "../../adapters/mqtt/mqtt-fault.ts";
import type { Publish } from "../../adapters/mqtt/publish.ts";
import type { MqttListener } from "../../adapters/mqtt/wire/listener.ts";
import type { ListedDevice, ListenerParts } from "../../adapters/mqtt/wire/listener-settings.ts";
import type { Southbound } from "./southbound.ts";
import type { BookedMqttDevice, MqttBook } from "./mqtt-devices.ts";

/** One group's side of the door: where what its devices say goes. */
export interface DoorDesk {
  readonly southbound: Southbound;
  take(device: BookedMqttDevice, publish: Publish, packetId: number | undefined): Promise<void>;
  released(device: BookedMqttDevice, packetId: number): Promise<void>;
  subscribed(device: BookedMqttDevice, filter: string): void;
  lost(device: BookedMqttDevice, reason: string): void;
}

/**
 * The one listener of this agent, shared by the groups that are active here: open while there is one, and each device is
 * taken to the desk of its group.
 */
export class MqttDoor {
  readonly #book: MqttBook;
  readonly #make: (desk: ListenerParts["desk"]) => MqttListener;
  readonly #desks = new Map<string, DoorDesk>();
  #listener: MqttListener | undefined;
  /** Opening and closing, one after the other. */
  #turn: Promise<void> = Promise.resolve();

  constructor(book: MqttBook, make: (desk: ListenerParts["desk"]) => MqttListener) {
    this.#book = book;
    this.#make = make;
  }

  get listener(): MqttListener | undefined {
    return this.#listener;
  }

  /** Sockets that should be open, because a group is active here, and are not. */
  closedSockets(): readonly string[] {
    return this.#desks.size === 0 ? [] : (this.#listener?.closedSockets() ?? ["MQTT"]);
  }

  isServed(group: string): boolean {
    return this.#desks.has(group);
  }

  /** Resolves when the listener is open. */
  join(group: string, desk: DoorDesk): Promise<void> {
    this.#desks.set(group, desk);
    return this.#next(async () => {
      if (this.#listener !== undefined || this.#desks.size === 0) return;
      this.#listener = this.#make(this.#desk());
      await this.#listener.open();
    });
  }

  /** Resolves when the group's devices are disconnected, and the listener closed where the group was the last. */
  leave(group: string, desk: DoorDesk, reason: string): Promise<void> {
    if (this.#desks.get(group) !== desk) return this.#turn;
    this.#desks.delete(group);
    this.#listener?.disconnect(reason, (device) => this.#groupOf(device) === group);
    return this.#next(async () => {
      if (this.#desks.size > 0) return;
      const listener = this.#listener;
      this.#listener = undefined;
      await listener?.close(reason);
    });
  }

  async send(device: BookedMqttDevice, message: CommandPublish, begin: () => Promise<void>): Promise<void> {
    const listed = { uid: device.uid, identification: device.clientId, served: true };
    const listener = this.#listener;
    if (listener === undefined)
      throw mqttFault("mqtt.command.offline", "the listener is not open", { retry: "backoff" });
    await listener.send(listed, message, begin);
  }

  #next(act: () => Promise<void>): Promise<void> {
    // One that failed is no reason for the next not to be tried.
    this.#turn = this.#turn.then(act, act);
    return this.#turn;
  }

  #desk(): ListenerParts["desk"] {
    return {
      take: (listed, publish, packetId) => {
        const { desk, device } = this.#at(listed);
        return desk.take(device, publish, packetId);
      },
      released: async (listed, packetId) => {
        const { desk, device } = this.#at(listed);
        await desk.released(device, packetId);
      },
      connected: (listed) => this.#deskOf(listed)?.southbound.heard(listed.uid),
      subscribed: (listed, filter) => {
        const device = this.#book.knows(listed.uid);
        if (device !== undefined) this.#deskOf(listed)?.subscribed(device, filter);
      },
      disconnected: (listed, reason) => {
        const device = this.#book.knows(listed.uid);
        if (device !== undefined) this.#deskOf(listed)?.lost(device, reason);
      },
      refused: (listed, peer, fault) => {
        const desk = (listed && this.#deskOf(listed)) ?? [...this.#desks.values()][0];
        desk?.southbound.refused(listed?.uid, peer, fault);
      },
      permit: (listed) => this.#deskOf(listed)?.southbound.permit() === true,
    };
  }

  #at(listed: ListedDevice): { readonly desk: DoorDesk; readonly device: BookedMqttDevice } {
    const desk = this.#deskOf(listed);
    const device = this.#book.knows(listed.uid);
    if (desk !== undefined && device !== undefined) return { desk, device };
    throw notServed(listed);
  }

  #deskOf(listed: ListedDevice): DoorDesk | undefined {
    const group = this.#groupOf(listed);
    return group === undefined ? undefined : this.#desks.get(group);
  }

  #groupOf(listed: ListedDevice): string | undefined {
    return this.#book.knows(listed.uid)?.group;
  }
}

function notServed(listed: ListedDevice): EdgeError {
  return new EdgeError({
    code: "mqtt.client.not-served",
    blame: "us",
    retry: "backoff",
    message: `device ${listed.uid} is not served by this agent`,
  });
}
