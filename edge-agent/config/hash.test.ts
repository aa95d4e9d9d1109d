import { describe, expect, it } from "vitest";
import { checkConfig } from "./check.ts";
import type { Config } from "./config.ts";
import { configHash } from "./hash.ts";
import { initialText } from "./init.ts";
import { redact } from "./redact.ts";
import { generateKeyPairSync } from "node:crypto";

const KEY = generateKeyPairSync("ec", { namedCurve: "prime256v1" })
  .publicKey.export({ format: "der", type: "spki" })
  .toString("base64");
const OTHER = generateKeyPairSync("ec", { namedCurve: "prime256v1" })
  .publicKey.export({ format: "der", type: "spki" })
  .toString("base64");
const TEXT = initialText("minimal", KEY);

function read(text: string, base: string = "/etc/busbar"): Config {
  const { config, issues } = checkConfig("busbar.yaml", text, base, { filesMustExist: false });
  expect(issues).toEqual([]);
  if (config === undefined) throw new Error("not a sound configuration");
  return config;
}

const HASH = configHash(read(TEXT));

describe("the fingerprint of a configuration", () => {
  it.each<[string, string]>([
    ["where the other agent is", TEXT.replace("host: 10.0.0.2", "host: 10.9.9.9")],
    [
      "ports and directories of an agent",
      TEXT.replace("ops: 127.0.0.1:7421, state: /var/lib/busbar }", "ops: 127.0.0.1:7500, state: /srv }"),
    ],
    [
      "where a secret is",
      TEXT.replace("{ file: keys/pair.key }", "{ env: PAIR }").replace("keys/platform.pem", "/run/platform"),
    ],
    ["the log", `${TEXT}log: { level: debug }\n`],
    ["sizes of the disk", `${TEXT}spool: { maxBytes: 8GiB, segmentBytes: 32MiB }\n`],
    ["the supervisor and hooks", `${TEXT}supervisor: { silentFor: 500ms }\nhooks: { promote: { command: [vip] } }\n`],
    [
      "how it is written",
      `# other\n${TEXT.replace("url: redis://10.0.0.10:6379", 'url: "redis://10.0.0.10/0"')}groups: { main: { agents: [a, b] } }\nlease: { ttl: 3000ms }\n`,
    ],
  ])("does not depend on %s", (_name, text) => {
    expect(text).not.toBe(TEXT);
    expect(configHash(read(text))).toBe(HASH);
  });

  it("does not depend on the folder of the file", () => {
    expect(configHash(read(TEXT, "/srv"))).toBe(HASH);
  });

  it.each<[string, string]>([
    ["the gateway", TEXT.replace("/site/gw", "/site/gw2")],
    ["the agents", TEXT.replace("  b: {", "  c: {")],
    ["the groups", `${TEXT}groups: { main: { agents: [a, b], preferred: a } }\n`],
    ["which Redis", TEXT.replace("10.0.0.10:6379", "10.0.0.11:6379")],
    ["the database of Redis", TEXT.replace("10.0.0.10:6379", "10.0.0.10:6379/1")],
    ["the lease", `${TEXT}lease: { ttl: 4s }\n`],
    ["when the peer is suspected", TEXT.replace("keys/pair.key }", "keys/pair.key }\n  suspectAfter: 301ms")],
    ["whether the spool is replicated", TEXT.replace("keys/pair.key }", "keys/pair.key }\n  replicateSpool: false")],
    ["how often a command is tried", `${TEXT}commands: { maxAttempts: 4 }\n`],
    ["the sequence window", TEXT.replace("  listen:", "  window: 7\n  listen:")],
    ["the port devices connect to", TEXT.replace("port: 12122", "port: 12123")],
    ["a device's key", TEXT.replace(KEY, OTHER)],
    ["a device's identification", TEXT.replace("SSLD-0001", "SSLD-0002")],
    ["a device's address", TEXT.replace("version: 0.6.1\n", "version: 0.6.1\n    address: 10.1.1.1\n")],
  ])("depends on %s", (_name, text) => {
    expect(text).not.toBe(TEXT);
    expect(configHash(read(text))).not.toBe(HASH);
  });

  it("does not depend on the order of devices", () => {
    const two = (uids: readonly string[]) =>
      TEXT.replace(
        /^devices:[\s\S]*/m,
        `devices:\n${uids.map((uid) => `  - { uid: ${uid}, protocol: oslp, identification: ${uid}, publicKey: ${KEY} }\n`).join("")}`,
      );
    expect(configHash(read(two(["x", "y"])))).toBe(configHash(read(two(["y", "x"]))));
  });
});

describe("the redacted configuration", () => {
  it("shows that there are secrets, not where", () => {
    const text = TEXT.replace(
      "url: redis://10.0.0.10:6379",
      "url: redis://10.0.0.10:6379\n  username: canary\n  password: { env: CANARY }\n  tls: { ca: /canary.pem }",
    );
    const shown = JSON.stringify(redact(read(text, "/canary")));
    expect(shown).not.toMatch(/canary/i);
    expect(shown).not.toContain(KEY);
    expect(JSON.parse(shown)).toMatchObject({
      devices: { oslp: 1 },
      redis: { password: { env: "…" } },
      pair: { trust: { kind: "secret" } },
    });
  });
});
