import { execFile } from "node:child_process";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { EVERY_FAULT } from "./catalogue.ts";
import { figuresOf, Tally } from "./tally.ts";

const MAIN = fileURLToPath(new URL("../../dist/firmware-sim/campaign/main.js", import.meta.url));

function campaign(...args: readonly string[]): Promise<{ readonly stdout: string; readonly stderr: string }> {
  return promisify(execFile)(process.execPath, [MAIN, ...args]);
}

describe("a campaign", () => {
  it("strikes, measures, and lets the accountant judge", { timeout: 120_000 }, async () => {
    const faults = "kill,redis-kill,handover,core-kill";
    const { stdout } = await campaign(
      "--minutes",
      "0.2",
      "--seed",
      "5",
      "--devices",
      "12",
      "--faults",
      faults,
      "--json",
    );
    const lines = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    const verdict = lines.pop();
    expect(verdict).toMatchObject({ ok: true, seed: 5, stuck: 0, violations: {} });
    expect(verdict.received).toBe(verdict.acknowledged);
    expect(verdict.received).toBeGreaterThan(500);
    expect(lines.length).toBeGreaterThan(1);
    for (const line of lines) {
      expect(faults.split(",")).toContain(line.fault);
      expect(line).toMatchObject({ t: expect.any(Number), gapMs: expect.any(Number), recovered: true });
    }
  });

  it("takes nobody for dead where only the processors are taken away", { timeout: 120_000 }, async () => {
    const { stdout } = await campaign(
      "--faults",
      "none",
      "--burn",
      "2",
      "--minutes",
      "0.2",
      "--devices",
      "6",
      "--json",
    );
    const verdict = JSON.parse(stdout.trim().split("\n").at(-1) ?? "");
    expect(verdict).toMatchObject({ ok: true, burners: 2, takeovers: [], restarts: 0, violations: {} });
    expect(verdict.acknowledged).toBeGreaterThan(50);
    await expect(campaign("--burn", "2")).rejects.toMatchObject({ code: 2 });
    await expect(campaign("--faults", "none")).rejects.toMatchObject({ code: 2 });
  });

  it("refuses a fault it does not know, and tells which there are", { timeout: 60_000 }, async () => {
    await expect(campaign("--faults", "earthquake")).rejects.toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/no such fault: earthquake; known: kill, /),
    });
    const { stdout } = await campaign("--help");
    for (const { kind, summary } of EVERY_FAULT) expect(stdout).toContain(`${kind.padEnd(16)}${summary}`);
  });
});

describe("the tally", () => {
  it("ranks the gaps of each kind", () => {
    const tally = new Tally();
    for (let gap = 100; gap >= 1; gap--) tally.note("kill", gap);
    tally.note("freeze", 7.4);
    expect(tally.figures()).toEqual({
      freeze: { n: 1, p50: 7, p99: 7, max: 7 },
      kill: { n: 100, p50: 50, p99: 99, max: 100 },
    });
    expect(figuresOf([])).toEqual({ n: 0, p50: Number.NaN, p99: Number.NaN, max: Number.NaN });
  });
});
