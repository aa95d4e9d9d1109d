import type { SclEnumType } from "../../../adapters/iec61850/scl/document.ts";
import type { MmsData } from "../../../adapters/iec61850/mms/data.ts";
import type { TypeDescription } from "../../../adapters/iec61850/mms/types.ts";

/** A structured variable: a logical node, one of its functional constraints, a data object, an attribute of attributes. */
export interface Branch {
  readonly kind: "branch";
  readonly name: string;
  readonly parent: Node | undefined;
  /** In the order of the structure on the wire. */
  readonly children: Map<string, Node>;
}

export interface ArrayNode {
  readonly kind: "array";
  readonly name: string;
  readonly parent: Node | undefined;
  readonly items: Node[];
}

/** A variable with one value. */
export interface Leaf {
  readonly kind: "leaf";
  readonly name: string;
  readonly parent: Node | undefined;
  readonly type: TypeDescription;
  readonly enumeration: SclEnumType | undefined;
  /** What makes a report of it. */
  readonly triggers: Triggers;
  value: MmsData;
  /** Where it is a setting: what the file gives it in each group. */
  readonly groups: ReadonlyMap<number, MmsData>;
  /** Whoever wants to know when it changes. */
  readonly watchers: Set<Watcher>;
}

export type Node = Branch | ArrayNode | Leaf;

export interface Triggers {
  readonly dchg: boolean;
  readonly qchg: boolean;
  readonly dupd: boolean;
}

export const NO_TRIGGERS: Triggers = { dchg: false, qchg: false, dupd: false };

const NO_GROUPS: ReadonlyMap<number, MmsData> = new Map();

/** Why a value is reported. */
export type Trigger = keyof Triggers;

/** A control block that follows one member of its data set. */
export interface Watcher {
  triggered(trigger: Trigger): void;
}

export function branch(name: string, parent: Node | undefined): Branch {
  const node: Branch = { kind: "branch", name, parent, children: new Map() };
  if (parent?.kind === "branch") parent.children.set(name, node);
  return node;
}

export interface LeafParts {
  readonly name: string;
  readonly type: TypeDescription;
  readonly value: MmsData;
  readonly triggers?: Triggers;
  readonly enumeration?: SclEnumType | undefined;
  readonly groups?: ReadonlyMap<number, MmsData>;
}

export function leaf(parent: Node | undefined, parts: LeafParts): Leaf {
  const { name, type, value, triggers = NO_TRIGGERS, enumeration, groups = NO_GROUPS } = parts;
  const node: Leaf = { kind: "leaf", name, parent, type, value, triggers, enumeration, groups, watchers: new Set() };
  if (parent?.kind === "branch") parent.children.set(name, node);
  return node;
}

/** The way down by names; an array has none below it. */
export function descend(from: Node | undefined, names: readonly string[]): Node | undefined {
  let node = from;
  for (const name of names) node = node?.kind === "branch" ? node.children.get(name) : undefined;
  return node;
}

export function leavesOf(node: Node): readonly Leaf[] {
  if (node.kind === "leaf") return [node];
  const inside = node.kind === "array" ? node.items : [...node.children.values()];
  return inside.flatMap(leavesOf);
}

/** The whole value, structures in the order of their type. */
export function readNode(node: Node): MmsData {
  switch (node.kind) {
    case "leaf":
      return node.value;
    case "array":
      return { type: "array", items: node.items.map(readNode) };
    case "branch":
      return { type: "structure", items: [...node.children.values()].map(readNode) };
  }
}

export function typeOf(node: Node): TypeDescription {
  switch (node.kind) {
    case "leaf":
      return node.type;
    case "array": {
      const [first] = node.items;
      const element: TypeDescription = first === undefined ? { type: "boolean" } : typeOf(first);
      return { type: "array", count: node.items.length, element };
    }
    case "branch": {
      const components = [...node.children.values()].map((child) => ({ name: child.name, type: typeOf(child) }));
      return { type: "structure", components };
    }
  }
}

/** `CSWI1$ST$Pos$stVal`, from the logical node down. */
export function itemOf(node: Node): string {
  const names: string[] = [];
  for (let at: Node | undefined = node; at !== undefined; at = at.parent) names.unshift(at.name);
  return names.join("$");
}
