import type { MmsData } from "../../../adapters/iec61850/mms/data.ts";
import type { SclVal } from "../../../adapters/iec61850/scl/document.ts";
import type { UnfoldedAttribute, UnfoldedObject } from "../../../adapters/iec61850/scl/unfold.ts";
import { initialValue } from "./initial-value.ts";
import { type ArrayNode, branch, type Branch, leaf, type Node } from "./node.ts";

/** Puts what the types say of one data object under the functional constraints of its logical node. */
export function buildObject(ln: Branch, object: UnfoldedObject): void {
  for (const fc of constraintsOf(object)) {
    const under = ln.children.get(fc) ?? branch(fc, ln);
    place(under, object, fc);
    // Settings of groups are read from the active group, and written to the one that is edited (IEC 61850-7-2, 16).
    if (fc === "SG") place(ln.children.get("SE") ?? branch("SE", ln), object, fc);
  }
}

function constraintsOf(object: UnfoldedObject): readonly string[] {
  const found = new Set<string>();
  for (const part of object.parts) {
    if (part.kind === "attribute") found.add(part.fc);
    else for (const fc of constraintsOf(part)) found.add(fc);
  }
  return [...found];
}

function place(under: Node, object: UnfoldedObject, fc: string): void {
  inArray(under, object, (parent, name) => {
    const node = branch(name, parent);
    for (const part of object.parts) {
      if (part.kind === "object") {
        if (constraintsOf(part).includes(fc)) place(node, part, fc);
      } else if (part.fc === fc) attribute(node, part);
    }
    return node;
  });
}

function attribute(under: Node, part: UnfoldedAttribute): void {
  inArray(under, part, (parent, name) => {
    const { wire } = part;
    if (wire === undefined) {
      const node = branch(name, parent);
      for (const inner of part.parts) attribute(node, inner);
      return node;
    }
    const read = (val: SclVal | undefined): MmsData => initialValue({ ...part, type: wire }, val);
    const groups = part.values.flatMap((val) => (val.sGroup === undefined ? [] : [[val.sGroup, read(val)] as const]));
    const common = { name, type: wire, triggers: part, enumeration: part.enumeration };
    return leaf(parent, { ...common, value: read(part.values[0]), groups: new Map(groups) });
  });
}

/** Once, or as often as the array has elements. */
function inArray(
  under: Node,
  part: { readonly name: string; readonly count: number },
  make: (parent: Node, name: string) => Node,
): void {
  if (part.count === 0) {
    make(under, part.name);
    return;
  }
  const array: ArrayNode = { kind: "array", name: part.name, parent: under, items: [] };
  if (under.kind === "branch") under.children.set(part.name, array);
  for (let index = 0; index < part.count; index++) array.items.push(make(array, String(index)));
}
