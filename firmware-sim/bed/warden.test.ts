import { spawn } from "node:child_process";
import { existsSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { describe, expect, it } from "vitest";
import { alive } from "./agent-process.ts";
import { until } from "./until.ts";

const PATIENCE_MS = 5_000;

/** Starts a stopped process in a group of its own under a warden, says its pid, and waits to be killed. */
const OWNER = `
import { spawn } from "node:child_process";
import { Warden } from "${new URL("../../dist/firmware-sim/bed/warden.js", import.meta.url).href}";
const warden = new Warden(process.argv[1]);
const child = spawn("sleep", ["600"], { detached: true, stdio: "ignore" });
process.kill(child.pid, "SIGSTOP");
warden.watch(child.pid);
setTimeout(() => console.log(child.pid), 100);
setInterval(() => {}, 1000);
`;

describe("the warden", () => {
  it("ends what its owner started, frozen or not, when the owner is killed", async () => {
    const dir = mkdtempSync(join(tmpdir(), "busbar-warden-"));
    const owner = spawn(process.execPath, ["--input-type=module", "-e", OWNER, dir], { stdio: ["ignore", "pipe", 2] });
    let said = "";
    owner.stdout?.on("data", (chunk) => {
      said += String(chunk);
    });
    await until("the owner has started a process", () => /^\d+\n/.test(said), PATIENCE_MS);
    const pid = Number(said);
    expect(alive(pid)).toBe(true);
    owner.kill("SIGKILL");
    await until("the process and the directory are gone", () => !alive(pid) && !existsSync(dir), PATIENCE_MS);
  });
});
