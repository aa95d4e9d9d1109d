import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { INTERFACE_CLASSES } from "../cosem/classes.ts";
import { ACTION_NAMES } from "./action-names.ts";

describe("docs/protocols/dlms.md", () => {
  const text = readFileSync(join(import.meta.dirname, "../../../docs/protocols/dlms.md"), "utf8");

  it.each(ACTION_NAMES)("names the action %s", (name) => {
    expect(text).toContain(`\`${name}\``);
  });

  it("names every class that has attributes here", () => {
    const classes = text.slice(text.indexOf("Classes with attribute"), text.indexOf("Where a meter is not quite"));
    const listed = new Set(classes.match(/\d+/g)?.map(Number));
    const known = INTERFACE_CLASSES.filter((one) => one.attributes.length > 0).map((one) => one.id);
    expect(known.filter((id) => !listed.has(id))).toEqual([]);
  });
});
