import type { EdgeError } from "../kit/edge-error.ts";
import type { MessageDraft } from "../../edge-agent/model/draft.ts";
import { mqttMessageId } from "../../edge-agent/model/ids.ts";
import { NAME_LENGTH, REF_LENGTH, TEXT_LENGTH } from "../../edge-agent/model/limits.ts";
import { toHex } from "../kit/bytes.ts";
import { DEAD_LETTER_BYTES } from "./limits.ts";
import type { Publish } from "./publish.ts";

export const DEAD_LETTER_CODE = "mqtt.dead-letter";

/**
 * What did not match or could not be read goes on as an event that says why and holds the payload: a device is thanked for
 * it like for any other message, so that it does not send it for ever, and nobody has to look for what is missing.
 *
 * @param subject the device, or the gateway where the topic speaks of no device we know
 */
export function deadLetter(
  subject: string,
  publish: Publish,
  fault: EdgeError,
  nonce: string,
): MessageDraft<"busbar.event.v1"> {
  const kept = publish.payload.subarray(0, DEAD_LETTER_BYTES);
  const cut = publish.payload.length - kept.length;
  const text = `${fault.message}${cut > 0 ? ` (${cut} bytes of the payload are not kept)` : ""}`;
  return {
    id: mqttMessageId({
      device: subject,
      topic: publish.topic,
      by: { kind: "arrival", payload: publish.payload, nonce },
    }),
    type: "busbar.event.v1",
    subject,
    time: undefined,
    timesource: "ingest",
    protocol: "mqtt",
    traceparent: publish.traceparent,
    data: {
      cause: "spontaneous",
      historical: false,
      device: publish.by === undefined ? undefined : { protocolId: publish.by.slice(0, NAME_LENGTH) || "?" },
      code: DEAD_LETTER_CODE,
      category: "diag",
      severity: "warning",
      nativeCode: fault.code,
      text: text.slice(0, TEXT_LENGTH),
      points: [
        {
          ref: { scheme: "mqtt", value: publish.topic.slice(0, REF_LENGTH) || "?" },
          name: "payload",
          value: toHex(kept),
          type: "bytes",
        },
      ],
    },
  };
}
