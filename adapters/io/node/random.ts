import { randomBytes, randomInt } from "node:crypto";
import type { Random } from "../../kit/ports.ts";

/** The operating system's entropy. */
export class NodeRandom implements Random {
  u32(): number {
    return randomBytes(4).readUInt32BE(0);
  }

  below(limit: number): number {
    return limit <= 1 ? 0 : randomInt(limit);
  }

  bytes(length: number): Uint8Array {
    return new Uint8Array(randomBytes(length));
  }
}
