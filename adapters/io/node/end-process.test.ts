import { execFileSync, spawnSync } from "node:child_process";
import { join } from "node:path";
import process from "node:process";
import { describe, expect, it } from "vitest";

const MODULE = join(import.meta.dirname, "../../../dist/adapters/io/node/end-process.js");
const program = (text: string): readonly string[] => [
  "--input-type=module",
  "-e",
  `const { endProcess } = await import(${JSON.stringify(MODULE)}); ${text}`,
];

describe("a process that is ended", () => {
  it("ends although a socket is open, and everything it wrote arrives", () => {
    const text = `(await import("node:net")).createServer().listen(0); process.stdout.write("x".repeat(1e6)); await endProcess();`;
    expect(execFileSync(process.execPath, program(text), { timeout: 15_000, maxBuffer: 4e6 })).toHaveLength(1e6);
  });

  it("has the code it was given, or the one it had", () => {
    const code = (text: string): number | null =>
      spawnSync(process.execPath, program(text), { timeout: 15_000 }).status;
    expect([code("await endProcess(4)"), code("process.exitCode = 3; await endProcess()")]).toEqual([4, 3]);
  });
});
