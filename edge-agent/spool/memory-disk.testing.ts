import { EdgeError } from "../../adapters/kit/edge-error.ts";
import type { Disk, DiskFile } from "../../adapters/kit/ports.ts";
import type { SeededRandom } from "../../adapters/kit/random.ts";

const SECTOR = 512;

interface Content {
  /** What the program sees. */
  written: Uint8Array;
  /** What survives a power failure. */
  durable: Uint8Array;
  /** Sectors that differ. */
  readonly dirty: Set<number>;
}

/** A disk in memory that forgets like a real one: at a crash each unsynced sector is kept, lost or torn, by dice. */
export class MemoryDisk implements Disk {
  readonly #files = new Map<string, Content>();
  readonly calls = { syncs: 0, creates: 0, replaces: 0, writes: 0 };
  capacity = Number.MAX_SAFE_INTEGER;
  /** Faults for the next calls of a kind; `undefined` lets one through. */
  readonly failing: { sync: number; write: number; create: number; replace: number } = {
    sync: 0,
    write: 0,
    create: 0,
    replace: 0,
  };
  unreadable: { readonly name: string; readonly from: number; readonly to: number } | undefined;

  list(): readonly string[] {
    return [...this.#files.keys()].sort();
  }

  create(name: string, size: number): DiskFile {
    this.calls.creates += 1;
    this.#mayFail("create");
    if (this.used() + size > this.capacity) throw fault("disk.full", "no space left");
    this.#files.set(name, { written: new Uint8Array(size), durable: new Uint8Array(size), dirty: new Set() });
    return this.open(name);
  }

  open(name: string): DiskFile {
    const content = this.#files.get(name);
    if (content === undefined) throw fault("disk.missing", `${name} is not there`);
    return {
      size: content.written.length,
      readAt: (position, length) => {
        const bad = this.unreadable;
        if (bad?.name === name && position < bad.to && position + length > bad.from) throw fault("disk.io", "EIO");
        return content.written.slice(position, position + length);
      },
      writeAt: (position, bytes) => {
        this.calls.writes += 1;
        this.#mayFail("write");
        content.written.set(bytes, position);
        for (let at = position; at < position + bytes.length; at += SECTOR) content.dirty.add(Math.floor(at / SECTOR));
        content.dirty.add(Math.floor((position + bytes.length - 1) / SECTOR));
      },
      sync: () => {
        this.calls.syncs += 1;
        this.#mayFail("sync");
        for (const sector of content.dirty) copySector(content.written, content.durable, sector);
        content.dirty.clear();
      },
      close: () => {},
    };
  }

  remove(name: string): void {
    if (!this.#files.delete(name)) throw fault("disk.missing", `${name} is not there`);
  }

  replace(name: string, bytes: Uint8Array): void {
    this.calls.replaces += 1;
    this.#mayFail("replace");
    const old = this.#files.get(name)?.written.length ?? 0;
    if (this.used() - old + bytes.length > this.capacity) throw fault("disk.full", "no space left");
    this.put(name, bytes);
  }

  read(name: string): Uint8Array | undefined {
    return this.#files.get(name)?.written.slice();
  }

  free(): number {
    return Math.max(0, this.capacity - this.used());
  }

  used(): number {
    let sum = 0;
    for (const file of this.#files.values()) sum += file.written.length;
    return sum;
  }

  /** Puts a file there as if it had always been. */
  put(name: string, bytes: Uint8Array): void {
    this.#files.set(name, { written: bytes.slice(), durable: bytes.slice(), dirty: new Set() });
  }

  /** The power goes: what was not synced is kept, lost, or torn within its sector. */
  crash(random: SeededRandom): void {
    for (const file of this.#files.values()) {
      for (const sector of file.dirty) {
        const fate = random.below(3);
        if (fate === 0) copySector(file.written, file.durable, sector);
        if (fate === 1) {
          const from = sector * SECTOR;
          const until = from + random.below(SECTOR);
          file.durable.set(file.written.subarray(from, until), from);
        }
      }
      file.dirty.clear();
      file.written = file.durable.slice();
    }
  }

  #mayFail(kind: keyof MemoryDisk["failing"]): void {
    if (this.failing[kind] <= 0) return;
    this.failing[kind] -= 1;
    throw fault(kind === "sync" ? "disk.sync.failed" : "disk.io", `injected fault of ${kind}`);
  }
}

function copySector(from: Uint8Array, to: Uint8Array, sector: number): void {
  to.set(from.subarray(sector * SECTOR, Math.min(from.length, (sector + 1) * SECTOR)), sector * SECTOR);
}

function fault(code: "disk.full" | "disk.io" | "disk.missing" | "disk.sync.failed", message: string): EdgeError {
  return new EdgeError({ code, blame: "operator", retry: "backoff", message });
}
