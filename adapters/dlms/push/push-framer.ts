import { concat } from "../../kit/bytes.ts";
import { type EdgeError, toEdgeError } from "../../kit/edge-error.ts";
import type { Framer } from "../../kit/framing.ts";
import { beginsHdlc, type HdlcPush, HdlcPushes } from "./hdlc-pushes.ts";
import { pushFault } from "./push-fault.ts";
import { decodeWrapperPdu, wrapperFramer, type WrapperPdu } from "../transport/wrapper.ts";

/** What a meter pushed, as far as the bytes say: an APDU in a wrapper or in UI frames, or the DSMR 4 form, which has neither. */
export type PushFrame =
  | { readonly kind: "hdlc"; readonly push: HdlcPush }
  | { readonly kind: "wrapper"; readonly pdu: WrapperPdu }
  | { readonly kind: "dsmr4"; readonly bytes: Uint8Array };

export interface PushCut {
  readonly frames: readonly PushFrame[];
  readonly fault: EdgeError | undefined;
}

const NAME_OCTETS = 17;
const COMMA = 0x2c;
/** Equipment identifier, comma, alarm register; or a logical name of six in its place. */
const SHORT = NAME_OCTETS + 1 + 4;
const LONG = NAME_OCTETS + 1 + 6;

/**
 * Cuts a connection on which a meter pushes. A wrapper begins with its version, 00 01, and HDLC with a flag, where it is
 * taken; anything else is the DSMR 4 form, whose shorter kind is known to be whole only when nothing follows: `quiet` says that nothing does.
 */
export class PushFramer {
  readonly #framer: Framer;
  readonly #hdlc: HdlcPushes;
  readonly #takesHdlc: boolean;
  #first: Uint8Array = new Uint8Array(0);
  #form: "unknown" | "wrapper" | "hdlc" | "dsmr4" = "unknown";

  constructor(apduOctetsMax: number, takesHdlc: boolean) {
    this.#framer = wrapperFramer(apduOctetsMax);
    this.#hdlc = new HdlcPushes(apduOctetsMax);
    this.#takesHdlc = takesHdlc;
  }

  /** Something has begun and is not whole. */
  get pending(): boolean {
    if (this.#form === "hdlc") return this.#hdlc.pending;
    return this.#form === "wrapper" ? this.#framer.pending > 0 : this.#first.length > 0;
  }

  /** What has come may be whole: only that nothing follows would tell. */
  get waitsForQuiet(): boolean {
    return this.#isUnframed && this.#first.length > 0;
  }

  push(chunk: Uint8Array): PushCut {
    if (!this.#isUnframed) return this.#cut(chunk);
    this.#first = concat([this.#first, chunk]);
    const [first, second] = this.#first;
    if (this.#form === "unknown" && second !== undefined) {
      this.#form = first === 0 && second === 1 ? "wrapper" : beginsHdlc(first, second) ? "hdlc" : "dsmr4";
      if (!this.#isUnframed) {
        const held = this.#first;
        this.#first = new Uint8Array(0);
        return this.#cut(held);
      }
    }
    if (this.#form === "unknown" || this.#first.length < LONG) return { frames: [], fault: undefined };
    const bytes = this.#first.slice(0, LONG);
    const more = this.#first.length > LONG;
    this.#first = new Uint8Array(0);
    if (more || bytes[NAME_OCTETS] !== COMMA) return { frames: [], fault: malformed(bytes.length) };
    return { frames: [{ kind: "dsmr4", bytes }], fault: undefined };
  }

  /** Nothing more comes for now. */
  quiet(): PushCut {
    if (!this.#isUnframed || this.#first.length === 0) return { frames: [], fault: undefined };
    const bytes = this.#first;
    this.#first = new Uint8Array(0);
    if (bytes.length === SHORT && bytes[NAME_OCTETS] === COMMA) {
      return { frames: [{ kind: "dsmr4", bytes }], fault: undefined };
    }
    return { frames: [], fault: malformed(bytes.length) };
  }

  /** Nothing in the octets says where they end. */
  get #isUnframed(): boolean {
    return this.#form !== "wrapper" && this.#form !== "hdlc";
  }

  #cut(chunk: Uint8Array): PushCut {
    if (this.#form === "hdlc") return this.#cutHdlc(chunk);
    const { frames, fault } = this.#framer.cut(chunk);
    try {
      return { frames: frames.map((frame) => ({ kind: "wrapper", pdu: decodeWrapperPdu(frame) })), fault };
    } catch (thrown) {
      return { frames: [], fault: toEdgeError(thrown, "dlms.wrapper.truncated") };
    }
  }

  #cutHdlc(chunk: Uint8Array): PushCut {
    if (!this.#takesHdlc) {
      return { frames: [], fault: pushFault("dlms.push.malformed", "HDLC frames, and no pushes are taken in them") };
    }
    const { pushes, fault } = this.#hdlc.cut(chunk);
    return { frames: pushes.map((push) => ({ kind: "hdlc", push })), fault };
  }
}

function malformed(length: number): EdgeError {
  return pushFault("dlms.push.malformed", `${length} octets that are neither a wrapper nor the DSMR 4 form`);
}
