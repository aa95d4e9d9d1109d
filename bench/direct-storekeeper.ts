import type { CommitEntry } from "../edge-agent/model/commit.ts";
import type { Committer } from "../edge-agent/queue/committer.ts";
import type { Storekeeper } from "../edge-agent/runtime/storekeeper.ts";

/**
 * The queue alone: what it does not take is not acknowledged, and the device says it again. The gate of the committer is
 * opened at once, because nothing was put away that something later could overtake.
 */
export class DirectStorekeeper implements Storekeeper {
  readonly #committer: Committer;

  constructor(committer: Committer) {
    this.#committer = committer;
  }

  begin(): void {}

  async store(entry: CommitEntry): Promise<void> {
    try {
      await this.#committer.commit(entry);
    } catch (thrown) {
      if (this.#committer.gate === "closed" && this.#committer.waiting.entries === 0) this.#committer.reopen();
      throw thrown;
    }
  }

  settle(): Promise<void> {
    return this.#committer.idle();
  }

  end(): void {
    this.#committer.end();
  }
}
