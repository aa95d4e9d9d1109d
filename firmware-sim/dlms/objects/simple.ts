import { type DlmsData, enumerated, number, structure } from "../../../adapters/dlms/data/data.ts";
import { type Obis, toObis } from "../../../adapters/dlms/obis.ts";
import { type Attribute, type Call, type CosemObject, fixed, kept, type Method, readOnly } from "./cosem-object.ts";

/** The classes that are little more than their value: data, register, extended register. */
export interface Named {
  readonly obis: string;
  readonly version?: number;
  readonly isPublic?: boolean;
}

export function object(
  classId: number,
  { obis, version, isPublic }: Named,
  attributes: Readonly<Record<number, Attribute>>,
  methods: Readonly<Record<number, Method>> = {},
): CosemObject {
  return { classId, version: version ?? 0, name: nameOf(obis), attributes, methods, isPublic: isPublic ?? false };
}

/** A fleet of thousands has the same few hundred names. */
const NAMES = new Map<string, Obis>();

export function nameOf(text: string): Obis {
  const known = NAMES.get(text);
  if (known !== undefined) return known;
  const name = toObis(text);
  NAMES.set(text, name);
  return name;
}

export type Value = (call: Call) => DlmsData;

/** Class 1 that is read. */
export function data(named: Named, value: DlmsData | Value): CosemObject {
  return object(1, named, { 2: typeof value === "function" ? readOnly(value) : fixed(value) });
}

/** Class 1 that may be written too. */
export function settable(
  named: Named,
  initial: DlmsData,
  written?: (value: DlmsData, call: Call) => void,
): CosemObject {
  return object(1, named, { 2: kept(initial, written) });
}

export function scalerUnit(scaler: number, unit: number): DlmsData {
  return structure(number("integer", scaler), enumerated(unit));
}

/** Class 3. */
export function register(named: Named, value: DlmsData | Value, scaler: number, unit: number): CosemObject {
  return object(3, named, {
    2: typeof value === "function" ? readOnly(value) : kept(value),
    3: fixed(scalerUnit(scaler, unit)),
  });
}

/** Class 4: the value is of a moment, and says of which. */
export function extendedRegister(
  named: Named,
  parts: {
    readonly value: Value;
    readonly scaler: number;
    readonly unit: number;
    readonly status: Value;
    readonly captured: Value;
  },
): CosemObject {
  return object(4, named, {
    2: readOnly(parts.value),
    3: fixed(scalerUnit(parts.scaler, parts.unit)),
    4: readOnly(parts.status),
    5: readOnly(parts.captured),
  });
}
