import { MINUTE_MS, toWall } from "../../../adapters/kit/time.ts";
import { type GetStatusResponse, LightType, LinkType, Status } from "../../../proto/oslp/gen/types.ts";
import type { Behaviour } from "../behaviour.ts";
import { configurationOf } from "../configuration-banks.ts";
import { deviceTime, stampAt } from "../device-clock.ts";
import type { DeviceState } from "../device-state.ts";
import { offsetMinutes } from "../summer-time.ts";

/** GetStatus: the state of every relay; a relay that is off reports a dim value of 0, as devices in the field do. */
export function reportsStatus(settings: { readonly full?: boolean } = {}): Behaviour {
  return {
    name: "reports-status",
    answers: (state, request) => {
      if (request.member !== "getStatusRequest") return undefined;
      const { preferredLinkType, lightType } = configurationOf(state.configuration);
      const full = settings.full === true && state.identity.version === "0.6.1";
      return {
        kind: "answer",
        message: {
          member: "getStatusResponse",
          body: {
            status: Status.OK,
            value: state.relays.map((relay) => ({
              index: Uint8Array.of(relay.index),
              on: relay.on,
              dimValue: Uint8Array.of(relay.on ? relay.dim : 0),
            })),
            preferredLinktype: preferredLinkType ?? LinkType.ETHERNET,
            actualLinktype: LinkType.ETHERNET,
            lightType: lightType ?? LightType.RELAY,
            eventNotificationMask: state.eventMask,
            ...(full ? details(state) : {}),
          },
        },
      };
    },
  };
}

/** What 0.6.1 added. */
function details(state: DeviceState): Partial<GetStatusResponse> {
  const { identity, firmware, configuration } = state;
  const time = deviceTime(state);
  return {
    numberOfOutputs: state.relays.length,
    dcOutputVoltageMaximum: 24_000,
    dcOutputVoltageCurrent: 24_000,
    maximumOutputPowerOnDcOutput: 15_000,
    serialNumber: identity.deviceId,
    macAddress: identity.deviceId.slice(6),
    hardwareId: "BUSBAR SIMULATED SSLD",
    internalFlashMemSize: 1_048_576,
    externalFlashMemSize: 0,
    lastInternalTestResultCode: 0,
    startupCounter: state.startups,
    bootLoaderVersion: "1.0",
    firmwareVersion: firmware?.running ?? "R01",
    currentConfigurationBackUsed: Uint8Array.of(configuration?.inUse ?? 0),
    name: identity.identification,
    ...(time === undefined ? {} : { currentTime: stampAt(toWall(time + localOffset(state) * MINUTE_MS)) }),
    currentIp: identity.ipAddress.join("."),
  };
}

/** The contract wants local time here, and only here. */
function localOffset(state: DeviceState): number {
  const time = deviceTime(state) ?? toWall(0);
  return offsetMinutes(time, state.place?.timeOffsetMinutes ?? 0, configurationOf(state.configuration));
}
