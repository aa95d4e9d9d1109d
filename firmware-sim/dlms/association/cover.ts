import type { CipheringKey } from "../../../adapters/dlms/apdu/tags.ts";
import type { Protection } from "../../../adapters/dlms/security/control.ts";

/** How an APDU came protected; the answer goes the same way (IEC 62056-5-3 9.2.7.2.4). */
export type Cover =
  | { readonly kind: "plain" }
  | {
      readonly kind: "service";
      readonly key: CipheringKey;
      readonly protection: Protection;
      readonly broadcast: boolean;
    }
  | {
      readonly kind: "general";
      readonly key: CipheringKey;
      readonly protection: Protection;
      readonly broadcast: boolean;
    }
  | {
      readonly kind: "general-ciphering";
      readonly protection: Protection;
      readonly broadcast: boolean;
      readonly transactionId: Uint8Array;
      readonly recipient: Uint8Array;
    };

export const PLAIN: Cover = { kind: "plain" };

/** Octets a cover adds at most: tag, length, security control, counter, GCM tag, titles. */
export function overheadOf(cover: Cover): number {
  switch (cover.kind) {
    case "plain":
      return 0;
    case "service":
      return 4 + 5 + 12;
    case "general":
      return 4 + 9 + 5 + 12;
    case "general-ciphering":
      return 4 + 20 + 9 + 9 + 4 + 5 + 12;
  }
}
