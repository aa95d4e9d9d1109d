import { DAY_MS, HOUR_MS, type Instant, later, MINUTE_MS, SECOND_MS } from "../../../adapters/kit/time.ts";
import { Status } from "../../../proto/oslp/gen/types.ts";
import type { Behaviour } from "../behaviour.ts";
import { deviceTime } from "../device-clock.ts";
import type { DeviceState } from "../device-state.ts";
import { transition } from "../schedule-runner.ts";

/**
 * SetTransition: it becomes light, or dark, at once or at a time of day in UTC. A time that is none (one platform sends a
 * date there) means at once, and so does one that has passed.
 */
export function followsTransitions(): Behaviour {
  return {
    name: "follows-transitions",
    answers: (state, request, now) => {
      if (request.member !== "setTransitionRequest") return undefined;
      const { transitionType, time } = request.body;
      const waitMs = waitUntil(state, time);
      if (waitMs === undefined) transition(state, transitionType, now);
      else state.agenda.at(later(now, waitMs), (at: Instant) => transition(state, transitionType, at));
      return { kind: "answer", message: { member: "setTransitionResponse", body: { status: Status.OK } } };
    },
  };
}

/** Milliseconds until a time of day still to come today; `undefined` for anything else. */
function waitUntil(state: DeviceState, text: string | undefined): number | undefined {
  const [, hour, minute, second] = /^(\d{2})(\d{2})(\d{2})$/.exec(text ?? "")?.map(Number) ?? [];
  const time = deviceTime(state);
  if (hour === undefined || minute === undefined || second === undefined || time === undefined) return undefined;
  const ahead = hour * HOUR_MS + minute * MINUTE_MS + second * SECOND_MS - (time % DAY_MS);
  return ahead > 0 ? Math.ceil(ahead / state.speed) : undefined;
}
