import { Status } from "../../../proto/oslp/gen/types.ts";
import type { Behaviour } from "../behaviour.ts";

/** SetEventNotifications: from then on only events of the groups in the mask are raised. */
export function setsEventMask(): Behaviour {
  return {
    name: "sets-event-mask",
    answers: (state, request) => {
      if (request.member !== "setEventNotificationsRequest") return undefined;
      state.eventMask = request.body.NotificationMask;
      return { kind: "answer", message: { member: "setEventNotificationsResponse", body: { status: Status.OK } } };
    },
  };
}
