import type { LogSettings } from "../config/config.ts";
import type { CommandState } from "../model/command-state.ts";
import type { DeviceState } from "../model/data.ts";
import type { Message, MessageType } from "../model/message.ts";

/**
 * What the ops room may ask of a running agent. The runtime implements it; page, CLI, health and metrics are all made of
 * these values, so they cannot tell different stories. Times are RFC 3339 UTC, durations milliseconds, sizes bytes.
 */
export interface OpsSource {
  status(): AgentStatus;
  health(): Health;
  /** Ordered by uid, after `after`, at most `limit`. */
  devices(query: DeviceQuery): DevicePage;
  device(uid: string): DeviceDetail | undefined;
  /** Devices nobody has configured that tried to talk to this agent, the last one first. */
  unknownDevices(): readonly UnknownDevice[];
  /** Refused connections and messages, newest first. */
  refusals(): readonly RefusalRecord[];
  /** Messages as they become durable, from now until the signal. It never holds the agent up: see `TapItem`. */
  tap(filter: TapFilter, signal: AbortSignal): AsyncIterable<TapItem>;
  /** Gives a group (every group it holds, where absent) to another agent, in order. */
  handover(request: HandoverRequest): Promise<Outcome>;
  /** A paused agent hands over what it holds and takes nothing until it is resumed. */
  pause(request: GroupRequest): Promise<Outcome>;
  resume(request: GroupRequest): Promise<Outcome>;
  setLogLevel(level: LogSettings["level"]): void;
  /** The configuration without secrets. */
  configuration(): Readonly<Record<string, unknown>>;
}

export type Role = "standby" | "acquiring" | "active" | "stepping-down";

export interface AgentStatus {
  readonly agent: string;
  readonly gateway: string;
  /** Of Busbar. */
  readonly version: string;
  readonly startedAt: string;
  /** This agent's wall clock. */
  readonly now: string;
  readonly configHash: string;
  readonly groups: readonly GroupStatus[];
  /** The pair link to each agent it shares a group with. */
  readonly peers: readonly PeerStatus[];
  readonly redis: RedisStatus;
  readonly messages: MessageCounts;
  readonly spool: SpoolStatus;
  readonly queues: readonly QueueStatus[];
  readonly commands: CommandCounts;
  readonly devices: Readonly<Partial<Record<string, Readonly<Record<DeviceState, number>>>>>;
  /** Refused since the start, by fault code. */
  readonly refusals: Readonly<Record<string, number>>;
  /** Cores seen at the queues of this agent's groups. */
  readonly cores: readonly CoreStatus[];
  /** Bridges and brokers of others that this agent keeps a connection to. */
  readonly links: readonly LinkStatus[];
  readonly timings: Timings;
  readonly logLevel: LogSettings["level"];
}

export interface GroupStatus {
  readonly group: string;
  readonly role: Role;
  readonly paused: boolean;
  /** Of its own reign; 0 without one. */
  readonly epoch: number;
  readonly highestEpoch: number;
  /** Who holds the lease as far as this agent knows. */
  readonly holder: string | undefined;
  /** Of the role. */
  readonly since: string;
  /** Of its own lease; `undefined` without one. */
  readonly leaseLeftMs: number | undefined;
  /** Redis is away and the peer has promised not to take over. */
  readonly livingOnPromise: boolean;
  readonly ready: boolean;
  /** Why it is not ready. */
  readonly reasons: readonly Reason[];
  readonly devices: number;
  readonly lastTakeover: TakeoverStatus | undefined;
  readonly takeovers: number;
  readonly handovers: number;
  readonly stepDowns: number;
}

export interface TakeoverStatus {
  readonly at: string;
  readonly reason: string;
  readonly from: string | undefined;
  readonly to: string;
  readonly epoch: number;
  /** From the last sign of the former holder to the first device served. */
  readonly tookMs: number;
}

export interface PeerStatus {
  readonly agent: string;
  readonly address: string;
  readonly state: "connected" | "silent" | "connecting" | "refused";
  readonly since: string;
  readonly roundTripMs: number | undefined;
  readonly configHash: string | undefined;
  /** Its wall clock minus ours. */
  readonly clockOffsetMs: number | undefined;
}

