import type { CancelTimer, Timers } from "../../adapters/io/timers.ts";
import { type EdgeError, toEdgeError } from "../../adapters/kit/edge-error.ts";
import { later } from "../../adapters/kit/time.ts";
import type { CommitEntry, CommitPort } from "../model/commit.ts";
import { BATCH_MESSAGES } from "../model/limits.ts";
import { leaseToken, type Reign } from "../model/reign.ts";
import { over, overfull, superseded, tooLarge, unanswered } from "./commit-faults.ts";
import { COMMIT_LIMITS, type CommitLimits } from "./commit-limits.ts";
import { type CommitCounts, CommitStatistics } from "./commit-statistics.ts";
import type { Fence } from "./fenced-script.ts";
import { Linger } from "./linger.ts";
import { type Load, type PlacedEntry, ScriptTally, toEffects, toLoad } from "./load.ts";
import { RecentIds } from "./recent-ids.ts";
import { type Settled, type Waiting, WaitingLine } from "./waiting-line.ts";

/** How far `commitMany` came: the first `durable` entries are; `fault` is that of the next one. */
export interface ManyOutcome {
  readonly durable: number;
  readonly fault: EdgeError | undefined;
  /** Devices whose memory was not stored, because a later one is. */
  readonly older: readonly string[];
}

/**
 * Whether `commit` takes entries. After a failure it does not, so that no later entry of a device overtakes an earlier one
 * that failed, until the owner has put the failed ones away and says `reopen`. After the end of the reign, never again.
 */
type Gate =
  | { readonly kind: "open" }
  | { readonly kind: "closed"; readonly fault: EdgeError }
  | { readonly kind: "ended"; readonly fault: EdgeError };

/**
 * Commits one group's messages and device memories for one reign. Entries are gathered into scripts, one script under way
 * at a time: what was committed first is in the queue first. There must be one committer per reign, because it numbers
 * the entries of the reign.
 */
