import type * as scl from "./document.ts";
import { type Folded, type SclElement, shortened } from "./element.ts";

/** DataTypeTemplates, IEC 61850-6 clause 9.5. */
export const TYPE_FOLDS: Pick<
  { readonly [Name in keyof Folded]: (element: SclElement) => Folded[Name] },
  "DataTypeTemplates" | "LNodeType" | "DO" | "DOType" | "SDO" | "DA" | "DAType" | "BDA" | "EnumType" | "EnumVal"
> = {
  DataTypeTemplates: (element) => ({
    lNodeTypes: byId(element, element.all("LNodeType")),
    doTypes: byId(element, element.all("DOType")),
    daTypes: byId(element, element.all("DAType")),
    enumTypes: byId(element, element.all("EnumType")),
  }),
  LNodeType: (element) => ({
    id: element.required("id"),
    lnClass: element.text("lnClass"),
    objects: unique(element, element.all("DO")),
    place: element.place,
  }),
  DO: object,
  DOType: (element) => ({
    id: element.required("id"),
    cdc: element.text("cdc"),
    parts: unique(element, element.all("SDO", "DA")),
    place: element.place,
  }),
  SDO: (element) => ({ kind: "SDO", ...object(element) }),
  DA: (element) => ({ kind: "DA", fc: element.required("fc"), ...attribute(element) }),
  DAType: (element) => ({
    id: element.required("id"),
    attributes: unique(element, element.all("BDA")),
    place: element.place,
  }),
  BDA: attribute,
  EnumType: (element) => ({
    id: element.required("id"),
    ordinals: new Map(element.all("EnumVal")),
    place: element.place,
  }),
  EnumVal: (element) => {
    const ordinal = element.required("ord").trim();
    if (!/^-?\d{1,9}$/.test(ordinal))
      throw element.fault("iec61850.scl.attribute", `ord="${shortened(ordinal)}" is no integer`);
    return [element.trimmed, Number(ordinal)];
  },
};

function object(element: SclElement): scl.SclDo {
  return {
    name: element.required("name"),
    type: element.required("type"),
    count: element.count("count", 0),
    place: element.place,
  };
}

function attribute(element: SclElement): scl.SclDa {
  const bType = element.required("bType");
  return {
    name: element.required("name"),
    bType,
    type: bType === "Struct" || bType === "Enum" ? element.required("type") : element.text("type"),
    count: element.text("count"),
    dchg: element.flag("dchg", false),
    qchg: element.flag("qchg", false),
    dupd: element.flag("dupd", false),
    values: element.all("Val"),
    place: element.place,
  };
}

function byId<Type extends { readonly id: string }>(element: SclElement, types: readonly Type[]): Map<string, Type> {
  const found = new Map<string, Type>();
  for (const type of types) {
    if (found.has(type.id)) throw element.fault("iec61850.scl.element", `has two types ${shortened(type.id)}`);
    found.set(type.id, type);
  }
  return found;
}

/** Two parts of one name cannot both be reached. */
function unique<Part extends { readonly name: string }>(element: SclElement, parts: readonly Part[]): readonly Part[] {
  const seen = new Set<string>();
  for (const { name } of parts) {
    if (seen.has(name)) throw element.fault("iec61850.scl.element", `has two parts ${shortened(name)}`);
    seen.add(name);
  }
  return parts;
}
