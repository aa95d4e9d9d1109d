import type { ReadingData } from "../../../edge-agent/model/data.ts";
import type { MessageDraft } from "../../../edge-agent/model/draft.ts";
import { mqttMessageId } from "../../../edge-agent/model/ids.ts";
import type { Point } from "../../../edge-agent/model/point.ts";
import { utf8 } from "../../kit/bytes.ts";
import { DRAFT_BYTES } from "../limits.ts";
import type { Publish } from "../publish.ts";

/** Points of one message. */
const POINTS_PER_DRAFT = 500;
/** What a draft has besides its points, with room. */
const FRAME_BYTES = 2_000;

/** The readings of one message of an edge node, as many as its points need. */
export function readings(of: {
  /** Uid of the device they are of. */
  readonly subject: string;
  readonly protocolId: string;
  readonly publish: Publish;
  readonly cause: ReadingData["cause"];
  readonly historical: boolean;
  readonly points: readonly Point[];
  /** When it was published, RFC 3339 UTC; `undefined` where the payload has no time. */
  readonly time: string | undefined;
  /** Tells two payloads without a time apart. */
  readonly nonce: string;
}): readonly MessageDraft<"busbar.reading.v1">[] {
  const { subject, protocolId, publish, cause, historical, time, nonce } = of;
  const { payload } = publish;
  return portions(of.points).map((points, index) => ({
    id: mqttMessageId({
      device: subject,
      topic: `${publish.topic}#${historical ? "h" : ""}${index}`,
      by: time === undefined ? { kind: "arrival", payload, nonce } : { kind: "timed", payload, time },
    }),
    type: "busbar.reading.v1",
    subject,
    time,
    timesource: time === undefined ? "ingest" : "device",
    protocol: "mqtt",
    traceparent: publish.traceparent,
    data: { cause, historical, device: { protocolId }, points },
  }));
}

function portions(points: readonly Point[]): readonly (readonly Point[])[] {
  const found: Point[][] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const given of points) {
    let point = given;
    let size = sizeOf(point);
    if (size > DRAFT_BYTES - FRAME_BYTES) {
      // A text that grows beyond a message when it is written as JSON: there is no value, and it says so.
      point = { ...given, value: null, q: { validity: "invalid", reason: "decode-error" } };
      size = sizeOf(point);
    }
    const last = found.at(-1);
    if (last === undefined || bytes + size > DRAFT_BYTES - FRAME_BYTES || last.length >= POINTS_PER_DRAFT) {
      found.push([point]);
      bytes = size;
    } else {
      last.push(point);
      bytes += size;
    }
  }
  return found;
}

function sizeOf(point: Point): number {
  return utf8(JSON.stringify(point)).length + 1;
}
