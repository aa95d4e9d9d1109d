import type { Behaviour } from "../behaviour.ts";

/** The invoke-id of every so many answers is that of a request nobody made. */
export function answersAnotherRequest(every: number): Behaviour {
  return {
    name: "answers-another-request",
    begins: () => {
      let answers = 0;
      return {
        alters: (reply) => {
          answers += 1;
          if (answers % every !== 0 || reply.kind !== "answer" || !("invoke" in reply.apdu)) return reply;
          return { ...reply, apdu: { ...reply.apdu, invoke: reply.apdu.invoke ^ 0x05 } };
        },
      };
    },
  };
}
