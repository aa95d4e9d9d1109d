import { comparePositions, type Position } from "./position.ts";

/** Gaps kept per device and epoch; above it the oldest are given up and answered with `ask`. */
export const KEPT_GAPS = 1_024;
/** Epochs kept per device: salvage brings messages of the reign before. */
export const KEPT_EPOCHS = 4;
export const KEPT_DEVICES = 100_000;

interface Track {
  readonly epoch: number;
  /** Highest sequence seen. */
  highest: number;
  /** Sequences below it that were not seen. */
  readonly gaps: Set<number>;
  /** Below this nothing is known (where we began, or gaps that were given up). */
  floor: number;
}

/**
 * Remembers what was handled in 73 bytes a device: a watermark and the gaps below it. Never the watermark alone, which would
 * take what is salvaged late for a repeat, and lose it. `ask` means: not known here, the unique key in the database decides.
 */
export class SeenPositions {
  readonly #tracks = new Map<string, Track[]>();

  /** Whether this stamped message was marked before. A device's repeat under a new stamp has a new position: its id tells. */
  check(device: string, position: Position): "new" | "seen" | "ask" {
    const track = this.#tracks.get(device)?.find((one) => one.epoch === position.epoch);
    if (track === undefined) return "ask";
    if (position.sequence > track.highest) return "new";
    if (track.gaps.has(position.sequence)) return "new";
    return position.sequence < track.floor ? "ask" : "seen";
  }

  /** Only after its effect is durable. */
  mark(device: string, position: Position): void {
    const tracks = this.#tracks.get(device) ?? [];
    if (tracks.length === 0) this.#admit(device, tracks);
    const { epoch, sequence } = position;
    const track = tracks.find((one) => one.epoch === epoch);
    if (track === undefined) {
      tracks.push({ epoch, highest: sequence, gaps: new Set(), floor: sequence });
      tracks.sort((a, b) => comparePositions({ epoch: a.epoch, sequence: 0 }, { epoch: b.epoch, sequence: 0 }));
      if (tracks.length > KEPT_EPOCHS) tracks.shift();
      return;
    }
    if (sequence <= track.highest) {
      track.gaps.delete(sequence);
      return;
    }
    // A jump of thousands costs thousands of gaps at most once, and never more than are kept.
    const first = Math.max(track.highest + 1, sequence - KEPT_GAPS);
    if (first > track.highest + 1) track.floor = first;
    for (let missing = first; missing < sequence; missing++) track.gaps.add(missing);
    track.highest = sequence;
    this.#bound(track);
  }

  #bound(track: Track): void {
    for (const oldest of track.gaps) {
      if (track.gaps.size <= KEPT_GAPS && oldest >= track.floor) return;
      track.gaps.delete(oldest);
      track.floor = Math.max(track.floor, oldest + 1);
    }
  }

  #admit(device: string, tracks: Track[]): void {
    if (this.#tracks.size >= KEPT_DEVICES) {
      for (const first of this.#tracks.keys()) {
        this.#tracks.delete(first);
        break;
      }
    }
    this.#tracks.set(device, tracks);
  }
}
