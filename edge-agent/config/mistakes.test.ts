import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { checkConfig } from "./check.ts";
import { printIssues } from "./issue.ts";

/**
 * Every kind of mistake and exactly what is printed for it. `=== name`, the file, `----`, the print; `good` where nothing is
 * wrong. The sections of `SOUND` that a case does not write are appended to it, except where its name ends in (alone).
 * UPDATE=1 rewrites the prints: read the difference.
 */
const SOUND: Readonly<Record<string, string>> = {
  gateway: "gateway: /sub-042/gw",
  agents: "agents: { a: { host: 10.0.0.1 }, b: { host: 10.0.0.2 } }",
  pair: "pair: { secret: { file: pair.key } }",
  redis: "redis: { url: redis://10.0.0.10 }",
  oslp: "oslp: { platformKey: { file: platform.pem } }",
};

const FOLDER = join(import.meta.dirname, "mistakes");

interface Case {
  readonly name: string;
  readonly text: string;
  readonly expected: string;
}

function readCases(file: string): Case[] {
  const [, ...cases] = readFileSync(join(FOLDER, file), "utf8").split(/^=== /m);
  return cases.map((one) => {
    const [head = "", expected = ""] = one.split(/^----\n/m);
    const end = head.indexOf("\n");
    return { name: head.slice(0, end), text: head.slice(end + 1), expected: expected.trim() };
  });
}

function whole(name: string, text: string): string {
  if (name.endsWith("(alone)")) return text;
  const absent = Object.entries(SOUND).filter(([key]) => !new RegExp(`^${key}:`, "m").test(text));
  return text + absent.map(([, section]) => `${section}\n`).join("");
}

function print({ name, text }: Pick<Case, "name" | "text">): string {
  const { config, issues } = checkConfig("busbar.yaml", whole(name, text), "/etc/busbar", { filesMustExist: false });
  const printed = printIssues(issues);
  expect(config === undefined).toBe(issues.some((issue) => issue.severity === "error"));
  return config === undefined ? printed : printed === "" ? "good" : `good\n${printed}`;
}

for (const file of readdirSync(FOLDER)) {
  const cases = readCases(file);
  if (process.env["UPDATE"] === "1") {
    const rewritten = cases.map((one) => `=== ${one.name}\n${one.text}----\n${print(one)}\n\n`).join("");
    writeFileSync(join(FOLDER, file), rewritten);
  }
  describe(file, () => {
    it.each(readCases(file))("$name", (one) => {
      expect(print(one)).toBe(one.expected);
    });
  });
}
