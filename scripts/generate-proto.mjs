// Writes proto/oslp/gen from the .proto contracts, so that building never needs the generator. `--check` writes nothing
// and fails where what is committed differs.
//
//   codec.js, codec.d.ts   the payload codec, static code by pbjs from the newest contract (a superset of the older)
//   fields.ts              the fields of every message and the contract version each came with
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
const folder = join(root, "proto", "oslp");
const versions = ["0.5.1", "0.6.1"];
const newest = versions.at(-1);
const checkOnly = process.argv.includes("--check");

const contracts = new Map(versions.map((version) => [version, readContract(version)]));
const messages = namesOf(contracts.get(newest), protobuf.Type);
const enums = namesOf(contracts.get(newest), protobuf.Enum);

let stale = 0;
emit("codec.js", await generateCodec());
emit("codec.d.ts", codecTypes());
emit("fields.ts", fieldTable());
emit("types.ts", typeDeclarations());
if (stale > 0) {
  process.stderr.write(
    `${stale} files of proto/oslp/gen differ from the contracts; run: node scripts/generate-proto.mjs\n`,
  );
  process.exit(1);
}

function readContract(version) {
  const source = readFileSync(join(folder, `oslp-${version}.proto`), "utf8");
  const { root: parsed } = protobuf.parse(source, new protobuf.Root(), { keepCase: true, alternateCommentMode: true });
  parsed.resolveAll();
  return parsed.lookup("oslp");
}

function namesOf(contract, kind) {
  return contract.nestedArray.filter((one) => one instanceof kind).map((one) => one.name);
}

async function generateCodec() {
  const source = readFileSync(join(folder, `oslp-${newest}.proto`), "utf8");
  const { root: open } = protobuf.parse(source, new protobuf.Root(), { keepCase: true });
  open.resolveAll();
  const contract = open.lookup("oslp");
  for (const name of messages)
    for (const field of contract.get(name).fieldsArray)
      if (field.resolvedType instanceof protobuf.Enum) Object.assign(field, { type: "int32", resolvedType: null });
  for (const name of enums) contract.remove(contract.get(name));

  const work = mkdtempSync(join(tmpdir(), "generate-proto-"));
  try {
    const input = join(work, "oslp.json");
    writeFileSync(input, JSON.stringify(open.toJSON()));
    const parts = "create verify convert delimited typeurl service comments".split(" ").map((part) => `--no-${part}`);
    const flags = ["-t", "static-module", "-w", "esm", "--es6", "--keep-case", "--root", "oslp", ...parts];
    return `// Generated from oslp-${newest}.proto by scripts/generate-proto.mjs\n${await promisify(pbjs.main)([...flags, input])}`;
  } finally {
    rmSync(work, { recursive: true });
  }
}

function codecTypes() {
  return `// Generated from oslp-${newest}.proto by scripts/generate-proto.mjs
export declare const oslp: {
  readonly Message: {
    /** Own properties are the fields that were there; the prototype carries the defaults of the others. */
    decode(payload: Uint8Array): object;
    /** Fields in ascending order, repeated scalars unpacked, required fields always. */
    encode(message: object): { finish(): Uint8Array };
  };
};
`;
}

function fieldTable() {
  const lines = messages.map((name) => {
    const fields = contracts
      .get(newest)
      .get(name)
      .fieldsArray.map((field) => {
        const facts = [`type: ${JSON.stringify(kindOf(field))}`, `rule: ${JSON.stringify(ruleOf(field))}`];
        if (field.resolvedType !== null) facts.push(`of: ${JSON.stringify(field.resolvedType.name)}`);
        return `    ${field.name}: { id: ${field.id}, ${facts.join(", ")}, since: ${JSON.stringify(since(name, field.name))} },`;
      });
    return `  ${name}: {\n${fields.join("\n")}\n  },`;
  });
  return `// Generated from ${versions.map((version) => `oslp-${version}.proto`).join(" and ")} by scripts/generate-proto.mjs
export type ContractVersion = ${versions.map((version) => JSON.stringify(version)).join(" | ")};

export interface FieldFacts {
  readonly id: number;
  readonly type: "bool" | "bytes" | "enum" | "message" | "sint32" | "string" | "uint32" | "uint64";
  readonly rule: "required" | "optional" | "repeated";
  /** The message or enumeration it is of. */
  readonly of?: string;
  /** The first contract version that has it. */
  readonly since: ContractVersion;
}

/** The fields of every message, in the order of their numbers. */
export const FIELDS: Readonly<Record<string, Readonly<Record<string, FieldFacts>>>> = {
${lines.join("\n")}
};
`;
}

function typeDeclarations() {
  const contract = contracts.get(newest);
  const interfaces = messages.map((name) => {
    const fields = contract.get(name).fieldsArray.map((field) => {
      const doc = (field.comment ?? "").replace(/\s+/g, " ");
      const type = ruleOf(field) === "repeated" ? `readonly ${typeOf(field)}[]` : typeOf(field);
      const absent = ruleOf(field) === "optional";
      const line = `  readonly ${field.name}${absent ? "?" : ""}: ${type}${absent ? " | undefined" : ""};`;
      return doc === "" ? line : `  /** ${doc} */\n${line}`;
    });
    return `export interface ${name} {\n${fields.join("\n")}\n}`;
  });
  const constants = enums.map((name) => {
    const values = Object.entries(contract.get(name).values).map(([key, value]) => `  ${key}: ${value},`);
    return `export const ${name} = {\n${values.join("\n")}\n} as const;`;
  });
  return `// Generated from oslp-${newest}.proto by scripts/generate-proto.mjs
${interfaces.join("\n\n")}

${constants.join("\n\n")}
`;
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

function emit(name, text) {
  const file = join(folder, "gen", name);
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
