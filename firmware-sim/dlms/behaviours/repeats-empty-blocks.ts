import type { Behaviour } from "../behaviour.ts";

/** A long answer that never ends: block after block without an octet in it. */
export function repeatsEmptyBlocks(): Behaviour {
  return {
    name: "repeats-empty-blocks",
    begins: () => {
      let number = 0;
      return {
        answers: (request) => {
          if (request.kind !== "get-request-next") return undefined;
          number = request.blockNumber + 1;
          return {
            kind: "answer",
            apdu: {
              kind: "get-response-with-datablock",
              invoke: request.invoke,
              last: false,
              blockNumber: number,
              result: { kind: "raw-data", rawData: new Uint8Array(0) },
            },
          };
        },
      };
    },
  };
}
