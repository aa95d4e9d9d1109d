import { type EdgeError, toEdgeError } from "../../adapters/kit/edge-error.ts";
import type { Disk } from "../../adapters/kit/ports.ts";
import { Lifted } from "../spool/lifted.ts";
import { segmentNumber } from "../spool/segment.ts";
import { Spool } from "../spool/spool.ts";
import type { SpoolOptions } from "../spool/spool-options.ts";
import { STATE_FILE } from "../spool/state-file.ts";

export interface EarlierQueueParts {
  /** The directory of the bridge itself: earlier versions kept the queue there, on one agent's disk alone. */
  readonly disk: Disk;
  readonly name: string;
  readonly source: string;
  /** Of the bridge. */
  readonly group: string;
  readonly options: Pick<SpoolOptions, "clock" | "settings" | "incarnation" | "crc32">;
  /** Where its messages go now. */
  readonly into: Pick<Spool, "append" | "sync">;
}

export interface Adopted {
  readonly messages: number;
  /** Why the rest stays where it is, for the next start. */
  readonly fault: EdgeError | undefined;
}

/**
 * Puts what an earlier version had queued for a bridge in front of what comes now, and takes its files away. A crash on the
 * way lets some of it go over twice; nothing is left out. `undefined` where there is nothing of that kind.
 */
export function adoptEarlierQueue(parts: EarlierQueueParts): Adopted | undefined {
  const { disk, name, source, group, options, into } = parts;
  let messages = 0;
  try {
    if (!disk.list().some(isOfSpool)) return undefined;
    const earlier = Spool.open({ ...options, disk, identity: { source, group, stream: `bridge-${name}` } });
    try {
      const request = { maxRecords: 1_000, maxBytes: Math.floor(options.settings.maxUnsyncedBytes / 2) };
      for (let records = earlier.read(request); records.length > 0; records = earlier.read(request)) {
        into.append(records);
        into.sync();
        messages += records.length;
        earlier.trim(records.at(-1)?.position ?? earlier.last);
      }
    } finally {
      earlier.close();
    }
    const files = disk.list().filter(isOfSpool);
    // What says how far it has gone is the last to go.
    for (const file of [...files.filter((one) => one !== STATE_FILE), STATE_FILE])
      if (files.includes(file)) disk.remove(file);
    return { messages, fault: undefined };
  } catch (thrown) {
    return { messages, fault: toEdgeError(thrown, "spool.failed") };
  }
}

function isOfSpool(name: string): boolean {
  return name === STATE_FILE || segmentNumber(name) !== undefined || Lifted.numberOf(name) !== undefined;
}
