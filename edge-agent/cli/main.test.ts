import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { busbar } from "./busbar.testing.ts";

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "busbar-main-"));
});

afterAll(() => {
  rmSync(folder, { recursive: true });
});

describe("usage", () => {
  it.each([
    [["--help"], 0],
    [["status", "--help"], 0],
    [["statu"], 2],
    [["status", "--colour"], 2],
    [["devices", "--state", "up"], 2],
    [["devices", "--limit", "0"], 2],
    [["tap", "--count", "x"], 2],
    [["send", "lamp-1"], 2],
    [["send", "lamp-1", "set-light", "--within", "5"], 2],
    [["send", "lamp-1", "set-light", "--priority", "soon"], 2],
    [["send", "lamp-1", "set-light", "--target", "nowhere"], 2],
    [["send", "lamp-1", "set-light", "{"], 2],
    [["config"], 2],
  ])("%j exits with %i", async (args, expected) => {
    const { code, err, out } = await busbar(args);
    expect(code).toBe(expected);
    expect(expected === 0 ? out : err).not.toBe("");
  });

  it("loads what was asked for and nothing else: an agent that is started again is waited for", async () => {
    const told =
      "import { writeSync } from 'node:fs'; export function load(url, context, next) { writeSync(2, url + '\\n'); return next(url, context); }";
    const hooks = `import { register } from "node:module"; register("data:text/javascript,${encodeURIComponent(told)}");`;
    const NODE_OPTIONS = `--import data:text/javascript,${encodeURIComponent(hooks)}`;
    const loaded = (await busbar(["status", "--help"], { NODE_OPTIONS })).err;
    expect(loaded).toContain("/cli/status.js");
    expect(loaded).not.toMatch(/\/adapters\/(oslp|dlms|iec61850|mqtt)\/|firmware-sim|node_modules\/(zod|fastify)\//);
    const all = await busbar(["--help"], { NODE_OPTIONS });
    expect(all.err).not.toMatch(/firmware-sim|\/adapters\/(oslp|dlms|iec61850|mqtt)\//);
    expect(all.out).toMatch(/ simulate .*\n(.*\n)* {2}probe .*\n {2}decode /);
    expect((await busbar(["help", "simulate"])).out).toContain("iec61850");
    const config = join(folder, "oslp.yaml");
    writeFileSync(config, "gateway: /t/gw\nredis: { url: redis://127.0.0.1:1 }\n");
    const checked = (await busbar(["config", "check", config], { NODE_OPTIONS })).err;
    expect(checked).toContain("/config/check.js");
    expect(checked).not.toMatch(/-service\.js|client-association|-exchange\.js|-apdu\.js|\/dlms\/actions\/actions/);
  });

  it("suggests the verb that was meant, and says what the exit codes mean", async () => {
    expect((await busbar(["doctr"])).err).toContain("Did you mean doctor?");
    expect((await busbar(["--help"])).out).toContain("5 unreachable");
  });

  it("tells the version to people and programs", async () => {
    const { version } = JSON.parse(readFileSync(join(import.meta.dirname, "../../package.json"), "utf8"));
    expect((await busbar(["version"])).out).toContain(`busbar ${version} (node ${process.versions.node}`);
    expect(JSON.parse((await busbar(["version", "--json"])).out)).toMatchObject({
      busbar: version,
      node: process.versions.node,
    });
  });

  it("says in one line that the configuration is not there", async () => {
    for (const verb of [["status"], ["devices"], ["tap"], ["handover"], ["send", "d", "a"], ["run"]]) {
      const { code, err } = await busbar([...verb, "-c", join(folder, "none.yaml")]);
      expect(code).toBe(1);
      expect(err).toContain("none.yaml:1:1: error: cannot be read: there is no such file");
    }
  });
});

describe("init and config", () => {
  it("write a configuration that passes its check", async () => {
    const file = join(folder, "gw", "busbar.yaml");
    expect((await busbar(["init", file])).code).toBe(0);
    expect(statSync(join(folder, "gw", "keys", "platform.pem")).mode & 0o777).toBe(0o600);
    const checked = await busbar(["config", "check", file, "--strict"]);
    expect(checked).toMatchObject({ code: 0, err: "" });
    expect(checked.out).toMatch(/^.*busbar\.yaml: sound; 2 agents, 1 group, 1 device; fingerprint [0-9a-f]{32}\n$/);
  });

  it("replace nothing unless told to", async () => {
    const file = join(folder, "gw", "busbar.yaml");
    const before = readFileSync(file, "utf8");
    const refused = await busbar(["init", file, "--full"]);
    expect(refused.code).toBe(1);
    expect(refused.err).toContain("--force");
    expect(readFileSync(file, "utf8")).toBe(before);
    expect((await busbar(["init", file, "--full", "--force"])).code).toBe(0);
    expect(readFileSync(file, "utf8")).toContain("# spool:");
    expect((await busbar(["config", "check", file])).code).toBe(0);
  });

  it("write nothing where they may not", async () => {
    writeFileSync(join(folder, "plain"), "");
    const { code, err } = await busbar(["init", join(folder, "plain", "busbar.yaml")]);
    expect(code).toBe(1);
    expect(err).toContain("cannot be written");
  });

  it("print mistakes like a compiler and count them", async () => {
    const file = join(folder, "bad.yaml");
    writeFileSync(file, "gateway: here\nlease: { ttl: 3000 }\n");
    const { code, out } = await busbar(["config", "check", file]);
    expect(code).toBe(1);
    expect(out).toContain(
      `${file}:2:15: error: lease.ttl: expected a duration from 200ms to 5min, got 3000\n    2 | lease: { ttl: 3000 }\n      |               ^^^^\n      fix: write the unit, such as 3000ms\n`,
    );
    expect(out).toMatch(/bad\.yaml: 4 errors\n$/);
    const json = JSON.parse((await busbar(["config", "check", file, "--json"])).out);
    expect(json).toMatchObject({ sound: false, errors: 4, warnings: 0 });
    expect(json.issues[3]).toMatchObject({ code: "config.value.wrong", path: "lease.ttl", line: 2, column: 15 });
  });

  it("exit 3 for warnings under --strict alone", async () => {
    const file = join(folder, "gw", "busbar.yaml");
    chmodSync(join(folder, "gw", "keys", "pair.key"), 0o644);
    const strict = await busbar(["config", "check", file, "--strict"]);
    expect(strict.code).toBe(3);
    expect(strict.out).toContain("1 warning; 2 agents");
    expect((await busbar(["config", "check", file])).code).toBe(0);
    expect((await busbar(["config", "check", file, "--strict", "--no-files"])).code).toBe(0);
    chmodSync(join(folder, "gw", "keys", "pair.key"), 0o600);
  });

  it("show the whole configuration without its secrets' places", async () => {
    const { code, out } = await busbar(["config", "show", join(folder, "gw", "busbar.yaml")]);
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({
      lease: { ttlMs: 3_000 },
      devices: { oslp: 1 },
      pair: { trust: { secret: { file: "…" } } },
    });
    expect(out).not.toContain("keys/");
    expect(existsSync(join(folder, "gw", "keys", "pair.key"))).toBe(true);
  });

  it("take the file from BUSBAR_CONFIG", async () => {
    const { out } = await busbar(["config", "check"], { BUSBAR_CONFIG: join(folder, "gw", "busbar.yaml") });
    expect(out).toContain("sound");
  });
});
