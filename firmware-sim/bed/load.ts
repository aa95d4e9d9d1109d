import { type DurationMs, type Instant, later, toRfc3339 } from "../../adapters/kit/time.ts";
import { Event, Status } from "../../proto/oslp/gen/types.ts";
import type { Behaviour } from "../oslp/behaviour.ts";
import { raise, stampOf } from "../oslp/device-state.ts";
import type { DeviceBook } from "./device-books.ts";

/** Set while devices raise events; cleared to let them tell what they still have. */
export interface Throttle {
  open: boolean;
}

/** Raises an event every so often while the throttle is open, and writes down that it did. Each text is there once. */
export function raisesNumbered(book: DeviceBook, everyMs: DurationMs, throttle: Throttle): Behaviour {
  let first = true;
  return {
    name: "raises-numbered",
    ticks: (state, now): Instant => {
      // The first pause is thrown, so that a fleet does not speak in chorus.
      if (first) {
        first = false;
        return later(now, (state.random.u32() / 0x1_0000_0000) * everyMs);
      }
      if (!throttle.open) return later(now, everyMs);
      const number = book.raised.length + 1;
      const { identity } = state;
      const text = `${identity.identification} #${number}`;
      book.raised.push(text);
      raise(state, {
        event: number % 2 === 1 ? Event.LIGHT_EVENTS_LIGHT_ON : Event.LIGHT_EVENTS_LIGHT_OFF,
        index: Uint8Array.of(1 + (number % Math.max(1, state.relays.length))),
        description: text,
        ...(identity.version === "0.6.1" ? { timestamp: stampOf(state.wall(), toRfc3339) } : {}),
      });
      return later(now, everyMs);
    },
  };
}

/** SetTransition: taken. Doing it twice is not doing it once, which is why the bed's commands use it. */
export function takesTransitions(): Behaviour {
  return {
    name: "takes-transitions",
    answers: (_state, request) =>
      request.member === "setTransitionRequest"
        ? { kind: "answer", message: { member: "setTransitionResponse", body: { status: Status.OK } } }
        : undefined,
  };
}
