import { z } from "zod";

/** The JSON Schema of what a schema accepts, as far as completion and suggestions need it. */
export interface Shape {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, Shape>>;
  readonly additionalProperties?: Shape | boolean;
  readonly items?: Shape;
  readonly anyOf?: readonly Shape[];
  readonly required?: readonly string[];
  readonly default?: unknown;
}

const shapes = new WeakMap<z.ZodType, Shape>();

export function shapeOf(schema: z.ZodType): Shape {
  const known = shapes.get(schema);
  if (known !== undefined) return known;
  const shape = z.toJSONSchema(schema, { io: "input", unrepresentable: "any", reused: "inline" }) as Shape;
  shapes.set(schema, shape);
  return shape;
}

/** The keys a mapping at `path` may have. */
export function keysAt(schema: z.ZodType, path: readonly PropertyKey[]): readonly string[] {
  let candidates: readonly Shape[] = [shapeOf(schema)];
  for (const key of path) candidates = candidates.flatMap(alternatives).flatMap((shape) => below(shape, key));
  return [...new Set(candidates.flatMap(alternatives).flatMap((shape) => Object.keys(shape.properties ?? {})))];
}

/** The types (`string`, `integer`, …) a property of a mapping may have. */
export function typesOf(shape: Shape, key: string): readonly string[] {
  const property = shape.properties?.[key];
  return property === undefined ? [] : alternatives(property).flatMap((one) => one.type ?? []);
}

function alternatives(shape: Shape): readonly Shape[] {
  return shape.anyOf === undefined ? [shape] : shape.anyOf.flatMap(alternatives);
}

function below(shape: Shape, key: PropertyKey): readonly Shape[] {
  if (typeof key === "number") return shape.items === undefined ? [] : [shape.items];
  const found = shape.properties?.[String(key)] ?? shape.additionalProperties;
  return typeof found === "object" ? [found] : [];
}
