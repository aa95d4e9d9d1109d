import { EdgeError, type FaultCode } from "../../kit/edge-error.ts";
import { invariant } from "../../kit/invariant.ts";
import type { Disk, DiskFile } from "../../kit/ports.ts";
import type { SeededRandom } from "../../kit/random.ts";

export interface SimDiskSettings {
  /** Decides what becomes of writes that were not synced when the power went. */
  readonly random: SeededRandom;
  /** Bytes the disk holds; 64 MiB where not given. */
  readonly quota?: number;
  /** Called before every change; may throw, to die in the middle of things. */
  readonly onChange?: (change: DiskChange) => void;
}

export type DiskChange = { readonly kind: "create" | "write" | "sync" | "remove" | "replace"; readonly name: string };

const QUOTA = 64 * 1024 * 1024;
/** A torn write ends at a sector: what the disk itself writes whole. */
const SECTOR = 512;

interface Write {
  readonly position: number;
  readonly bytes: Uint8Array;
}

interface Stored {
  /** As reads see it. */
  content: Uint8Array;
  /** As it is on the medium. */
  durable: Uint8Array;
  unsynced: Write[];
  syncFault: EdgeError | undefined;
}

/** A disk that forgets, tears, fills up, fails and rots, by seed and on demand. */
export class SimDisk implements Disk {
  readonly #files = new Map<string, Stored>();
  readonly #settings: SimDiskSettings;
  #quota: number;
  #failingSyncs = 0;

  constructor(settings: SimDiskSettings) {
    this.#settings = settings;
    this.#quota = settings.quota ?? QUOTA;
  }

  list(): readonly string[] {
    return [...this.#files.keys()].sort();
  }

  create(name: string, size: number): DiskFile {
    this.#changing("create", name);
    if (this.#files.has(name)) throw fault("disk.exists", `${name} exists`);
    this.#reserve(name, size);
    const stored: Stored = {
      content: new Uint8Array(size),
      durable: new Uint8Array(size),
      unsynced: [],
      syncFault: undefined,
    };
    this.#files.set(name, stored);
    return this.#handle(name, stored);
  }

  open(name: string): DiskFile {
    return this.#handle(name, this.#stored(name));
  }

  remove(name: string): void {
    this.#stored(name);
    this.#changing("remove", name);
    this.#files.delete(name);
  }

  replace(name: string, content: Uint8Array): void {
    this.#changing("replace", name);
    // Both contents are on the disk for a moment.
    this.#reserve(name, content.length);
    this.#files.set(name, { content: content.slice(), durable: content.slice(), unsynced: [], syncFault: undefined });
  }

  read(name: string): Uint8Array | undefined {
    return this.#files.get(name)?.content.slice();
  }

  free(): number {
    let used = 0;
    for (const file of this.#files.values()) used += file.content.length;
    return Math.max(0, this.#quota - used);
  }

  /** The power goes: every write that was not synced is kept, lost or torn, each for itself. */
  crash(): void {
    for (const stored of this.#files.values()) {
      this.#settleUnsynced(stored);
      stored.content = stored.durable.slice();
      stored.syncFault = undefined;
    }
  }

  /** Only the process dies: the kernel still has what was written, and writes it. */
  forgetProcess(): void {
    for (const stored of this.#files.values()) {
      stored.durable = stored.content.slice();
      stored.unsynced = [];
    }
  }

  /** What a power failure would leave for certain: the content that was synced. For judges, not for the code under test. */
  durable(name: string): Uint8Array | undefined {
    return this.#files.get(name)?.durable;
  }

  setQuota(bytes: number): void {
    this.#quota = bytes;
  }

  /** The next `times` syncs fail, and what they should have written is kept, lost or torn. */
  failSyncs(times: number): void {
    this.#failingSyncs = times;
  }

  /** Flips bits of what is on the medium. */
  rot(name: string, position: number, mask: number = 1): void {
    const stored = this.#stored(name);
    invariant(position < stored.content.length, "what rots is inside the file");
    for (const side of [stored.content, stored.durable]) side[position] = (side[position] ?? 0) ^ mask;
  }

  #handle(name: string, stored: Stored): DiskFile {
    let open = true;
    const use = (): Stored => {
      invariant(open, "a closed file is not used");
      return stored;
    };
    return {
      size: stored.content.length,
      readAt: (position, length) => {
        const { content } = use();
        invariant(position >= 0 && length >= 0 && position + length <= content.length, "reads stay inside the file");
        return content.slice(position, position + length);
      },
      writeAt: (position, bytes) => {
        const { content, unsynced } = use();
        invariant(
          position >= 0 && position + bytes.length <= content.length,
          "writes stay inside the preallocated file",
        );
        this.#changing("write", name);
        content.set(bytes, position);
        unsynced.push({ position, bytes: bytes.slice() });
      },
      sync: () => this.#sync(name, use()),
      close: () => {
        open = false;
      },
    };
  }

  #sync(name: string, stored: Stored): void {
    this.#changing("sync", name);
    if (stored.syncFault !== undefined) throw stored.syncFault;
    if (this.#failingSyncs > 0) {
      this.#failingSyncs -= 1;
      // As Linux does: the pages are marked clean, written or not, and a later sync would succeed without them.
      this.#settleUnsynced(stored);
      stored.syncFault = fault("disk.sync.failed", `${name}: input/output error`);
      throw stored.syncFault;
    }
    for (const write of stored.unsynced) stored.durable.set(write.bytes, write.position);
    stored.unsynced = [];
  }

  #settleUnsynced(stored: Stored): void {
    const { random } = this.#settings;
    for (const { position, bytes } of stored.unsynced) {
      const fate = random.below(3);
      if (fate === 0) continue;
      const kept = fate === 1 ? bytes : bytes.subarray(0, tornAt(position, random.below(bytes.length + 1)));
      stored.durable.set(kept, position);
    }
    stored.unsynced = [];
  }

  #reserve(name: string, size: number): void {
    if (size > this.free()) throw fault("disk.full", `${name}: no space left on device`);
  }

  #stored(name: string): Stored {
    const stored = this.#files.get(name);
    if (stored === undefined) throw fault("disk.missing", `there is no ${name}`);
    return stored;
  }

  #changing(kind: DiskChange["kind"], name: string): void {
    this.#settings.onChange?.({ kind, name });
  }
}

/** The length that stays of a write at `position` when it is torn near `length`: up to a border of sectors. */
function tornAt(position: number, length: number): number {
  return Math.max(0, Math.floor((position + length) / SECTOR) * SECTOR - position);
}

const ERRNO: Readonly<Record<string, string>> = {
  "disk.full": "ENOSPC",
  "disk.exists": "EEXIST",
  "disk.missing": "ENOENT",
  "disk.sync.failed": "EIO",
};

function fault(code: FaultCode, message: string): EdgeError {
  const retry = code === "disk.full" ? "backoff" : "never";
  const blame = code === "disk.exists" ? "us" : "operator";
  return new EdgeError({ code, blame, retry, message, native: ERRNO[code] });
}
