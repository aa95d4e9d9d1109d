/**
 * Whether a message was written in the newest reign a consumer has seen of its source, or in an earlier one. It is a flag
 * for whoever cares, never a reason to drop: fencing what was already acknowledged to a device would be the loss itself.
 *
 * `accept-late`: what is marked `late` is expected to be from an earlier reign and counts as current; what is not marked is
 * a straggler of the queue. `flag`: everything of an earlier reign is flagged.
 */
export type StaleReignPolicy = "accept-late" | "flag";

export type ReignAge = "current" | "earlier";

export const WATCHED_SOURCES = 10_000;

export class ReignWatch {
  readonly #policy: StaleReignPolicy;
  readonly #highest = new Map<string, string>();
  /** The newest reign of the source that was looked at last, which is nearly always the one that is asked for next. */
  #last = { group: "", source: "", epoch: "" };
  #stale = 0;

  constructor(policy: StaleReignPolicy = "accept-late") {
    this.#policy = policy;
  }

  /** Messages flagged so far. */
  get stale(): number {
    return this.#stale;
  }

  /** Epochs are per group: two groups of one gateway do not make each other stale. */
  observe(
    group: string,
    message: { readonly source: string; readonly epoch: string; readonly late?: boolean | undefined },
  ): ReignAge {
    const { source, epoch } = message;
    const last = this.#last;
    if (epoch === last.epoch && source === last.source && group === last.group) return "current";
    const key = `${group} ${source}`;
    const highest = this.#highest.get(key);
    if (highest === undefined || message.epoch >= highest) {
      if (highest === undefined && this.#highest.size >= WATCHED_SOURCES) this.#forgetOne();
      this.#highest.set(key, epoch);
      this.#last = { group, source, epoch };
      return "current";
    }
    if (this.#policy === "accept-late" && message.late === true) return "current";
    this.#stale += 1;
    return "earlier";
  }

  #forgetOne(): void {
    for (const first of this.#highest.keys()) {
      this.#highest.delete(first);
      return;
    }
  }
}
