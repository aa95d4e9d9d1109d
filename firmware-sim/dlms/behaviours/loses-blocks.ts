import type { Behaviour } from "../behaviour.ts";

/** Every so many blocks of a long answer, one is never sent: the client waits for it in vain. */
export function losesBlocks(every: number): Behaviour {
  return {
    name: "loses-blocks",
    begins: () => {
      let count = 0;
      return {
        alters: (reply) => {
          if (reply.kind !== "answer" || !isBlock(reply.apdu.kind)) return reply;
          count += 1;
          return count % every === 0 ? { kind: "silence" } : reply;
        },
      };
    },
  };
}

export function isBlock(kind: string): boolean {
  return (
    kind === "get-response-with-datablock" ||
    kind === "action-response-with-pblock" ||
    kind === "set-response-datablock"
  );
}
