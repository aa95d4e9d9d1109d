import type { WallMs } from "../../kit/time.ts";
import { utf8 } from "../../kit/bytes.ts";
import { topicOf } from "./topic.ts";

/** A STATE of the host: QoS 1 and retained. Birth and will of one connection have the same timestamp. */
export function hostState(
  host: string,
  online: boolean,
  at: WallMs,
): { readonly topic: string; readonly payload: Uint8Array; readonly qos: 1; readonly retain: true } {
  const payload = utf8(JSON.stringify({ online, timestamp: Math.trunc(at) }));
  return { topic: topicOf({ type: "STATE", host }), payload, qos: 1, retain: true };
}
