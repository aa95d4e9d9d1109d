import type { EdgeError } from "../../kit/edge-error.ts";
import { type Framer, PrefixFramer } from "../../kit/framing.ts";
import type { Instant } from "../../kit/time.ts";
import { dlmsFault } from "../codes.ts";
import type { DlmsLink, LinkState, LinkStep } from "./link.ts";

/** IEC 62056-47 clause 4: version, source and destination wPort, length; two octets each. */
export const WRAPPER_HEADER_OCTETS = 8;
export const WRAPPER_APDU_OCTETS_MAX = 0xffff;
/** Registered for TCP and UDP. */
export const DLMS_PORT = 4059;
const VERSION = 1;

export interface WrapperPdu {
  readonly source: number;
  readonly destination: number;
  readonly apdu: Uint8Array;
}

export function encodeWrapperPdu({ source, destination, apdu }: WrapperPdu): Uint8Array {
  if (apdu.length > WRAPPER_APDU_OCTETS_MAX) {
    throw dlmsFault("dlms.wrapper.too-long", `an APDU of ${apdu.length} octets; the wrapper carries 65,535`, {
      blame: "us",
    });
  }
  const pdu = new Uint8Array(WRAPPER_HEADER_OCTETS + apdu.length);
  const view = new DataView(pdu.buffer);
  view.setUint16(0, VERSION);
  view.setUint16(2, source);
  view.setUint16(4, destination);
  view.setUint16(6, apdu.length);
  pdu.set(apdu, WRAPPER_HEADER_OCTETS);
  return pdu;
}

/** One whole PDU, as a datagram carries it or the framer cut it. The APDU is a view. Throws `dlms.wrapper.*`. */
export function decodeWrapperPdu(pdu: Uint8Array): WrapperPdu {
  const length = wrapperLength(pdu);
  if (length !== pdu.length) {
    throw dlmsFault("dlms.wrapper.truncated", `${length} octets are announced, ${pdu.length} are there`, { offset: 6 });
  }
  const view = new DataView(pdu.buffer, pdu.byteOffset, WRAPPER_HEADER_OCTETS);
  return { source: view.getUint16(2), destination: view.getUint16(4), apdu: pdu.subarray(WRAPPER_HEADER_OCTETS) };
}

/** Cuts a TCP stream into wrapper PDUs. There is nothing to resynchronise on: a wrong version ends the stream. */
export function wrapperFramer(apduOctetsMax: number = WRAPPER_APDU_OCTETS_MAX): Framer {
  return new PrefixFramer({
    prefix: WRAPPER_HEADER_OCTETS,
    lengthOf: wrapperLength,
    limit: WRAPPER_HEADER_OCTETS + apduOctetsMax,
    tooLong: "dlms.wrapper.too-long",
  });
}

function wrapperLength(pdu: Uint8Array): number {
  if (pdu.length < WRAPPER_HEADER_OCTETS) {
    throw dlmsFault("dlms.wrapper.truncated", `a wrapper header of ${pdu.length} octets; it has 8`, { offset: 0 });
  }
  const view = new DataView(pdu.buffer, pdu.byteOffset, WRAPPER_HEADER_OCTETS);
  const version = view.getUint16(0);
  if (version !== VERSION) {
    throw dlmsFault("dlms.wrapper.version", `wrapper version ${version}; 1 is known`, { offset: 0, native: version });
  }
  return WRAPPER_HEADER_OCTETS + view.getUint16(6);
}

export interface WrapperSettings {
  /** The client SAP. */
  readonly clientWport: number;
  /** The logical device. */
  readonly serverWport: number;
  /** A datagram is one PDU, and a bad one is dropped; in a stream it ends the connection. */
  readonly carrier: "stream" | "datagram";
  readonly apduOctetsMax?: number;
}

/** PDUs of other wPorts on the connection are dropped: several associations may share it. */
export class WrapperLink implements DlmsLink {
  readonly apduOctetsMax: number;
  readonly #settings: WrapperSettings;
  readonly #framer: Framer;
  #state: LinkState = "opening";
  #fault: EdgeError | undefined;

  constructor(settings: WrapperSettings) {
    this.#settings = settings;
    this.apduOctetsMax = settings.apduOctetsMax ?? WRAPPER_APDU_OCTETS_MAX;
    this.#framer = wrapperFramer(this.apduOctetsMax);
  }

  open(_now: Instant): LinkStep {
    if (this.#state === "opening") this.#state = "open";
    return this.#step();
  }

  send(apdu: Uint8Array, _now: Instant): LinkStep {
    if (this.#state !== "open") return this.#step();
    const { clientWport: source, serverWport: destination } = this.#settings;
    return this.#step([encodeWrapperPdu({ source, destination, apdu })]);
  }

  receive(chunk: Uint8Array, _now: Instant): LinkStep {
    if (this.#state !== "open") return this.#step();
    const frames = this.#settings.carrier === "datagram" ? datagram(chunk) : this.#cut(chunk);
    const apdus: Uint8Array[] = [];
    for (const frame of frames) {
      const { source, destination, apdu } = decodeWrapperPdu(frame);
      if (this.#ours(source, destination) && apdu.length > 0) apdus.push(apdu);
    }
    return this.#step([], apdus);
  }

  wake(_now: Instant): LinkStep {
    return this.#step();
  }

  close(_now: Instant): LinkStep {
    this.#state = "closed";
    return this.#step();
  }

  /** Some servers answer with the wPorts as they came. */
  #ours(source: number, destination: number): boolean {
    const { clientWport, serverWport } = this.#settings;
    return (
      (source === serverWport && destination === clientWport) || (source === clientWport && destination === serverWport)
    );
  }

  #cut(chunk: Uint8Array): readonly Uint8Array[] {
    const { frames, fault } = this.#framer.cut(chunk);
    if (fault !== undefined) {
      this.#fault = fault;
      this.#state = "closed";
    }
    return frames;
  }

  #step(send: readonly Uint8Array[] = [], apdus: readonly Uint8Array[] = []): LinkStep {
    return { send, apdus, state: this.#state, wakeAt: undefined, fault: this.#fault };
  }
}

/** A copy of the datagram where it is one whole PDU. */
function datagram(chunk: Uint8Array): readonly Uint8Array[] {
  const view = new DataView(chunk.buffer, chunk.byteOffset, chunk.byteLength);
  const whole =
    chunk.length >= WRAPPER_HEADER_OCTETS &&
    view.getUint16(0) === VERSION &&
    WRAPPER_HEADER_OCTETS + view.getUint16(6) === chunk.length;
  return whole ? [chunk.slice()] : [];
}
