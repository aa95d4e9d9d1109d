import type { LogLevel } from "../model/agent-status.ts";
import type { DeviceSettings, ProtocolSections } from "./protocols.ts";

/**
 * The configuration as the runtime reads it: checked, complete (every default filled in), JSON-like and frozen by type. All
 * durations are in milliseconds and end in `Ms`, all sizes in bytes and end in `Bytes`; paths are absolute. It holds no
 * secret, only where each one is.
 */
export interface Config {
  /** `/<site>/<gateway>`: the CloudEvents source of every message, the same for all agents. */
  readonly gateway: string;
  readonly agents: Readonly<Record<string, AgentSettings>>;
  readonly groups: Readonly<Record<string, GroupSettings>>;
  readonly placement: PlacementTimes;
  readonly redis: RedisSettings;
  readonly lease: LeaseTimes;
  readonly pair: PairSettings;
  readonly commit: CommitLimits;
  readonly spool: SpoolSettings;
  readonly commands: CommandLimits;
  /** One section per protocol in use; a protocol without one is off. */
  readonly protocols: ProtocolSections;
  readonly devices: readonly DeviceSettings[];
  readonly hooks: HookSettings;
  readonly supervisor: SupervisorSettings;
  readonly ops: OpsSettings;
  readonly log: LogSettings;
}

/** Where a secret is, never the secret. */
export type SecretRef = FileRef | { readonly kind: "env"; readonly name: string };

export interface FileRef {
  readonly kind: "file";
  readonly path: string;
}

/** PEM files. */
export interface TlsFiles {
  readonly cert: FileRef;
  readonly key: FileRef;
  /** Whom to trust; absent: the system's authorities. */
  readonly ca: FileRef | undefined;
}

export interface Address {
  readonly host: string;
  readonly port: number;
}

export interface AgentSettings {
  /** Where the other agent reaches this one. */
  readonly host: string;
  /** The pair link listens here. */
  readonly link: Address;
  /** HTTP: health, status, metrics, page. */
  readonly ops: Address;
  /** Its share of the groups that are spread, compared with the other agents' shares; above 0. */
  readonly weight: number;
  /** Directory of the spool and of what must survive a restart. */
  readonly state: string;
  /** Listeners of this agent that differ from the protocol's own section, by protocol. */
  readonly listen: Readonly<Partial<Record<keyof ProtocolSections, readonly Listener[]>>>;
}

/** One server socket of a protocol. */
export interface Listener {
  readonly host: string;
  readonly port: number;
  /** What is spoken there, e.g. the OSLP version. */
  readonly version: string;
  readonly tls: TlsFiles | undefined;
}

export interface GroupSettings {
  /** One agent, a pair, or any number. */
  readonly agents: readonly string[];
  /** Its place follows from who is there, and it is moved there; else whoever has it keeps it. */
  readonly spread: boolean;
  /** Takes the group back after `failbackAfterMs` of health; absent: whoever has it keeps it. */
  readonly preferred: string | undefined;
  readonly failbackAfterMs: number | undefined;
}

/** How groups that are spread move to where they belong. Takeovers after a failure wait for none of this. */
export interface PlacementTimes {
  /** An agent is given a group after it was a standby that could take over for so long. */
  readonly settleAfterMs: number;
  /** `undefined`: a tenth of the groups, at least one. */
  readonly maxMovesAtOnce: number | undefined;
}

export interface RedisSettings {
  readonly target:
    | { readonly kind: "standalone"; readonly host: string; readonly port: number }
    | { readonly kind: "sentinel"; readonly sentinels: readonly Address[]; readonly name: string }
    | { readonly kind: "cluster"; readonly nodes: readonly Address[] };
  readonly database: number;
  readonly username: string | undefined;
  readonly password: SecretRef | undefined;
  /** `undefined`: plain TCP. An empty `TlsTrust` is TLS against the system's authorities. */
  readonly tls: TlsTrust | undefined;
  readonly commandTimeoutMs: number;
  /** What a commit waits for besides Redis' own answer. */
  readonly wait: "none" | "aof" | { readonly replicas: number };
  /** Start although Redis may lose what it confirmed (no AOF, an evicting memory policy). */
  readonly allowLossySettings: boolean;
}

export interface TlsTrust {
  readonly ca: FileRef | undefined;
  readonly cert: FileRef | undefined;
  readonly key: FileRef | undefined;
  readonly serverName: string | undefined;
}

/** `renewEveryMs + 2·attemptTimeoutMs <= ttlMs − safetyMs` holds. */
export interface LeaseTimes {
  readonly ttlMs: number;
  readonly renewEveryMs: number;
  readonly attemptTimeoutMs: number;
  readonly safetyMs: number;
}

export interface PairSettings {
  readonly beatEveryMs: number;
  readonly suspectAfterMs: number;
  /** How the two prove themselves to each other; `none` only between loopback addresses. */
  readonly trust:
    | { readonly kind: "tls"; readonly files: TlsFiles }
    | { readonly kind: "secret"; readonly secret: SecretRef }
    | { readonly kind: "none" };
  /** A spooled record counts as durable only when it is on the peer's disk too, while the peer is there. */
  readonly replicateSpool: boolean;
  /** A device that reaches an agent its group is not active on is carried to the other one over the pair link. */
  readonly forwardDevices: boolean;
}

export interface CommitLimits {
  readonly batchMessages: number;
  readonly batchBytes: number;
  readonly lingerMs: number;
}

export type SpoolPolicy = "block" | "drop-oldest" | "drop-newest" | "by-priority";

export interface SpoolSettings {
  readonly maxBytes: number;
  /** What is older is dropped and counted; `undefined` keeps it for ever. Never together with `block`. */
  readonly maxAgeMs: number | undefined;
  readonly segmentBytes: number;
  readonly policy: SpoolPolicy;
  /** Messages per second while the spool is emptied into the queue, so that live data keeps its place. */
  readonly drainPerSecond: number;
}

export interface CommandLimits {
  /** Conversations with devices under way at once. */
  readonly concurrency: number;
  /** Commands that may wait for one device. */
  readonly maxPerDevice: number;
  /** How long the ledger answers a repeated command with the recorded result. */
  readonly retentionMs: number;
  /** For a command that came without a deadline. */
  readonly defaultDeadlineMs: number;
  readonly maxAttempts: number;
}

export interface Hook {
  /** Program and arguments; no shell. */
  readonly command: readonly string[];
  readonly timeoutMs: number;
}

export interface HookSettings {
  readonly promote: Hook | undefined;
  readonly demote: Hook | undefined;
  readonly fault: Hook | undefined;
}

export interface SupervisorSettings {
  /** Silence of the agent's loop after which it is killed. */
  readonly silentForMs: number;
  readonly restartAfterMs: number;
  readonly maxRestartAfterMs: number;
}

export interface OpsSettings {
  /** Needed for anything that changes something; absent: such requests are taken from loopback only. */
  readonly token: SecretRef | undefined;
  readonly maxTaps: number;
}

export interface LogSettings {
  readonly level: LogLevel;
  readonly format: "auto" | "json" | "pretty";
}
