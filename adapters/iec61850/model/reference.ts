import { iec61850Fault } from "../codes.ts";
import { type AlternateAccess, domainName, type ObjectName, type VariableAccess } from "../mms/names.ts";

/** IEC 61850-7-2 table 20: functional constraints, and those of the control blocks (61850-8-1). */
export const FUNCTIONAL_CONSTRAINTS = [
  "ST",
  "MX",
  "SP",
  "SV",
  "CF",
  "DC",
  "SG",
  "SE",
  "SR",
  "OR",
  "BL",
  "EX",
  "CO",
  "RP",
  "BR",
  "LG",
  "GO",
  "GS",
  "MS",
  "US",
] as const;
export type FunctionalConstraint = (typeof FUNCTIONAL_CONSTRAINTS)[number];

/** IEC 61850-8-1 Edition 2: an object reference has at most 129 characters. */
export const REFERENCE_LENGTH = 129;

/** An object reference with its functional constraint: `IED1LD0/MMXU1.A.phsA.cVal.mag.f[MX]`. */
export interface Reference {
  /** The domain: IED name and LD instance, or the `ldName` of the SCL. */
  readonly ld: string;
  readonly ln: string;
  /** Data object, sub data objects and attributes, outermost first; empty where the whole LN is meant. */
  readonly path: readonly string[];
  /** `undefined` where none was said. */
  readonly fc: FunctionalConstraint | undefined;
  /** `HarmA(3)`: the element of the array that the part of the path at this position is. */
  readonly indices?: readonly { readonly at: number; readonly index: number }[];
}

const NAME = /^[A-Za-z0-9_]{1,64}$/;
const PART = /^([A-Za-z0-9_]{1,64})(?:\((\d{1,6})\))?$/;

export function isFunctionalConstraint(text: string): text is FunctionalConstraint {
  return (FUNCTIONAL_CONSTRAINTS as readonly string[]).includes(text);
}

/**
 * Reads `LD/LN.DO.DA[FC]`, with `(n)` after the name of an array for one element of it. Also accepts the way MMS writes
 * it, `LD/LN$FC$DO$DA`. `undefined` where the text is neither.
 */
export function parseReference(text: string): Reference | undefined {
  const slash = text.indexOf("/");
  if (slash <= 0 || text.length > 2 * REFERENCE_LENGTH) return undefined;
  const ld = text.slice(0, slash);
  if (!NAME.test(ld)) return undefined;
  const rest = text.slice(slash + 1);
  return rest.includes("$") ? fromItem(ld, rest) : fromDotted(ld, rest);
}

/** The same, and an operator's fault where it cannot be read. */
export function toReference(text: string): Reference {
  const reference = parseReference(text);
  if (reference === undefined)
    throw iec61850Fault(
      "iec61850.model.reference",
      `"${text.slice(0, REFERENCE_LENGTH)}" is no object reference; write LD/LN.DO.DA[FC], as IED1LD0/MMXU1.TotW.mag.f[MX]`,
      { blame: "operator" },
    );
  return reference;
}

/** `LD/LN.DO.DA[FC]`. */
export function referenceText(reference: Reference): string {
  const parts = reference.path.map((part, at) => {
    const index = reference.indices?.find((one) => one.at === at)?.index;
    return index === undefined ? part : `${part}(${index})`;
  });
  const fc = reference.fc === undefined ? "" : `[${reference.fc}]`;
  return `${reference.ld}/${[reference.ln, ...parts].join(".")}${fc}`;
}

/** The MMS item name: `LN$FC$DO$DA`; without a functional constraint `LN`, or `LN$name` for data sets and journals. */
export function itemOf(reference: Omit<Reference, "ld">): string {
  const { ln, fc, path } = reference;
  return [ln, ...(fc === undefined ? [] : [fc]), ...path].join("$");
}

export function objectNameOf(reference: Reference): ObjectName {
  return domainName(reference.ld, itemOf(reference));
}

