// Copies what the compiler does not emit (generated JavaScript, schemas, pages) beside the compiled code.
import { chmodSync, cpSync, existsSync, mkdirSync, readdirSync, statSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const kept = /\.(js|lua|html|css|svg|schema\.json)$/;
for (const top of ["proto", "adapters", "edge-agent", "core-client", "firmware-sim"]) copyTree(join(root, top));

function copyTree(folder) {
  if (!existsSync(folder)) return;
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) copyTree(path);
    else if (kept.test(name)) {
      const target = join(root, "dist", relative(root, path));
      mkdirSync(dirname(target), { recursive: true });
      cpSync(path, target);
    }
  }
}

// The program is started as it is, by `npx busbar` and by the bin link.
chmodSync(join(root, "dist/edge-agent/cli/main.js"), 0o755);
