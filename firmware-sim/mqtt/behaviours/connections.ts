import type { DurationMs } from "../../../adapters/kit/time.ts";
import type { Behaviour } from "../behaviour.ts";

/** Odd and faulty ways to be connected. */

/** Drops dead in the middle of things every so many messages: no DISCONNECT, its will speaks, and it comes back. */
export function dropsDead(every: number): Behaviour {
  return {
    name: "drops-dead",
    ticks: (body, number) => {
      if (number % every === 0) body.die();
    },
  };
}

/** All that have it lose their connections in one moment, every so often, and come back at once. */
export function storms(everyMs: DurationMs): Behaviour {
  const name = "storms";
  return {
    name,
    connects: (connecting) => ({ ...connecting, reconnectMs: 1 }),
    connected: (body) =>
      body.after(everyMs - (body.wall() % everyMs), () => {
        body.tell({ kind: "misbehaved", by: name, what: "lost its connection with all the others" });
        body.die();
      }),
  };
}

/** Takes nothing from its socket for a while, again and again: what is sent to it stays with the sender. */
export function stopsReading(everyMs: DurationMs, forMs: DurationMs): Behaviour {
  const name = "stops-reading";
  return {
    name,
    // Its own keep-alive would end it.
    connects: (connecting) => ({ ...connecting, keepAliveS: 0 }),
    connected: (body) => {
      const stop = (): void => {
        body.tell({ kind: "misbehaved", by: name, what: `reads nothing for ${forMs} ms` });
        body.stopReading(forMs);
        body.after(forMs + everyMs, stop);
      };
      body.after(everyMs, stop);
    },
  };
}

/** Publishes this many messages in one go with every measurement. */
export function floods(count: number): Behaviour {
  const name = "floods";
  return {
    name,
    ticks: (body, number) => {
      for (let i = 0; i < count; i++) body.publish({ ...body.measurement(number), qos: 0, retain: false, by: name });
    },
  };
}

/** Writes bytes that are no MQTT into its connection every so many messages. */
export function breaksPackets(every: number): Behaviour {
  const name = "breaks-packets";
  let count = 0;
  return {
    name,
    ticks: (body, number) => {
      if (number % every !== 0) return;
      const [what, bytes] = BROKEN[count % BROKEN.length] ?? ["nothing", new Uint8Array(0)];
      count += 1;
      body.tell({ kind: "misbehaved", by: name, what });
      body.write(bytes);
    },
  };
}

/** By the clause each breaks. */
const BROKEN: readonly (readonly [string, Uint8Array])[] = [
  ["a packet of the reserved type 0 [2.2.1]", Uint8Array.of(0x00, 0x00)],
  ["a remaining length of five bytes [2.2.3]", Uint8Array.of(0x30, 0xff, 0xff, 0xff, 0xff, 0x7f)],
  ["PUBLISH with QoS 3 [MQTT-3.3.1-4]", Uint8Array.of(0x36, 0x05, 0x00, 0x01, 0x61, 0x00, 0x01)],
  ["a second CONNECT [MQTT-3.1.0-2]", Uint8Array.from([0x10, 0x0c, 0, 4, 77, 81, 84, 84, 4, 2, 0, 30, 0, 0])],
  ["SUBSCRIBE without filters [MQTT-3.8.3-3]", Uint8Array.of(0x82, 0x02, 0x00, 0x01)],
  ["PUBLISH on a topic with a wildcard [MQTT-3.3.2-2]", Uint8Array.of(0x30, 0x03, 0x00, 0x01, 0x23)],
];
