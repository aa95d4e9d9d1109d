import type { DurationMs } from "../../../adapters/kit/time.ts";
import type { Behaviour } from "../behaviour.ts";
import { isBlock } from "./loses-blocks.ts";

/** Loses power in the middle of every so many long transfers, at their second block. */
export function rebootsInBlockTransfer(every: number, awayMs: DurationMs): Behaviour {
  return {
    name: "reboots-in-block-transfer",
    begins: () => {
      let transfers = 0;
      return {
        alters: (reply) => {
          if (reply.kind !== "answer" || !isBlock(reply.apdu.kind)) return reply;
          const second = secondBlock(reply.apdu);
          if (second) transfers += 1;
          return second && transfers % every === 0 ? { kind: "reboot", awayMs } : reply;
        },
      };
    },
  };
}

function secondBlock(apdu: object): boolean {
  const number = Reflect.get(apdu, "blockNumber") ?? Reflect.get(Reflect.get(apdu, "block") ?? {}, "number");
  return number === 2;
}
