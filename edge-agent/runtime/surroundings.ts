import type { Timers } from "../../adapters/io/timers.ts";
import type { EdgeError } from "../../adapters/kit/edge-error.ts";
import type { Config } from "../config/config.ts";
import type { Message } from "../model/message.ts";
import type { GroupSpool } from "./group-spool.ts";
import type { GroupWork } from "./group-work.ts";
import type { LastMessages } from "./last-messages.ts";
import type { ProtocolService } from "./protocol-service.ts";
import type { RedisLinks } from "./redis-links.ts";

/** What the work of a reign finds around it on its agent. */
export interface Surroundings {
  readonly config: Config;
  readonly agent: string;
  readonly timers: Timers;
  readonly redis: RedisLinks;
  readonly services: readonly ProtocolService[];
  readonly lastMessages: LastMessages;
  spoolOf(group: string): GroupSpool;
  /** Queues of the bridges that go with the group. */
  bridgeSpoolsOf(group: string): readonly GroupSpool[];
  serviceOf(device: string): ProtocolService | undefined;
  devicesOf(group: string): readonly string[];
  /** Forgets what was remembered of a group's devices in an earlier reign. */
  forget(group: string): void;
  /** The group is active here from now on: its devices may come. Resolves when they can. */
  serve(group: string, work: GroupWork): Promise<void>;
  unserve(group: string, work: GroupWork): Promise<void>;
  refused(device: string | undefined, protocol: string, peer: string, fault: EdgeError): void;
  /** Something of an adapter itself threw, outside any conversation's own steps. */
  broke(protocol: string, fault: EdgeError): void;
  stored(messages: readonly Message[]): void;
  note(level: "debug" | "info" | "warn" | "error", text: string, facts?: Readonly<Record<string, unknown>>): void;
}
