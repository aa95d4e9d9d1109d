import type { AccessResult, MmsData } from "../../../adapters/iec61850/mms/data.ts";
import type { AccessSelection, AlternateAccess } from "../../../adapters/iec61850/mms/names.ts";
import { DENIED } from "./fits.ts";
import { type Node, readNode } from "./node.ts";

/** The value an alternate access selects; several selections make a structure of theirs. ISO 9506-2, 14.4.2. */
export function selected(node: Node, access: AlternateAccess | undefined): AccessResult {
  if (access === undefined || access.length === 0) return readNode(node);
  const items: MmsData[] = [];
  for (const selection of access) {
    const one = select(node, selection);
    if (one.type === "failure") return one;
    items.push(one);
  }
  const [only] = items;
  return items.length === 1 && only !== undefined ? only : { type: "structure", items };
}

/** The one variable an alternate access leads to; `undefined` where it leads to none, or to several. */
export function single(node: Node, access: AlternateAccess | undefined): Node | undefined {
  if (access === undefined || access.length === 0) return node;
  const [selection, ...more] = access;
  if (selection === undefined || more.length > 0) return undefined;
  if (selection.select === "all") return single(node, selection.inside);
  if (selection.select === "range") return undefined;
  const next = step(node, selection);
  return next === undefined ? undefined : single(next, selection.inside);
}

function select(node: Node, selection: AccessSelection): AccessResult {
  if (selection.select === "component" || selection.select === "index") {
    const next = step(node, selection);
    return next === undefined ? NOT_THERE : selected(next, selection.inside);
  }
  if (node.kind !== "array") return selection.select === "all" ? selected(node, selection.inside) : NOT_THERE;
  const { low, count } = selection.select === "range" ? selection : { low: 0, count: node.items.length };
  if (low < 0 || count < 0 || low + count > node.items.length) return NOT_THERE;
  const items: MmsData[] = [];
  for (const item of node.items.slice(low, low + count)) {
    const one = selected(item, selection.inside);
    if (one.type === "failure") return one;
    items.push(one);
  }
  return { type: "array", items };
}

const NOT_THERE: AccessResult = { type: "failure", error: DENIED.objectNonExistent };

function step(node: Node, selection: Extract<AccessSelection, { select: "component" | "index" }>): Node | undefined {
  if (selection.select === "index") return node.kind === "array" ? node.items[selection.index] : undefined;
  return node.kind === "branch" ? node.children.get(selection.name) : undefined;
}
