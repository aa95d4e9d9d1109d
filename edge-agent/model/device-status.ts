import type { DeviceState } from "./data.ts";
import type { Message } from "./message.ts";

/*
 * What a running agent says of its devices, of those it refused, and of the messages that go by. Times are RFC 3339 UTC.
 */

export interface DeviceQuery {
  readonly state?: DeviceState | undefined;
  readonly protocol?: string | undefined;
  readonly group?: string | undefined;
  /** Part of the uid or of the protocol's own identification. */
  readonly text?: string | undefined;
  readonly after?: string | undefined;
  readonly limit: number;
}

export interface DeviceSummary {
  readonly uid: string;
  readonly protocol: string;
  readonly group: string;
  /** The protocol's own identification. */
  readonly identification: string;
  /** `unknown` on a standby: it touches no device. */
  readonly state: DeviceState;
  readonly since: string | undefined;
  readonly reason: string | undefined;
  readonly lastHeardAt: string | undefined;
}

export interface DevicePage {
  readonly devices: readonly DeviceSummary[];
  /** All that match, this page or not. */
  readonly total: number;
  /** For `after` of the next page; `undefined` at the end. */
  readonly next: string | undefined;
}

export interface DeviceDetail extends DeviceSummary {
  readonly address: string | undefined;
  /** What must survive a takeover about it (sequence numbers, counters); no secrets. */
  readonly memory: Readonly<Record<string, string | number | boolean | null>>;
  readonly commandsWaiting: number;
  /** A conversation with it is under way, opened by it or by us. */
  readonly talking: boolean;
  readonly circuit: CircuitStatus | undefined;
  /** Newest first. */
  readonly lastMessages: readonly Message[];
  readonly lastRefusals: readonly RefusalRecord[];
}

export interface RefusalRecord {
  readonly at: string;
  readonly protocol: string;
  readonly peer: string;
  /** Where we know who it was, or claimed to be. */
  readonly device: string | undefined;
  readonly code: string;
  readonly reason: string;
  /** What of the refused message could be decoded; no secrets. */
  readonly decoded?: Readonly<Record<string, string | number | boolean>> | undefined;
}

/** A device that was refused because nobody has configured it. */
export interface UnknownDevice {
  readonly protocol: string;
  /** What it said of itself: unproven. */
  readonly claimed: Readonly<Record<string, string | number | boolean>>;
  /** Where it called from last. */
  readonly peer: string;
  readonly firstAt: string;
  readonly lastAt: string;
  readonly times: number;
}

/** A device that several connections in a row did not reach. */
export interface CircuitStatus {
  readonly failures: number;
  /** No connection is tried before; absent while every command still tries. */
  readonly openUntil: string | undefined;
  readonly reason: string;
}

export interface TapFilter {
  readonly device?: string | undefined;
  /** `busbar.reading.v1` or `reading`. */
  readonly type?: string | undefined;
  readonly protocol?: string | undefined;
}

/** A tap that reads too slowly loses messages and is told how many. */
export type TapItem =
  | { readonly kind: "message"; readonly message: Message }
  | { readonly kind: "dropped"; readonly count: number };
