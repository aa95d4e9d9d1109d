import type { Timers } from "../../adapters/io/timers.ts";
import { type EdgeError, toEdgeError } from "../../adapters/kit/edge-error.ts";
import type { Disk, Random } from "../../adapters/kit/ports.ts";
import { type Instant, later } from "../../adapters/kit/time.ts";
import type { Crc32 } from "../spool/crc32.ts";
import { GroupCommit, type GroupCommitSettings, withGroup } from "../spool/group-commit.ts";
import { Mender } from "../spool/mender.ts";
import { newIncarnation, type Position } from "../spool/position.ts";
import { type SpooledEntry, type SpoolRecord, toRecord } from "../spool/record.ts";
import type { SpoolSettings } from "../spool/settings.ts";
import { Spool } from "../spool/spool.ts";
import { pausing } from "./pausing.ts";
import { SpoolMirrors } from "./spool-mirrors.ts";
import { SpoolSources } from "./spool-sources.ts";

export interface GroupSpoolParts {
  readonly group: string;
  /** `/<site>/<gateway>` */
  readonly source: string;
  readonly agent: string;
  /** All agents of the group in the order in which they are to take over; absent: in any. */
  readonly succession?: readonly string[] | undefined;
  /** A directory of this group by name: `own`, or one per incarnation of a peer's. */
  readonly disk: (name: string) => Disk;
  /** Names of the directories there are. */
  readonly directories: () => readonly string[];
  /** Gives a directory another name. Throws `disk.*`. */
  readonly rename: (from: string, to: string) => void;
  readonly settings: SpoolSettings;
  readonly groupCommit?: GroupCommitSettings | undefined;
  readonly crc32?: Crc32 | undefined;
  readonly timers: Timers;
  readonly random: Random;
  /** Bytes for the peer's mirror, or back to the owner; `false` where the link cannot take them now. */
  readonly send: (peer: string, stream: string, position: number, bytes: Uint8Array) => boolean;
  readonly acknowledge: (peer: string, stream: string, position: number) => void;
  /** A mirror cannot go on: the link to the peer is to be closed. */
  readonly broken: (peer: string, fault: EdgeError) => void;
  readonly note: (level: "info" | "warn" | "error", text: string) => void;
}

interface Waiting {
  readonly position: Position;
  readonly resolve: () => void;
}

interface Joining {
  readonly record: SpoolRecord;
  readonly resolve: () => void;
  readonly reject: (fault: EdgeError) => void;
  readonly refusal: Refusal;
}

/** Asked in the tick of the append: why the record must not be taken any more, or `undefined`. */
export type Refusal = () => EdgeError | undefined;

const HOUSEKEEPING_MS = 1_000;

/**
 * The spool of one group on one agent: its own records, the mirror of each peer's, and the way of its own to the peer's
 * disk. It outlives reigns: what one reign put in here another one drains, on this agent or the other.
 */
export class GroupSpool {
  readonly own: Spool;
  readonly sources: SpoolSources;
  readonly mirrors: SpoolMirrors;
  readonly #parts: GroupSpoolParts;
  readonly #joining: GroupCommit<Joining>;
  readonly #mender: Mender;
  #cancelJoin: (() => void) | undefined;
  #cancelHousekeeping: (() => void) | undefined;
  /** Written and synced here, perhaps not yet on the peer's disk; positions ascend. */
  #waiting: Waiting[] = [];
  readonly #arrivals = new Set<() => void>();
  #closed = false;

  /** Recovers every directory. Throws `spool.*` and `disk.*` where the own one cannot be used; a mirror can be done without. */
  constructor(parts: GroupSpoolParts) {
    this.#parts = parts;
    const { group, source, agent, disk, settings, timers, random, crc32 } = parts;
    const incarnation = newIncarnation(random);
    const identity = { source, group, stream: agent };
    this.own = Spool.open({ disk: disk("own"), clock: timers, settings, identity, incarnation, crc32 });
    this.#joining = new GroupCommit(parts.groupCommit);
    this.#mender = new Mender(this.own);
    this.mirrors = new SpoolMirrors({
      ...parts,
      own: this.own,
      progressed: () => this.#release(),
      arrived: () => this.#arrived(),
    });
    this.sources = new SpoolSources(this.own, () => this.mirrors.spools());
    this.#keepHouse();
  }

  /** Whether entries are on their way into the spool. */
  get isJoining(): boolean {
    return this.#joining.length > 0;
  }

