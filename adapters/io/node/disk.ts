import {
  closeSync,
  constants,
  fdatasyncSync,
  fstatSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  renameSync,
  statfsSync,
  unlinkSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { EdgeError, type FaultCode } from "../../kit/edge-error.ts";
import { invariant } from "../../kit/invariant.ts";
import type { Disk, DiskFile } from "../../kit/ports.ts";

/** Written at a time when a file is preallocated. */
const ZEROS: Uint8Array = new Uint8Array(1024 * 1024);
/** Half-written replacements carry this; a crash leaves at most one per name, and the next replacement takes it away. */
const UNFINISHED = ".unfinished";
const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]*$/;

/** A directory on a real file system. It is made, and made durable, where it is missing. */
export class NodeDisk implements Disk {
  readonly #dir: string;
  readonly #beforeSync: () => void;

  /** @param beforeSync called before every wait for the medium, which stops the event loop for as long as it takes */
  constructor(dir: string, beforeSync: () => void = () => {}) {
    this.#dir = dir;
    this.#beforeSync = beforeSync;
    run(dir, () => mkdirSync(dir, { recursive: true, mode: 0o750 }));
    this.#syncDirectory();
  }

  list(): readonly string[] {
    return run(this.#dir, () => readdirSync(this.#dir))
      .filter((name) => NAME.test(name) && !name.endsWith(UNFINISHED))
      .sort();
  }

  create(name: string, size: number): DiskFile {
    const path = this.#path(name);
    const flags = constants.O_RDWR | constants.O_CREAT | constants.O_EXCL;
    const fd = run(name, () => openSync(path, flags, 0o640));
    try {
      // Zeros are really written: only blocks that exist make later writes fast, and a full disk known now.
      run(name, () => {
        this.#beforeSync();
        for (let at = 0; at < size; at += ZEROS.length)
          writeWhole(fd, ZEROS.subarray(0, Math.min(ZEROS.length, size - at)), at);
        fsyncSync(fd);
      });
      this.#syncDirectory();
      return new NodeFile(name, fd, size, this.#beforeSync);
    } catch (fault) {
      closeSync(fd);
      unlinkSync(path);
      throw fault;
    }
  }

  open(name: string): DiskFile {
    const fd = run(name, () => openSync(this.#path(name), constants.O_RDWR));
    return new NodeFile(
      name,
      fd,
      run(name, () => fstatSync(fd).size),
      this.#beforeSync,
    );
  }

  remove(name: string): void {
    run(name, () => unlinkSync(this.#path(name)));
    this.#syncDirectory();
  }

  replace(name: string, content: Uint8Array): void {
    const path = this.#path(name);
    const unfinished = path + UNFINISHED;
    run(name, () => {
      const fd = openSync(unfinished, constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC, 0o640);
      try {
        writeWhole(fd, content, 0);
        this.#beforeSync();
        fsyncSync(fd);
      } finally {
        closeSync(fd);
      }
      renameSync(unfinished, path);
    });
    this.#syncDirectory();
  }

  read(name: string): Uint8Array | undefined {
    try {
      return run(name, () => new Uint8Array(readFileSync(this.#path(name))));
    } catch (fault) {
      if (fault instanceof EdgeError && fault.code === "disk.missing") return undefined;
      throw fault;
    }
  }

  free(): number {
    return run(this.#dir, () => {
      const { bavail, bsize } = statfsSync(this.#dir);
      return bavail * bsize;
    });
  }

  #path(name: string): string {
    invariant(NAME.test(name) && !name.endsWith(UNFINISHED), "a file's name is one plain segment of ASCII");
    return join(this.#dir, name);
  }

  #syncDirectory(): void {
    this.#beforeSync();
    run(this.#dir, () => {
      const fd = openSync(this.#dir, constants.O_RDONLY);
      try {
        fsyncSync(fd);
      } finally {
        closeSync(fd);
      }
    });
  }
}

class NodeFile implements DiskFile {
  readonly size: number;
  readonly #name: string;
  #fd: number | undefined;
  /** After a failed sync the kernel may have dropped the dirty pages: a later success would prove nothing. */
  #syncFault: EdgeError | undefined;

  readonly #beforeSync: () => void;

  constructor(name: string, fd: number, size: number, beforeSync: () => void) {
    this.#name = name;
    this.#fd = fd;
    this.size = size;
    this.#beforeSync = beforeSync;
  }

  readAt(position: number, length: number): Uint8Array {
    const fd = this.#open();
    invariant(position >= 0 && length >= 0 && position + length <= this.size, "reads stay inside the file");
    const bytes = new Uint8Array(length);
    return run(this.#name, () => {
      let at = 0;
      while (at < length) {
        const got = readSync(fd, bytes, at, length - at, position + at);
        if (got === 0) throw Object.assign(new Error("the file is shorter than it was"), { code: "EIO" });
        at += got;
      }
      return bytes;
    });
  }

  writeAt(position: number, bytes: Uint8Array): void {
    const fd = this.#open();
    invariant(position >= 0 && position + bytes.length <= this.size, "writes stay inside the preallocated file");
    run(this.#name, () => writeWhole(fd, bytes, position));
  }

  sync(): void {
    const fd = this.#open();
    if (this.#syncFault !== undefined) throw this.#syncFault;
    try {
      this.#beforeSync();
      fdatasyncSync(fd);
    } catch (error) {
      this.#syncFault = toDiskFault(this.#name, error, "disk.sync.failed");
      throw this.#syncFault;
    }
  }

  close(): void {
    const fd = this.#fd;
    this.#fd = undefined;
    if (fd !== undefined) run(this.#name, () => closeSync(fd));
  }

  #open(): number {
    const fd = this.#fd;
    invariant(fd !== undefined, "a closed file is not used");
    return fd;
  }
}

function writeWhole(fd: number, bytes: Uint8Array, position: number): void {
  let at = 0;
  while (at < bytes.length) at += writeSync(fd, bytes, at, bytes.length - at, position + at);
}

function run<T>(name: string, act: () => T): T {
  try {
    return act();
  } catch (error) {
    throw toDiskFault(name, error, "disk.io");
  }
}

const KNOWN: Readonly<Record<string, FaultCode>> = {
  ENOSPC: "disk.full",
  EDQUOT: "disk.full",
  EFBIG: "disk.full",
  ENOENT: "disk.missing",
  EACCES: "disk.denied",
  EPERM: "disk.denied",
  EROFS: "disk.denied",
  EEXIST: "disk.exists",
};

/** @param otherwise the code of errnos that have none of their own (EIO among them). */
export function toDiskFault(name: string, error: unknown, otherwise: FaultCode): EdgeError {
  if (error instanceof EdgeError) return error;
  const native = typeof error === "object" && error !== null && "code" in error ? String(error.code) : undefined;
  if (native === undefined) throw error;
  const code = otherwise === "disk.sync.failed" ? otherwise : (KNOWN[native] ?? otherwise);
  const text = error instanceof Error ? error.message : String(error);
  return new EdgeError({
    code,
    blame: code === "disk.exists" ? "us" : "operator",
    retry: code === "disk.full" ? "backoff" : "never",
    message: `${name}: ${text}`,
    native,
    cause: error,
  });
}
