// Builds after `npm ci`. An installation without the development packages has no compiler, and needs none: it has dist/.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
if (existsSync(join(root, "node_modules/typescript/bin/tsc"))) {
  const { status } = spawnSync("npm", ["run", "--silent", "build"], { cwd: root, stdio: "inherit" });
  process.exitCode = status ?? 1;
} else if (!existsSync(join(root, "dist/edge-agent/cli/main.js"))) {
  process.stderr.write(
    "busbar: there is no dist/ and no compiler to make it; run `npm ci` with the development packages\n",
  );
  process.exitCode = 1;
}
