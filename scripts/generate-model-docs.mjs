// Writes docs/messages.md and docs/schema/*.schema.json from the compiled message model; `--check` only compares.
// Build first: npm run build && node scripts/generate-model-docs.mjs
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { modelDocuments } from "../dist/edge-agent/model/documents.js";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const checkOnly = process.argv.includes("--check");
let stale = 0;

for (const [path, content] of modelDocuments()) {
  const file = join(root, path);
  if (existsSync(file) && readFileSync(file, "utf8") === content) continue;
  stale += 1;
  process.stdout.write(`${checkOnly ? "stale" : "written"}: ${path}\n`);
  if (checkOnly) continue;
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content);
}
if (checkOnly && stale > 0) {
  process.stderr.write(`${stale} documents differ from the model; run: node scripts/generate-model-docs.mjs\n`);
  process.exit(1);
}
