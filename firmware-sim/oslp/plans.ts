import { DeviceType, Status } from "../../proto/oslp/gen/types.ts";
import { synchronize } from "./device-clock.ts";
import type { DeviceState, PendingEvent } from "./device-state.ts";
import type { InitiativePlan } from "./initiative.ts";
import { following } from "./sequence.ts";

/** RegisterDevice: a random number starts the counter, a random of the device waits for its echo. */
export function registerPlan(state: DeviceState): InitiativePlan {
  const { identity, random } = state;
  const sequenceNumber = state.registersWith ?? random.below(65_536);
  const randomDevice = random.below(65_536);
  return {
    sequenceNumber,
    request: {
      member: "registerDeviceRequest",
      body: {
        deviceIdentification: identity.identification,
        ipAddress: Uint8Array.from(identity.ipAddress),
        deviceType: identity.kind === "SSLD" ? DeviceType.SSLD : DeviceType.PSLD,
        hasSchedule: state.hasSchedule,
        randomDevice,
      },
    },
    answered: (response) => {
      if (response.member !== "registerDeviceResponse") return `registration was answered by ${response.member}`;
      if (response.body.status !== Status.OK) return `registration was refused with status ${response.body.status}`;
      if (response.body.randomDevice !== randomDevice) return "the platform did not echo the random of the device";
      state.sequenceNumber = sequenceNumber;
      state.randomDevice = randomDevice;
      state.randomPlatform = response.body.randomPlatform;
      synchronize(state, response.body.currentTime);
      const { locationInfo } = response.body;
      if (locationInfo !== undefined) {
        state.place = {
          timeOffsetMinutes: locationInfo.timeOffset ?? 0,
          latitude: (locationInfo.latitude ?? 0) / MICRODEGREES,
          longitude: (locationInfo.longitude ?? 0) / MICRODEGREES,
        };
      }
      state.registration = "confirming";
      return undefined;
    },
  };
}

const MICRODEGREES = 1_000_000;

/** ConfirmRegisterDevice: both randoms, the next number. A failure starts the registration over. */
export function confirmPlan(state: DeviceState): InitiativePlan {
  const sequenceNumber = following(state.sequenceNumber);
  return {
    sequenceNumber,
    request: {
      member: "confirmRegisterDeviceRequest",
      body: { randomDevice: state.randomDevice, randomPlatform: state.randomPlatform },
    },
    answered: (response, now) => {
      if (response.member !== "confirmRegisterDeviceResponse" || response.body.status !== Status.OK) {
        state.registration = "unregistered";
        return "the confirmation was refused";
      }
      const { randomDevice, randomPlatform, sequenceWindow } = response.body;
      if (randomDevice !== state.randomDevice || randomPlatform !== state.randomPlatform) {
        state.registration = "unregistered";
        return "the confirmation echoes other randoms";
      }
      state.sequenceNumber = sequenceNumber;
      state.window = sequenceWindow;
      state.registration = "registered";
      state.registeredAt = now;
      // The counter is a new one: what was under way before it is told with a number of it.
      const oldest = state.pending.peek();
      if (oldest !== undefined) oldest.sequenceNumber = undefined;
      state.log.note("registered");
      state.notice({ kind: "registered" }, now);
      return undefined;
    },
  };
}

/** EventNotification: the same event with the same number until it is answered. */
export function eventPlan(state: DeviceState, pending: PendingEvent): InitiativePlan {
  const sequenceNumber = pending.sequenceNumber ?? following(state.sequenceNumber);
  pending.sequenceNumber = sequenceNumber;
  return {
    sequenceNumber,
    request: { member: "eventNotificationRequest", body: { notifications: [pending.event] } },
    answered: (response, now) => {
      if (response.member !== "eventNotificationResponse") return `an event was answered by ${response.member}`;
      if (response.body.status === Status.OK) {
        if (state.pending.peek() === pending) state.pending.shift();
        state.sequenceNumber = furthest(state.sequenceNumber, sequenceNumber);
        state.log.acknowledged({ description: pending.event.description ?? "", timestamp: pending.event.timestamp });
        state.notice({ kind: "acknowledged", event: pending.event }, now);
        return undefined;
      }
      // Out of sequence: the counter is agreed anew, and the event is told again afterwards with a new number.
      pending.sequenceNumber = undefined;
      state.registration = "unregistered";
      return `the event was refused with status ${response.body.status}`;
    },
  };
}

/** A platform request may have moved the counter on while the event was under way. */
function furthest(stored: number, used: number): number {
  const ahead = (used - stored + 65_536) % 65_536;
  return ahead < 32_768 ? used : stored;
}
