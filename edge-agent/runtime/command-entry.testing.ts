import type { Timers } from "../../adapters/io/timers.ts";
import { SeededRandom } from "../../adapters/kit/random.ts";
import type { CommandConclusion } from "../../adapters/kit/session.ts";
import { Begins } from "../commands/begins.ts";
import { carry } from "../commands/carry.ts";
import { asFirst, type CommandEntry, isReused, type Submission, type Submitted } from "../commands/entry.ts";
import { MemoryLedger } from "../commands/memory-ledger.ts";
import { resultDraft } from "../commands/result-draft.ts";
import { Slots } from "../commands/slots.ts";
import type { Command } from "../model/command.ts";
import type { MessageDraft } from "../model/draft.ts";
import { isEnded } from "../model/ledger.ts";
import type { Reign } from "../model/reign.ts";
import { pausing } from "./pausing.ts";

export interface MemoryEntryParts {
  readonly reign: Reign;
  readonly timers: Timers;
  readonly execute: (command: Command, begin: () => Promise<void>) => Promise<CommandConclusion>;
  readonly concluded: (command: Command, draft: MessageDraft<"busbar.command-result.v1">) => Promise<void> | undefined;
}

/** A queue and a ledger in memory: what is put in is carried out by the rules of the ledger, one command after the other. */
export class MemoryEntry implements CommandEntry {
  readonly ledger: MemoryLedger = new MemoryLedger();
  readonly submitted: Submission[] = [];
  /** Awaited before anything is taken: Redis is away as long as it rejects. */
  reachable: () => Promise<void> = () => Promise.resolve();
  readonly #parts: MemoryEntryParts;
  readonly #stopping = new AbortController();
  #line: Promise<void> = Promise.resolve();

  constructor(parts: MemoryEntryParts) {
    this.#parts = parts;
    this.ledger.lease = parts.reign;
  }

  async isKnown(uid: string): Promise<boolean> {
    await this.reachable();
    return (await this.ledger.read(uid)) !== undefined;
  }

  async submit(submission: Submission): Promise<Submitted> {
    await this.reachable();
    const { reign, timers } = this.#parts;
    this.submitted.push(submission);
    const record = await this.ledger.read(submission.command.uid);
    if (record !== undefined) {
      if (isReused(submission, record)) return { kind: "reused" };
      return isEnded(record) ? { kind: "ended", record } : { kind: "waits" };
    }
    const command = asFirst(submission, undefined);
    await this.ledger.accept(reign, command, timers.wall());
    this.#line = this.#line.then(() => this.#carry(command));
    return { kind: "waits" };
  }

  end(): void {
    this.#stopping.abort();
  }

  async #carry(command: Command): Promise<void> {
    const { reign, timers, execute, concluded } = this.#parts;
    const { signal } = this.#stopping;
    const carried = await carry(command, {
      ledger: this.ledger,
      reign,
      wall: () => timers.wall(),
      quiet: () => Promise.resolve(),
      begins: new Begins(),
      backoff: { firstMs: 20, maxMs: 100, factor: 2, jitter: 0 },
      slots: new Slots(1),
      execute: (one, { begin }) => execute(one, begin),
      verifier: undefined,
      stopping: signal,
      ending: signal,
      random: new SeededRandom(1),
      pause: (ms) => pausing(timers, ms),
      onFault: () => undefined,
    });
    if (carried.kind !== "ended") return;
    const draft = resultDraft(carried.record, command);
    if (draft !== undefined) await concluded(command, draft);
  }
}
