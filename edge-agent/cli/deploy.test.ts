import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { Redis } from "ioredis";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { startPrivateRedis } from "../../adapters/io/node/private-redis.ts";
import { readConfig } from "../config/check.ts";
import { initialFiles } from "../config/init.ts";
import { checkRedis } from "../queue/check-redis.ts";
import { AgentPair, until } from "../runtime/agent-pair.testing.ts";

const ROOT = join(import.meta.dirname, "../..");
const DEPLOY = join(ROOT, "deploy");

let dir: string;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "busbar-deploy-"));
});

afterEach(() => rmSync(dir, { recursive: true, force: true }));

const read = (name: string): string => readFileSync(join(DEPLOY, name), "utf8");

describe("the example configuration", () => {
  it("is content with its own check, once the keys are there", () => {
    cpSync(join(DEPLOY, "example"), dir, { recursive: true });
    const files = initialFiles("minimal");
    for (const file of files.filter((one) => one.name.startsWith("keys/"))) {
      mkdirSync(dirname(join(dir, file.name)), { recursive: true });
      writeFileSync(join(dir, file.name), file.text, { mode: 0o600 });
    }
    writeFileSync(join(dir, "keys/ops-token"), "token-of-thirty-two-characters-or-more\n", { mode: 0o600 });
    const key = /publicKey: (\S+)/.exec(files[0]?.text ?? "")?.[1] ?? "";
    const csv = join(dir, "devices.csv");
    writeFileSync(
      csv,
      readFileSync(csv, "utf8")
        .replace("PUBLIC-KEY-OF-SSLD-0001", key)
        .replace(/^lamp-0002.*\n/m, ""),
    );
    const yaml = join(dir, "busbar.yaml");
    writeFileSync(
      yaml,
      readFileSync(yaml, "utf8").replaceAll("/usr/lib/busbar", ROOT).replace("/usr/bin/logger", "/bin/true"),
    );
    const { config, issues } = readConfig(yaml);
    expect(issues.filter((issue) => issue.severity === "error")).toEqual([]);
    expect(config?.hooks.promote?.command[0]).toBe(join(DEPLOY, "hooks/virtual-ip"));
    expect(config?.devices).toHaveLength(1);
  });
});

describe("the Redis settings", () => {
  const settings = read("redis/busbar.conf");

  it("leave nothing to complain about", async () => {
    const file = join(dir, "busbar.conf");
    writeFileSync(file, settings);
    const args = settings
      .split("\n")
      .filter((line) => /^[a-z]/.test(line))
      .flatMap((line) => {
        const [name = "", ...values] = line.split(" ");
        return [`--${name}`, values.join(" ").replace(/^""$/, "")];
      });
    const server = await startPrivateRedis({ dir: join(dir, "redis"), extraArgs: args });
    const redis = new Redis(server.url);
    try {
      expect(await checkRedis(redis)).toEqual([]);
    } finally {
      redis.disconnect();
      await server.stop();
    }
  });

  it("let the agents do all they have to, and nothing dangerous", async () => {
    const rule = /^# user busbar (on .*)$/m.exec(settings)?.[1] ?? "";
    const pair = new AgentPair();
    await pair.start(1);
    const admin = new Redis(pair.redis.url);
    try {
      await admin.call("ACL", "SETUSER", "busbar", ...rule.split(" "));
      const password = join(dir, "password");
      writeFileSync(password, "CHANGE-ME\n");
      const a = await pair.join("a", (config) => ({
        ...config,
        redis: { ...config.redis, username: "busbar", password: { kind: "file", path: password } },
      }));
      await pair.switchOnLights(100);
      await until(() => a.source.status().devices["oslp"]?.online === 1);
      await a.source.refresh();
      const status = a.source.status();
      expect(status.redis).toMatchObject({ state: "usable", version: expect.stringMatching(/^\d+\./) });
      expect(status.queues.find((one) => one.name === "messages")?.waiting).toBeGreaterThan(0);
      const log: unknown = await admin.call("ACL", "LOG");
      expect(log).toEqual([]);
      const restricted = new Redis(pair.redis.url, { username: "busbar", password: "CHANGE-ME" });
      await expect(restricted.flushall()).rejects.toThrow("NOPERM");
      await expect(restricted.set("somebody-elses", "1")).rejects.toThrow("NOPERM");
      restricted.disconnect();
    } finally {
      admin.disconnect();
      await pair.stop();
    }
  }, 30_000);
});

describe("the units", () => {
  const unit = read("systemd/busbar.service");

  it("start what there is", () => {
    const help = spawnSync(process.execPath, [join(ROOT, "dist/edge-agent/cli/main.js"), "--help"], {
      encoding: "utf8",
    });
    for (const [, verb = ""] of unit.matchAll(/^Exec\w+=\/usr\/bin\/busbar (\w+)/gm))
      expect(help.stdout).toContain(`  ${verb}`);
    const dropIn = read("systemd/busbar.service.d/virtual-ip.conf");
    expect(dropIn).toContain("/usr/lib/busbar/deploy/hooks/virtual-ip");
    expect(readdirSync(join(DEPLOY, "hooks"))).toEqual(["virtual-ip"]);
  });

  it("wait longer than the supervisor does", () => {
    const seconds = (name: string): number => Number(new RegExp(`^${name}=(\\d+)`, "m").exec(unit)?.[1]);
    // Before its first beat an agent has 15 s; asked to stop it has 10 s.
    expect(seconds("WatchdogSec")).toBeGreaterThan(15);
    expect(seconds("TimeoutStopSec")).toBeGreaterThan(10);
  });

  const canVerify = spawnSync("systemd-analyze", ["--version"]).status === 0;
  it.runIf(canVerify)("are content with systemd's own check", () => {
    const file = join(dir, "busbar.service");
    writeFileSync(file, unit.replaceAll("/usr/bin/busbar", "/bin/true").replace(/^Documentation=.*$/m, ""));
    const { stderr } = spawnSync("systemd-analyze", ["verify", "--man=no", file], { encoding: "utf8" });
    expect(stderr.split("\n").filter((line) => line.includes("busbar"))).toEqual([]);
  });
});

describe("docs/operations.md", () => {
  it("says for every reason what to do, and for no other", () => {
    const page = readFileSync(join(ROOT, "docs/operations.md"), "utf8");
    const told = [...page.matchAll(/^\| `([a-z.-]+)` \|/gm)].map((match) => match[1]);
    const runtime = join(ROOT, "edge-agent/runtime");
    const sources = ["ops-source-health.ts", "make-hooks.ts", "adapter-loss.ts", "port-care.ts"]
      .map((name) => readFileSync(join(runtime, name), "utf8"))
      .join("\n");
    const used = [...sources.matchAll(/(?:blocks|warns)\(\s*"([a-z.-]+)"|\bcode: "([a-z.-]+)", message\b/g)].map(
      (match) => match[1] ?? match[2],
    );
    expect([...new Set(told)].sort()).toEqual([...new Set(used)].sort());
  });
});
