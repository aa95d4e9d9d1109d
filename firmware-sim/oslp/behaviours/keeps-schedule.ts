import { RelayType, Status } from "../../../proto/oslp/gen/types.ts";
import type { Behaviour } from "../behaviour.ts";
import { applyNow, planNext } from "../schedule-runner.ts";
import { emptyStore, type ScheduleKind, store } from "../schedule-store.ts";

/** SetSchedule, with its pages: a schedule for LIGHT and one for TARIFF relays, carried out by the device's own clock. */
export function keepsSchedule(): Behaviour {
  return {
    name: "keeps-schedule",
    starts: (state, now) => {
      if (state.schedule === undefined) return;
      // After a start relays are where the schedule wants them; ad hoc switching is lost.
      applyNow(state, state.relays, now);
      planNext(state, now);
    },
    notices: (state, notice, now) => {
      // A registration tells the time and the place: sunset may be another one now.
      if (notice.kind === "registered") planNext(state, now);
    },
    answers: (state, request, now) => {
      if (request.member !== "setScheduleRequest") return undefined;
      const kind = kindOf(request.body.scheduleType);
      let status: number = Status.FAILURE;
      if (kind !== undefined && state.relays.some((relay) => relay.type === kind)) {
        state.schedule ??= emptyStore();
        const stored = store(state.schedule, request.body, kind);
        status = stored === "rejected" ? Status.REJECTED : Status.OK;
        if (stored === "replaced") {
          state.hasSchedule = true;
          planNext(state, now);
        }
      }
      return { kind: "answer", message: { member: "setScheduleResponse", body: { status } } };
    },
  };
}

function kindOf(relayType: number): ScheduleKind | undefined {
  if (relayType === RelayType.LIGHT) return "LIGHT";
  return relayType === RelayType.TARIFF ? "TARIFF" : undefined;
}
