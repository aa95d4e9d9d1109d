import { EdgeError } from "../../adapters/kit/edge-error.ts";
import { invariant } from "../../adapters/kit/invariant.ts";
import { type DurationMs, type Instant, later } from "../../adapters/kit/time.ts";
import { type Crc32, pureCrc32 } from "./crc32.ts";
import { mergeKept, planEviction } from "./eviction.ts";
import { FINDINGS_KEPT, type SpoolFinding } from "./finding.ts";
import type { DropReason, Gap } from "./gap.ts";
import { Lifted } from "./lifted.ts";
import { LossBook } from "./loss-book.ts";
import { ORIGIN, type Position, type PositionRange, runOf, runStart, toPosition } from "./position.ts";
import { Rate } from "./rate.ts";
import { inPlace, isSheddable, outOfTurn, type SpoolRecord, type StoredRecord } from "./record.ts";
import { recordBytes } from "./record-codec.ts";
import { type Inspection, inspect, type Recovered, recover } from "./recovery.ts";
import type { ReadLimits, SegmentContext } from "./segment.ts";
import { checkIdentity, FORMAT_VERSION } from "./segment-header.ts";
import { SegmentLog } from "./segment-log.ts";
import { checkSpoolSettings } from "./settings.ts";
import { spoolFault } from "./spool-fault.ts";
import type { Appended, ReadRequest, SpoolOptions } from "./spool-options.ts";
import type { SpoolCondition, SpoolStatus } from "./spool-status.ts";
import { decodeState, encodeState, STATE_FILE } from "./state-file.ts";
import { Uids } from "./uids.ts";

/** Two of the longest pauses between attempts to mend it. */
const HOPED_FOR_MS: DurationMs = 60_000;
const DISCARDED_AT_ONCE = { maxRecords: 100, maxBytes: 65_536 };

/**
 * A durable first-in-first-out log of commit entries on a local disk, for when the queue cannot take them in time; the
 * mirror of the peer's is the same class over another directory. Synchronous: one caller, one order.
 *
 * Nothing is durable before `sync` has returned, and nothing is forgotten before `trim`: delivery is at least once, in
 * the order of the appends, whatever fails in between. What is dropped is dropped by the operator's policy, counted, and
 * announced as a gap.
 */
export class Spool {
  readonly #options: SpoolOptions;
  readonly #crc32: Crc32;
  readonly #uids: Uids;
  readonly #log: SegmentLog;
  readonly #lifted: Lifted;
  readonly #book: LossBook;
  readonly #cursors: Map<string, Position>;
  readonly #devices: Map<string, Position>;
  readonly #growth: Rate;
  readonly #run: number;
  readonly #context: SegmentContext;
  readonly findings: readonly SpoolFinding[];
  #floor: Position;
  #last: Position;
  #next: Position;
  #refused = 0;
  #stateDirty = true;
  #condition: "open" | "full" | "failed" | "closed" = "open";
  /** Why it is `failed`. */
  #fault: EdgeError | undefined;
  #failedAt: Instant;
  #mended = 0;

  /** Recovers the directory and opens it. Throws `spool.foreign`, `spool.version`, `spool.settings.invalid`, `disk.*`. */
  static open(options: SpoolOptions): Spool {
    const opening = Spool.opening(options);
    for (;;) {
      const turn = opening.next();
      if (turn.done === true) return turn.value;
    }
  }

  /** The same, a segment a turn: a gigabyte takes seconds, and the caller's loop must not stand still for that long. */
  static *opening(options: SpoolOptions): Generator<{ readonly segment: number; readonly of: number }, Spool, void> {
    checkSpoolSettings(options.settings);
    checkIdentity(options.identity);
    const crc32 = options.crc32 ?? pureCrc32;
    const found = inspect(options.disk, options.identity, crc32);
    const incarnation = found.state?.incarnation ?? found.files.find((file) => file.header)?.header?.incarnation;
    const context = {
      identity: options.identity,
      incarnation: incarnation ?? options.incarnation,
      crc32,
      uids: new Uids(),
    };
    const recovered = yield* recover(options.disk, found, options.settings, context);
    return new Spool(options, found, recovered, context);
  }

