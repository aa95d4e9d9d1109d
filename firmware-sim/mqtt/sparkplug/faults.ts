import { decodePayload, encodePayload } from "../../../adapters/mqtt/sparkplug/payload.ts";
import type { Payload } from "../../../proto/sparkplug/gen/types.ts";
import type { Behaviour, Outgoing } from "../behaviour.ts";
import { EDGE_NODE } from "./edge-node.ts";

/** What becomes of the data of odd and faulty edge nodes on its way. */

/** Loses every so many data messages: the one after it has a gap in its seq. */
export function skipsSeq(every: number): Behaviour {
  return altering("skips-seq", every, () => []);
}

/** Every so many data messages come after the one that follows them. */
export function swapsMessages(every: number): Behaviour {
  const name = "swaps-messages";
  let held: Outgoing | undefined;
  let count = 0;
  return {
    name,
    connected: () => {
      held = undefined;
    },
    alters: (message) => {
      if (!isData(message)) return [message];
      const late = held;
      held = undefined;
      if (late !== undefined) return [message, { ...late, by: name }];
      count += 1;
      if (count % every !== 0) return [message];
      held = message;
      return [];
    },
  };
}

/** Every so many data messages are by aliases that no birth declared. */
export function usesUnknownAliases(every: number): Behaviour {
  const name = "uses-unknown-aliases";
  return altering(name, every, (message) => [
    rewritten(message, name, (payload) => ({
      ...payload,
      metrics: payload.metrics.map((metric) => ({ ...metric, alias: (metric.alias ?? 0n) + 1_000_000n })),
    })),
  ]);
}

/** Every so many data messages are cut off in the middle. */
export function breaksProtobuf(every: number): Behaviour {
  const name = "breaks-protobuf";
  return altering(name, every, (message) => [
    { ...message, payload: message.payload.subarray(0, Math.floor(message.payload.length / 2)), by: name },
  ]);
}

/** Every so many data messages are from an hour ago, and say so. */
export function tellsHistory(every: number): Behaviour {
  const name = "tells-history";
  return altering(name, every, (message) => [
    rewritten(message, name, (payload) => ({
      ...payload,
      metrics: payload.metrics.map((metric) => ({
        ...metric,
        is_historical: true,
        timestamp: (metric.timestamp ?? 0n) - HOUR,
      })),
    })),
  ]);
}
const HOUR = 3_600_000n;

/** Is not born: data of metrics nobody has heard of. It is born when it is asked to be. */
export function forgetsBirths(): Behaviour {
  const name = "forgets-births";
  let asked = false;
  return {
    name,
    connected: () => {
      asked = false;
    },
    hears: ({ topic }) => {
      asked ||= topic.split("/")[2] === "NCMD";
      return false;
    },
    alters: (message) => (!asked && /^.BIRTH$/.test(typeOf(message)) ? [] : [message]),
  };
}

/** Hears that it should be born again, and is not. */
export function ignoresRebirth(): Behaviour {
  return { name: "ignores-rebirth", hears: ({ topic }) => topic.split("/")[2] === "NCMD" };
}

function altering(name: string, every: number, alter: (message: Outgoing) => readonly Outgoing[]): Behaviour {
  let count = 0;
  return {
    name,
    alters: (message, body) => {
      if (!isData(message)) return [message];
      count += 1;
      if (count % every !== 0) return [message];
      const altered = alter(message);
      if (altered.length === 0) body.tell({ kind: "misbehaved", by: name, what: "kept a message to itself" });
      return altered;
    },
  };
}

function rewritten(message: Outgoing, by: string, change: (payload: Payload) => Payload): Outgoing {
  return { ...message, payload: encodePayload(change(decodePayload(message.payload))), by };
}

function isData(message: Outgoing): boolean {
  return message.by === EDGE_NODE && /^.DATA$/.test(typeOf(message));
}

function typeOf({ topic }: Outgoing): string {
  return topic.split("/")[2] ?? "";
}
