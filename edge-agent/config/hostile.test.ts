import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { checkConfig, MAX_CONFIG_BYTES, readConfig } from "./check.ts";
import { checkDevicesFile } from "./devices.ts";
import type { Machine } from "./files.ts";
import { printIssues } from "./issue.ts";

function machineWith(bytes: Uint8Array): Machine {
  return { read: () => bytes, unreadable: () => "ENOENT", mode: () => undefined, env: () => undefined };
}

function codes(text: string): readonly string[] {
  const { config, issues } = checkConfig("busbar.yaml", text, "/", { filesMustExist: false });
  expect(config).toBeUndefined();
  expect(printIssues(issues).length).toBeLessThan(100_000);
  return [...new Set(issues.map((issue) => issue.code))];
}

describe("hostile files", () => {
  it("refuses an alias bomb without building it", () => {
    const lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"];
    for (let i = 1; i < 30; i++)
      lines.push(
        `a${i}: &a${i} [${Array(10)
          .fill(`*a${i - 1}`)
          .join(", ")}]`,
      );
    expect(codes(lines.join("\n"))).toEqual(["config.syntax.too-large"]);
  });

  it.each([
    ["flow sequences", "[".repeat(100_000)],
    ["closed flow sequences", `a: ${"[".repeat(5_000)}${"]".repeat(5_000)}`],
    ["flow mappings", "{a: ".repeat(50_000)],
    ["block mappings", Array.from({ length: 2_000 }, (_, depth) => `${" ".repeat(depth)}a:`).join("\n")],
    ["block sequences", "- ".repeat(20_000)],
  ])("refuses what is nested too deep: %s", (_name, text) => {
    const found = codes(text);
    expect(["config.syntax.too-deep", "config.syntax.invalid"]).toContain(found[0]);
  });

  it("says how deep is too deep", () => {
    const nested = (depth: number) => `lease: ${"[".repeat(depth)}${"]".repeat(depth)}`;
    expect(codes(nested(33))).toEqual(["config.syntax.too-deep"]);
    expect(codes(nested(31))).toContain("config.value.wrong");
  });

  it("refuses a file that is too large before it parses it", () => {
    const at = (size: number) =>
      readConfig("x", { filesMustExist: false, machine: machineWith(new Uint8Array(size).fill(35)) });
    expect(at(MAX_CONFIG_BYTES + 1).issues[0]?.code).toBe("config.file.too-large");
    expect(at(MAX_CONFIG_BYTES).issues[0]?.code).toBe("config.value.wrong");
  });

  it.each([
    ["binary", new Uint8Array([0x7f, 0x45, 0x4c, 0x46, 0, 1, 2]), "config.file.not-text"],
    ["Latin-1", new Uint8Array([0x67, 0xfc, 0x72]), "config.file.not-text"],
    ["UTF-16", new Uint8Array([0xff, 0xfe, 0x61, 0x00]), "config.file.not-text"],
  ])("refuses what is not UTF-8 text: %s", (_name, bytes, code) => {
    const { issues } = readConfig("x", { filesMustExist: false, machine: machineWith(bytes) });
    expect(issues.map((issue) => issue.code)).toEqual([code]);
  });

  it("reads a file with a byte order mark and Windows line ends", () => {
    const text = "\ufeffgateway: /a/b\r\nlease: { tll: 3s }\r\n";
    const { issues } = readConfig("x", { filesMustExist: false, machine: machineWith(new TextEncoder().encode(text)) });
    expect(issues.find((issue) => issue.path === "lease.tll")).toMatchObject({
      line: 2,
      column: 10,
      excerpt: "lease: { tll: 3s }",
    });
  });

  it("is not led by keys that mean something to JavaScript", () => {
    const text =
      "__proto__: { gateway: /a/b }\nconstructor: 1\nlease: { __proto__: { ttl: 1s }, toString: 2 }\nagents: { __proto__: { host: x } }\n";
    const { config, issues } = checkConfig("x", text, "/", { filesMustExist: false });
    expect(config).toBeUndefined();
    expect(issues.map((issue) => issue.path)).toEqual(
      expect.arrayContaining(["__proto__", "constructor", "lease.__proto__", "lease.toString"]),
    );
    expect(({} as Record<string, unknown>)["ttl"]).toBeUndefined();
  });

  it("does not send control characters to the terminal", () => {
    const { issues } = checkConfig("x", 'lease: { ttl: "\u001b[2J\u202e" }', "/", { filesMustExist: false });
    // biome-ignore lint/suspicious/noControlCharactersInRegex: the point of the test
    expect(printIssues(issues)).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u202e]/);
  });

  it("never throws, whatever the text", () => {
    const token = fc.constantFrom(
      "a",
      "lease",
      ":",
      " ",
      "\n",
      "\n  ",
      "- ",
      "{",
      "}",
      "[",
      "]",
      ",",
      "&a ",
      "*a",
      "'",
      '"',
      "|",
      ">",
      "?",
      "#",
      "!!int ",
      "!x ",
      "3s",
      "---",
      "...",
      "%YAML",
      "\t",
      "<<",
      "null",
      "~",
      "0x1",
      "é",
      "\u2028",
    );
    fc.assert(
      fc.property(fc.array(token, { maxLength: 60 }), (tokens) => {
        const checked = checkConfig("x", tokens.join(""), "/", { filesMustExist: false });
        printIssues(checked.issues);
        expect(checked.config).toBeUndefined();
        expect(checked.issues.length).toBeGreaterThan(0);
      }),
      { numRuns: 2_000 },
    );
  });

  it("never throws on a devices file, whatever the bytes", () => {
    const part = fc.constantFrom(
      "uid",
      "protocol",
      "oslp",
      ",",
      ";",
      '"',
      '""',
      "\n",
      "\r\n",
      "#",
      "publicKey.file",
      ".",
      " ",
      "x",
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 60 }), fc.constantFrom("d.csv", "d.yaml"), (parts, name) => {
        const checked = checkDevicesFile(
          name,
          new TextEncoder().encode(parts.join("")),
          machineWith(new Uint8Array()),
          "/",
        );
        expect(checked.devices).toEqual([]);
      }),
      { numRuns: 2_000 },
    );
  });
});
