// Writes proto/oslp/gen and proto/sparkplug/gen from the .proto contracts, so that building never needs the generator. `--check` writes nothing
// and fails where what is committed differs.
//
//   codec.js, codec.d.ts   the payload codec, static code by pbjs from the newest contract (a superset of the older)
//   fields.ts              the fields of every message and, of OSLP, the contract version each came with
//   types.ts               the messages as readonly types, the enums as constants
//
// Enumerations are generated as int32: the bytes are the same, and a number a newer device sends stays a number instead
// of disappearing, as closed proto2 enumerations demand.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import protobuf from "protobufjs";
import pbjs from "protobufjs-cli/pbjs.js";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const checkOnly = process.argv.includes("--check");

/** The contracts one after the other: package, the message the codec is for, and the files, oldest first. */
const books = [
  { name: "oslp", top: "Message", versions: ["0.5.1", "0.6.1"], fileOf: (version) => `oslp-${version}.proto` },
  { name: "sparkplug", top: "Payload", versions: [undefined], fileOf: () => "sparkplug_b.proto" },
];
let stale = 0;
let name, top, versions, fileOf, folder, newest, contracts, messages, enums;
for (const book of books) {
  ({ name, top, versions, fileOf } = book);
  folder = join(root, "proto", name);
  newest = versions.at(-1);
  contracts = new Map(versions.map((version) => [version, readContract(version)]));
  messages = namesOf(contracts.get(newest), protobuf.Type);
  enums = namesOf(contracts.get(newest), protobuf.Enum);
  emit("codec.js", await generateCodec());
  emit("codec.d.ts", codecTypes());
  emit("fields.ts", fieldTable());
  emit("types.ts", typeDeclarations());
}
if (stale > 0) {
  process.stderr.write(
    `${stale} files of proto/*/gen differ from the contracts; run: node scripts/generate-proto.mjs\n`,
  );
  process.exit(1);
}

function readContract(version) {
  const source = readFileSync(join(folder, fileOf(version)), "utf8");
  const { root: parsed } = protobuf.parse(source, new protobuf.Root(), { keepCase: true, alternateCommentMode: true });
  parsed.resolveAll();
  return parsed.lookup(name);
}

function namesOf(contract, kind) {
  return contract.nestedArray.filter((one) => one instanceof kind).map((one) => one.name);
}

async function generateCodec() {
  const source = readFileSync(join(folder, fileOf(newest)), "utf8");
  const { root: open } = protobuf.parse(source, new protobuf.Root(), { keepCase: true });
  open.resolveAll();
  const contract = open.lookup(name);
  for (const one of messages)
    for (const field of contract.get(one).fieldsArray)
      if (field.resolvedType instanceof protobuf.Enum) Object.assign(field, { type: "int32", resolvedType: null });
  for (const one of enums) contract.remove(contract.get(one));

  const work = mkdtempSync(join(tmpdir(), "generate-proto-"));
  try {
    const input = join(work, `${name}.json`);
    writeFileSync(input, JSON.stringify(open.toJSON()));
    const parts = "create verify convert delimited typeurl service comments".split(" ").map((part) => `--no-${part}`);
    const flags = ["-t", "static-module", "-w", "esm", "--es6", "--keep-case", "--root", name, ...parts];
    return `// Generated from ${fileOf(newest)} by scripts/generate-proto.mjs\n${await promisify(pbjs.main)([...flags, input])}`;
  } finally {
    rmSync(work, { recursive: true });
  }
}

function codecTypes() {
  return `// Generated from ${fileOf(newest)} by scripts/generate-proto.mjs
export declare const ${name}: {
  readonly ${top}: {
    /** Own properties are the fields that were there; the prototype carries the defaults of the others. */
    decode(payload: Uint8Array): object;
    /** Fields in ascending order, repeated scalars unpacked, required fields always. */
    encode(message: object): { finish(): Uint8Array };
  };
};
`;
}

