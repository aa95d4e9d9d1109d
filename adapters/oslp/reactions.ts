import type { MessageDraft } from "../../edge-agent/model/draft.ts";
import { Status } from "../../proto/oslp/gen/types.ts";
import type { Seams } from "../kit/adapter.ts";
import type { EdgeError } from "../kit/edge-error.ts";
import { oslpFault } from "./codes.ts";
import type { OslpDevice } from "./device.ts";
import { deviceIdText } from "./device-id.ts";
import type { Envelope } from "./envelope.ts";
import { eventDrafts, registrationDraft } from "./mapping.ts";
import { type OslpMemory, type Registration, readMemory } from "./memory.ts";
import type { OslpMessage } from "./message.ts";
import { confirm, confirmAnswer, offer, offerAnswer, outOfWindow, withNumber } from "./registration.ts";
import { inWindow, isNewer } from "./sequence-number.ts";
import type { OslpSettings } from "./settings.ts";

/** What a device may ask of a platform. */
export type DeviceRequest = OslpMessage<
  "registerDeviceRequest" | "confirmRegisterDeviceRequest" | "eventNotificationRequest"
>;

/** A request of a device whose signature was verified. */
export interface Asked<Request extends OslpMessage = DeviceRequest> {
  readonly device: OslpDevice;
  readonly envelope: Envelope;
  readonly message: Request;
}

/** What a request leads to. */
export interface Reaction {
  readonly drafts: readonly MessageDraft[];
  /** `undefined`: stays as it is. Without drafts and memory there is nothing to wait for. */
  readonly memory: OslpMemory | undefined;
  /** Made when everything is stored: it carries the time of then. */
  readonly answer: () => OslpMessage;
  /** Why the answer is REJECTED. */
  readonly refused: EdgeError | undefined;
}

export function isDeviceRequest(message: OslpMessage): message is DeviceRequest {
  return (
    message.member === "registerDeviceRequest" ||
    message.member === "confirmRegisterDeviceRequest" ||
    message.member === "eventNotificationRequest"
  );
}

/** Decides. Throws a fault where the request is not to be answered at all. */
export function reactTo(asked: Asked, settings: OslpSettings, seams: Seams<OslpDevice>): Reaction {
  const memory = readMemory(seams.registry.memory(asked.device.uid));
  const { message } = asked;
  switch (message.member) {
    case "registerDeviceRequest":
      return registered({ ...asked, message }, memory, settings, seams);
    case "confirmRegisterDeviceRequest":
      return confirmed({ ...asked, message }, memory, settings);
    case "eventNotificationRequest":
      return notified({ ...asked, message }, memory, settings);
  }
}

function registered(
  { device, envelope, message }: Asked<OslpMessage<"registerDeviceRequest">>,
  memory: OslpMemory,
  settings: OslpSettings,
  { random, wall }: Seams<OslpDevice>,
): Reaction {
  const pending = offer(message.body, envelope, { randomPlatform: random.below(65_536), now: wall() });
  const location = device.location ?? settings.location;
  return reaction({ memory: { ...memory, pending }, answer: () => offerAnswer(pending, wall(), location) });
}

function confirmed(
  { device, envelope, message }: Asked<OslpMessage<"confirmRegisterDeviceRequest">>,
  memory: OslpMemory,
  { sequence }: OslpSettings,
): Reaction {
  const { active, repeated } = confirm(message.body, envelope, memory, sequence);
  const answer = () => confirmAnswer(active, sequence);
  // In force already: the device did not hear our answer. Its number may be new; and what put it in force may be on its way
  // to be stored by another conversation, so the answer waits behind that, for a store of its own.
  if (repeated) return reaction({ memory: { ...memory, active }, answer });
  const draft = registrationDraft({ device, registration: active, sequenceNumber: envelope.sequenceNumber });
  return reaction({ drafts: [draft], memory: { ...memory, active, pending: undefined }, answer });
}

function notified(
  { device, envelope, message }: Asked<OslpMessage<"eventNotificationRequest">>,
  memory: OslpMemory,
  settings: OslpSettings,
): Reaction {
  const { notifications } = message.body;
  if (notifications.length > settings.limits.events) {
    const why = `${notifications.length} events in one request; ${settings.limits.events} are accepted`;
    throw oslpFault("oslp.event.too-many", why);
  }
  const registration = memory.active;
  const received = envelope.sequenceNumber;
  const refused = notInForce(registration, envelope, settings);
  // REJECTED tells the device to register again; nothing of the request is kept.
  if (registration === undefined || refused !== undefined) {
    return reaction({ answer: () => eventAnswer(Status.REJECTED), refused });
  }
  // A number used before is a repeat: its events have the ids they had, and the counter stays where it is.
  const newer = isNewer(registration.sequenceNumber, received, settings.sequence);
  const active = withNumber(registration, received, settings.sequence);
  return reaction({
    drafts: eventDrafts(notifications, { device, registration, sequenceNumber: received }),
    memory: newer ? { ...memory, active } : undefined,
    answer: () => eventAnswer(Status.OK),
  });
}

function notInForce(
  registration: Registration | undefined,
  envelope: Envelope,
  { sequence }: OslpSettings,
): EdgeError | undefined {
  if (registration === undefined || registration.deviceId !== deviceIdText(envelope.deviceId)) {
    return oslpFault("oslp.device.unregistered", "the device id is not that of a confirmed registration", {
      retry: "now",
    });
  }
  const { sequenceNumber } = registration;
  if (inWindow(sequenceNumber, envelope.sequenceNumber, sequence)) return undefined;
  return outOfWindow(sequenceNumber, envelope.sequenceNumber);
}

function reaction(parts: Partial<Reaction> & Pick<Reaction, "answer">): Reaction {
  return { drafts: [], memory: undefined, refused: undefined, ...parts };
}

function eventAnswer(status: number): OslpMessage<"eventNotificationResponse"> {
  return { member: "eventNotificationResponse", body: { status } };
}
