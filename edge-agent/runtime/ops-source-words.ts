import type { LogSettings } from "../config/config.ts";
import type { CommandState } from "../model/command-state.ts";
import type { Message, MessageType } from "../model/message.ts";
import type { DeviceCondition } from "./device-states.ts";
import type { Distribution } from "./distribution.ts";
import type { Refusal } from "./refusals.ts";

/**
 * What a running agent says of itself. The ops room states the same shapes for those who ask; neither room sees the other,
 * and the compiler compares the two where they are joined. Times are RFC 3339 UTC, durations milliseconds, sizes bytes.
 */
export interface AgentFacts {
  readonly agent: string;
  readonly gateway: string;
  readonly version: string;
  readonly startedAt: string;
  readonly now: string;
  readonly configHash: string;
  readonly groups: readonly GroupFacts[];
  readonly peers: readonly PeerStatus[];
  readonly redis: RedisFacts;
  readonly messages: MessageFacts;
  readonly spool: SpoolFacts;
  readonly queues: readonly QueueFacts[];
  readonly commands: CommandFacts;
  readonly devices: Readonly<Partial<Record<string, Readonly<Record<DeviceCondition, number>>>>>;
  readonly refusals: Readonly<Record<string, number>>;
  readonly cores: readonly CoreFacts[];
  /** Bridges and brokers of others that this agent keeps a connection to. */
  readonly links: readonly LinkFacts[];
  readonly timings: TimingFacts;
  readonly logLevel: LogSettings["level"];
}

export type Role = "standby" | "acquiring" | "active" | "stepping-down";

export interface GroupFacts {
  readonly group: string;
  readonly role: Role;
  readonly paused: boolean;
  readonly epoch: number;
  readonly highestEpoch: number;
  readonly holder: string | undefined;
  readonly since: string;
  readonly leaseLeftMs: number | undefined;
  readonly livingOnPromise: boolean;
  readonly ready: boolean;
  readonly reasons: readonly Reason[];
  readonly devices: number;
  readonly lastTakeover: TakeoverFacts | undefined;
  readonly takeovers: number;
  readonly handovers: number;
  readonly stepDowns: number;
}

export interface TakeoverFacts {
  readonly at: string;
  readonly reason: string;
  readonly from: string | undefined;
  readonly to: string;
  readonly epoch: number;
  readonly tookMs: number;
}

export interface PeerStatus {
  readonly agent: string;
  readonly address: string;
  readonly state: "connected" | "silent" | "connecting" | "refused";
  readonly since: string;
  readonly roundTripMs: number | undefined;
  readonly configHash: string | undefined;
  readonly clockOffsetMs: number | undefined;
}

export interface RedisFacts {
  readonly state: "usable" | "waiting" | "unusable" | "away";
  readonly since: string;
  readonly address: string;
  readonly version: string | undefined;
  readonly roundTripMs: number | undefined;
  readonly usedBytes: number | undefined;
  readonly maxBytes: number | undefined;
  readonly findings: readonly string[];
}

export interface MessageFacts {
  readonly stored: Readonly<Partial<Record<MessageType, number>>>;
  readonly storedPerSecond: number;
  readonly committed: number;
  readonly recognised: number;
  readonly dropped: Readonly<Record<string, number>>;
  readonly lastAt: string | undefined;
}

export interface SpoolFacts {
  readonly messages: number;
  readonly bytes: number;
  readonly maxBytes: number;
  readonly oldestAt: string | undefined;
  readonly policy: string;
  readonly replicated: boolean;
  readonly fullInMs: number | undefined;
  readonly peerMessages: number;
  readonly failed: boolean;
}

export interface QueueFacts {
  readonly group: string;
  readonly name: "messages" | "commands";
  readonly waiting: number;
  readonly active: number;
  readonly delayed: number;
  readonly failed: number;
}

export interface CommandFacts {
  readonly waiting: number;
  readonly underWay: number;
  readonly circuitsOpen: number;
  readonly ended: Readonly<Partial<Record<CommandState, number>>>;
}

export interface CoreFacts {
  readonly name: string;
  readonly groups: readonly string[];
  readonly lastSeenAt: string;
}

/** A bridge or a broker of others, on the agent that is active for its group. */
export interface LinkFacts {
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

export interface TimingFacts {
  readonly leaseRenewMs: Distribution;
  readonly takeoverMs: Distribution;
  readonly commitMs: Distribution;
  readonly commandMs: Distribution;
}

export interface Reason {
  /** Stable; docs/operations.md says for each what to do. */
  readonly code: string;
  readonly message: string;
}

export interface HealthFacts {
  readonly live: boolean;
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

export interface DeviceQuestion {
  readonly state?: DeviceCondition | undefined;
  readonly protocol?: string | undefined;
  readonly group?: string | undefined;
  readonly text?: string | undefined;
  readonly after?: string | undefined;
  readonly limit: number;
}

export interface DeviceLine {
  readonly uid: string;
  readonly protocol: string;
  readonly group: string;
  readonly identification: string;
  readonly state: DeviceCondition;
  readonly since: string | undefined;
  readonly reason: string | undefined;
  readonly lastHeardAt: string | undefined;
}

export interface DeviceLines {
  readonly devices: readonly DeviceLine[];
  readonly total: number;
  readonly next: string | undefined;
}

export interface DeviceFacts extends DeviceLine {
  readonly address: string | undefined;
  readonly memory: Readonly<Record<string, string | number | boolean | null>>;
  readonly commandsWaiting: number;
  readonly talking: boolean;
  readonly circuit: CircuitFacts | undefined;
  readonly lastMessages: readonly Message[];
  readonly lastRefusals: readonly Refusal[];
}

export interface CircuitFacts {
  readonly failures: number;
  readonly openUntil: string | undefined;
  readonly reason: string;
}

export interface GroupAsked {
  readonly group?: string | undefined;
  readonly reason: string;
}

export interface HandoverAsked extends GroupAsked {
  readonly to?: string | undefined;
}

export interface Outcome {
  readonly done: boolean;
  readonly message: string;
}
