import { type EdgeError, toEdgeError } from "../../kit/edge-error.ts";
import { hdlcFault } from "./faults.ts";
import { announcedLength, decodeFrame, FLAG, type HdlcFrame } from "./frame.ts";
import { FRAME_OCTETS_MAX, NOISE_OCTETS_MAX } from "./limits.ts";

/** What one chunk completed. */
export interface FramedHdlc {
  readonly frames: readonly HdlcFrame[];
  /** Octets that belonged to no frame, flags between frames not counted. */
  readonly noise: number;
  readonly fault: EdgeError | undefined;
}

export interface HdlcFraming {
  /**
   * `resynchronise`: octets that make no frame are skipped up to the next flag, as on a serial line or behind a
   * converter. `fault`: the first of them ends it, where the carrier loses nothing.
   */
  readonly onCorruption: "resynchronise" | "fault";
  readonly noiseMax?: number;
}

/** A frame and both its flags. */
const HELD_MAX = FRAME_OCTETS_MAX + 2;

/**
 * Cuts a stream into frames. There is no byte stuffing: a flag may stand inside a frame, so its end is known from its
 * length alone, and the octet there must be a flag. One flag may end a frame and begin the next.
 */
export class HdlcFramer {
  readonly #framing: HdlcFraming;
  readonly #held = new Uint8Array(HELD_MAX);
  #length = 0;
  #noise = 0;
  /** Noise since the last good frame. */
  #noiseInARow = 0;
  #fault: EdgeError | undefined;

  constructor(framing: HdlcFraming = { onCorruption: "resynchronise" }) {
    this.#framing = framing;
  }

  /** Octets of an unfinished frame held back. */
  get pending(): number {
    return this.#length;
  }

  /** The information fields of the frames are copies, the caller's to keep. */
  cut(chunk: Uint8Array): FramedHdlc {
    const frames: HdlcFrame[] = [];
    this.#noise = 0;
    for (let at = 0; at < chunk.length && this.#fault === undefined; ) {
      const take = Math.min(this.#wanted() - this.#length, chunk.length - at);
      this.#held.set(chunk.subarray(at, at + take), this.#length);
      this.#length += take;
      at += take;
      this.#advance(frames);
    }
    return { frames, noise: this.#noise, fault: this.#fault };
  }

  /**
   * The line has been silent for longer than a frame may pause: what is held is no frame, or a lost length field would
   * swallow whatever comes next. Frames found inside what was held are given.
   */
  giveUpHeld(): FramedHdlc {
    const frames: HdlcFrame[] = [];
    this.#noise = 0;
    while (this.#length > 1 && this.#fault === undefined) {
      this.#skip(1);
      this.#advance(frames);
    }
    return { frames, noise: this.#noise, fault: this.#fault };
  }

  /** How many octets there have to be before the next decision. */
  #wanted(): number {
    if (this.#length < 3) return this.#length + 1;
    return (announcedLength(this.#held[1] ?? 0, this.#held[2] ?? 0) ?? 1) + 2;
  }

  #advance(frames: HdlcFrame[]): void {
    while (this.#fault === undefined) {
      if (this.#length > 0 && this.#held[0] !== FLAG) {
        this.#skipToFlag();
        continue;
      }
      if (this.#length < 2) return;
      // Several flags between frames.
      if (this.#held[1] === FLAG) {
        this.#drop(1);
        continue;
      }
      if (this.#length < 3) return;
      const length = announcedLength(this.#held[1] ?? 0, this.#held[2] ?? 0);
      if (length === undefined) {
        this.#corrupt("octets after a flag that begin no frame");
        continue;
      }
      if (this.#length < length + 2) return;
      this.#complete(length, frames);
    }
  }

  #complete(length: number, frames: HdlcFrame[]): void {
    if (this.#held[length + 1] !== FLAG) {
      this.#corrupt("no flag where the announced length ends");
      return;
    }
    try {
      frames.push(decodeFrame(this.#held.slice(1, length + 1)));
    } catch (thrown) {
      this.#corrupt("", toEdgeError(thrown, "hdlc.frame.malformed"));
      return;
    }
    this.#noiseInARow = 0;
    // The closing flag stays: it may open the next frame.
    this.#drop(length + 1);
  }

  #corrupt(what: string, found?: EdgeError): void {
    if (this.#framing.onCorruption === "fault") {
      this.#fault = found ?? hdlcFault("hdlc.frame.malformed", what);
      return;
    }
    this.#skip(1);
  }

  #skipToFlag(): void {
    const flag = this.#held.subarray(0, this.#length).indexOf(FLAG);
    const count = flag < 0 ? this.#length : flag;
    if (this.#framing.onCorruption === "fault") {
      this.#fault = hdlcFault("hdlc.frame.malformed", "octets outside of any frame");
    } else this.#skip(count);
  }

  #skip(count: number): void {
    this.#drop(count);
    this.#noise += count;
    this.#noiseInARow += count;
    const max = this.#framing.noiseMax ?? NOISE_OCTETS_MAX;
    if (this.#noiseInARow <= max) return;
    const message = `more than ${max} octets in a row and no frame among them`;
    this.#fault = hdlcFault("hdlc.frame.overfull", message, { blame: "network" });
  }

  #drop(count: number): void {
    this.#held.copyWithin(0, count, this.#length);
    this.#length -= count;
  }
}