  private constructor(options: SpoolOptions, found: Inspection, recovered: Recovered, context: SegmentContext) {
    const { state } = found;
    this.#options = options;
    this.#context = context;
    context.isAway = () => this.isAway;
    this.#crc32 = context.crc32;
    this.#uids = context.uids;
    this.#lifted = recovered.lifted;
    this.#devices = recovered.devices;
    this.#cursors = new Map(options.settings.destinations.map((name) => [name, state?.cursors[name] ?? ORIGIN]));
    this.#floor = state?.floor ?? ORIGIN;
    this.#growth = new Rate(options.clock.now());
    this.#failedAt = options.clock.now();
    this.findings = recovered.findings.slice(0, FINDINGS_KEPT);
    this.#run = Math.max(state?.run ?? 0, runOf(recovered.last)) + 1;
    this.#last = recovered.last;
    this.#next = toPosition(runStart(this.#run) + 1);
    this.#book = new LossBook(state, recovered, this.#run, options.clock.wall());
    if (recovered.writtenEnd !== undefined) recovered.segments.at(-1)?.reopen(recovered.writtenEnd);
    const settled = this.#last;
    this.#log = new SegmentLog(options.disk, options.settings, context, { ...recovered, settled });
    this.#persist();
    for (const number of found.liftedNumbers) {
      if (!this.#lifted.numbers.includes(number)) options.disk.remove(Lifted.nameOf(number));
    }
    this.#release();
    this.prepare();
  }

  get incarnation(): string {
    return this.#context.incarnation;
  }

  /** The newest record, `ORIGIN` where there never was one. */
  get last(): Position {
    return this.#last;
  }

  /** Everything up to here is on the medium. */
  get settled(): Position {
    return this.#log.settled;
  }

  /** Ranges this directory lost and a mirror may still hold. */
  get wanted(): readonly PositionRange[] {
    return this.#book.wanted;
  }

  cursor(destination: string = this.#primary()): Position {
    return this.#cursors.get(destination) ?? ORIGIN;
  }

  get isEmpty(): boolean {
    return this.#last <= this.#lowest();
  }

  /** Whether there was room for the last record, or is again. */
  get takes(): boolean {
    return this.#condition === "open";
  }

  /** Whether the disk did not keep what was written: nothing is taken until `mend` has succeeded. */
  get isFailed(): boolean {
    return this.#condition === "failed";
  }

  /**
   * Failed a moment ago: its records are still counted on, though the disk may not give them now. One that stays failed is
   * read for what it gives, and the rest counts as lost: the devices must not wait for a dead disk.
   */
  get isAway(): boolean {
    return this.isFailed && this.#options.clock.now() < later(this.#failedAt, HOPED_FOR_MS);
  }

  /** Whether a record of the device waits here, and so a newer one must not overtake it. */
  holds(device: string): boolean {
    return (this.#devices.get(device) ?? ORIGIN) > this.cursor();
  }

  /**
   * Takes records, all of them or none. They are durable once `sync` returns. Throws `spool.full` (refused, nothing was
   * dropped), `spool.record.overlong`, `spool.batch.overlong`, `spool.failed`, `spool.closed`.
   */
  append(records: readonly SpoolRecord[]): Appended {
    this.#expectUsable();
    this.#checkSizes(records);
    const all = this.#numbered(records);
    if (this.#write(all)) return { positions: all.map((record) => record.position), dropped: 0 };
    const { policy } = this.#options.settings;
    if (policy === "drop-oldest" || policy === "by-priority") {
      while (this.#makeRoom()) {
        if (this.#write(all)) return { positions: all.map((record) => record.position), dropped: 0 };
      }
    }
    this.#condition = "full";
    if (policy === "drop-newest") return this.#dropNewest(records, () => true);
    if (policy === "by-priority") return this.#dropNewest(records, (record) => isSheddable(record.class));
    return this.#refuse(records);
  }

  /**
   * Takes records under the positions another log gave them: the peer's, into its mirror. All later than `last`. Throws as
   * `append`; a mirror drops nothing.
   */
  appendAt(records: readonly StoredRecord[]): void {
    this.#expectUsable();
    this.#checkSizes(records);
    let after = this.#last;
    const placed = records.map((record) => {
      invariant(record.position > after, "a mirrored record comes after those already here");
      const { position, storedAt } = record;
      const inOrder = inPlace(record, { position, after, settled: this.#log.settled, storedAt });
      after = record.position;
      return inOrder;
    });
    if (!this.#write(placed)) this.#refuse(records);
  }

  /** What came back from the mirror after this disk had lost it: appended as new, counted as restored. */
  restore(records: readonly StoredRecord[]): Appended {
    const appended = this.append(records.map(outOfTurn));
    this.#book.restore(records.length);
    return appended;
  }

  /** The mirror has been asked for everything in `wanted` and has answered. */
  restoredAll(): void {
    this.#book.wantNothing();
    this.#persist();
  }

  /** One sync for everything appended before. Throws `spool.failed`: nobody may be told "received" for any of it. */
  sync(): void {
    this.#expectUsable();
    this.#guarded(() => this.#log.sync());
    if (this.#stateDirty || this.#book.isDirty) this.#persist();
  }

  read(request: ReadRequest): readonly StoredRecord[] {
    const after = request.after ?? this.cursor(request.destination);
    const into = { records: [], bytes: 0 };
    this.#readInto(after, request, into);
    this.#book.unreadable(this.#log.takeUnreadable(), this.#options.clock.wall());
    return into.records;
  }

  /** Everything up to `through` is durable elsewhere. The cursor is on the medium before this returns. */
  trim(through: Position, destination: string = this.#primary()): void {
    invariant(this.#cursors.has(destination), `${destination} is a destination of this spool`);
    const until = toPosition(Math.min(through, this.#last));
    if (until <= this.cursor(destination)) return;
    const lowest = this.#lowest();
    const before = this.#liveBytes();
    this.#cursors.set(destination, until);
    if (this.#lowest() > lowest) this.#growth.add(this.#liveBytes() - before, this.#options.clock.now());
    if (this.isEmpty) this.#devices.clear();
    // A cursor that is not on the medium frees nothing, unless a full disk is what keeps it from getting there.
    const fault = this.#persist();
    if (fault === undefined || fault.code === "disk.full") this.#release();
    if (fault !== undefined) this.#persist();
    if (this.#condition === "full") this.prepare();
  }

  /** Drops the records up to `through` that were not delivered: counted, and announced as gaps. */
  discard(through: Position, reason: DropReason): void {
    const wall = this.#options.clock.wall();
    // What is given up is looked at a portion at a time: the rest of the spool may be gigabytes.
    for (let after = this.cursor(); after < through; ) {
      const records = this.read({ ...DISCARDED_AT_ONCE, after });
      for (const record of records) if (record.position <= through) this.#book.drop(record, reason, wall);
      after = records.at(-1)?.position ?? through;
    }
    for (const destination of this.#cursors.keys()) this.trim(through, destination);
  }

  /** Drops what is older than `maxAgeMs`, at most `limit` records a call; returns how many. */
  expire(limit: number = 1_000): number {
    const { maxAgeMs } = this.#options.settings;
    if (maxAgeMs === undefined) return 0;
    const oldest = this.#options.clock.wall() - maxAgeMs;
    const records = this.read({ maxRecords: limit, maxBytes: this.#options.settings.segmentBytes });
    const young = records.findIndex((record) => record.storedAt >= oldest);
    const old = young === -1 ? records : records.slice(0, young);
    const last = old.at(-1);
    if (last !== undefined) this.discard(last.position, "age");
    return old.length;
  }

  /** The drops nobody has been told of. The same until `gapsForwarded`, so that a crash repeats them rather than loses them. */
  takeGaps(): readonly Gap[] {
    const gaps = this.#book.gaps.take();
    if (gaps.length > 0) this.#persist();
    return gaps;
  }

  gapsForwarded(): void {
    this.#book.gaps.forwarded();
    this.#persist();
  }

  /** Prepares the spare segment; called when there is time, so that no append has to. */
  prepare(): void {
    if (this.#condition === "failed" || this.#condition === "closed") return;
    this.#guarded(() => this.#log.prepare(this.#lifted.bytes));
    if (this.#condition === "full" && this.#log.hasSpare) this.#condition = "open";
  }

  /**
   * After a failure: opens the files anew, sees that they are the ones it had, and goes on in a fresh segment. What was not
   * durable when the disk failed is given up: nobody was told "received" for it. Throws `spool.failed` with what is still
   * wrong, and can be called again; does nothing where nothing has failed.
   */
  mend(): void {
    if (this.#condition !== "failed") return;
    try {
      this.#expectSameDirectory();
      this.#log.mend(this.#lifted.bytes);
      const fault = this.#persist();
      if (fault !== undefined && fault.code !== "disk.full") throw fault;
    } catch (thrown) {
      if (!(thrown instanceof EdgeError)) throw thrown;
      this.#fault = thrown;
      throw spoolFault("spool.failed", `the spool is still failed: ${thrown.message}`, thrown);
    }
    this.#fault = undefined;
    this.#mended += 1;
    this.#condition = this.#log.hasSpare ? "open" : "full";
    this.#release();
  }

  status(): SpoolStatus {
    const { clock, settings } = this.#options;
    const lowest = this.#lowest();
    const live = this.#log.beyond(this.#floorOr(lowest));
    const lifted = this.#lifted.beyond(lowest);
    const bytes = live.bytes + lifted.bytes;
    const oldest = this.#lifted.storedAfter(lowest) ?? this.#log.storedAfter(this.#floorOr(lowest));
    const perSecond = this.#growth.perSecond(clock.now());
    return {
      condition: this.#visibleCondition(),
      why: this.#log.noRoom,
      fault: this.#fault?.message,
      mended: this.#mended,
      records: live.records + lifted.records,
      bytes,
      diskBytes: this.#log.diskBytes + this.#lifted.bytes,
      maxBytes: settings.maxBytes,
      fill: Math.min(1, bytes / settings.maxBytes),
      segments: this.#log.count,
      oldestAgeMs: oldest === undefined ? undefined : Math.max(0, clock.wall() - oldest),
      timeToFullMs: perSecond <= 0 ? undefined : (Math.max(0, settings.maxBytes - bytes) / perSecond) * 1_000,
      dropped: this.#book.dropped,
      refused: this.#refused,
      restored: this.#book.restored,
      gaps: this.#book.gaps.length,
      unsyncedRecords: this.#log.unsyncedRecords,
      abandonedSegments: this.#log.abandoned,
      last: this.#last,
      settled: this.#log.settled,
    };
  }

  /** Syncs, writes the state and closes the files. Never throws: what could not be synced was never acknowledged. */
  close(): void {
    if (this.#condition === "closed") return;
    try {
      if (this.#condition !== "failed") this.sync();
      this.#persist();
    } catch (thrown) {
      if (!(thrown instanceof EdgeError)) throw thrown;
    }
    this.#condition = "closed";
    this.#log.close();
  }

  #numbered(records: readonly SpoolRecord[]): StoredRecord[] {
    const storedAt = this.#options.clock.wall();
    const { settled } = this.#log;
    let after = this.#last;
    let position = this.#next;
    return records.map((record) => {
      const stored = inPlace(record, { position, after, settled, storedAt });
      after = position;
      position = toPosition(position + 1);
      return stored;
    });
  }

  #write(records: readonly StoredRecord[]): boolean {
    const newest = records.at(-1);
    if (newest === undefined) return true;
    let bytes = 0;
    for (const record of records) bytes += recordBytes(record, this.#uids);
    if (this.#log.unsyncedBytes + bytes > this.#options.settings.maxUnsyncedBytes)
      this.#guarded(() => this.#log.sync());
    if (!this.#guarded(() => this.#log.write(records, this.#lifted.bytes))) return false;
    for (const record of records) this.#devices.set(record.device, record.position);
    this.#last = newest.position;
    if (newest.position >= this.#next) this.#next = toPosition(newest.position + 1);
    this.#growth.add(bytes, this.#options.clock.now());
    this.#condition = "open";
    return true;
  }

  /** Lets the sheddable part go where the rest, if any, finds room; refuses everything where it does not. */
  #dropNewest(records: readonly SpoolRecord[], isGivenUp: (record: SpoolRecord) => boolean): Appended {
    const kept = records.filter((record) => !isGivenUp(record));
    const stored = this.#numbered(kept);
    if (kept.length === records.length || !this.#write(stored)) return this.#refuse(records);
    this.#condition = "full";
    const wall = this.#options.clock.wall();
    const positions = new Map(kept.map((record, i) => [record, stored[i]?.position]));
    for (const record of records) if (!positions.has(record)) this.#book.drop(record, "full", wall);
    return { positions: records.map((record) => positions.get(record)), dropped: records.length - kept.length };
  }

  #refuse(records: readonly SpoolRecord[]): never {
    this.#condition = "full";
    this.#refused += records.length;
    const why = this.#log.noRoom === "quota" ? `${this.#options.settings.maxBytes} bytes are used` : "the disk is full";
    throw spoolFault("spool.full", `the spool takes no more: ${why}`);
  }

  /** Evicts the oldest segments by the policy; false where that frees nothing. */
  #makeRoom(): boolean {
    const { disk, settings, clock } = this.#options;
    const after = this.#floorOr(this.#lowest());
    const plan = planEviction(this.#log.closed(), after, settings.policy, settings.segmentBytes);
    const newest = plan?.segments.at(-1);
    if (plan === undefined || newest === undefined) return false;
    const replaced = this.#lift(mergeKept(this.#lifted.newest(), plan.kept, this.#lowest()));
    if (replaced === "refused" && settings.policy === "by-priority") return false;
    const wall = clock.wall();
    for (const record of plan.dropped) this.#book.drop(record, "evicted", wall);
    this.#floor = toPosition(Math.max(this.#floor, newest.last));
    this.#persist();
    for (const _segment of plan.segments) this.#log.removeOldestClosed();
    if (typeof replaced === "number") disk.remove(Lifted.nameOf(replaced));
    if (this.#stateDirty || this.#book.isDirty) this.#persist();
    return true;
  }

  /** Writes the survivors; returns the number of the lifted file they replace, if any. */
  #lift(kept: readonly StoredRecord[]): number | "added" | "refused" {
    if (kept.length === 0) return "added";
    const before = this.#lifted.newest();
    try {
      this.#lifted.add(kept, this.#options.disk, this.#context);
    } catch (thrown) {
      if (thrown instanceof EdgeError) return "refused";
      throw thrown;
    }
    if (before === undefined) return "added";
    this.#lifted.drop(before.number);
    return before.number;
  }

  #readInto(after: Position, limits: ReadLimits, into: { records: StoredRecord[]; bytes: number }): void {
    this.#lifted.read(after, limits, into);
    const last = into.records.at(-1);
    if (last !== undefined && last.position < this.#lifted.last) return;
    if (into.records.length < limits.maxRecords) this.#log.read(this.#floorOr(after), limits, into);
  }

  #release(): void {
    const through = this.#lowest();
    const segments = this.#log.count;
    this.#log.release(toPosition(Math.max(through, this.#floor)));
    if (this.#log.count < segments) {
      for (const [device, last] of this.#devices) if (last <= through) this.#devices.delete(device);
    }
    const gone = this.#lifted.release(through);
    if (gone.length === 0) return;
    this.#persist();
    for (const number of gone) this.#options.disk.remove(Lifted.nameOf(number));
  }

  /** A state that cannot be written stays dirty and is written at the next chance: it can only be behind, never ahead. */
  #persist(): EdgeError | undefined {
    this.#stateDirty = true;
    const bytes = encodeState(
      {
        format: FORMAT_VERSION,
        identity: this.#options.identity,
        incarnation: this.#context.incarnation,
        run: this.#run,
        settled: this.#log.settled,
        floor: this.#floor,
        cursors: Object.fromEntries(this.#cursors),
        lifted: this.#lifted.numbers,
        ...this.#book.toState(this.#lowest()),
      },
      this.#crc32,
    );
    try {
      this.#options.disk.replace(STATE_FILE, bytes);
      this.#stateDirty = false;
      this.#book.isDirty = false;
      return undefined;
    } catch (thrown) {
      if (!(thrown instanceof EdgeError)) throw thrown;
      return thrown;
    }
  }

  #checkSizes(records: readonly SpoolRecord[]): void {
    const { maxRecordBytes, maxUnsyncedBytes } = this.#options.settings;
    let all = 0;
    for (const record of records) {
      const bytes = recordBytes(record, this.#uids);
      all += bytes;
      if (bytes > maxRecordBytes) {
        throw spoolFault(
          "spool.record.overlong",
          `a record of ${record.device} has ${bytes} bytes of ${maxRecordBytes}`,
        );
      }
    }
    if (all > maxUnsyncedBytes)
      throw spoolFault("spool.batch.overlong", `an append has ${all} bytes of ${maxUnsyncedBytes}`);
  }

  #guarded<Result>(effect: () => Result): Result {
    try {
      return effect();
    } catch (thrown) {
      if (thrown instanceof EdgeError && thrown.code === "spool.failed") this.#fail(thrown);
      throw thrown;
    }
  }

  /** What was not durable is not here any more: neither read, nor mirrored, nor counted, and its positions are free. */
  #fail(fault: EdgeError): void {
    this.#condition = "failed";
    this.#failedAt = this.#options.clock.now();
    this.#fault = fault;
    const first = this.#log.giveUp();
    if (first === undefined) return;
    const { settled } = this.#log;
    const read = Math.max(...this.#cursors.values());
    this.#last = settled;
    this.#next = toPosition(Math.max(first, read + 1));
    for (const [device, last] of this.#devices) if (last > settled) this.#devices.set(device, settled);
  }

  /** An empty directory where records were is one that is not mounted, not one to begin in. */
  #expectSameDirectory(): void {
    const bytes = this.#options.disk.read(STATE_FILE);
    const state = bytes === undefined ? undefined : decodeState(bytes, this.#crc32);
    if (state === "future" || (state !== undefined && state.incarnation !== this.incarnation))
      throw spoolFault("spool.foreign", "the directory holds another spool than before");
    if (bytes === undefined && !this.isEmpty)
      throw spoolFault("spool.failed", `the directory is empty, and ${this.status().records} records were in it`);
  }

  #expectUsable(): void {
    if (this.#condition === "failed")
      throw spoolFault("spool.failed", "the disk failed before: the spool takes no more until it is mended");
    if (this.#condition === "closed") throw spoolFault("spool.closed", "the spool is closed");
  }

  #visibleCondition(): SpoolCondition {
    return this.#condition === "open" && !this.#log.hasSpare ? "tight" : this.#condition;
  }

  #liveBytes(): number {
    return this.#log.beyond(this.#floorOr(this.#lowest())).bytes + this.#lifted.beyond(this.#lowest()).bytes;
  }

  #floorOr(after: Position): Position {
    return after > this.#floor ? after : this.#floor;
  }

  #lowest(): Position {
    return toPosition(Math.min(...this.#cursors.values()));
  }

  #primary(): string {
    return this.#options.settings.destinations[0] ?? "";
  }
}
