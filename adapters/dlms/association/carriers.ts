import { EdgeError } from "../../kit/edge-error.ts";
import type { Apdu, CarrierApdu } from "../apdu/apdu.ts";
import { decodeLeniently } from "../apdu/decode-apdu.ts";
import { encodeApdu } from "../apdu/encode-apdu.ts";
import { dlmsFault } from "../codes.ts";
import { type Protection, UNPROTECTED } from "../security/control.ts";
import { unexpected } from "./exchange.ts";
import { GENERAL_BLOCK_OVERHEAD, GeneralBlocks } from "./general-blocks.ts";
import type { AssociationProtection } from "./protection.ts";
import type { AssociationSettings } from "./settings.ts";

/** What an APDU came in. */
export interface Cover {
  readonly protection: Protection;
  readonly signed: boolean;
}

/** What came of one APDU of the link. */
export interface Arrival {
  /** Confirmations of blocks, to be written before anything else. */
  readonly send: readonly Uint8Array[];
  /** Octets left out behind a whole APDU. */
  readonly remarks: readonly EdgeError[];
  /** The peer goes on with a long answer. */
  readonly moved: boolean;
  readonly inside:
    | { readonly kind: "apdu"; readonly apdu: Exclude<Apdu, CarrierApdu>; readonly cover: Cover }
    /** Unprotected octets that are no APDU; whose answer they were to be is for the association to say. */
    | { readonly kind: "unreadable"; readonly octets: Uint8Array; readonly fault: EdgeError }
    /** More blocks are to come. */
    | undefined;
}

const BARE: Cover = { protection: UNPROTECTED, signed: false };
/** Blocks around a signature around protection around a service is all there is. */
const DEPTH_MAX = 3;

/**
 * The APDUs that carry others: general block transfer, signatures, protection. Takes them off what comes and puts blocks
 * around what is too long to leave whole.
 */
export class Carriers {
  readonly #settings: AssociationSettings;
  readonly #protection: AssociationProtection | undefined;
  #blocks: GeneralBlocks | undefined;

  constructor(settings: AssociationSettings, protection: AssociationProtection | undefined) {
    this.#settings = settings;
    this.#protection = protection;
  }

  /** Throws `dlms.*` for what cannot be opened or does not belong. */
  take(octets: Uint8Array): Arrival {
    const send: Uint8Array[] = [];
    const remarks: EdgeError[] = [];
    let cover = BARE;
    let moved = false;
    let inner = octets;
    for (let depth = 0; ; depth++) {
      const apdu = this.#decoded(inner, remarks);
      if (apdu instanceof EdgeError) {
        return { send, remarks, moved, inside: { kind: "unreadable", octets: inner, fault: apdu } };
      }
      if (depth > DEPTH_MAX) throw unexpected(apdu, "an APDU that carries no other");
      switch (apdu.kind) {
        case "general-block-transfer": {
          this.#blocks ??= this.#newBlocks();
          const taken = this.#blocks.take(apdu);
          for (const block of taken.send) send.push(encodeApdu(block));
          moved = true;
          if (taken.whole === undefined) return { send, remarks, moved, inside: undefined };
          this.#blocks = undefined;
          inner = taken.whole;
          break;
        }
        case "service-ciphered":
        case "general-glo-ciphering":
        case "general-ded-ciphering":
        case "general-ciphering": {
          if (this.#protection === undefined) throw unexpected(apdu, "an APDU without protection");
          const { plain, protection } = this.#protection.open(apdu);
          cover = { ...cover, protection };
          inner = plain;
          break;
        }
        case "general-signing":
          if (this.#protection === undefined) throw unexpected(apdu, "an APDU without a signature");
          inner = this.#protection.verify(apdu);
          cover = { ...cover, signed: true };
          break;
        default:
          return { send, remarks, moved, inside: { kind: "apdu", apdu, cover } };
      }
    }
  }

  /** The first blocks of an APDU that does not fit; the others follow as they are confirmed. */
  begin(apdu: Uint8Array, octetsMax: number): readonly Uint8Array[] {
    this.#blocks = this.#newBlocks();
    return this.#blocks.begin(apdu, octetsMax - GENERAL_BLOCK_OVERHEAD).map(encodeApdu);
  }

  /** Whatever was under way is of no use any more. */
  forget(): void {
    this.#blocks = undefined;
  }

  #decoded(octets: Uint8Array, remarks: EdgeError[]): Apdu | EdgeError {
    try {
      const { apdu, trailing } = decodeLeniently(octets, this.#settings.limits.apdu);
      if (trailing > 0) {
        remarks.push(dlmsFault("dlms.apdu.trailing", `${trailing} octets behind a ${apdu.kind}`));
      }
      return apdu;
    } catch (thrown) {
      if (thrown instanceof EdgeError) return thrown;
      throw thrown;
    }
  }

  #newBlocks(): GeneralBlocks {
    return new GeneralBlocks(this.#settings.blockWindow, this.#settings.limits);
  }
}
