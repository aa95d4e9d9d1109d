// Writes one tsconfig per room from floors.json, so that the compiler enforces who may import whom. `--check` only
// compares. Run after changing floors.json: node scripts/floors.mjs
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const { rooms } = JSON.parse(readFileSync(join(root, "floors.json"), "utf8"));
const checkOnly = process.argv.includes("--check");
let stale = 0;

for (const room of rooms) emit(`${room.path}/tsconfig.json`, roomConfig(room));
emit("tsconfig.json", { files: [], references: rooms.map((room) => ({ path: `./${room.path}` })) });
if (stale > 0) {
  process.stderr.write(`${stale} tsconfig files differ from floors.json; run: node scripts/floors.mjs\n`);
  process.exit(1);
}

function roomConfig(room) {
  const up = relative(join(root, room.path), root);
  const inner = rooms.filter((other) => other.path.startsWith(`${room.path}/`));
  return {
    $comment: "Written by scripts/floors.mjs from floors.json",
    extends: `${up}/tsconfig.base.json`,
    compilerOptions: {
      rootDir: up,
      outDir: `${up}/dist`,
      tsBuildInfoFile: `${up}/dist/.tsbuildinfo/${room.path.replaceAll("/", "-")}.tsbuildinfo`,
      types: room.pure ? [] : ["node"],
    },
    include: [
      "**/*.ts",
      ...(room.data ?? []),
      ...(room.pure && room.path !== "adapters/kit" ? [`${up}/adapters/kit/platform.d.ts`] : []),
    ],
    exclude: ["**/*.test.ts", "**/*.testing.ts", ...inner.map((other) => `${relative(room.path, other.path)}/**`)],
    references: seen(room).map((path) => ({ path: relative(room.path, path) })),
  };
}

function seen(room) {
  if (!room.sees.includes("*")) return room.sees;
  return rooms.filter((other) => other.floor < room.floor).map((other) => other.path);
}

function emit(path, config) {
  const text = `${JSON.stringify(config, null, 2)}\n`;
  const file = join(root, path);
  if (existsSync(file) && readFileSync(file, "utf8") === text) return;
  if (checkOnly) stale += 1;
  else writeFileSync(file, text);
}
