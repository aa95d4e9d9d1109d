import type { ConfirmRegisterDeviceRequest, RegisterDeviceRequest } from "../../proto/oslp/gen/types.ts";
import { Status } from "../../proto/oslp/gen/types.ts";
import type { WallMs } from "../kit/time.ts";
import { addressText } from "./addresses.ts";
import type { EdgeError } from "../kit/edge-error.ts";
import { oslpFault } from "./codes.ts";
import type { Location } from "./device.ts";
import { deviceIdText } from "./device-id.ts";
import type { Envelope } from "./envelope.ts";
import type { OslpMemory, Registration } from "./memory.ts";
import type { OslpMessage } from "./message.ts";
import { inWindow, isNewer, type SequenceWindow } from "./sequence-number.ts";
import { writeTime } from "./times.ts";

/**
 * Registration is two exchanges: RegisterDevice offers, ConfirmRegisterDevice proves that the device heard our answer.
 * Until then the offer is pending. Throws `oslp.registration.address`.
 */
export function offer(
  request: RegisterDeviceRequest,
  envelope: Envelope,
  facts: { readonly randomPlatform: number; readonly now: WallMs },
): Registration {
  const address = addressText(request.ipAddress);
  if (address === undefined) {
    throw oslpFault("oslp.registration.address", `an IP address of ${request.ipAddress.length} bytes; it has 4 or 16`);
  }
  return {
    deviceId: deviceIdText(envelope.deviceId),
    sequenceNumber: envelope.sequenceNumber,
    randomDevice: request.randomDevice,
    randomPlatform: facts.randomPlatform,
    address,
    hasSchedule: request.hasSchedule,
    deviceType: request.deviceType,
    registeredAt: facts.now,
  };
}

/** The answer to an offer. */
export function offerAnswer(
  offered: Registration,
  now: WallMs,
  location: Location | undefined,
): OslpMessage<"registerDeviceResponse"> {
  return {
    member: "registerDeviceResponse",
    body: {
      status: Status.OK,
      currentTime: writeTime(now),
      randomDevice: offered.randomDevice,
      randomPlatform: offered.randomPlatform,
      ...(location === undefined
        ? {}
        : {
            locationInfo: {
              timeOffset: location.timeOffsetMinutes,
              latitude: Math.round(location.latitude * 1_000_000),
              longitude: Math.round(location.longitude * 1_000_000),
            },
          }),
    },
  };
}

/**
 * What a ConfirmRegisterDevice does: put the pending registration in force, or, where it is in force already and the
 * device did not hear our answer, nothing. Throws `oslp.registration.randoms`, `oslp.sequence.out-of-window`.
 */
export function confirm(
  request: ConfirmRegisterDeviceRequest,
  envelope: Envelope,
  memory: OslpMemory,
  window: SequenceWindow,
): { readonly active: Registration; readonly repeated: boolean } {
  const deviceId = deviceIdText(envelope.deviceId);
  const { pending, active } = memory;
  const matches = (one: Registration | undefined): one is Registration =>
    one !== undefined &&
    one.deviceId === deviceId &&
    one.randomDevice === request.randomDevice &&
    one.randomPlatform === request.randomPlatform;
  const confirmed = [pending, active].find(matches);
  if (confirmed === undefined) {
    throw oslpFault("oslp.registration.randoms", "the randoms are not those of a registration under way");
  }
  const received = envelope.sequenceNumber;
  if (!inWindow(confirmed.sequenceNumber, received, window)) throw outOfWindow(confirmed.sequenceNumber, received);
  return { active: withNumber(confirmed, received, window), repeated: confirmed === active };
}

export function confirmAnswer(
  active: Registration,
  window: SequenceWindow,
): OslpMessage<"confirmRegisterDeviceResponse"> {
  return {
    member: "confirmRegisterDeviceResponse",
    body: {
      status: Status.OK,
      randomDevice: active.randomDevice,
      randomPlatform: active.randomPlatform,
      sequenceWindow: window.window,
    },
  };
}

/** The registration with a number that was used, unless a newer one is known: the counter never goes back. */
export function withNumber(registration: Registration, used: number, window: SequenceWindow): Registration {
  return isNewer(registration.sequenceNumber, used, window) ? { ...registration, sequenceNumber: used } : registration;
}

export function outOfWindow(stored: number, received: number): EdgeError {
  return oslpFault("oslp.sequence.out-of-window", `sequence number ${received} after ${stored} is outside the window`, {
    native: received,
  });
}
