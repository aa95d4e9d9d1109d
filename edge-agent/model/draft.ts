import type { MessageData, MessageType } from "./message.ts";

/**
 * What an adapter says of one source event, before the agent stamps it with who wrote it and in which reign. Everything
 * the id depends on is in here, so that the same source event has the same id on both agents.
 */
export interface MessageDraft<Type extends MessageType = MessageType> {
  /** Deterministic per source event: see `ids.ts`. */
  readonly id: string;
  readonly type: Type;
  /** Device uid: ours, immutable. */
  readonly subject: string;
  /** RFC 3339 UTC. The device's own time where it gave one, else the protocol's, else absent (the time of ingest is used). */
  readonly time: string | undefined;
  readonly timesource: "device" | "protocol" | "ingest";
  readonly protocol: "oslp" | "dlms" | "iec61850" | "mqtt" | "gateway";
  readonly devicetype?: string | undefined;
  readonly correlationid?: string | undefined;
  readonly causationid?: string | undefined;
  readonly traceparent?: string | undefined;
  readonly data: MessageData[Type];
}

/** What the agent adds when it takes a draft. */
export interface Stamp {
  /** `/<site>/<gateway>`: the logical gateway, stable over a takeover. */
  readonly source: string;
  readonly agent: string;
  /** The lease epoch under which it was taken. */
  readonly epoch: number;
  /** Counts the messages of this device within the epoch, from 1. */
  readonly sequence: number;
  /** RFC 3339 UTC: when we took it. */
  readonly recordedtime: string;
  /** Set on what an agent acknowledged in an earlier epoch and delivered after it. */
  readonly late?: boolean;
}

export const EPOCH_DIGITS = 10;
export const SEQUENCE_DIGITS = 16;
