import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { freePort } from "../../adapters/io/node/private-redis.ts";
import { BEHAVIOURS } from "../../firmware-sim/iec61850/behaviours/roster.ts";
import { busbar } from "./busbar.testing.ts";

let folder: string;
const file = (name: string): string => join(folder, name);
const simulate = (...args: readonly string[]) => busbar(["simulate", "iec61850", ...args]);

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "busbar-simulate-iec61850-"));
});

afterAll(() => {
  rmSync(folder, { recursive: true });
});

describe("simulated IEDs", () => {
  it.each([
    [["--behaviours", "falls-asleep"], "--list-behaviours"],
    [["--model", "tower"], "bay, street-light, light-sensor"],
    [["--devices", "60000"], "whole number"],
    [["--devices", "10000", "--listen-port", "60000"], "not that many ports"],
  ])("%j exits with 2 and says what is wrong", async (args, said) => {
    const { code, err } = await simulate(...args);
    expect([code, err.includes(said)]).toEqual([2, true]);
  });

  it("list what they can do, for programs", async () => {
    const list: unknown = JSON.parse((await simulate("--list-behaviours", "--json")).out);
    expect(list).toHaveLength(Object.keys(BEHAVIOURS).length);
  });

  it("are made of their own model's file again, and keep books and a log", async () => {
    expect((await simulate("--model", "bay", "--write-icd", file("bay.icd"))).code).toBe(0);
    const port = String(await freePort());
    const given = ["--scl", file("bay.icd"), "--listen-port", port, "--for", "1500ms", "--every", "100ms", "--json"];
    const { code, out } = await simulate(
      ...given,
      "--events-every",
      "200ms",
      "--log",
      file("log.jsonl"),
      "--export",
      file("d.yaml"),
    );
    expect(code).toBe(0);
    const books: unknown = JSON.parse(out);
    expect(books).toMatchObject({ devices: 1, associations: 0, reports: 0 });
    const lines = readFileSync(file("log.jsonl"), "utf8")
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(lines[0]).toMatchObject({ device: "ied-00001", kind: "started", ied: "BAY1" });
    expect(lines.some(({ kind, entryId }) => kind === "entry" && /^[0-9a-f]{16}$/.test(entryId))).toBe(true);
    expect(readFileSync(file("d.yaml"), "utf8")).toContain(`port: ${port}`);
  });
});
