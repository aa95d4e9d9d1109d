import { Status } from "../../../proto/oslp/gen/types.ts";
import type { Behaviour } from "../behaviour.ts";
import { applyNow } from "../schedule-runner.ts";

/**
 * ResumeSchedule: relays that were switched by hand follow their schedule again, now (`immediate`) or from its next entry
 * on. Without a schedule it is accepted and nothing changes.
 */
export function resumesSchedule(): Behaviour {
  return {
    name: "resumes-schedule",
    answers: (state, request, now) => {
      if (request.member !== "resumeScheduleRequest") return undefined;
      const index = request.body.index?.[0] ?? 0;
      const relays = state.relays.filter((relay) => index === 0 || relay.index === index);
      for (const relay of relays) relay.adHoc = false;
      if (request.body.immediate) applyNow(state, relays, now);
      return { kind: "answer", message: { member: "resumeScheduleResponse", body: { status: Status.OK } } };
    },
  };
}
