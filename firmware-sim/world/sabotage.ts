import type { Ledger } from "../../edge-agent/commands/ledger.ts";
import type { Execute } from "../../edge-agent/commands/carry-ports.ts";
import type { IntakeLimits } from "../../edge-agent/commands/redis/intake-options.ts";
import type { LeaseSettings } from "../../edge-agent/lease/settings.ts";
import type { LeaseStore } from "../../edge-agent/lease/store.ts";
import type { PeerWord } from "../../edge-agent/lease/words.ts";
import type { Reign } from "../../edge-agent/model/reign.ts";
import type { Fence } from "../../edge-agent/queue/fenced-script.ts";
import type { LoadedMemories } from "../../edge-agent/queue/memories.ts";
import type { GroupSpool } from "../../edge-agent/runtime/group-spool.ts";
import type { Storekeeper } from "../../edge-agent/runtime/storekeeper.ts";
import type { SimRedis } from "./sim-redis.ts";

/**
 * Where the parts of an agent can be exchanged for broken ones. All of it sits between the real parts and their
 * surroundings: the product knows nothing of it.
 */
export interface Sabotage {
  readonly name: string;
  readonly leaseSettings?: (settings: LeaseSettings) => LeaseSettings;
  readonly leaseStore?: (store: LeaseStore, redis: SimRedis) => LeaseStore;
  readonly reign?: (reign: Reign) => Reign;
  readonly fence?: (fence: Fence, redis: SimRedis) => Fence;
  readonly storekeeper?: (storekeeper: Storekeeper) => Storekeeper;
  readonly memories?: (load: () => Promise<LoadedMemories>) => () => Promise<LoadedMemories>;
  readonly ledger?: (ledger: Ledger) => Ledger;
  readonly execute?: (execute: Execute) => Execute;
  readonly intake?: (limits: IntakeLimits) => IntakeLimits;
  /** A word of a peer; `undefined` where the lease machine does not hear it. */
  readonly heard?: (word: PeerWord, answer: (word: PeerWord) => void) => PeerWord | undefined;
  readonly epochs?: (epochs: { readonly highest: number; note(epoch: number): void }) => {
    readonly highest: number;
    note(epoch: number): void;
  };
  /** The spool of the agent, before it is used. */
  readonly spool?: (spool: GroupSpool) => void;
}