  /** What waits here, for who decides whether an entry may go past it. */
  get view(): { readonly isEmpty: boolean; holds(device: string): boolean } {
    return withGroup(this.sources, this.#joining);
  }

  /**
   * Resolves when the entry is on this disk, and on the peer's too while it mirrors us; also where the operator's policy
   * dropped it, which is counted. Rejects with `spool.*` where it was not taken, and with what `refusal` says.
   */
  add(entry: SpooledEntry, refusal?: Refusal): Promise<void> {
    return this.addRecord(toRecord(entry), refusal);
  }

  /** The same with what is no entry: the queue of a bridge. */
  addRecord(record: SpoolRecord, refusal: Refusal = () => undefined): Promise<void> {
    const now = this.#parts.timers.now();
    if (!this.#joining.hasRoomFor(record)) this.#write();
    return new Promise((resolve, reject) => {
      this.#joining.add(record, { record, resolve, reject, refusal }, now);
      if (this.#joining.isDue(now)) this.#write();
      else this.#armJoin(this.#joining.wakeAt);
    });
  }

  /** When a failed spool is tried again, ms from now; `undefined` where none is failed. */
  get mendsInMs(): number | undefined {
    const { again } = this.#mender;
    return again === undefined ? undefined : Math.max(0, again - this.#parts.timers.now());
  }

  /** Calls back when records of a peer have come, which nobody here has asked for, and now and then while any wait. */
  onArrival(arrived: () => void): () => void {
    this.#arrivals.add(arrived);
    return () => this.#arrivals.delete(arrived);
  }

  /** Something was trimmed: the mirror may forget it too. */
  trimmed(): void {
    this.mirrors.changed();
  }

  /** Lets everybody else have a turn, between two portions of something long. */
  rest(): Promise<void> {
    return pausing(this.#parts.timers, 0);
  }

  close(): void {
    this.#closed = true;
    this.#write();
    this.#cancelJoin?.();
    this.#cancelHousekeeping?.();
    this.mirrors.close();
    this.own.close();
  }

  #write(): void {
    this.#cancelJoin?.();
    this.#cancelJoin = undefined;
    if (this.#joining.length === 0) return;
    const tokens = this.#joining.take().tokens.filter(isStillTaken);
    if (tokens.length === 0) return;
    try {
      const { positions } = this.own.append(tokens.map(({ record }) => record));
      this.own.sync();
      tokens.forEach((token, index) => {
        const position = positions[index];
        if (position === undefined) token.resolve();
        else this.#waiting.push({ position, resolve: token.resolve });
      });
    } catch (thrown) {
      const fault = toEdgeError(thrown, "spool.failed");
      for (const token of tokens) token.reject(fault);
    }
    this.mirrors.changed();
    this.#release();
  }

  #release(): void {
    const durable = this.mirrors.durable();
    let done = 0;
    for (const waiting of this.#waiting) {
      if (waiting.position > durable) break;
      waiting.resolve();
      done += 1;
    }
    if (done > 0) this.#waiting = this.#waiting.slice(done);
  }

  #arrived(): void {
    for (const arrived of this.#arrivals) arrived();
  }

  #armJoin(at: Instant | undefined): void {
    if (at === undefined || this.#cancelJoin !== undefined) return;
    this.#cancelJoin = this.#parts.timers.at(at, () => this.#write());
  }

  #mend(): void {
    const { timers, note, group } = this.#parts;
    const news = this.#mender.look(timers.now());
    if (news === undefined) return;
    const fault = this.own.status().fault ?? "";
    if (news.kind === "mended") note("info", `the spool of group ${group} takes records again`);
    else note("error", `the spool of group ${group} takes nothing, and is tried again and again: ${fault}`);
  }

  #keepHouse(): void {
    if (this.#closed) return;
    const { timers } = this.#parts;
    this.#cancelHousekeeping = timers.at(later(timers.now(), HOUSEKEEPING_MS), () => {
      this.#mend();
      try {
        this.own.expire();
        this.own.prepare();
      } catch (_full) {
        // A full or failing disk is a state the status shows; the next append says what it means.
      }
      this.mirrors.keepHouse();
      // What a failed disk did not give may be there again, or be given up: whoever found nothing looks again.
      if (!this.sources.isEmpty) this.#arrived();
      this.#keepHouse();
    });
  }
}

/** It may have waited, and the loop may have stood still meanwhile. */
function isStillTaken({ refusal, reject }: Joining): boolean {
  const fault = refusal();
  if (fault !== undefined) reject(fault);
  return fault === undefined;
}