/** How MMS is asked for it: an element of an array is never in the name but in an alternate access (61850-8-1). */
export function variableOf(reference: Reference): VariableAccess {
  const [first] = reference.indices ?? [];
  if (first === undefined) return { name: objectNameOf(reference) };
  const name = objectNameOf({ ...reference, path: reference.path.slice(0, first.at + 1) });
  return { name, access: accessBelow(reference, first.at) };
}

/** The reference an MMS item name stands for; `undefined` for names that are none (data sets, journals). */
export function referenceOf(domain: string, item: string): Reference | undefined {
  const [ln, fc, ...path] = item.split("$");
  if (ln === undefined || fc === undefined || !isFunctionalConstraint(fc)) return undefined;
  return { ld: domain, ln, fc, path };
}

/** The reference of a member of a data set or of what a report says, alternate access included. */
export function referenceOfVariable(variable: VariableAccess): Reference | undefined {
  if (variable.name.scope !== "domain") return undefined;
  const reference = referenceOf(variable.name.domain, variable.name.item);
  if (reference === undefined || variable.access === undefined) return reference;
  return stepInto(reference, variable.access);
}

function accessBelow(reference: Reference, from: number): AlternateAccess {
  const index = reference.indices?.find((one) => one.at === from)?.index ?? 0;
  const rest = reference.path.slice(from + 1);
  if (rest.length === 0) return [{ select: "index", index }];
  return [{ select: "index", index, inside: componentAccess(reference, rest, from + 1) }];
}

function componentAccess(reference: Reference, names: readonly string[], at: number): AlternateAccess {
  const [name = "", ...rest] = names;
  const indexed = reference.indices?.some((one) => one.at === at) === true;
  if (indexed) return [{ select: "component", name, inside: accessBelow(reference, at) }];
  if (rest.length === 0) return [{ select: "component", name }];
  return [{ select: "component", name, inside: componentAccess(reference, rest, at + 1) }];
}

function stepInto(reference: Reference, access: AlternateAccess): Reference {
  const [step] = access;
  if (step === undefined || access.length > 1) return reference;
  let inner = reference;
  if (step.select === "component") inner = { ...reference, path: [...reference.path, step.name] };
  else if (step.select === "index")
    inner = {
      ...reference,
      indices: [...(reference.indices ?? []), { at: reference.path.length - 1, index: step.index }],
    };
  else return reference;
  return step.inside === undefined ? inner : stepInto(inner, step.inside);
}

function fromItem(ld: string, item: string): Reference | undefined {
  const [ln, second, ...rest] = item.split("$");
  if (ln === undefined || second === undefined || !NAME.test(ln)) return undefined;
  if (isFunctionalConstraint(second)) return withPath({ ld, ln, fc: second }, rest);
  return withPath({ ld, ln, fc: undefined }, [second, ...rest]);
}

function fromDotted(ld: string, rest: string): Reference | undefined {
  const match = /^([^[\]]*?)\s*(?:\[([A-Z]{2})\])?$/.exec(rest);
  if (match === null) return undefined;
  const [, dotted = "", constraint] = match;
  if (constraint !== undefined && !isFunctionalConstraint(constraint)) return undefined;
  const [ln, ...path] = dotted.split(".");
  if (ln === undefined || !NAME.test(ln)) return undefined;
  return withPath({ ld, ln, fc: constraint }, path);
}

function withPath(
  head: { readonly ld: string; readonly ln: string; readonly fc: FunctionalConstraint | undefined },
  parts: readonly string[],
): Reference | undefined {
  const path: string[] = [];
  const indices: { at: number; index: number }[] = [];
  for (const [at, part] of parts.entries()) {
    const match = PART.exec(part);
    const [, name, index] = match ?? [];
    if (name === undefined) return undefined;
    path.push(name);
    if (index !== undefined) indices.push({ at, index: Number(index) });
  }
  return { ...head, path, ...(indices.length > 0 && { indices }) };
}