export class Committer implements CommitPort {
  readonly #reign: Reign;
  readonly #token: string;
  readonly #fence: Fence;
  readonly #timers: Timers;
  readonly #limits: CommitLimits;
  readonly #recent: RecentIds;
  readonly #linger: Linger;
  readonly #line: WaitingLine;
  readonly #soon: (run: () => void) => void;
  readonly #committed: (loads: readonly Load[]) => void;
  readonly #statistics = new CommitStatistics();
  #gate: Gate = { kind: "open" };
  #order = 0;
  #flushing = false;
  #cancelLinger: CancelTimer | undefined;
  /** Durable, and those who wait for it do not know yet. */
  #untold: readonly Waiting[] = [];
  /** Settles when the script under way, and all that were asked for before, are done; never rejects. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(parts: {
    readonly reign: Reign;
    readonly fence: Fence;
    readonly timers: Timers;
    readonly limits?: Partial<CommitLimits>;
    readonly recent?: RecentIds;
    /** What came by `commit` and became durable, in order; before who waits for it is told. Must not throw. */
    readonly committed?: (loads: readonly Load[]) => void;
    /** Runs it at the end of this turn of the event loop; `setImmediate` where not given. */
    readonly soon?: (run: () => void) => void;
  }) {
    this.#reign = parts.reign;
    this.#token = leaseToken(parts.reign);
    this.#fence = parts.fence;
    this.#timers = parts.timers;
    this.#limits = { ...COMMIT_LIMITS, ...parts.limits };
    this.#committed = parts.committed ?? (() => undefined);
    this.#soon = parts.soon ?? ((run) => void setImmediate(run));
    this.#recent = parts.recent ?? new RecentIds();
    this.#linger = new Linger(this.#limits.lingerMs);
    this.#line = new WaitingLine(this.#limits);
  }

  get gate(): Gate["kind"] {
    return this.#gate.kind;
  }

  get waiting(): { readonly entries: number; readonly messages: number; readonly bytes: number } {
    return { entries: this.#line.entries, messages: this.#line.messages, bytes: this.#line.bytes };
  }

  get counts(): CommitCounts {
    return this.#statistics;
  }

  /** Gives an entry of this reign its place. Do it in the order in which the devices said things. */
  place(entry: CommitEntry): PlacedEntry {
    this.#order += 1;
    const { device, messages, memory } = entry;
    return { device, messages, memory, place: { epoch: this.#reign.epoch, order: this.#order } };
  }

  /**
   * Resolves when the entry is durable. Rejects with `queue.fenced`: the reign is over, nothing will be committed any more.
   * With `queue.unavailable`, `queue.refused` or `queue.overfull`: nothing is taken until `reopen`, and everything that
   * waited behind is rejected too, in order. With `queue.overfull` and retry `never`: this entry alone is too large.
   */
  commit(entry: CommitEntry): Promise<void> {
    return new Promise((resolve, reject) => this.take(entry, { resolve, reject }));
  }

  /** The same, told without a promise: they cost more than all else the committer does with an entry. Never in this call. */
  take(entry: CommitEntry, settled: Settled): void {
    if (this.#gate.kind !== "open") {
      this.#turnAway(settled, this.#gate.fault);
      return;
    }
    let load: Load;
    try {
      load = this.#toLoad(isPlaced(entry) ? entry : this.place(entry));
    } catch (thrown) {
      const fault = toEdgeError(thrown, "queue.refused");
      this.#turnAway(settled, fault);
      if (fault.code === "queue.fenced") this.#end(fault);
      return;
    }
    if (load.messages.length === 0 && load.memory === undefined) queueMicrotask(() => settled.resolve());
    else if (this.#line.hasRoomFor(load)) {
      this.#line.push({ load, takenAt: this.#timers.now(), settled });
      this.#schedule();
    } else {
      const fault = overfull(this.#line.entries, this.#line.bytes);
      this.#gate = { kind: "closed", fault };
      this.#turnAway(settled, fault);
    }
  }

  /**
   * Commits what was put away before, in the order given, past a closed gate. Entries of an earlier epoch (this agent's own
   * or the peer's) are salvaged: they keep their place and their messages say `late`. Never rejects.
   */
  async commitMany(entries: readonly PlacedEntry[]): Promise<ManyOutcome> {
    const older: string[] = [];
    let durable = 0;
    try {
      while (durable < entries.length) {
        const { loads, fault } = this.#takeScript(entries, durable);
        if (loads.length > 0) older.push(...(await this.#exclusive(() => this.#send(loads))));
        durable += loads.length;
        if (fault !== undefined) throw fault;
      }
      return { durable, fault: undefined, older };
    } catch (thrown) {
      const fault = this.#counted(toEdgeError(thrown, "queue.unavailable"));
      if (fault.code === "queue.fenced") this.#end(fault);
      return { durable, fault, older };
    }
  }

  /** Takes entries again after a failure: what failed is in the queue by now, or counted as lost. */
  reopen(): void {
    if (this.#gate.kind === "closed") this.#gate = { kind: "open" };
  }

  /** Resolves when nothing waits and nothing is under way: for a handover, after the devices were stopped. */
  async idle(): Promise<void> {
    while (this.#flushing || this.#line.entries > 0 || this.#untold.length > 0) {
      this.#goNow();
      await new Promise<void>((resolve) => this.#soon(resolve));
      await this.#turn;
    }
    await this.#turn;
  }

  /** Ends it with the reign: what waits is rejected with `queue.fenced`, what is under way is answered as it comes. */
  end(): void {
    this.#end(over(this.#token));
  }

  #toLoad(entry: PlacedEntry): Load {
    const { epoch } = entry.place;
    if (epoch > this.#reign.epoch) throw superseded(this.#token, epoch);
    const messages = entry.messages.filter((message) => !this.#recent.has(entry.device, message.id));
    const late = epoch < this.#reign.epoch;
    const load = toLoad(entry, messages, late);
    if (load.bytes > this.#limits.scriptBytes) {
      throw tooLarge(entry.device, `${load.bytes} bytes of ${this.#limits.scriptBytes}`);
    }
    this.#statistics.recognised += entry.messages.length - messages.length;
    if (late) this.#statistics.late += messages.length;
    return load;
  }

  /** The next script's loads, and the fault of the entry after them where that one can never be committed. */
  #takeScript(entries: readonly PlacedEntry[], from: number): { loads: Load[]; fault: EdgeError | undefined } {
    const tally = new ScriptTally(this.#limits);
    const loads: Load[] = [];
    for (let at = from; at < entries.length; at++) {
      const entry = entries[at];
      if (entry === undefined) break;
      try {
        const load = this.#toLoad(entry);
        if (!tally.takes(load)) break;
        loads.push(load);
      } catch (thrown) {
        return { loads, fault: toEdgeError(thrown, "queue.refused") };
      }
    }
    return { loads, fault: undefined };
  }

  #schedule(): void {
    if (this.#flushing || this.#line.oldest === undefined) return;
    const full = this.#line.messages >= BATCH_MESSAGES;
    const now = this.#timers.now();
    const left = full ? 0 : this.#linger.left(this.#line.oldest, now);
    if (left === 0) this.#goNow();
    else this.#cancelLinger ??= this.#timers.at(later(now, left), () => this.#goNow());
  }

  #goNow(): void {
    this.#cancelLinger?.();
    this.#cancelLinger = undefined;
    if (this.#flushing || this.#line.entries === 0) return;
    this.#flushing = true;
    // At the end of this turn of the event loop: what other devices say in the same turn comes along.
    this.#soon(() => this.#flushOn());
  }

  async #flush(): Promise<void> {
    const taken = this.#line.takeScript(this.#limits);
    let fault: EdgeError | undefined;
    try {
      if (taken.length > 0) await this.#send(taken.map((one) => one.load));
    } catch (thrown) {
      fault = toEdgeError(thrown, "queue.unavailable");
    }
    this.#tell();
    if (fault === undefined) this.#untold = taken;
    else this.#fail(taken, fault);
    if (fault === undefined && this.#line.messages >= Math.max(BATCH_MESSAGES, taken.length / 2)) {
      // Redis first: what those who are told now go on to say is made while it works, instead of after it.
      this.#flushOn();
      this.#soon(() => this.#tell());
      return;
    }
    this.#tell();
    this.#flushing = false;
    this.#schedule();
  }

  #flushOn(): void {
    this.#exclusive(() => this.#flush()).catch((thrown) => this.#end(toEdgeError(thrown, "queue.unavailable")));
  }

  /** In the order in which it became durable, and before anything behind it is told anything. */
  #tell(): void {
    const durable = this.#untold;
    if (durable.length === 0) return;
    this.#untold = [];
    this.#committed(durable.map((one) => one.load));
    const now = this.#timers.now();
    for (const one of durable) {
      this.#statistics.commitMs.add(now - one.takenAt);
      one.settled.resolve();
    }
  }

  /** One script. Resolves when it is durable, with the devices whose memory was older than the stored one. */
  async #send(loads: readonly Load[]): Promise<readonly string[]> {
    if (this.#gate.kind === "ended") throw this.#gate.fault;
    if (!this.#reign.mayAct()) throw over(this.#token);
    const effects = toEffects(loads, this.#timers.wall());
    const startedAt = this.#timers.now();
    const outcome = await this.#answered(this.#fence.run(this.#token, effects));
    this.#linger.sent(this.#statistics.sent(loads, outcome, this.#timers.now() - startedAt));
    for (const load of loads) for (const message of load.messages) this.#recent.add(load.device, message.id);
    return effects.memories.filter((_, at) => outcome.memories[at] === "older").map((memory) => memory.device);
  }

  /** The answer, or `queue.unavailable` when it takes too long: then it may have been written, or may be yet. */
  #answered<T>(answer: Promise<T>): Promise<T> {
    const { timeoutMs } = this.#limits;
    return new Promise((resolve, reject) => {
      const late = (): void => reject(unanswered(timeoutMs));
      // Timers come before sockets in a turn of the event loop: an answer that is there counts.
      const cancel = this.#timers.at(later(this.#timers.now(), timeoutMs), () => this.#soon(late));
      answer.then(resolve, reject).finally(cancel);
    });
  }

  #exclusive<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(work);
    this.#turn = result.catch(() => undefined);
    return result;
  }

  #fail(taken: readonly Waiting[], fault: EdgeError): void {
    if (fault.code === "queue.fenced") this.#gate = { kind: "ended", fault };
    else if (this.#gate.kind === "open") this.#gate = { kind: "closed", fault };
    for (const one of [...taken, ...this.#line.takeAll()]) one.settled.reject(this.#counted(fault));
  }

  #end(fault: EdgeError): void {
    if (this.#gate.kind === "ended") return;
    this.#tell();
    this.#gate = { kind: "ended", fault };
    for (const one of this.#line.takeAll()) one.settled.reject(this.#counted(fault));
  }

  /** Behind what its caller does with it now. */
  #turnAway(settled: Settled, fault: EdgeError): void {
    this.#counted(fault);
    queueMicrotask(() => settled.reject(fault));
  }

  #counted(fault: EdgeError): EdgeError {
    this.#statistics.fail(fault.code);
    return fault;
  }
}

function isPlaced(entry: CommitEntry): entry is PlacedEntry {
  return entry.place !== undefined;
}
