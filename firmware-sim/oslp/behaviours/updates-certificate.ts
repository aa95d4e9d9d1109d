import { type DurationMs, later } from "../../../adapters/kit/time.ts";
import { Event, Status } from "../../../proto/oslp/gen/types.ts";
import type { Behaviour } from "../behaviour.ts";
import { tell } from "../events.ts";

/** UpdateDeviceSslCertification: accepted; a path with `/broken/` ends in event 7002. Nothing is really fetched. */
export function updatesCertificate(downloadMs: DurationMs): Behaviour {
  return {
    name: "updates-certificate",
    answers: (state, request) => {
      if (request.member !== "updateDeviceSslCertificationRequest") return undefined;
      const { certificateUrl } = request.body;
      return {
        kind: "answer",
        message: { member: "updateDeviceSslCertificationResponse", body: { status: Status.OK } },
        afterwards: (now) => {
          if (!certificateUrl.includes("/broken/")) return;
          state.agenda.at(later(now, downloadMs), () =>
            tell(state, Event.SECURITY_EVENTS_INVALID_CERTIFICATE, `no certificate: ${certificateUrl}`),
          );
        },
      };
    },
  };
}
