import type { EdgeFault } from "../../adapters/kit/edge-error.ts";
import type { GroupWord } from "../model/group-word.ts";

/** The version of what is said here. Two agents that speak different ones do not pair up. */
export const PAIR_PROTOCOL = 1;

/** Everything one agent can say to the other. */
export type PairFrame =
  | Hello
  | BeatFrame
  | WordFrame
  | Replicate
  | Replicated
  | ForwardOpen
  | ForwardData
  | ForwardCredit
  | ForwardClose
  | Bye;

/** Always the first frame, from both sides. */
export interface Hello {
  readonly kind: "hello";
  readonly protocol: number;
  /** `/<site>/<gateway>`: the logical gateway both belong to. */
  readonly site: string;
  readonly agent: string;
  /** Of the software, to be shown. */
  readonly version: string;
  readonly configHash: string;
  readonly groups: readonly string[];
}

/** Sent every beat interval: that we live, and how each of our groups stands. */
export interface BeatFrame {
  readonly kind: "beat";
  readonly sequence: number;
  readonly groups: readonly GroupBeat[];
}

export interface GroupBeat {
  readonly group: string;
  readonly role: "standby" | "acquiring" | "active" | "stepping-down";
  /** 0 without a reign. */
  readonly epoch: number;
  readonly health: "unknown" | "ok" | "failing";
  readonly highestEpoch: number;
  readonly configHash: string;
  readonly able: boolean;
  readonly hears: boolean;
  /** What lies in our spool and is not committed yet. */
  readonly spoolBytes: number;
}

/** A word about the lease of one group; the words are those of the lease machine. */
export interface WordFrame {
  readonly kind: "word";
  readonly group: string;
  readonly word: GroupWord;
}

/** Bytes of our spool, to be kept on the peer's disk too. */
export interface Replicate {
  readonly kind: "replicate";
  readonly stream: string;
  /** Where in the stream the bytes begin. */
  readonly position: number;
  readonly records: Uint8Array;
}

/** Everything of the stream before this position is on our disk. */
export interface Replicated {
  readonly kind: "replicated";
  readonly stream: string;
  readonly position: number;
}

/** A device connected to the agent that is not active: its connection is carried to the one that is. */
export interface ForwardOpen {
  readonly kind: "forward-open";
  readonly channel: number;
  /** Where the device calls from, for logs: `192.0.2.7:40112`. */
  readonly remote: string;
  /** The listener it called, by its name in the configuration. */
  readonly listener: string;
  /**
   * The sender keeps what the device said until it is answered. Where the device turns out to be of a group that is not
   * active here, reset the channel before that: it is carried to another agent.
   */
  readonly mayReturn?: true;
}

export interface ForwardData {
  readonly kind: "forward-data";
  readonly channel: number;
  readonly bytes: Uint8Array;
}

/** The receiver took so many bytes away: the sender may send as many more. */
export interface ForwardCredit {
  readonly kind: "forward-credit";
  readonly channel: number;
  readonly bytes: number;
}

/** `end`: nothing more comes from this side. `reset`: the connection is gone. */
export interface ForwardClose {
  readonly kind: "forward-close";
  readonly channel: number;
  readonly how: "end" | "reset";
}

/** Why a link is closed on purpose. `silent`: the sender no longer heard the other. */
export type ByeReason = "stopping" | "silent" | "refused" | "fault";

export interface Bye {
  readonly kind: "bye";
  readonly reason: ByeReason;
  readonly message: string;
}

/** Ceilings of everything the peer can make us hold. */
export interface PairLimits {
  /** The longest frame, its length included. */
  readonly frameBytes: number;
  readonly controlBytes: number;
  readonly recordsBytes: number;
  readonly dataBytes: number;
  readonly textChars: number;
  readonly groups: number;
  readonly streams: number;
  /** Replicated bytes under way and not yet on the peer's disk, per stream. */
  readonly replicationWindow: number;
  readonly channels: number;
  /** Bytes under way per channel and direction. */
  readonly channelWindow: number;
}

export const PAIR_LIMITS: PairLimits = {
  // A beat tells how each of 256 groups stands.
  frameBytes: 130 * 1_024,
  controlBytes: 128 * 1_024,
  recordsBytes: 64 * 1_024,
  dataBytes: 16 * 1_024,
  textChars: 256,
  groups: 256,
  // Each group has one of its own and one that answers the other's.
  streams: 512,
  replicationWindow: 4 * 1_024 * 1_024,
  channels: 256,
  channelWindow: 64 * 1_024,
};

export type PairFaultCode =
  | "link.frame.malformed"
  | "link.frame.oversized"
  | "link.frame.unexpected"
  | "link.hello.late"
  | "link.hello.protocol"
  | "link.hello.site"
  | "link.hello.agent"
  | "link.peer.silent"
  | "link.peer.refused"
  | "link.forward.channel"
  | "link.forward.window"
  | "link.replicate.window";

/** A fault of the pair link. The peer is ours, so what is wrong with it is the operator's business, or ours. */
export function pairFault(code: PairFaultCode, message: string, more: Partial<EdgeFault> = {}): EdgeFault {
  return { code, blame: "us", retry: "backoff", message, ...more };
}
