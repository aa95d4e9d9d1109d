import { Status } from "../../../proto/oslp/gen/types.ts";
import type { Behaviour } from "../behaviour.ts";
import { relaysOf, switchRelay } from "../relays.ts";

/** StartSelfTest and StopSelfTest: all light relays on, and off again; the result is a byte of zero. */
export function testsItself(): Behaviour {
  return {
    name: "tests-itself",
    answers: (state, request, now) => {
      const starts = request.member === "startSelfTestRequest";
      if (!starts && request.member !== "stopSelfTestRequest") return undefined;
      for (const relay of relaysOf(state, 0, "LIGHT") ?? []) {
        relay.adHoc = starts;
        switchRelay(state, relay, { on: starts, dim: 100 }, "self-test", now);
      }
      const status = Status.OK;
      return starts
        ? { kind: "answer", message: { member: "startSelfTestResponse", body: { status } } }
        : {
            kind: "answer",
            message: { member: "stopSelfTestResponse", body: { status, selfTestResult: Uint8Array.of(0) } },
          };
    },
  };
}
