import type { GeneralSigning } from "../../../adapters/dlms/apdu/protection.ts";
import type { CipheringKey } from "../../../adapters/dlms/apdu/tags.ts";
import { type Protection, UNPROTECTED } from "../../../adapters/dlms/security/control.ts";
import type { ToldKey } from "./general-keys.ts";

/** How an APDU came protected; the answer goes the same way (IEC 62056-5-3 9.2.7.2.4). */
export type Cover =
  | InnerCover
  /** general-signing around any of the others. */
  | {
      readonly kind: "signed";
      readonly inside: InnerCover;
      readonly transactionId: Uint8Array;
      readonly recipient: Uint8Array;
    };

export type InnerCover =
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
      readonly key: ToldKey;
      readonly protection: Protection;
      readonly transactionId: Uint8Array;
      readonly recipient: Uint8Array;
    };

export const PLAIN: Extract<InnerCover, { kind: "plain" }> = { kind: "plain" };

/** Whatever was inside. */
export function signedCover(apdu: GeneralSigning, inside: InnerCover): Cover {
  const { transactionId, originatorSystemTitle } = apdu;
  return { kind: "signed", inside, transactionId: transactionId.slice(), recipient: originatorSystemTitle.slice() };
}

export function protectionOf(cover: Cover): Protection {
  if (cover.kind === "plain") return UNPROTECTED;
  return cover.kind === "signed" ? protectionOf(cover.inside) : cover.protection;
}

/** Octets a cover adds at most: tag, length, security control, counter, GCM tag, titles, keys, signature. */
export function overheadOf(cover: Cover): number {
  switch (cover.kind) {
    case "plain":
      return 0;
    case "service":
      return 4 + 5 + 12;
    case "general":
      return 4 + 9 + 5 + 12;
    case "general-ciphering":
      return 4 + 20 + 9 + 9 + 4 + 5 + 12 + KEY_OCTETS[cover.key];
    case "signed":
      return 4 + 20 + 9 + 9 + 4 + 99 + overheadOf(cover.inside);
  }
}

/** Of a key-info. */
const KEY_OCTETS: Readonly<Record<ToldKey, number>> = {
  unicast: 3,
  broadcast: 3,
  wrapped: 44,
  ephemeral: 199,
  static: 5,
};
