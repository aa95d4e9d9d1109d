import { Status } from "../../../proto/oslp/gen/types.ts";
import type { Behaviour } from "../behaviour.ts";

/** ResumeSchedule: accepted; what the schedule wants is another behaviour's business. */
export function resumesSchedule(): Behaviour {
  return {
    name: "resumes-schedule",
    answers: (_state, request) =>
      request.member === "resumeScheduleRequest"
        ? { kind: "answer", message: { member: "resumeScheduleResponse", body: { status: Status.OK } } }
        : undefined,
  };
}
