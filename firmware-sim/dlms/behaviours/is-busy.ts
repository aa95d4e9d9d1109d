import type { Apdu } from "../../../adapters/dlms/apdu/apdu.ts";
import type { Behaviour } from "../behaviour.ts";
import { RESULT } from "../objects/cosem-object.ts";

/** Answers every so many reads and writes with temporary-failure: tried again, they are done. */
export function isBusy(every: number): Behaviour {
  return {
    name: "is-busy",
    begins: () => {
      let requests = 0;
      return {
        answers: (request) => {
          const apdu = temporaryFailure(request);
          if (apdu === undefined) return undefined;
          requests += 1;
          return requests % every === 0 ? { kind: "answer", apdu } : undefined;
        },
      };
    },
  };
}

function temporaryFailure(request: Apdu): Apdu | undefined {
  const result = RESULT.temporaryFailure;
  if (request.kind === "get-request-normal") {
    return { kind: "get-response-normal", invoke: request.invoke, result: { kind: "error", result } };
  }
  if (request.kind === "set-request-normal") return { kind: "set-response-normal", invoke: request.invoke, result };
  return undefined;
}
