import { type EdgeError, toEdgeError } from "../../kit/edge-error.ts";
import type { HdlcAddress } from "../hdlc/address.ts";
import { encodeFrame, FLAG, type HdlcFrame } from "../hdlc/frame.ts";
import { HdlcFramer } from "../hdlc/framer.ts";
import { INFORMATION_OCTETS_DEFAULT } from "../hdlc/limits.ts";
import { withLlc, withoutLlc } from "../hdlc/llc.ts";
import { Reassembly, segmentsOf } from "../hdlc/segments.ts";
import { pushFault } from "./push-fault.ts";

/** One APDU of UI frames: a link was never set up, so nothing of it is acknowledged. */
export interface HdlcPush {
  /** The meter: logical device, and physical device where it says one. */
  readonly source: HdlcAddress;
  /** The client it means; meters say what they like. */
  readonly destination: HdlcAddress;
  readonly apdu: Uint8Array;
}

const LLC_OCTETS = 3;

/** Whether a stream begins as HDLC does: a flag, and the format of a frame or a second flag behind it. */
export function beginsHdlc(first: number | undefined, second: number | undefined): boolean {
  return first === FLAG && second !== undefined && (second === FLAG || second >>> 4 === 0xa);
}

/**
 * Cuts what a meter pushes in UI frames (IEC 62056-46): whole APDUs, put together where their segments are several.
 * Octets between frames are skipped, as of a serial line behind a converter.
 *
 * Held at most: one frame, and one APDU of `apduOctetsMax`.
 */
export class HdlcPushes {
  readonly #framer = new HdlcFramer();
  readonly #segments: Reassembly;

  constructor(apduOctetsMax: number) {
    this.#segments = new Reassembly(apduOctetsMax + LLC_OCTETS);
  }

  /** A frame or an APDU has begun. A lone flag has not: the last of a frame may open the next. */
  get pending(): boolean {
    return this.#framer.pending > 1 || this.#segments.held > 0;
  }

  cut(chunk: Uint8Array): { readonly pushes: readonly HdlcPush[]; readonly fault: EdgeError | undefined } {
    const { frames, fault } = this.#framer.cut(chunk);
    const pushes: HdlcPush[] = [];
    try {
      for (const frame of frames) {
        const push = this.#take(frame);
        if (push !== undefined) pushes.push(push);
      }
    } catch (thrown) {
      return { pushes, fault: toEdgeError(thrown, "dlms.push.malformed") };
    }
    return { pushes, fault };
  }

  #take({ control, source, destination, segmented, information }: HdlcFrame): HdlcPush | undefined {
    if (control.kind !== "UI") {
      throw pushFault("dlms.push.unexpected", `a meter pushes in UI frames, and this is ${control.kind}`, {
        native: control.kind,
      });
    }
    const whole = this.#segments.add({ octets: information, more: segmented });
    return whole === undefined ? undefined : { source, destination, apdu: withoutLlc(whole) };
  }
}

/** UI frames of an APDU: what a meter pushes, or our confirmation of it. */
export function hdlcPushFrames(
  from: "meter" | "us",
  { source, destination, apdu }: HdlcPush,
  informationMax: number = INFORMATION_OCTETS_DEFAULT,
): readonly Uint8Array[] {
  const octets = withLlc(from === "meter" ? "response" : "command", apdu);
  return segmentsOf(octets, informationMax).map(({ octets: information, more: segmented }) =>
    encodeFrame({ source, destination, control: { kind: "UI", poll: false }, segmented, information }),
  );
}
