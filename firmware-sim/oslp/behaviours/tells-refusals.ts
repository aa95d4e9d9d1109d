import { Event } from "../../../proto/oslp/gen/types.ts";
import type { Behaviour } from "../behaviour.ts";
import { tell } from "../events.ts";

/** Events for what it did not do: out of sequence 7000; from 0.6.1 on also an unverified message 7001, an unknown one 1. */
export function tellsRefusals(): Behaviour {
  return {
    name: "tells-refusals",
    notices: (state, notice) => {
      if (notice.kind !== "refused") return;
      const { why, member } = notice;
      if (why === "out-of-window") tell(state, Event.SECURITY_EVENTS_OUT_OF_SEQUENCE, "a request out of sequence");
      if (state.identity.version === "0.5.1") return;
      if (why === "unsigned") tell(state, Event.SECURITY_EVENTS_OSLP_VERIFICATION_FAILED, "a request is not signed");
      if (why === "unknown") tell(state, Event.DIAG_EVENTS_UNKNOWN_MESSAGE_TYPE, `unknown: ${member}`);
    },
  };
}
