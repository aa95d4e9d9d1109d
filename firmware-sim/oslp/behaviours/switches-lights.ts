import { Status } from "../../../proto/oslp/gen/types.ts";
import type { Behaviour } from "../behaviour.ts";
import { relaysOf, switchRelay } from "../relays.ts";

/**
 * SetLight: no index or 0 means every LIGHT relay; a tariff relay cannot be lit. What is switched this way stays until a
 * ResumeSchedule gives it back to the schedule.
 */
export function switchesLights(settings: { readonly afterMs?: number } = {}): Behaviour {
  return {
    name: "switches-lights",
    answers: (state, request, now) => {
      if (request.member !== "setLightRequest") return undefined;
      let status: number = Status.OK;
      for (const value of request.body.values ?? []) {
        const index = value.index?.[0] ?? 0;
        const relays = relaysOf(state, index, "LIGHT");
        if (relays === undefined) {
          status = Status.FAILURE;
          if (relaysOf(state, index, "TARIFF") !== undefined) state.notice({ kind: "tariff-attempt", index }, now);
          continue;
        }
        for (const relay of relays) {
          relay.adHoc = true;
          switchRelay(state, relay, { on: value.on, dim: value.dimValue?.[0] ?? 100 }, "set-light", now);
        }
      }
      return {
        kind: "answer",
        message: { member: "setLightResponse", body: { status } },
        ...(settings.afterMs === undefined ? {} : { afterMs: settings.afterMs }),
      };
    },
  };
}
