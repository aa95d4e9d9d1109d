import type { SeededRandom } from "../../adapters/kit/random.ts";
import { type DurationMs, type Instant, later, toRfc3339 } from "../../adapters/kit/time.ts";
import { Event, Status } from "../../proto/oslp/gen/types.ts";
import type { Behaviour, Reply } from "../oslp/behaviour.ts";
import { type DeviceState, raise, stampOf } from "../oslp/device-state.ts";

/** What the weather does to a device's character; a device reads it whenever it is about to do something. */
export interface Mood {
  readonly random: SeededRandom;
  /** Of a hundred commands so many are carried out and not answered, or answered late. */
  oddTimes: number;
  /** Reads requests and says nothing, nor does it do anything. */
  deaf: boolean;
  /** Opens no conversations. */
  mute: boolean;
  /** Signs what it sends wrongly. */
  forging: boolean;
}

export interface Speech {
  silent: boolean;
}

/** Transitions are what is not idempotent here: each carries its number in its time, so that the device tells them apart. */
export function moody(mood: Mood): Behaviour {
  return {
    name: "moody",
    opens: () => (mood.mute ? "refuse" : undefined),
    answers: (state, request): Reply | undefined => {
      if (mood.deaf) return { kind: "silence" };
      if (request.member !== "setTransitionRequest") return undefined;
      const message = { member: "setTransitionResponse", body: { status: Status.OK } } as const;
      const odd = mood.random.below(100) < mood.oddTimes;
      if (!odd) return { kind: "answer", message, afterMs: mood.random.below(20) };
      const way = mood.random.below(3);
      if (way === 0) return { kind: "answer", message, afterMs: mood.random.between(300, 1_200) };
      state.log.executed({ member: request.member, sequenceNumber: 0, body: request.body });
      return { kind: way === 1 ? "silence" : "hang-up" };
    },
    leaves: (_state, envelope) => {
      if (!mood.forging) return envelope;
      const bytes = envelope.slice();
      bytes[10] = (bytes[10] ?? 0) ^ 0x01;
      return bytes;
    },
  };
}

/** A registration that nobody confirms is begun anew, as devices do that get no answer. */
export function startsOver(): Behaviour {
  let tries = 0;
  return {
    name: "starts-over",
    opens: (state) => {
      tries = state.registration === "confirming" ? tries + 1 : 0;
      if (tries > CONFIRMATIONS_TRIED) {
        tries = 0;
        state.registration = "unregistered";
      }
      return undefined;
    },
  };
}

const CONFIRMATIONS_TRIED = 6;

/** Raises an event every so often, each with a text of its own, so that every one of them can be accounted for. */
export function tells(settings: {
  readonly speech: Speech;
  readonly raised: (text: string) => void;
  readonly everyMs: DurationMs;
}): Behaviour {
  const { speech, raised, everyMs } = settings;
  let count = 0;
  const pause = (state: DeviceState): DurationMs => everyMs / 2 + state.random.below(everyMs);
  return {
    name: "tells",
    ticks: (state, now): Instant | undefined => {
      if (speech.silent) return undefined;
      count += 1;
      const description = `${state.identity.identification} #${count}`;
      raise(state, {
        event: count % 2 === 1 ? Event.LIGHT_EVENTS_LIGHT_ON : Event.LIGHT_EVENTS_LIGHT_OFF,
        index: Uint8Array.of(1 + (count % 3)),
        description,
        timestamp: stampOf(state.wall(), toRfc3339),
      });
      raised(description);
      return later(now, pause(state));
    },
  };
}

/** The number of a command as the time of day its transition carries, `HHmmss`. */
export function timeOfNumber(number: number): string {
  const pad = (value: number): string => String(value).padStart(2, "0");
  return pad(Math.floor(number / 3_600)) + pad(Math.floor(number / 60) % 60) + pad(number % 60);
}

/** The command a device carried out, where its request tells. */
export function uidOf(member: string, body: unknown): string | undefined {
  if (member !== "setTransitionRequest" || typeof body !== "object" || body === null || !("time" in body))
    return undefined;
  const time = String(body.time);
  const number = Number(time.slice(0, 2)) * 3_600 + Number(time.slice(2, 4)) * 60 + Number(time.slice(4));
  return `order-${number}`;
}
