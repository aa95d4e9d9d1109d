import type { DeviceMemory } from "../adapters/kit/session.ts";
import { toKeyRef } from "../adapters/kit/adapter.ts";
import type { OslpDevice } from "../adapters/oslp/device.ts";
import { eventDrafts } from "../adapters/oslp/mapping.ts";
import { type Registration, writeMemory } from "../adapters/oslp/memory.ts";
import type { MessageDraft } from "../edge-agent/model/draft.ts";
import { Event } from "../proto/oslp/gen/types.ts";

/** What one OSLP event becomes once its envelope was checked: the draft of the message, and the memory that goes with it. */
export interface ExampleEvent {
  readonly drafts: readonly MessageDraft[];
  readonly memory: DeviceMemory;
}

/** A registered street-light controller that switches its lamp; every event is another one. About 900 bytes of JSON each. */
export class ExampleDevice {
  readonly uid: string;
  readonly #device: OslpDevice;
  readonly #registration: Registration;
  #events = 0;

  constructor(number: number) {
    const identification = `SSLD-${String(number).padStart(5, "0")}`;
    this.uid = identification.toLowerCase();
    this.#device = {
      uid: this.uid,
      deviceIdentification: identification,
      deviceType: "ssld",
      version: "0.6.1",
      publicKey: toKeyRef(`device/${identification}`),
      address: undefined,
      location: undefined,
    };
    this.#registration = {
      deviceId: Buffer.from(`000${number}`.padStart(12, "0")).toString("base64"),
      sequenceNumber: 0,
      randomDevice: 4_711,
      randomPlatform: 815,
      address: `127.64.${number >> 8}.${number & 255}`,
      hasSchedule: true,
      deviceType: 1,
      registeredAt: 1_795_219_200_000,
    };
  }

  next(): ExampleEvent {
    this.#events += 1;
    const sequenceNumber = this.#events % 65_536;
    const registration = { ...this.#registration, sequenceNumber };
    const drafts = eventDrafts(
      [
        {
          event: this.#events % 2 === 0 ? Event.LIGHT_EVENTS_LIGHT_OFF : Event.LIGHT_EVENTS_LIGHT_ON,
          index: Uint8Array.of(2),
          timestamp: "20261121001500",
          description: `relay 2 switched by its schedule, number ${this.#events}`,
        },
      ],
      { device: this.#device, registration, sequenceNumber },
    );
    return { drafts, memory: writeMemory({ active: registration, pending: undefined, requestUid: undefined }) };
  }
}
