import type { Timers } from "../../adapters/io/timers.ts";
import type { Config } from "../config/config.ts";
import type { LeaseSnapshot } from "../lease/machine.ts";
import type { LeaseRequest } from "../lease/words.ts";
import type { Counters } from "./counters.ts";
import type { GroupSpool } from "./group-spool.ts";
import type { GroupWork } from "./group-work.ts";
import type { LastMessages } from "./last-messages.ts";
import type { PeerBook } from "./peer-book.ts";
import type { ProtocolService } from "./protocol-service.ts";
import type { RedisLinks } from "./redis-links.ts";
import type { RedisWatch } from "./redis-watch.ts";
import type { Refusals } from "./refusals.ts";
import type { RoleBook } from "./role-book.ts";
import type { GivenAway } from "./given-away.ts";
import type { Taps } from "./taps.ts";
import type { Troubles } from "./troubles.ts";

export type DeviceConfig = Config["devices"][number];

/** What of an edge agent is looked at and asked from outside. */
export interface ObservedAgent {
  readonly config: Config;
  readonly agent: string;
  readonly configHash: string;
  /** Wall time, ms. */
  readonly startedAt: number;
  readonly timers: Timers;
  readonly redis: Pick<RedisLinks, "effects" | "reader">;
  readonly watch: Pick<RedisWatch, "state" | "findings" | "losing" | "connected">;
  readonly counters: Counters;
  readonly refusals: Refusals;
  readonly taps: Taps;
  readonly lastMessages: LastMessages;
  readonly roles: RoleBook;
  readonly peers: PeerBook;
  readonly troubles: Troubles;
  readonly givenAway: Pick<GivenAway, "ordered">;
  readonly services: readonly ProtocolService[];
  /** The sockets that should be open now and are not. */
  closedSockets(): readonly string[];
  readonly runners: ReadonlyMap<string, unknown>;
  readonly spools: { of(group: string): GroupSpool | undefined };
  snapshot(group: string): LeaseSnapshot | undefined;
  request(group: string, request: LeaseRequest): string | undefined;
  /** Of a group that is served here. */
  workOfGroup(group: string): GroupWork | undefined;
  serviceOf(device: string): ProtocolService | undefined;
  devicesOf(group: string): readonly string[];
}
