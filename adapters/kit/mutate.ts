import { concat } from "./bytes.ts";
import type { SeededRandom } from "./random.ts";

export interface Mutations {
  /** Bytes worth trying in this protocol: ends of ranges, tags, length forms. Any byte is tried besides. */
  readonly telling: readonly number[];
  /** Something of the protocol's own to be put in anywhere. */
  readonly insert?: ((random: SeededRandom) => Uint8Array) | undefined;
}

const BYTES_DROPPED = 8;
const BYTES_REPEATED = 64;

/** Octets broken here and there, for fuzzers: changed, inserted, left out, repeated at the end. The same dice, the same octets. */
export function mutated(bytes: Uint8Array, random: SeededRandom, times: number, habits: Mutations): Uint8Array {
  const { telling, insert } = habits;
  let changed: Uint8Array = bytes.slice();
  for (let i = 0; i < times && changed.length > 0; i++) {
    const at = random.below(changed.length);
    const byte = random.pick([...telling, random.below(256)]) ?? 0;
    const kind = random.below(insert === undefined ? 4 : 5);
    const [before, after] = [changed.subarray(0, at), changed.subarray(at)];
    if (kind === 0) changed[at] = byte;
    else if (kind === 1) changed = concat([before, Uint8Array.of(byte), after]);
    else if (kind === 2) changed = concat([before, changed.subarray(at + random.between(1, BYTES_DROPPED))]);
    else if (kind === 3 && insert !== undefined) changed = concat([before, insert(random), after]);
    else changed = concat([changed, changed.subarray(at, at + random.between(1, BYTES_REPEATED))]);
  }
  return changed;
}
