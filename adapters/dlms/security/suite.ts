import type { Curve } from "../../kit/ciphers.ts";

/** IEC 62056-5-3 clause 5.3.7: which algorithms a security suite stands for. */
export type SecuritySuite = 0 | 1 | 2;

export interface SuiteFacts {
  /** Of the AES keys, in octets. */
  readonly keyOctets: 16 | 32;
  /** For signatures and key agreement; suite 0 has neither. */
  readonly curve: Curve | undefined;
  readonly digest: "sha256" | "sha384" | undefined;
  /** The last arc of 2.16.756.5.8.3, for keys made by agreement. */
  readonly gcmAlgorithm: 0 | 1;
}

export const SUITES: Readonly<Record<SecuritySuite, SuiteFacts>> = {
  0: { keyOctets: 16, curve: undefined, digest: undefined, gcmAlgorithm: 0 },
  1: { keyOctets: 16, curve: "P-256", digest: "sha256", gcmAlgorithm: 0 },
  2: { keyOctets: 32, curve: "P-384", digest: "sha384", gcmAlgorithm: 1 },
};

export function toSuite(number: number): SecuritySuite | undefined {
  return number === 0 || number === 1 || number === 2 ? number : undefined;
}
