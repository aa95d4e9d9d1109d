import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

interface Room {
  readonly path: string;
  readonly floor: number;
  readonly pure: boolean;
  readonly sees: readonly string[];
}

const root = join(import.meta.dirname, "..");
const rooms: readonly Room[] = JSON.parse(readFileSync(join(root, "floors.json"), "utf8")).rooms;

describe("the floors", () => {
  it("let a room see lower floors only, and its own pure half", () => {
    for (const room of rooms) {
      for (const seen of room.sees.filter((path) => path !== "*")) {
        const other = rooms.find((one) => one.path === seen);
        const ownHalf = room.path.startsWith(`${seen}/`);
        expect(ownHalf || (other !== undefined && other.floor < room.floor), `${room.path} sees ${seen}`).toBe(true);
      }
    }
  });

  it("are the table in ARCHITECTURE.md", () => {
    const page = readFileSync(join(root, "ARCHITECTURE.md"), "utf8");
    const rows = [...page.matchAll(/^\| (\d) \| `([^`]+)` \| (yes)? ?\|/gm)].map(
      ([, floor, path, pure]) => `${floor} ${path} ${pure === "yes"}`,
    );
    expect(rows.sort()).toEqual(rooms.map((room) => `${room.floor} ${room.path} ${room.pure}`).sort());
  });

  it("are the tsconfigs", () => {
    execFileSync(process.execPath, [join(root, "scripts/floors.mjs"), "--check"]);
  });
});

/** A deliberate mistake in a copy of the tree must not compile: this is the proof that the nets hold. */
describe("a mistake in a copy of the tree", { timeout: 120_000 }, () => {
  let copy = "";
  beforeAll(() => {
    copy = mkdtempSync(join(tmpdir(), "busbar-floors-"));
    const left = new Set(["node_modules", ".git"]);
    cpSync(root, copy, {
      recursive: true,
      filter: (path) => !left.has(path.slice(root.length + 1).split("/")[0] ?? ""),
    });
    symlinkSync(join(root, "node_modules"), join(copy, "node_modules"));
    execFileSync("git", ["init", "-q"], { cwd: copy });
  });
  afterAll(() => rmSync(copy, { recursive: true, force: true }));

  function compile(file: string, text: string): string {
    writeFileSync(join(copy, file), text);
    const run = spawnSync(process.execPath, [join(root, "node_modules/typescript/bin/tsc"), "-b"], {
      cwd: copy,
      encoding: "utf8",
    });
    rmSync(join(copy, file));
    return run.status === 0 ? "compiled" : run.stdout;
  }

  it("compiles as it is", () => {
    expect(compile("adapters/kit/innocent.ts", "export const fine: number = 1;\n")).toBe("compiled");
  });

  it("fails when a low floor imports from a higher one", () => {
    expect(compile("adapters/kit/climbing.ts", 'export { Driver } from "../io/drive.ts";\n')).toContain("climbing.ts");
  });

  it("fails when an adapter looks at a room beside it", () => {
    expect(compile("edge-agent/lease/peeking.ts", 'export { Spool } from "../spool/spool.ts";\n')).toContain(
      "peeking.ts",
    );
  });

  it.each([
    [
      "the clock of Node",
      'import { performance } from "node:perf_hooks";\nexport const t: number = performance.now();\n',
    ],
    ["timers", "export const t: unknown = setTimeout(() => {}, 1);\n"],
    ["Buffer", "export const b: unknown = Buffer.alloc(1);\n"],
    ["the process", "export const e: unknown = process.env;\n"],
  ])("fails when a pure room reaches for %s", (_name, text) => {
    expect(compile("edge-agent/lease/reaching.ts", text)).toContain("reaching.ts");
  });

  it.each(["Date.now()", "new Date()", "Math.random()"])(
    "is refused by the linter when a pure room calls %s",
    (call) => {
      const file = join(copy, "edge-agent/lease/throwing-dice.ts");
      writeFileSync(file, `export const x: unknown = ${call};\n`);
      const run = spawnSync(join(root, "node_modules/.bin/biome"), ["lint", file], { cwd: copy, encoding: "utf8" });
      rmSync(file);
      expect(run.status, run.stdout + run.stderr).not.toBe(0);
      expect(run.stdout + run.stderr).toContain("clock or dice");
    },
  );
});
