import type { Behaviour } from "../behaviour.ts";

/** Every so many requests of its own it sends the first one again instead: a modem with a full buffer, or somebody else. */
export function replaysOldEnvelopes(every: number): Behaviour {
  let first: Uint8Array | undefined;
  let count = 0;
  return {
    name: "replays-old-envelopes",
    leaves: (_state, envelope, leaving) => {
      if (leaving !== "request") return envelope;
      count += 1;
      first ??= envelope;
      return count % every === 0 ? first : envelope;
    },
  };
}
