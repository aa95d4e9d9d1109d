import type { AccessSelection } from "../../../adapters/dlms/apdu/descriptor.ts";
import { type DlmsData, octetString } from "../../../adapters/dlms/data/data.ts";
import { type Obis, obisOctets } from "../../../adapters/dlms/obis.ts";
import type { Instant, WallMs } from "../../../adapters/kit/time.ts";
import type { AssociationView } from "../association/association-view.ts";
import type { MeterState } from "../meter-state.ts";

/** data-access-result and action-result, which agree in what they share (IEC 62056-5-3 9.3). */
export const RESULT = {
  success: 0,
  hardwareFault: 1,
  temporaryFailure: 2,
  readWriteDenied: 3,
  objectUndefined: 4,
  objectClassInconsistent: 9,
  objectUnavailable: 11,
  typeUnmatched: 12,
  scopeOfAccessViolated: 13,
  dataBlockUnavailable: 14,
  longAborted: 15,
  noLongInProgress: 16,
  longSetAborted: 17,
  noLongSetInProgress: 18,
  blockNumberInvalid: 19,
  otherReason: 250,
} as const;

export interface Refused {
  readonly kind: "refused";
  /** A data-access-result or action-result, never `success`. */
  readonly result: number;
}

export function refused(result: number): Refused {
  return { kind: "refused", result };
}

/** Who asks, when, and for which moment of the meter's life. */
export interface Call {
  readonly meter: MeterState;
  readonly now: Instant;
  /** The moment the value is of: now by the meter's clock, or that of a row a profile has captured. */
  readonly at: WallMs;
  readonly association: AssociationView;
  readonly selection: AccessSelection | undefined;
}

export interface Attribute {
  readonly get?: (call: Call) => DlmsData | Refused;
  /** A data-access-result. */
  readonly set?: (value: DlmsData, call: Call) => number;
  readonly selectors?: readonly number[];
}

/** What a method gave back, or a refusal; `undefined` where it returns nothing. */
export type Method = (parameters: DlmsData | undefined, call: Call) => DlmsData | Refused | undefined;

/** One object of a meter. Attribute 1, the logical name, is there without being listed. */
export interface CosemObject {
  readonly classId: number;
  readonly version: number;
  readonly name: Obis;
  /** From 2 on. */
  readonly attributes: Readonly<Record<number, Attribute>>;
  readonly methods: Readonly<Record<number, Method>>;
  /** Clients without authentication see it and may read it. */
  readonly isPublic: boolean;
}

export function attributeOf(object: CosemObject, attribute: number): Attribute | undefined {
  if (attribute === 1) return { get: () => octetString(obisOctets(object.name)) };
  return object.attributes[attribute];
}

/** An attribute that always has the same value. */
export function fixed(value: DlmsData): Attribute {
  return { get: () => value };
}

/** An attribute that is kept as it was written; a value of another type is refused. */
export function kept(initial: DlmsData, written?: (value: DlmsData, call: Call) => void): Attribute {
  let value = initial;
  return {
    get: () => value,
    set: (next, call) => {
      if (next.kind !== value.kind) return RESULT.typeUnmatched;
      value = owned(next);
      written?.(value, call);
      return RESULT.success;
    },
  };
}

/** As `kept`, for what cannot be written. */
export function readOnly(get: (call: Call) => DlmsData | Refused): Attribute {
  return { get };
}

/** A value whose octets are its own: those of an APDU are views that do not last. */
export function owned(data: DlmsData): DlmsData {
  if ("elements" in data) return { ...data, elements: data.elements.map(owned) };
  return "octets" in data ? { ...data, octets: data.octets.slice() } : data;
}
