import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { checkConfig, readConfig } from "./check.ts";
import { initialFiles } from "./init.ts";
import { printIssues } from "./issue.ts";

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "busbar-init-"));
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

function write(kind: "minimal" | "full"): string {
  for (const file of initialFiles(kind)) {
    mkdirSync(dirname(join(folder, file.name)), { recursive: true });
    writeFileSync(join(folder, file.name), file.text, { mode: file.mode });
  }
  return join(folder, "busbar.yaml");
}

describe("the files of init", () => {
  it.each(["minimal", "full"] as const)("pass their own check without a complaint: %s", (kind) => {
    const { config, issues } = readConfig(write(kind));
    expect(printIssues(issues)).toBe("");
    expect(config?.devices).toHaveLength(1);
  });

  it("shows every default as it is: uncommenting all of them changes nothing but what was off", () => {
    const minimal = readConfig(write("minimal")).config;
    const [lamp] = minimal?.devices ?? [];
    const publicKey = lamp?.protocol === "oslp" ? lamp.publicKey : undefined;
    const text = initialFiles("full")[0]
      ?.text.replace(/^# /gm, "")
      .replace(/publicKey: .*/, `publicKey: ${publicKey}`);
    const { config, issues } = checkConfig("full.yaml", text ?? "", folder, { filesMustExist: false });
    expect(printIssues(issues)).toBe("");
    const { hooks, groups, ops, protocols, devices, ...rest } = config ?? fail();
    expect({ ...minimal, ...rest }).toEqual(minimal);
    expect(groups).toEqual({ main: { agents: ["a", "b"], spread: false, preferred: "a", failbackAfterMs: 300_000 } });
    expect(hooks.promote).toEqual({ command: ["/usr/lib/busbar/vip", "up"], timeoutMs: 5_000 });
    expect(ops).toEqual({ token: { kind: "file", path: join(folder, "keys/ops-token") }, maxTaps: 8 });
    expect({ ...protocols.oslp, location: undefined }).toEqual({ ...minimal?.protocols.oslp, location: undefined });
    expect(devices[0]).toMatchObject({ address: "10.1.0.1", port: 12_122, expectEveryMs: 900_000 });
  });

  it("writes new keys every time, readable by the owner alone", () => {
    const first = initialFiles("minimal");
    const second = initialFiles("minimal");
    for (const [index, file] of first.entries()) {
      if (!file.name.startsWith("keys/")) continue;
      expect(file.text).not.toBe(second[index]?.text);
      expect(file.mode).toBe(file.name.endsWith(".pub.pem") ? 0o644 : 0o600);
    }
  });
});

function fail(): never {
  throw new Error("the full configuration does not check");
}
