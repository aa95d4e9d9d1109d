import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { LEASE_RULES } from "./rules.ts";

const page = readFileSync(new URL("../../docs/lease.md", import.meta.url), "utf8");
const folder = new URL("./", import.meta.url);

describe("the rules", () => {
  it("are those of docs/lease.md, in the same order and words", () => {
    const rows = [...page.matchAll(/^\| `([a-z-]+)` \| (.*?) \| (.*?) \|$/gm)].map(([, id, when, so]) => [
      id,
      when,
      so,
    ]);
    expect(rows).toEqual(Object.entries(LEASE_RULES).map(([id, { when, so }]) => [id, when, so]));
  });

  it("are each named by the code that keeps it", () => {
    const files = readdirSync(folder).filter((name) => /^[a-z-]+\.ts$/.test(name) && name !== "rules.ts");
    const code = files.map((name) => readFileSync(new URL(name, folder), "utf8")).join("\n");
    const unnamed = Object.keys(LEASE_RULES).filter((id) => !code.includes(`"${id}"`));
    expect(unnamed).toEqual([]);
  });
});
