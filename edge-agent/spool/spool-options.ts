import type { Clock, Disk } from "../../adapters/kit/ports.ts";
import type { Crc32 } from "./crc32.ts";
import type { Position } from "./position.ts";
import type { SpoolIdentity } from "./segment-header.ts";
import type { SpoolSettings } from "./settings.ts";

export interface SpoolOptions {
  readonly disk: Disk;
  readonly clock: Clock;
  readonly settings: SpoolSettings;
  readonly identity: SpoolIdentity;
  /** Names this life of the directory where it is new; see `newIncarnation`. */
  readonly incarnation: string;
  /** `zlib.crc32` gives the same values, faster over long records. */
  readonly crc32?: Crc32 | undefined;
}

/** What became of the records of one append. */
export interface Appended {
  /** Positions of the stored ones in the order they were given; `undefined` for what the policy dropped. */
  readonly positions: readonly (Position | undefined)[];
  readonly dropped: number;
}

export interface ReadRequest {
  /** Records after this position; the destination's cursor where absent. */
  readonly after?: Position | undefined;
  readonly destination?: string | undefined;
  readonly maxRecords: number;
  /** The first record always fits. */
  readonly maxBytes: number;
}
