import { sign, verify } from "node:crypto";
import { cpuUsage } from "node:process";
import { generateP256 } from "../adapters/io/node/keys.ts";
import { median } from "./statistics.ts";

/** What one core of this machine does with P-256 and SHA-256, and nothing else. */
export interface EcdsaLimit {
  readonly signsPerSecond: number;
  readonly verifiesPerSecond: number;
}

/** About a SetLight with its envelope's header. */
const BYTES = 32;
const ROUNDS = 7;
const OPERATIONS = 1_000;

/** By processor time and not by the clock on the wall: what else the machine does is not in it. About half a second. */
export function measureEcdsa(): EcdsaLimit {
  const { privateKey, publicKey } = generateP256();
  const bytes = new Uint8Array(BYTES).fill(7);
  const signature = sign("sha256", bytes, privateKey);
  const signMicros = cost(() => sign("sha256", bytes, privateKey));
  const verifyMicros = cost(() => verify("sha256", bytes, publicKey, signature));
  return {
    signsPerSecond: Math.round(1_000_000 / signMicros),
    verifiesPerSecond: Math.round(1_000_000 / verifyMicros),
  };
}

/** Microseconds of processor time of one call: the median of some rounds. */
export function cost(work: () => unknown, operations: number = OPERATIONS): number {
  const rounds: number[] = [];
  // One more than counts: the first warms up.
  for (let round = 0; round <= ROUNDS; round++) {
    const from = cpuUsage();
    for (let i = 0; i < operations; i++) work();
    const { user, system } = cpuUsage(from);
    if (round > 0) rounds.push((user + system) / operations);
  }
  return median(rounds);
}
