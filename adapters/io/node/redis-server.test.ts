import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { planInstall, type Surroundings } from "./redis-install.ts";
import { ensureRedisServer, findRedisServer } from "./redis-server.ts";

const DEBIAN = 'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nID=debian\n';
const MINT = 'ID=linuxmint\nID_LIKE="ubuntu debian"\n';
const ROCKY = 'ID="rocky"\nID_LIKE="rhel centos fedora"\n';

function here(change: Partial<Surroundings>): Surroundings {
  return { platform: "linux", osRelease: DEBIAN, root: false, sudo: false, ...change };
}

function told(change: Partial<Surroundings>): string {
  const plan = planInstall(here(change));
  return plan.kind === "tell" ? plan.fault.message : `installs with ${plan.command[0]}`;
}

describe("finding a server program", () => {
  it("takes redis-server, or valkey-server where there is no redis-server, and only a program", () => {
    const root = mkdtempSync(join(tmpdir(), "busbar-path-"));
    const [a, b] = [join(root, "a"), join(root, "b")];
    for (const folder of [a, b]) mkdirSync(folder);
    const path = `${a}:${b}`;
    expect(findRedisServer(path)).toBeUndefined();
    writeFileSync(join(a, "valkey-server"), "#!/bin/sh\n");
    expect(findRedisServer(path)).toBeUndefined();
    chmodSync(join(a, "valkey-server"), 0o755);
    expect(findRedisServer(path)).toBe(join(a, "valkey-server"));
    mkdirSync(join(a, "redis-server"));
    writeFileSync(join(b, "redis-server"), "#!/bin/sh\n");
    chmodSync(join(b, "redis-server"), 0o755);
    expect(findRedisServer(path)).toBe(join(b, "redis-server"));
    expect(findRedisServer("")).toBeUndefined();
    rmSync(root, { recursive: true });
  });
});

describe("installing one", () => {
  it("is done on Debian and its kin as root or with sudo, and no service is started", () => {
    const asRoot = planInstall(here({ root: true }));
    expect(asRoot).toMatchObject({ kind: "install", command: ["sh", "-c", expect.stringContaining("policy-rc.d")] });
    expect(planInstall(here({ sudo: true, osRelease: MINT }))).toMatchObject({
      command: ["sudo", "-n", "sh", "-c", expect.any(String)],
    });
  });

  it("is left to the operator elsewhere, with the one command", () => {
    expect(told({})).toContain("run: sudo apt-get update && sudo apt-get install -y redis-server");
    expect(told({ root: true, osRelease: ROCKY })).toContain("run: sudo dnf install -y redis");
    expect(told({ root: true, osRelease: "ID=alpine\n" })).toContain("run: sudo apk add redis");
    expect(told({ platform: "darwin", osRelease: "" })).toContain("run: brew install redis");
    expect(told({ root: true, osRelease: "" })).toContain("package manager");
  });

  it("is not tried where there is one", async () => {
    const asked: string[] = [];
    const surroundings = (): Surroundings => {
      asked.push("asked");
      return here({});
    };
    expect(await ensureRedisServer({ surroundings })).toBe(findRedisServer());
    expect(asked).toEqual([]);
  });

  it("fails with the command where there is none and we may not", async () => {
    const path = process.env["PATH"];
    process.env["PATH"] = "";
    try {
      await expect(ensureRedisServer({ surroundings: () => here({}) })).rejects.toMatchObject({
        code: "config.redis-server.missing",
        blame: "operator",
        retry: "never",
      });
    } finally {
      process.env["PATH"] = path;
    }
  });
});
