import type { Instant, WallMs } from "./time.ts";

/**
 * What the pure rooms may ask of the world, as interfaces. Made real in adapters/io/node, and seeded twins in
 * adapters/io/sim. There are no others: a new way to reach the world is an architecture decision.
 */

export interface Clock {
  /** Monotonic. */
  now(): Instant;
  /** What people read; it may jump. */
  wall(): WallMs;
}

/** Dice with a seed in simulation and with the operating system's entropy in the field. */
export interface Random {
  /** 0 … 2^32 − 1 */
  u32(): number;
  /** 0 … limit − 1 */
  below(limit: number): number;
  bytes(length: number): Uint8Array;
}

/** A stream of bytes to one peer. Iterating it yields chunks as they arrive; it ends when the peer closes. */
export interface Transport extends AsyncIterable<Uint8Array> {
  /** Who is at the other end, for logs and audits: `192.0.2.7:40112`. */
  readonly peer: string;
  /** Resolves when the bytes may be followed by more (backpressure). Rejects with a `transport.*` EdgeError. */
  write(bytes: Uint8Array): Promise<void>;
  /** Half-closes after what was written, then closes. Never rejects. */
  close(): Promise<void>;
  /** Closes at once, without waiting for anything written. */
  destroy(): void;
}

/** One preallocated file of the spool. All calls are synchronous: half the latency of the thread pool, and one order. */
export interface DiskFile {
  readonly size: number;
  readAt(position: number, length: number): Uint8Array;
  writeAt(position: number, bytes: Uint8Array): void;
  /** Returns only when what was written is on the medium. Throws `disk.sync.*`: never retried on the same file. */
  sync(): void;
  close(): void;
}

/** A directory of files. Errors are EdgeErrors `disk.full`, `disk.io`, `disk.missing`, `disk.denied`. */
export interface Disk {
  list(): readonly string[];
  /** Makes a zero-filled file of that size and makes it durable, its directory entry included. */
  create(name: string, size: number): DiskFile;
  open(name: string): DiskFile;
  remove(name: string): void;
  /** Replaces a small file so that a crash leaves the old or the new content, never a mixture. */
  replace(name: string, content: Uint8Array): void;
  /** The whole content of a small file; `undefined` where there is none. */
  read(name: string): Uint8Array | undefined;
  /** Bytes that can still be written, as far as the file system says. */
  free(): number;
}
