/** An MMS object name (ISO 9506-2 `ObjectName`). */
export type ObjectName =
  | { readonly scope: "vmd"; readonly item: string }
  | { readonly scope: "domain"; readonly domain: string; readonly item: string }
  /** Lives as long as the association: the data sets whose name begins with `@`. */
  | { readonly scope: "association"; readonly item: string };

export function domainName(domain: string, item: string): ObjectName {
  return { scope: "domain", domain, item };
}

/** `domain/item`, the item alone at the VMD, `@item` in the association. */
export function nameText(name: ObjectName): string {
  switch (name.scope) {
    case "domain":
      return `${name.domain}/${name.item}`;
    case "vmd":
      return name.item;
    case "association":
      return `@${name.item}`;
  }
}

/** One step into a structured variable; with `inside`, the step goes on from there. */
export type AccessSelection =
  | { readonly select: "component"; readonly name: string; readonly inside?: AlternateAccess }
  | { readonly select: "index"; readonly index: number; readonly inside?: AlternateAccess }
  | { readonly select: "range"; readonly low: number; readonly count: number; readonly inside?: AlternateAccess }
  | { readonly select: "all"; readonly inside?: AlternateAccess };

/** ISO 9506-2 `AlternateAccess`: how an element of an array is named, which no item name can. */
export type AlternateAccess = readonly AccessSelection[];

export interface VariableAccess {
  readonly name: ObjectName;
  readonly access?: AlternateAccess;
}

/** What a read, a write or a report is about. */
export type VariableSpecification =
  | { readonly kind: "variables"; readonly variables: readonly VariableAccess[] }
  | { readonly kind: "list"; readonly list: ObjectName };

/** ISO 9506-2 `ObjectClass`, those of IEC 61850. */
export const OBJECT_CLASS = { namedVariable: 0, namedVariableList: 2, journal: 8, domain: 9 } as const;

export type ObjectScope =
  | { readonly scope: "vmd" }
  | { readonly scope: "domain"; readonly domain: string }
  | { readonly scope: "association" };
