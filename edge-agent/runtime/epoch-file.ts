import { mkdirSync } from "node:fs";
import { NodeDisk } from "../../adapters/io/node/disk.ts";
import { type EdgeError, toEdgeError } from "../../adapters/kit/edge-error.ts";
import { fromUtf8, utf8 } from "../../adapters/kit/bytes.ts";
import type { Disk } from "../../adapters/kit/ports.ts";

/**
 * The highest epoch this agent has seen of a group, on its own disk: it survives a Redis that forgot, and is the floor of
 * the next acquisition.
 */
export class EpochFile {
  readonly #disk: Disk;
  readonly #name: string;
  #highest: number;
  #fault: EdgeError | undefined;

  constructor(disk: Disk, group: string) {
    this.#disk = disk;
    this.#name = `epoch-${group}`;
    const text = fromUtf8(this.#disk.read(this.#name) ?? new Uint8Array()) ?? "";
    const read = Number(text.trim());
    this.#highest = Number.isSafeInteger(read) && read > 0 ? read : 0;
  }

  get highest(): number {
    return this.#highest;
  }

  /** Why the disk is behind, where it is. */
  get fault(): EdgeError | undefined {
    return this.#fault;
  }

  /**
   * Durable when it returns, unless `fault` says otherwise: the queue does not need this disk, so a full one ends nobody's
   * reign. What is missing then is the memory of an epoch that Redis and the peer would have to forget too. An older epoch
   * changes nothing.
   */
  note(epoch: number): void {
    if (epoch <= this.#highest) return;
    this.#highest = epoch;
    try {
      this.#disk.replace(this.#name, utf8(`${epoch}\n`));
      this.#fault = undefined;
    } catch (thrown) {
      this.#fault = toEdgeError(thrown, "disk.io");
    }
  }
}

/** The state directory of an agent, made where it is not there yet. */
export function stateDisk(stateDir: string): Disk {
  mkdirSync(stateDir, { recursive: true });
  return new NodeDisk(stateDir);
}
