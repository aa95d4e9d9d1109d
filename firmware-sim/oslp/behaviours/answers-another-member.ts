import { Status } from "../../../proto/oslp/gen/types.ts";
import type { Behaviour } from "../behaviour.ts";

/** Answers every request with the answer to another one. */
export function answersAnotherMember(): Behaviour {
  return {
    name: "answers-another-member",
    alters: (_state, reply, request) => {
      if (reply.kind !== "answer") return reply;
      const member = request.member === "setRebootRequest" ? "startSelfTestResponse" : "setRebootResponse";
      return { ...reply, message: { member, body: { status: Status.OK } } };
    },
  };
}
