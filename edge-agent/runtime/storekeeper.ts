import type { CommitEntry } from "../model/commit.ts";

/**
 * Makes what devices said durable: in the queue, or on disk where the queue cannot take it. Entries of one device become
 * durable and reach the queue in the order of the calls.
 */
export interface Storekeeper {
  /** What is remembered of the devices is loaded: what waits from earlier reigns may go on its way. */
  begin(): void;
  /** Resolves when durable. Rejects with an EdgeError when it must not be acknowledged. */
  store(entry: CommitEntry): Promise<void>;
  /** Waits for what is under way, at most until the reign ends. */
  settle(): Promise<void>;
  /** The reign is over: nothing is taken any more. */
  end(): void;
}
