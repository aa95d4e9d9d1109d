import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { LEASE_RULES } from "./rules.ts";
import { playScenario } from "./scenario.testing.ts";

const folder = new URL("./scenarios/", import.meta.url);
const files = readdirSync(folder).filter((name) => name.endsWith(".txt"));

describe("the scenarios", () => {
  for (const name of files) {
    it(name.replace(".txt", ""), () => {
      const at = new URL(name, folder);
      const written = readFileSync(at, "utf8");
      const played = playScenario(written).text;
      // UPDATE=1 rewrites what was printed; the difference is what is reviewed.
      if (process.env["UPDATE"] === "1") writeFileSync(at, played);
      else expect(played).toBe(written);
    });
  }

  it("show every rule at work", () => {
    const shown = new Set(
      files.flatMap((name) => [...playScenario(readFileSync(new URL(name, folder), "utf8")).rules]),
    );
    const missing = Object.keys(LEASE_RULES).filter((rule) => ![...shown].some((one) => one === rule));
    expect(missing).toEqual([]);
  });

  it("begin by saying what they prove", () => {
    for (const name of files) expect(readFileSync(new URL(name, folder), "utf8"), name).toMatch(/^# \S/);
  });
});