function fieldTable() {
  const lines = messages.map((message) => {
    const fields = contracts
      .get(newest)
      .get(message)
      .fieldsArray.map((field) => {
        const facts = [`type: ${JSON.stringify(kindOf(field))}`, `rule: ${JSON.stringify(ruleOf(field))}`];
        if (field.resolvedType !== null) facts.push(`of: ${JSON.stringify(field.resolvedType.name)}`);
        if (newest !== undefined) facts.push(`since: ${JSON.stringify(since(message, field.name))}`);
        return `    ${field.name}: { id: ${field.id}, ${facts.join(", ")} },`;
      });
    return `  ${message}: {\n${fields.join("\n")}\n  },`;
  });
  const versionType =
    newest === undefined
      ? ""
      : `export type ContractVersion = ${versions.map((version) => JSON.stringify(version)).join(" | ")};\n\n`;
  const versionFact =
    newest === undefined
      ? ""
      : "\n  /** The first contract version that has it. */\n  readonly since: ContractVersion;";
  return `// Generated from ${versions.map((version) => fileOf(version)).join(" and ")} by scripts/generate-proto.mjs
${versionType}export interface FieldFacts {
  readonly id: number;
  readonly type: ${kindsOf()};
  readonly rule: "required" | "optional" | "repeated";
  /** The message or enumeration it is of. */
  readonly of?: string;${versionFact}
}

/** The fields of every message, in the order of their numbers. */
export const FIELDS: Readonly<Record<string, Readonly<Record<string, FieldFacts>>>> = {
${lines.join("\n")}
};
`;
}

function typeDeclarations() {
  const contract = contracts.get(newest);
  const interfaces = messages.map((message) => {
    const fields = contract.get(message).fieldsArray.map((field) => {
      const doc = (field.comment ?? "").replace(/\s+/g, " ");
      const type = ruleOf(field) === "repeated" ? `readonly ${typeOf(field)}[]` : typeOf(field);
      const absent = ruleOf(field) === "optional";
      const line = `  readonly ${field.name}${absent ? "?" : ""}: ${type}${absent ? " | undefined" : ""};`;
      return doc === "" ? line : `  /** ${doc} */\n${line}`;
    });
    return `export interface ${message} {\n${fields.join("\n")}\n}`;
  });
  const constants = enums.map((one) => {
    const values = Object.entries(contract.get(one).values).map(([key, value]) => `  ${key}: ${value},`);
    return `export const ${one} = {\n${values.join("\n")}\n} as const;`;
  });
  return `// Generated from ${fileOf(newest)} by scripts/generate-proto.mjs
${interfaces.join("\n\n")}

${constants.join("\n\n")}
`;
}

function kindsOf() {
  const kinds = messages.flatMap((message) => contracts.get(newest).get(message).fieldsArray.map(kindOf));
  return [...new Set(kinds)]
    .sort()
    .map((kind) => JSON.stringify(kind))
    .join(" | ");
}

function kindOf(field) {
  if (field.resolvedType instanceof protobuf.Enum) return "enum";
  return field.resolvedType === null ? field.type : "message";
}

function typeOf(field) {
  if (kindOf(field) === "message") return field.resolvedType.name;
  return { bool: "boolean", bytes: "Uint8Array", string: "string", uint64: "bigint" }[field.type] ?? "number";
}

function ruleOf(field) {
  if (field.repeated) return "repeated";
  return field.required ? "required" : "optional";
}

function since(message, field) {
  return versions.find((version) => contracts.get(version).get(message)?.fields[field] !== undefined);
}

function emit(part, text) {
  const file = join(folder, "gen", part);
  const before = readIfThere(file);
  if (before === text) return;
  if (checkOnly) {
    stale += 1;
    return;
  }
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}

function readIfThere(file) {
  try {
    return readFileSync(file, "utf8");
  } catch (missing) {
    if (missing.code === "ENOENT") return undefined;
    throw missing;
  }
}
