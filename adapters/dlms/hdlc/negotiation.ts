import { ByteReader } from "../../kit/byte-reader.ts";
import { ByteWriter } from "../../kit/byte-writer.ts";
import { hdlcFault } from "./faults.ts";
import {
  INFORMATION_OCTETS_DEFAULT,
  INFORMATION_OCTETS_MAX,
  INFORMATION_OCTETS_MIN,
  WINDOW_DEFAULT,
  WINDOW_MAX,
} from "./limits.ts";

/** What one side offers, from its own point of view (IEC 62056-46 6.4.4.4.3). */
export interface LinkParameters {
  /** Octets of an information field. */
  readonly informationTransmitMax: number;
  readonly informationReceiveMax: number;
  readonly windowTransmit: number;
  readonly windowReceive: number;
}

export const DEFAULT_PARAMETERS: LinkParameters = {
  informationTransmitMax: INFORMATION_OCTETS_DEFAULT,
  informationReceiveMax: INFORMATION_OCTETS_DEFAULT,
  windowTransmit: WINDOW_DEFAULT,
  windowReceive: WINDOW_DEFAULT,
};

const FORMAT = 0x81;
const GROUP = 0x80;

/** The information field of an SNRM or UA. */
export function encodeParameters(parameters: LinkParameters): Uint8Array {
  const body = new ByteWriter();
  information(body, 5, parameters.informationTransmitMax);
  information(body, 6, parameters.informationReceiveMax);
  body.u8(7).u8(4).u32(parameters.windowTransmit);
  body.u8(8).u8(4).u32(parameters.windowReceive);
  const field = body.finish();
  return new ByteWriter().u8(FORMAT).u8(GROUP).u8(field.length).bytes(field).finish();
}

/**
 * What an information field offers; what it does not name has its default, and an empty field asks for defaults. Values
 * are taken in any width: meters send windows of one octet and of four. Unknown parameters and user data are skipped.
 */
export function decodeParameters(field: Uint8Array): LinkParameters {
  const found = new Map<number, number>();
  if (field.length > 0) {
    const from = new ByteReader(field, "hdlc.negotiation.malformed");
    const [format, group] = [from.u8(), from.u8()];
    if (format !== FORMAT || group !== GROUP) {
      const message = `parameters begin with 81 80 and not with ${format.toString(16)} ${group.toString(16)}`;
      throw hdlcFault("hdlc.negotiation.malformed", message, { offset: 0 });
    }
    const parameters = from.slice(from.u8());
    while (parameters.remaining > 0) {
      const id = parameters.u8();
      const value = parameters.slice(parameters.u8());
      found.set(id, value.remaining >= 1 && value.remaining <= 6 ? value.uint(value.remaining) : 0);
    }
  }
  return {
    informationTransmitMax: octets(found.get(5)),
    informationReceiveMax: octets(found.get(6)),
    windowTransmit: window(found.get(7)),
    windowReceive: window(found.get(8)),
  };
}

/** What both can: the same link seen from `own`, whatever the other offered. */
export function agree(own: LinkParameters, other: LinkParameters): LinkParameters {
  return {
    informationTransmitMax: Math.min(own.informationTransmitMax, other.informationReceiveMax),
    informationReceiveMax: Math.min(own.informationReceiveMax, other.informationTransmitMax),
    windowTransmit: Math.min(own.windowTransmit, other.windowReceive),
    windowReceive: Math.min(own.windowReceive, other.windowTransmit),
  };
}

function information(into: ByteWriter, id: number, value: number): void {
  if (value <= 0xff) into.u8(id).u8(1).u8(value);
  else into.u8(id).u8(2).u16(value);
}

/** Out of range is taken as the nearest that is in range: a meter that offers 0 or 2048 octets still works. */
function octets(value: number | undefined): number {
  if (value === undefined || value === 0) return INFORMATION_OCTETS_DEFAULT;
  return Math.min(INFORMATION_OCTETS_MAX, Math.max(INFORMATION_OCTETS_MIN, value));
}

function window(value: number | undefined): number {
  if (value === undefined || value === 0) return WINDOW_DEFAULT;
  return Math.min(WINDOW_MAX, value);
}
