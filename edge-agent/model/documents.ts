import { z } from "zod";
import { batchSchema } from "./batch.ts";
import { SHARED_NAMES } from "./shared-attributes.ts";
import { commandSchema } from "./command.ts";
import { COMMAND_EXAMPLE, EXAMPLES } from "./examples.ts";
import { dataSchemas, envelopeSchema, MESSAGE_TYPES, messageSchema, schemaUri } from "./message.ts";
import { type SchemaNode, schemaTable, toNode } from "./schema-table.ts";
import { UNITS } from "./units.ts";

/**
 * The documents of the model, made of the schemas: path from the repository's root → content. There is no second truth
 * to keep equal; a test compares the committed files with this.
 */
export function modelDocuments(): ReadonlyMap<string, string> {
  const files = new Map<string, string>();
  const base = schemaUri("busbar.reading.v1").replace(/[^/]+$/, "");
  files.set("docs/schema/message.schema.json", schemaText(messageSchema, `${base}message.v1.json`, "One message"));
  files.set("docs/schema/batch.schema.json", schemaText(batchSchema, `${base}batch.v1.json`, "The data of one job"));
  files.set("docs/schema/command.schema.json", schemaText(commandSchema, `${base}command.v1.json`, "One command"));
  for (const type of MESSAGE_TYPES) {
    const name = type.slice("busbar.".length);
    files.set(`docs/schema/${name}.schema.json`, schemaText(dataSchemas[type], schemaUri(type), `data of ${type}`));
  }
  files.set("docs/messages.md", page());
  return files;
}

const OPTIONS = { io: "input", unrepresentable: "any", target: "draft-2020-12" } as const;

function schemaText(schema: z.ZodType, id: string, title: string): string {
  const { $schema, ...rest } = z.toJSONSchema(schema, OPTIONS);
  return `${JSON.stringify({ $schema, $id: id, title, ...rest }, undefined, 2)}\n`;
}

const TYPE_MEANINGS: Readonly<Record<string, string>> = {
  "busbar.reading.v1": "What one device said in one acquisition.",
  "busbar.event.v1": "Something happened at a device.",
  "busbar.state.v1": "What we think of a device's reachability. A new active says it again for all devices.",
  "busbar.profile.v1": "Rows of a load profile, a log or another capture buffer of a device.",
  "busbar.command-result.v1": "A step in the life of a command; the terminal ones are its end.",
  "busbar.gateway-event.v1": "Something happened at the gateway itself.",
};

function page(): string {
  const shared = new Map<string, SchemaNode>();
  const parts = [
    "# Messages",
    "<!-- Written by scripts/generate-model-docs.mjs from edge-agent/model. Do not edit. -->",
    "A message is one CloudEvents 1.0 event in structured JSON. One job of the queue `messages` carries 1 to 100 of them as",
    '`{"v": 1, "messages": [...]}`, at most 64 KiB. Attributes and fields a reader does not know are to be ignored: they',
    "come from a newer agent. The JSON Schemas are in [schema/](schema/).",
    "",
    "Agents say what messages of a job have in common once, which makes them a third smaller:",
    '`{"v": 2, "shared": [{...}, ...], "of": [0, 1, ...], "messages": [...]}`. Message `i` also has the attributes',
    `of \`shared[of[i]]\`, which are ${SHARED_NAMES.map((name) => `\`${name}\``).join(", ")};`,
    "without `of` all have those of `shared[0]`, and where `partitionkey` is missing it is the `subject`. Everything else",
    "a message says itself. `core-client` reads both forms and hands whole messages over.",
    "",
    "## Attributes",
    table(envelopeSchema, shared),
    "`source` + `id` name a message for ever: a device that repeats itself, an agent that repeats a commit and a spool that is",
    "salvaged all give the same id. `(epoch, sequence)` of a `subject` never goes back, except on messages marked `late`.",
    "",
  ];
  for (const type of MESSAGE_TYPES) {
    parts.push(`## ${type}`, TYPE_MEANINGS[type] ?? "", "", table(dataSchemas[type], shared), example(EXAMPLES[type]));
  }
  parts.push(
    "## Command",
    "The data of a job of the queue `commands`; its job id is `cmd-<uid>`. `core-client` writes it.",
    "",
    table(commandSchema, shared),
    example(COMMAND_EXAMPLE),
    "## Shared shapes",
  );
  for (const [name, node] of shared) parts.push(`### ${name}`, `${node.description ?? ""}.`, "", schemaTable(node));
  parts.push("## Units", "Base units only; the scale is applied.", "", "| Unit | UCUM | Meaning |", "|---|---|---|");
  for (const [unit, { ucum, meaning }] of Object.entries(UNITS)) {
    parts.push(`| \`${unit}\` | ${ucum === undefined ? "none" : `\`${ucum}\``} | ${meaning} |`);
  }
  return `${parts.join("\n")}\n`;
}

function table(schema: z.ZodType, shared: Map<string, SchemaNode>): string {
  const node = toNode(z.toJSONSchema(schema, OPTIONS));
  for (const [name, definition] of Object.entries(node.$defs ?? {})) shared.set(name, definition);
  return schemaTable(node);
}

function example(value: unknown): string {
  return `\`\`\`json\n${JSON.stringify(value, undefined, 1)}\n\`\`\`\n`;
}
