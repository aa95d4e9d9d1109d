import type { DurationMs } from "../../../adapters/kit/time.ts";
import type { Behaviour, Reply } from "../behaviour.ts";

/** Does what it is told at once, and says so late. */
export function answersSlowly(afterMs: DurationMs): Behaviour {
  return {
    name: "answers-slowly",
    alters: (_ied, reply) => (reply.kind === "answer" || reply.kind === "error" ? { ...reply, afterMs } : reply),
  };
}

/** Takes every request and answers none. */
export function fallsSilent(): Behaviour {
  return { name: "falls-silent", alters: (): Reply => ({ kind: "silence" }) };
}

/** Every so many answers carry the number of another request. */
export function misnumbersAnswers(every: number): Behaviour {
  let count = 0;
  return {
    name: "misnumbers-answers",
    alters: (ied, reply, _request, invokeId) => {
      count += 1;
      if (reply.kind !== "answer" || count % every !== 0) return reply;
      ied.log({ kind: "misbehaved", behaviour: "misnumbers-answers", what: `answer ${invokeId}` });
      return { kind: "pdu", pdu: { kind: "confirmed-response", invokeId: invokeId + 1_000, response: reply.response } };
    },
  };
}

/** Closes the connection instead of every so many answers, the deed done. */
export function hangsUp(every: number): Behaviour {
  let count = 0;
  return {
    name: "hangs-up",
    alters: (ied, reply) => {
      count += 1;
      if (count % every !== 0) return reply;
      ied.log({ kind: "misbehaved", behaviour: "hangs-up", what: "instead of an answer" });
      return { kind: "hang-up" };
    },
  };
}

/** Has neither identify nor status, and says nothing where others reject. */
export function lacksServices(): Behaviour {
  return {
    name: "lacks-services",
    answers: (_ied, request) =>
      request.service === "identify" || request.service === "status" || request.service === "unknown"
        ? { kind: "silence" }
        : undefined,
  };
}
