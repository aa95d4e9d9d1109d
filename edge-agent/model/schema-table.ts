/** The part of JSON Schema (draft 2020-12) our schemas use, for making tables of it. */
export interface SchemaNode {
  readonly type?: string | undefined;
  readonly description?: string | undefined;
  readonly $ref?: string | undefined;
  readonly $defs?: Readonly<Record<string, SchemaNode>> | undefined;
  readonly properties?: Readonly<Record<string, SchemaNode>> | undefined;
  readonly required?: readonly string[] | undefined;
  readonly items?: SchemaNode | undefined;
  readonly anyOf?: readonly SchemaNode[] | undefined;
  readonly allOf?: readonly SchemaNode[] | undefined;
  readonly enum?: readonly (string | number)[] | undefined;
  readonly const?: string | number | undefined;
  readonly default?: unknown;
  readonly minimum?: number | undefined;
  readonly maximum?: number | undefined;
  readonly maxLength?: number | undefined;
  readonly minItems?: number | undefined;
  readonly maxItems?: number | undefined;
}

/** zod's own result, seen as the part we use. */
export function toNode(schema: object): SchemaNode {
  return schema as SchemaNode;
}

/** `| Field | Type | Required | Meaning |`, inner objects as `outer.inner`. */
export function schemaTable(node: SchemaNode): string {
  return ["| Field | Type | Required | Meaning |", "|---|---|---|---|", ...rows(node, ""), ""].join("\n");
}

function rows(node: SchemaNode, prefix: string): string[] {
  const lines: string[] = [];
  const required = new Set(node.required ?? []);
  for (const [name, field] of Object.entries(node.properties ?? {})) {
    const meaning = (field.description ?? "").replaceAll("|", "\\|");
    const initial = field.default === undefined ? "" : ` (default \`${JSON.stringify(field.default)}\`)`;
    lines.push(
      `| \`${prefix}${name}\` | ${typeOf(field)} | ${required.has(name) ? "yes" : "no"} | ${meaning}${initial} |`,
    );
    lines.push(...rows(field, `${prefix}${name}.`));
  }
  return lines;
}

function typeOf(node: SchemaNode): string {
  if (node.$ref !== undefined) return link(node.$ref);
  const only = node.allOf?.[0];
  if (only !== undefined) return typeOf(only);
  if (node.const !== undefined) return `\`${node.const}\``;
  if (node.enum !== undefined) {
    return node.enum.length > 24 ? "one of the list below" : node.enum.map((one) => `\`${one}\``).join(", ");
  }
  if (node.anyOf !== undefined) return node.anyOf.map(typeOf).join(" or ");
  if (node.type === "array") {
    return `${node.minItems ?? 0} to ${node.maxItems ?? "∞"} × ${typeOf(node.items ?? {})}`;
  }
  if (node.type === undefined) return "JSON";
  if (node.type === "string" && node.maxLength !== undefined) return `string, at most ${node.maxLength}`;
  if (node.type === "integer" && node.maximum !== undefined) return `integer, ${node.minimum ?? 0} to ${node.maximum}`;
  return node.type;
}

function link(ref: string): string {
  const name = ref.slice(ref.lastIndexOf("/") + 1);
  return `[${name}](#${name.toLowerCase()})`;
}
