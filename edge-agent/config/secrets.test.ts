import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { checkConfig } from "./check.ts";
import { thisMachine } from "./files.ts";
import { readBytes, readSecret } from "./secrets.ts";

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "busbar-secrets-"));
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

describe("a secret", () => {
  it("is read without the line end of its file", () => {
    writeFileSync(join(folder, "s"), "hunter2 \r\n");
    expect(readSecret({ kind: "file", path: join(folder, "s") })).toBe("hunter2 ");
    expect(readBytes({ kind: "file", path: join(folder, "s") })).toHaveLength(10);
  });

  it("is read from the environment", () => {
    const machine = { ...thisMachine, env: (name: string) => (name === "S" ? "x" : undefined) };
    expect(readSecret({ kind: "env", name: "S" }, machine)).toBe("x");
    expect(() => readSecret({ kind: "env", name: "T" }, machine)).toThrow("the environment variable T is not set");
  });

  it("is missed by name, never by value", () => {
    mkdirSync(join(folder, "d"));
    writeFileSync(join(folder, "empty"), "");
    writeFileSync(join(folder, "large"), "x".repeat(70_000));
    const read = (name: string) => () => readSecret({ kind: "file", path: join(folder, name) });
    expect(read("none")).toThrow(/none cannot be read: there is no such file/);
    expect(read("d")).toThrow(/it is a directory/);
    expect(read("empty")).toThrow(/is empty/);
    expect(read("large")).toThrow(/more than 65536 bytes/);
  });
});

describe("the files a configuration names", () => {
  const TEXT =
    "gateway: /a/b\nagents: { a: { host: 10.0.0.1 }, b: { host: 10.0.0.2 } }\npair: { tls: { cert: c.pem, key: k.pem, ca: ca.pem } }\nredis: { url: redis://r, password: { env: BUSBAR_TEST_NO_SUCH } }\n";

  function complaints(): readonly string[] {
    return checkConfig("f", TEXT, folder, { filesMustExist: true }).issues.map(
      (issue) => `${issue.severity} ${issue.path} ${issue.message.replace(folder, "")}`,
    );
  }

  it("must be there", () => {
    expect(complaints()).toEqual([
      "error pair.tls.cert /c.pem cannot be read: there is no such file",
      "error pair.tls.key /k.pem cannot be read: there is no such file",
      "error pair.tls.ca /ca.pem cannot be read: there is no such file",
      "warning redis.password.env the environment variable BUSBAR_TEST_NO_SUCH is not set here",
    ]);
  });

  it("must not be open to others where they are secret", () => {
    for (const name of ["c.pem", "k.pem", "ca.pem"]) {
      writeFileSync(join(folder, name), "x");
      chmodSync(join(folder, name), 0o644);
    }
    expect(complaints().slice(0, 1)).toEqual([
      "warning pair.tls.key /k.pem holds a secret and others may read it (mode 644)",
    ]);
    chmodSync(join(folder, "k.pem"), 0o600);
    expect(complaints()).toHaveLength(1);
  });
});
