import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { configurationReference } from "./reference.ts";

describe("docs/configuration.md", () => {
  it("shows the file, the keys and the laws as they are", () => {
    const text = readFileSync(join(import.meta.dirname, "../../docs/configuration.md"), "utf8");
    expect(text).toContain(configurationReference());
  });
});
