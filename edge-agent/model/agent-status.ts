import type { CommandState } from "./command-state.ts";
import type { DeviceState } from "./data.ts";
import type { MessageType } from "./message.ts";

/*
 * What a running agent says of itself, and what may be asked of it: status, health, metrics, page and command line are all made
 * of these shapes. Times are RFC 3339 UTC, durations milliseconds, sizes bytes.
 */

export type LogLevel = "trace" | "debug" | "info" | "warn" | "error";

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
  readonly logLevel: LogLevel;
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
export interface LinkStatus extends ProtocolLink {
  readonly group: string;
}

/** A connection a protocol keeps to a broker of others. */
export interface ProtocolLink {
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