export interface RedisStatus {
  readonly state: "usable" | "waiting" | "unusable" | "away";
  readonly since: string;
  readonly address: string;
  readonly version: string | undefined;
  readonly roundTripMs: number | undefined;
  readonly usedBytes: number | undefined;
  readonly maxBytes: number | undefined;
  /** What is wrong with its settings, with the fix. */
  readonly findings: readonly string[];
}

export interface MessageCounts {
  /** Durable since the start (queue or spool), by type. What a device was told "received" for is in here. */
  readonly stored: Readonly<Partial<Record<MessageType, number>>>;
  /** Per second, over the last ten seconds. */
  readonly storedPerSecond: number;
  readonly committed: number;
  /** Repeats that were recognised and not delivered again. */
  readonly recognised: number;
  /** Dropped by policy, by reason. */
  readonly dropped: Readonly<Record<string, number>>;
  readonly lastAt: string | undefined;
}

export interface SpoolStatus {
  readonly messages: number;
  readonly bytes: number;
  readonly maxBytes: number;
  readonly oldestAt: string | undefined;
  readonly policy: string;
  /** Every record is on the peer's disk too. */
  readonly replicated: boolean;
  /** At the present rate; `undefined` while it does not grow. */
  readonly fullInMs: number | undefined;
  /** Of the peer's records kept here. */
  readonly peerMessages: number;
  readonly failed: boolean;
}

export interface QueueStatus {
  readonly group: string;
  readonly name: "messages" | "commands";
  /** Jobs. */
  readonly waiting: number;
  readonly active: number;
  readonly delayed: number;
  /** Dead letters. */
  readonly failed: number;
}

export interface CommandCounts {
  readonly waiting: number;
  readonly underWay: number;
  /** Devices no connection is tried to for a while, because the last ones failed. */
  readonly circuitsOpen: number;
  /** Concluded since the start, by terminal state. */
  readonly ended: Readonly<Partial<Record<CommandState, number>>>;
}

export interface CoreStatus {
  readonly name: string;
  readonly groups: readonly string[];
  readonly lastSeenAt: string;
}

/** A bridge or a broker of others, on the agent that is active for its group. */
export interface LinkStatus {
  readonly group: string;
  readonly name: string;
  readonly kind: "bridge" | "broker";
  readonly isUp: boolean;
  /** Of a bridge; absent for a broker. Counted since the reign began, except what waits. */
  readonly bridge:
    | {
        /** Messages in its queue, and their bytes on disk. */
        readonly waiting: number;
        readonly waitingBytes: number;
        /** The queue is on the peer's disk too. */
        readonly mirrored: boolean;
        readonly sent: number;
        readonly received: number;
        /** By the queue's policy, by the hop count, or because the queue took no more. */
        readonly dropped: number;
      }
    | undefined;
}

/** Counted classes: `counts[i]` values are at most `bounds[i]`, the last class has no bound. */
export interface Distribution {
  readonly bounds: readonly number[];
  readonly counts: readonly number[];
  readonly sum: number;
  readonly count: number;
}

/** Milliseconds. */
export interface Timings {
  readonly leaseRenewMs: Distribution;
  readonly takeoverMs: Distribution;
  /** From `commit` to durable. */
  readonly commitMs: Distribution;
  /** From a command's arrival to its end. */
  readonly commandMs: Distribution;
}

export interface Reason {
  /** Stable: `redis.away`, `config.differs`, `peer.lost`, `devices.stalled`, … */
  readonly code: string;
  readonly message: string;
}

/** Health means that data flows. An open socket is not health. */
export interface Health {
  /** The process does what it is there for; a restart would help where it does not. */
  readonly live: boolean;
  /** Active and serving, or standby and able to take over, in every group. */
  readonly ready: boolean;
  readonly reasons: readonly Reason[];
  readonly groups: readonly {
    readonly group: string;
    readonly role: Role;
    readonly epoch: number;
    readonly ready: boolean;
    readonly reasons: readonly Reason[];
  }[];
}

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
  readonly decoded?: Readonly<Record<string, unknown>> | undefined;
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

export interface GroupRequest {
  readonly group?: string | undefined;
  readonly reason: string;
}

export interface HandoverRequest extends GroupRequest {
  /** Agent; absent: the peer. */
  readonly to?: string | undefined;
}

/** `done: false`: why not, for a person. */
export type Outcome =
  | { readonly done: true; readonly message: string }
  | { readonly done: false; readonly message: string };
