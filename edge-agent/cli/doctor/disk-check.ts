import {
  closeSync,
  fdatasyncSync,
  existsSync,
  openSync,
  readdirSync,
  statfsSync,
  statSync,
  unlinkSync,
  writeSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { bytes } from "../output.ts";
import { type Check, error, type Finding, ok, textOf, warning } from "./finding.ts";

const SYNCS = 20;
const BLOCK = new Uint8Array(4_096).fill(0x5a);
/** A spool that waits longer than this for its disk slows every acknowledgement. */
const SLOW_SYNC_MS = 20;
const PROBE = ".busbar-doctor.probe";

export const diskCheck: Check = {
  name: "disk",
  run: ({ config, agent }) => {
    const state = config.agents[agent]?.state ?? ".";
    const folder = nearest(state);
    try {
      return [space(folder, sizeOf(state), config.spool.maxBytes), speed(folder)];
    } catch (thrown) {
      return [error(`${folder}: ${textOf(thrown)}`, `create ${folder} for the user busbar runs as`)];
    }
  },
};

/** The folder, or where it will be made: the doctor makes nothing that stays, least of all as another user. */
function nearest(folder: string): string {
  return existsSync(folder) || folder === dirname(folder) ? folder : nearest(dirname(folder));
}

function space(folder: string, used: number, wanted: number): Finding {
  const { bavail, bsize } = statfsSync(folder);
  const free = bavail * bsize + used;
  const shown = `${folder}: ${bytes(free)} for a spool of up to ${bytes(wanted)}`;
  return free >= wanted
    ? ok(shown)
    : error(shown, "more room, or a smaller spool.maxBytes: a full disk stops acknowledgements");
}

/** What the agent has there already counts as room for it. */
function sizeOf(state: string): number {
  if (!existsSync(state)) return 0;
  let size = 0;
  for (const entry of readdirSync(state, { withFileTypes: true, recursive: true })) {
    const path = join(entry.parentPath ?? state, entry.name);
    if (entry.isFile()) size += statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  }
  return size;
}

function speed(folder: string): Finding {
  const path = join(folder, PROBE);
  const file = openSync(path, "w", 0o600);
  try {
    const times: number[] = [];
    for (let i = 0; i < SYNCS; i++) {
      const began = performance.now();
      writeSync(file, BLOCK, 0, BLOCK.length, i * BLOCK.length);
      fdatasyncSync(file);
      times.push(performance.now() - began);
    }
    times.sort((a, b) => a - b);
    const median = times[Math.floor(SYNCS / 2)] ?? 0;
    const worst = times.at(-1) ?? 0;
    const shown = `${folder}: 4 KiB are on the medium after ${median.toFixed(2)} ms, ${worst.toFixed(2)} ms at worst`;
    return median < SLOW_SYNC_MS
      ? ok(shown)
      : warning(shown, "a faster disk: every acknowledgement waits for it while Redis is away");
  } finally {
    closeSync(file);
    unlinkSync(path);
  }
}
