import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { lockDirectory } from "./directory-lock.ts";

let dir = "";
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "busbar-lock-"));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

describe("the lock of a directory", () => {
  it("is one process's at a time, by whatever name the directory is called", async () => {
    const state = join(dir, "state");
    const lock = await lockDirectory(state);
    symlinkSync(state, join(dir, "alias"));
    await expect(lockDirectory(join(dir, "alias"))).rejects.toMatchObject({ code: "disk.locked" });
    const other = await lockDirectory(join(dir, "other"));
    lock.release();
    other.release();
    (await lockDirectory(state)).release();
  });

  it("goes with its process, however that ends", async () => {
    const module = join(import.meta.dirname, "../../../dist/adapters/io/node/directory-lock.js");
    const program = `const { lockDirectory } = await import(${JSON.stringify(module)});
      await lockDirectory(${JSON.stringify(dir)}); process.stdout.write("locked"); setInterval(() => {}, 1000);`;
    const child = spawn(process.execPath, ["--input-type=module", "-e", program], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    await new Promise((resolve) => child.stdout.once("data", resolve));
    await expect(lockDirectory(dir)).rejects.toThrow(/is this agent running already/);
    const gone = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGKILL");
    await gone;
    (await lockDirectory(dir)).release();
  });
});
