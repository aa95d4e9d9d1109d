import type { TypeComponent, TypeDescription } from "../mms/types.ts";
import type { FunctionalConstraint, Reference } from "./reference.ts";

/** The model of an IED as it told it: domains, logical nodes, and the type of everything under a functional constraint. */
export interface IedModel {
  readonly devices: ReadonlyMap<string, LogicalDevice>;
}

export interface LogicalDevice {
  readonly nodes: ReadonlyMap<string, LogicalNode>;
  /** By item name, `LN$name`. */
  readonly dataSets: ReadonlyMap<string, DataSet>;
  /** Item names of the journals, `LN$name`. */
  readonly journals: readonly string[];
}

export interface LogicalNode {
  /** The data objects (or control blocks) below each functional constraint, in the device's own order. */
  readonly constraints: ReadonlyMap<string, readonly TypeComponent[]>;
}

export interface DataSet {
  readonly deletable: boolean;
  readonly members: readonly Reference[];
}

/** The type of an object reference with a functional constraint; `undefined` where the model does not have it. */
export function typeOf(model: IedModel, reference: Reference): TypeDescription | undefined {
  const node = model.devices.get(reference.ld)?.nodes.get(reference.ln);
  if (node === undefined || reference.fc === undefined) return undefined;
  const components = node.constraints.get(reference.fc);
  return components === undefined ? undefined : typeBelow({ type: "structure", components }, reference.path);
}

/** Follows names into a type; through an array to its element where an index was given or not. */
export function typeBelow(type: TypeDescription, path: readonly string[]): TypeDescription | undefined {
  let at: TypeDescription | undefined = type;
  for (const name of path) {
    while (at?.type === "array") at = at.element;
    if (at?.type !== "structure") return undefined;
    at = at.components.find((one) => one.name === name)?.type;
  }
  return at;
}

/** Functional constraints under which a data object has something: `["ST", "CF", "DC"]`. */
export function constraintsOf(model: IedModel, reference: Omit<Reference, "fc">): readonly FunctionalConstraint[] {
  const node = model.devices.get(reference.ld)?.nodes.get(reference.ln);
  if (node === undefined) return [];
  return [...node.constraints.keys()].filter((fc) => {
    const components = node.constraints.get(fc) ?? [];
    return typeBelow({ type: "structure", components }, reference.path) !== undefined;
  }) as FunctionalConstraint[];
}

/** How many leaves a type has: what a tree view counts. */
export function leavesIn(type: TypeDescription): number {
  if (type.type === "structure") return type.components.reduce((sum, one) => sum + leavesIn(one.type), 0);
  if (type.type === "array") return type.count * leavesIn(type.element);
  return 1;
}

/** A type in a few characters: `INT32`, `FLOAT32`, `BOOLEAN`, `{3}`. */
export function typeText(type: TypeDescription): string {
  switch (type.type) {
    case "structure":
      return `{${type.components.length}}`;
    case "array":
      return `ARRAY ${type.count} OF ${typeText(type.element)}`;
    case "integer":
      return `INT${type.size}`;
    case "unsigned":
      return `INT${type.size}U`;
    case "float":
      return `FLOAT${type.width}`;
    case "boolean":
      return "BOOLEAN";
    case "bit-string":
      return `BITS(${Math.abs(type.size)})`;
    case "octet-string":
      return `OCTETS(${Math.abs(type.size)})`;
    case "visible-string":
      return `VISIBLE(${Math.abs(type.size)})`;
    case "mms-string":
      return `UNICODE(${Math.abs(type.size)})`;
    case "binary-time":
      return type.days ? "EntryTime" : "TimeOfDay";
    case "utc-time":
      return "Timestamp";
    case "other":
      return `[${type.tag}]`;
  }
}
