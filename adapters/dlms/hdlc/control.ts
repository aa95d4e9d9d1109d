import { hdlcFault } from "./faults.ts";

/** Counts frames modulo 8. */
export type SequenceNumber = number;

/** The control field (IEC 62056-46 6.4.3). `poll` is P in a command and F in a response. */
export type Control =
  | {
      readonly kind: "I";
      readonly sendNumber: SequenceNumber;
      readonly receiveNumber: SequenceNumber;
      readonly poll: boolean;
    }
  | { readonly kind: SupervisoryKind; readonly receiveNumber: SequenceNumber; readonly poll: boolean }
  | { readonly kind: UnnumberedKind; readonly poll: boolean };

export type SupervisoryKind = "RR" | "RNR" | "REJ";
export type UnnumberedKind = "SNRM" | "DISC" | "UA" | "DM" | "FRMR" | "UI";

const POLL = 0x10;
const SUPERVISORY: Readonly<Record<SupervisoryKind, number>> = { RR: 0x01, RNR: 0x05, REJ: 0x09 };
const UNNUMBERED: Readonly<Record<UnnumberedKind, number>> = {
  SNRM: 0x83,
  DISC: 0x43,
  UA: 0x63,
  DM: 0x0f,
  FRMR: 0x87,
  UI: 0x03,
};
const SUPERVISORY_BY_CODE = byCode(SUPERVISORY);
const UNNUMBERED_BY_CODE = byCode(UNNUMBERED);

export function controlOctet(control: Control): number {
  const poll = control.poll ? POLL : 0;
  switch (control.kind) {
    case "I":
      return (control.receiveNumber << 5) | poll | (control.sendNumber << 1);
    case "RR":
    case "RNR":
    case "REJ":
      return (control.receiveNumber << 5) | poll | SUPERVISORY[control.kind];
    default:
      return UNNUMBERED[control.kind] | poll;
  }
}

export function toControl(octet: number, offset: number): Control {
  const poll = (octet & POLL) !== 0;
  if ((octet & 1) === 0) return { kind: "I", sendNumber: (octet >>> 1) & 7, receiveNumber: octet >>> 5, poll };
  const supervisory = SUPERVISORY_BY_CODE.get(octet & 0x0f);
  if (supervisory !== undefined) return { kind: supervisory, receiveNumber: octet >>> 5, poll };
  const unnumbered = UNNUMBERED_BY_CODE.get(octet & ~POLL);
  if (unnumbered !== undefined) return { kind: unnumbered, poll };
  const text = octet.toString(16).padStart(2, "0");
  throw hdlcFault("hdlc.frame.malformed", `${text} is no control field`, { offset, native: octet });
}

/** The number after this one. */
export function next(number: SequenceNumber, by: number = 1): SequenceNumber {
  return (number + by) & 7;
}

/** Whether `number` acknowledges something sent from `first` up to and without `end`, counted modulo 8. */
export function acknowledges(number: SequenceNumber, first: SequenceNumber, end: SequenceNumber): boolean {
  return ((number - first) & 7) <= ((end - first) & 7);
}

function byCode<Kind extends string>(codes: Readonly<Record<Kind, number>>): ReadonlyMap<number, Kind> {
  // Object.entries forgets that the keys are the kinds they were written as.
  return new Map((Object.entries(codes) as [Kind, number][]).map(([kind, code]) => [code, kind]));
}
