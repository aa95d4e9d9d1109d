import { gzipSync } from "node:zlib";
import { utf8 } from "../../../adapters/kit/bytes.ts";
import type { Behaviour, Outgoing } from "../behaviour.ts";

/** What becomes of the measurements of odd and faulty devices on their way. All of them leave other behaviours' messages alone. */

const isMeasurement = ({ by }: Outgoing): boolean => by === "measures";

function altering(name: string, alter: (message: Outgoing, count: number) => readonly Outgoing[]): Behaviour {
  let count = 0;
  return {
    name,
    alters: (message) => {
      if (!isMeasurement(message)) return [message];
      count += 1;
      return alter(message, count);
    },
  };
}

/** Every so many messages are published twice, the same bytes in two packets. */
export function repeatsMessages(every: number): Behaviour {
  const name = "repeats-messages";
  return altering(name, (message, count) => (count % every === 0 ? [message, { ...message, by: name }] : [message]));
}

export function compresses(): Behaviour {
  return altering("compresses", (message) => [{ ...message, payload: new Uint8Array(gzipSync(message.payload)) }]);
}

export function retainsMessages(): Behaviour {
  return altering("retains-messages", (message) => [{ ...message, retain: true }]);
}

/** Connected, and nothing else: what it measures it keeps to itself. */
export function neverSpeaks(): Behaviour {
  return altering("never-speaks", () => []);
}

/** Every so many messages are something else than what was agreed. */
export function garblesPayloads(every: number): Behaviour {
  const name = "garbles-payloads";
  return altering(name, (message, count) => {
    if (count % every !== 0) return [message];
    const garble = GARBLED[(count / every) % GARBLED.length];
    return [{ ...message, payload: garble?.(message.payload) ?? message.payload, by: name }];
  });
}

const GARBLED: readonly ((payload: Uint8Array) => Uint8Array)[] = [
  // Cut off in the middle.
  (payload) => payload.subarray(0, Math.floor(payload.length / 2)),
  () => new Uint8Array(0),
  () => Uint8Array.of(0xff, 0xfe, 0x00, 0xc3, 0x28),
  // Nested deeper than anybody reads.
  () => utf8("[".repeat(10_000)),
  () => utf8('{"t":"yesterday","u":null,"n":1e999}'),
  // Says that it is gzip, and is not.
  () => Uint8Array.of(0x1f, 0x8b, 0x08, 0x00, 0x01, 0x02, 0x03),
  () => utf8('{"__proto__":{"u":1},"constructor":"x"}'),
];

/** Every so many messages come with a payload of this size; with QoS 0, or a broker that disconnects for it gets it for ever. */
export function oversizesPayloads(every: number, bytes: number): Behaviour {
  const name = "oversizes-payloads";
  return altering(name, (message, count) =>
    count % every === 0 ? [{ ...message, payload: new Uint8Array(bytes).fill(0x20), qos: 0, by: name }] : [message],
  );
}

/** Every so many messages go to a topic of more levels than anybody takes. */
export function nestsTopics(every: number, levels: number): Behaviour {
  const name = "nests-topics";
  return altering(name, (message, count) =>
    count % every === 0 ? [{ ...message, topic: message.topic + "/x".repeat(levels), qos: 0, by: name }] : [message],
  );
}
