import type { Timers } from "../../adapters/io/timers.ts";
import type { EdgeError } from "../../adapters/kit/edge-error.ts";
import type { CommandConclusion } from "../../adapters/kit/session.ts";
import type { DurationMs } from "../../adapters/kit/time.ts";
import type { ProtocolLink } from "../model/agent-status.ts";
import type { CommandEntry } from "../commands/entry.ts";
import type { Command } from "../model/command.ts";
import type { MessageDraft } from "../model/draft.ts";
import type { Message } from "../model/message.ts";
import type { Reign } from "../model/reign.ts";
import type { Southbound } from "./southbound.ts";

/** What a duty may ask of the agent. All of it ends with the reign: after that `store` rejects and `permit` is false. */
export interface DutyPorts {
  readonly group: string;
  readonly reign: Reign;
  readonly timers: Timers;
  /** The devices of this protocol in this group. */
  readonly devices: readonly string[];
  readonly southbound: Southbound;
  /** Where commands go that came another way than through a core: into the group's own queue and ledger. */
  readonly commands: CommandEntry;
  /** A device that was tried and could not be reached; several in a row make it `offline`. */
  failed(device: string, reason: string): void;
  /** The connection to a device ended in good or bad order: it is `offline` now, without waiting for silence. */
  lost(device: string, reason: string): void;
  note(level: "debug" | "info" | "warn", text: string): void;
  /** Something of the adapter itself broke, not of one device: its duties end and begin anew. */
  broke(fault: EdgeError): void;
}

/**
 * What a protocol does by itself for a group while its reign lasts, besides answering those who call and carrying single
 * commands out: connections kept open, schedules of readings, a broker, bridges.
 */
export interface Duty {
  /** Begins. Resolves at once or when it is under way; a device or broker that cannot be reached is no reason to reject. */
  start(): Promise<void>;
  /**
   * Carries a command out over what is open already. `begin` is awaited before the command's own first byte, and only
   * once; what it rejects with is passed on. `undefined`: this duty does not carry it, a connection is made for it.
   */
  carry?(command: Command, begin: () => Promise<void>): Promise<CommandConclusion> | undefined;
  /**
   * Messages of this group that have become durable, of every protocol: what is to be passed on besides the queue. Called in
   * the order of their storing; it must neither wait nor throw.
   */
  stored?(messages: readonly Message[]): void;
  /**
   * A command of the group has ended, and the message that tells it is durable: who asked for it over this protocol is
   * answered. Resolves when the answer is durable too, or cannot be; called again with the same draft by the next active where
   * this one did not get so far. Must not reject.
   */
  concluded?(command: Command, draft: MessageDraft<"busbar.command-result.v1">): Promise<void>;
  /** What it is connected to besides devices, for people and metrics. */
  links?(): readonly ProtocolLink[];
  /** Begins nothing more and ends what is under way in good order, at most so long. */
  drain(forMs: DurationMs): Promise<void>;
  /** Ends everything now. Called once, also after `drain`. */
  end(): void;
}
