import type { Timers } from "../../adapters/io/timers.ts";
import { EdgeError } from "../../adapters/kit/edge-error.ts";
import type { Disk } from "../../adapters/kit/ports.ts";
import { type DurationMs, type Instant, later } from "../../adapters/kit/time.ts";
import type { Crc32 } from "../spool/crc32.ts";
import { Mender } from "../spool/mender.ts";
import type { SpoolSettings } from "../spool/settings.ts";
import { Spool } from "../spool/spool.ts";

export interface KeptSpoolsParts {
  readonly group: string;
  readonly source: string;
  readonly disk: (name: string) => Disk;
  readonly directories: () => readonly string[];
  /** Gives a directory another name. Throws `disk.*`. */
  readonly rename: (from: string, to: string) => void;
  readonly settings: SpoolSettings;
  readonly crc32?: Crc32 | undefined;
  readonly timers: Timers;
  readonly note: (level: "info" | "warn" | "error", text: string) => void;
}

interface Unusable {
  readonly why: string;
  readonly again: Instant;
}

const AGAIN_MS: DurationMs = 10_000;
const ASIDE = "aside-";
/** What is in such a directory is not ours to drain: another site's, another group's, or of a later version. */
const NOT_OURS: ReadonlySet<string> = new Set(["spool.foreign", "spool.version"]);

/**
 * The directories in which this agent keeps what its peers have spooled, one for each incarnation of a peer's spool. One
 * that is not ours is set aside under another name, for somebody to look at; one the disk does not give is tried again. An
 * agent whose own spool is well runs without either.
 */
export class KeptSpools {
  readonly #parts: KeptSpoolsParts;
  /** By directory name, whether their owner is there or not. The last one of a peer is the one it writes to. */
  readonly #spools = new Map<string, Spool>();
  readonly #menders = new Map<string, Mender>();
  readonly #unusable = new Map<string, Unusable>();
  #aside: readonly string[] = [];

  constructor(parts: KeptSpoolsParts) {
    this.#parts = parts;
    for (const name of parts.directories()) if (ownerOf(name) !== undefined) this.#open(name);
    this.#lookAside();
  }

  all(): IterableIterator<Spool> {
    return this.#spools.values();
  }

  newestOf(peer: string): Spool | undefined {
    let newest: Spool | undefined;
    for (const [name, spool] of this.#spools) if (ownerOf(name)?.peer === peer) newest = spool;
    return newest;
  }

  /** Names of the directories that were set aside, until somebody has taken them away. */
  get aside(): readonly string[] {
    return this.#aside;
  }

  /** What cannot be used now, with the reason. */
  get failed(): readonly string[] {
    const unusable = [...this.#unusable].map(([name, { why }]) => `${name}: ${why}`);
    const failed = [...this.#spools].filter(([, spool]) => spool.isFailed);
    return [...unusable, ...failed.map(([name, spool]) => `${name}: ${spool.status().fault ?? "failed"}`)];
  }

  /** Opens the one its owner writes to; `undefined` where that cannot be done now. */
  open(peer: string, incarnation: string): Spool | undefined {
    const name = `peer-${peer}-${incarnation}`;
    const known = this.#spools.get(name);
    if (known === undefined) return this.#isDue(name) ? this.#open(name) : undefined;
    this.#spools.delete(name);
    this.#spools.set(name, known);
    return known;
  }

  /** To be called about once a second. */
  keepHouse(): void {
    const { timers, note } = this.#parts;
    for (const [name, spool] of this.#spools) {
      const mender = this.#menders.get(name) ?? new Mender(spool);
      this.#menders.set(name, mender);
      const news = mender.look(timers.now());
      if (news?.kind === "failed") note("error", `the mirror ${name} takes nothing: ${spool.status().fault ?? ""}`);
      if (news?.kind === "mended") note("info", `the mirror ${name} takes records again`);
    }
    for (const name of [...this.#unusable.keys()]) if (this.#isDue(name)) this.#open(name);
    if (this.#aside.length > 0) this.#lookAside();
  }

  close(): void {
    for (const spool of this.#spools.values()) spool.close();
  }

  #isDue(name: string): boolean {
    const unusable = this.#unusable.get(name);
    return unusable === undefined || unusable.again <= this.#parts.timers.now();
  }

  #open(name: string): Spool | undefined {
    try {
      const spool = this.#openAsMirror(name);
      this.#spools.set(name, spool);
      if (this.#unusable.delete(name)) this.#parts.note("info", `the mirror ${name} can be used again`);
      return spool;
    } catch (thrown) {
      if (!(thrown instanceof EdgeError)) throw thrown;
      if (NOT_OURS.has(thrown.code) && this.#setAside(name, thrown)) return this.#open(name);
      this.#cannotUse(name, thrown);
      return undefined;
    }
  }

  #openAsMirror(name: string): Spool {
    const { source, group, disk, settings, timers, crc32 } = this.#parts;
    const { peer = "", incarnation = "" } = ownerOf(name) ?? {};
    return Spool.open({
      disk: disk(name),
      clock: timers,
      // A mirror refuses what it has no room for; its owner then stores alone and says so.
      settings: { ...settings, policy: "block", maxAgeMs: undefined },
      identity: { source, group, stream: peer },
      incarnation,
      crc32,
    });
  }

  /** Nothing in it is touched. `false` where it could not be given another name. */
  #setAside(name: string, fault: EdgeError): boolean {
    const { directories, rename, note } = this.#parts;
    const there = new Set(directories());
    let count = 1;
    while (there.has(`${ASIDE}${count}-${name}`)) count += 1;
    const to = `${ASIDE}${count}-${name}`;
    try {
      rename(name, to);
    } catch (thrown) {
      if (!(thrown instanceof EdgeError)) throw thrown;
      return false;
    }
    note("error", `the mirror ${name} was set aside as ${to}, nothing in it was touched: ${fault.message}`);
    this.#lookAside();
    return true;
  }

  #cannotUse(name: string, fault: EdgeError): void {
    const { timers, note } = this.#parts;
    if (this.#unusable.get(name)?.why !== fault.message)
      note("error", `the mirror ${name} is not used: ${fault.message}`);
    this.#unusable.set(name, { why: fault.message, again: later(timers.now(), AGAIN_MS) });
  }

  #lookAside(): void {
    this.#aside = this.#parts.directories().filter((name) => name.startsWith(ASIDE));
  }
}

function ownerOf(name: string): { readonly peer: string; readonly incarnation: string } | undefined {
  const [, peer, incarnation] = /^peer-(.+)-([0-9a-f]+)$/.exec(name) ?? [];
  return peer === undefined || incarnation === undefined ? undefined : { peer, incarnation };
}
