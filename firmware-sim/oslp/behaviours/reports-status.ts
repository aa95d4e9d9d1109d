import { LightType, LinkType, Status } from "../../../proto/oslp/gen/types.ts";
import type { Behaviour } from "../behaviour.ts";

/** GetStatus: the state of every relay; a relay that is off reports a dim value of 0, as devices in the field do. */
export function reportsStatus(): Behaviour {
  return {
    name: "reports-status",
    answers: (state, request) => {
      if (request.member !== "getStatusRequest") return undefined;
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
            preferredLinktype: LinkType.ETHERNET,
            actualLinktype: LinkType.ETHERNET,
            lightType: LightType.RELAY,
            eventNotificationMask: state.eventMask,
          },
        },
      };
    },
  };
}
