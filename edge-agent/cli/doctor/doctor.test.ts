import { generateKeyPairSync } from "node:crypto";
import { createServer, type Server } from "node:net";
import { chmodSync, existsSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { freePort, type PrivateRedis, startPrivateRedis } from "../../../adapters/io/node/private-redis.ts";
import { ExampleSource } from "../../ops/example.testing.ts";
import { startOps } from "../../ops/server.ts";
import { busbar, Gateway } from "../busbar.testing.ts";
import { describe as print, verdict } from "../doctor-verb.ts";
import { type Examination, examine, type Numbered } from "./doctor.ts";
import { judgePlatformKey, judgeSecret } from "./keys-check.ts";
import { judgeNode } from "./node-check.ts";

let redis: PrivateRedis;
let gateway: Gateway;
let ports: { a: number; b: number };

beforeAll(async () => {
  redis = await startPrivateRedis({ appendonly: true, appendfsync: "always", extraArgs: ["--maxmemory", "64mb"] });
});

afterAll(() => redis.stop());

beforeEach(async () => {
  gateway = new Gateway();
  ports = { a: await freePort(), b: await freePort() };
  configure();
});

afterEach(() => gateway.remove());

function configure(more: string = "", redisPort: number = redis.port): void {
  const spool = "spool: { maxBytes: 32MiB, segmentBytes: 8MiB }\n";
  gateway.configure({ ...ports, redis: redisPort, more: more.includes("spool:") ? more : spool + more });
}

async function found(check: string): Promise<readonly Numbered[]> {
  return (await examine(gateway.file, "a")).findings.filter((finding) => finding.check === check);
}

describe("the doctor", () => {
  it("numbers its findings and leaves nothing behind", async () => {
    const before = readdirSync(gateway.folder);
    const { findings } = await examine(gateway.file, "a");
    expect(findings.map(({ number }) => number)).toEqual(findings.map((_, index) => index + 1));
    // Ports 1 and 2 of the pair link are free for root alone.
    expect(findings.filter(({ level, check }) => level === "error" && check !== "ports")).toEqual([]);
    expect([...new Set(findings.map(({ check }) => check))]).toEqual([
      "configuration",
      "agent",
      "node",
      "keys",
      "hooks",
      "libiec61850",
      "disk",
      "descriptors",
      "ports",
      "redis",
      "peer",
    ]);
    expect(readdirSync(gateway.folder)).toEqual(before);
    expect(existsSync(join(gateway.folder, "state-a"))).toBe(false);
  });

  it("stops at a configuration that has errors, and prints them", async () => {
    writeFileSync(gateway.file, "gateway: x\n");
    const { findings } = await examine(gateway.file, "a");
    expect(findings).toHaveLength(1);
    expect(findings[0]?.message).toContain("expected the logical gateway");
    expect((await busbar(["doctor", "-c", gateway.file])).code).toBe(1);
  });

  it("needs to know which agent this host is", async () => {
    const { findings } = await examine(gateway.file, "z");
    expect(findings.at(-1)).toMatchObject({
      check: "agent",
      level: "error",
      message: expect.stringContaining("there is no agent z"),
    });
  });

  it("finds Redis sound, or says what would lose data", async () => {
    expect((await found("redis")).map(({ level }) => level)).toEqual(["ok", "ok", "ok"]);
    const lossy = await startPrivateRedis({
      appendonly: false,
      extraArgs: ["--maxmemory", "64mb", "--maxmemory-policy", "allkeys-lru"],
    });
    configure("", lossy.port);
    const errors = (await found("redis")).filter(({ level }) => level === "error").map(({ fix }) => fix);
    await lossy.stop();
    expect(errors.join()).toMatch(/appendonly yes/);
    expect(errors.join()).toMatch(/noeviction/);
  });

  it("says that Redis does not answer", async () => {
    configure("", await freePort());
    expect(await found("redis")).toMatchObject([{ level: "error", fix: expect.stringContaining("start Redis") }]);
  });

  it("finds a port another process has", async () => {
    const other: Server = createServer((socket) => socket.destroy()).listen(ports.a, "127.0.0.1");
    await new Promise((resolve) => other.once("listening", resolve));
    const taken = (await found("ports")).find(({ message }) => message.startsWith("ops:"));
    await new Promise((resolve) => other.close(resolve));
    expect(taken).toMatchObject({ level: "error", message: `ops: 127.0.0.1:${ports.a} is taken by another process` });
  });

  it("does not mind the ports of its own agent", async () => {
    const ops = await startOps({
      listen: { host: "127.0.0.1", port: ports.a },
      source: new ExampleSource(),
      token: undefined,
      maxTaps: 1,
    });
    const seen = await found("ports");
    await ops.close();
    expect(seen).toMatchObject([{ level: "ok", message: "agent a runs and has its ports" }]);
  });

  it("compares the configuration with the peer's", async () => {
    const source = new ExampleSource();
    source.status_ = { ...source.status_, agent: "b" };
    const ops = await startOps({ listen: { host: "127.0.0.1", port: ports.b }, source, token: undefined, maxTaps: 1 });
    const peer = await found("peer");
    await ops.close();
    expect(peer).toMatchObject([
      { level: "warning", message: expect.stringContaining("agent b: ") },
      { level: "error", message: "agent b runs another configuration" },
    ]);
  });

  it("looks for room on the disk, and measures it", async () => {
    expect((await found("disk")).map(({ level }) => level)).toEqual(["ok", "ok"]);
    configure("spool: { maxBytes: 16TiB }\n");
    expect((await found("disk"))[0]).toMatchObject({ level: "error", fix: expect.stringContaining("spool.maxBytes") });
  });

  it("looks whether hooks can be run", async () => {
    configure(`hooks: { promote: { command: [sh, -c, "true"] }, demote: { command: [no-such-program-here] } }\n`);
    expect((await found("hooks")).map(({ level }) => level)).toEqual(["ok", "error"]);
  });

  it("reads the keys", async () => {
    expect(await found("keys")).toMatchObject([{ level: "ok" }, { level: "ok", message: "OSLP platform key: P-256" }]);
    writeFileSync(join(gateway.folder, "keys/platform.pem"), "not a key");
    expect((await found("keys"))[1]).toMatchObject({
      level: "error",
      message: expect.stringContaining("OSLP platform key"),
    });
  });
});

describe("single judgements", () => {
  it.each([
    ["18.20.0", "error"],
    ["20.18.9", "error"],
    ["20.19.0", "ok"],
    ["21.5.0", "warning"],
    ["24.1.0", "ok"],
  ])("node %s: %s", (version, level) => {
    expect(judgeNode(version).level).toBe(level);
  });

  it("a secret is measured, never shown", () => {
    expect(judgeSecret("pair secret", "hunter2")).toMatchObject({
      level: "warning",
      message: "pair secret has 7 characters",
    });
    expect(judgeSecret("pair secret", "x".repeat(16)).level).toBe("ok");
  });

  it("a platform key is P-256, in PEM or DER", () => {
    const { privateKey } = generateKeyPairSync("ec", { namedCurve: "prime256v1" });
    expect(judgePlatformKey(privateKey.export({ format: "der", type: "pkcs8" })).level).toBe("ok");
    expect(judgePlatformKey(Buffer.from(privateKey.export({ format: "pem", type: "pkcs8" }))).level).toBe("ok");
    const other = generateKeyPairSync("ec", { namedCurve: "secp384r1" }).privateKey;
    expect(judgePlatformKey(Buffer.from(other.export({ format: "pem", type: "pkcs8" }))).level).toBe("error");
  });
});

describe("the verdict", () => {
  const of = (...levels: readonly Numbered["level"][]): Examination => ({
    file: "f",
    agent: "a",
    findings: levels.map((level, index) => ({
      number: index + 1,
      check: "x",
      level,
      message: "m\nmore",
      fix: level === "ok" ? undefined : "do",
    })),
  });

  it("is 0, 3 for warnings under --strict, 1 for errors", () => {
    expect(verdict(of("ok", "skipped"), true)).toBe(0);
    expect(verdict(of("ok", "warning"), false)).toBe(0);
    expect(verdict(of("ok", "warning"), true)).toBe(3);
    expect(verdict(of("warning", "error"), true)).toBe(1);
  });

  it("is printed a line each, with the fix", () => {
    expect(print(of("ok", "warning"))).toBe(
      " 1  ok       x  m\n             more\n 2  warning  x  m\n             more\n             fix: do\n\n1 good, 1 warnings, 0 errors, 0 skipped",
    );
  });

  it("comes as JSON too", async () => {
    chmodSync(join(gateway.folder, "keys/pair.key"), 0o644);
    const { code, out } = await busbar(["doctor", "-c", gateway.file, "--agent", "a", "--json"]);
    const examination: Examination = JSON.parse(out);
    expect(examination.agent).toBe("a");
    expect(
      examination.findings.some(({ level, message }) => level === "warning" && message.includes("others may read it")),
    ).toBe(true);
    expect(code).toBe(verdict(examination, false));
  });
});
