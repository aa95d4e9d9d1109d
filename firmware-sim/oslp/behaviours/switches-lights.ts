import { Status } from "../../../proto/oslp/gen/types.ts";
import type { Behaviour } from "../behaviour.ts";

/** SetLight: no index or 0 means every LIGHT relay; a tariff relay cannot be lit. */
export function switchesLights(settings: { readonly afterMs?: number } = {}): Behaviour {
  return {
    name: "switches-lights",
    answers: (state, request) => {
      if (request.member !== "setLightRequest") return undefined;
      let status: number = Status.OK;
      for (const value of request.body.values ?? []) {
        const index = value.index?.[0] ?? 0;
        const relays = state.relays.filter((relay) => (index === 0 ? relay.type === "LIGHT" : relay.index === index));
        if (relays.length === 0 || relays.some((relay) => relay.type !== "LIGHT")) status = Status.FAILURE;
        else {
          for (const relay of relays) {
            relay.on = value.on;
            if (value.on) relay.dim = value.dimValue?.[0] ?? 100;
          }
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
