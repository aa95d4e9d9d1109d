import { decodeWrapperPdu, encodeWrapperPdu, wrapperFramer } from "../../../adapters/dlms/transport/wrapper.ts";
import { EdgeError } from "../../../adapters/kit/edge-error.ts";
import type { Framer } from "../../../adapters/kit/framing.ts";
import type { Carrier, Heard, Received } from "./carrier.ts";

/** The wrapper of IEC 62056-47: the source wPort is the client, the destination the logical device. */
export class WrapperCarrier implements Carrier {
  readonly wakeAt = undefined;
  readonly blocksAtOnce: number = 63;
  readonly #framer: Framer | undefined;

  /** A datagram is one PDU, and a bad one is dropped; a bad stream is over. */
  constructor(kind: "stream" | "datagram") {
    this.#framer = kind === "stream" ? wrapperFramer() : undefined;
  }

  get pending(): number {
    return this.#framer?.pending ?? 0;
  }

  receive(chunk: Uint8Array): Received {
    const { frames, fault } = this.#framer?.cut(chunk) ?? { frames: [chunk], fault: undefined };
    return { heard: frames.flatMap(heardOf), fault };
  }

  send({ client, logicalDevice }: Heard, apdu: Uint8Array): readonly Uint8Array[] {
    return [encodeWrapperPdu({ source: logicalDevice, destination: client, apdu })];
  }

  nothing(): readonly Uint8Array[] {
    return [];
  }

  later(): readonly Uint8Array[] {
    return [];
  }

  wake(): Received {
    return { heard: [], fault: undefined };
  }
}

function heardOf(pdu: Uint8Array): Heard[] {
  try {
    const { source, destination, apdu } = decodeWrapperPdu(pdu);
    return apdu.length === 0 ? [] : [{ kind: "apdu", client: source, logicalDevice: destination, apdu }];
  } catch (thrown) {
    if (thrown instanceof EdgeError) return [];
    throw thrown;
  }
}
