import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, it } from "vitest";
import { CipherKeys } from "../../adapters/io/node/cipher-keys.ts";
import { type FleetPlan, planFleet } from "../../firmware-sim/dlms/fleet/fleet-plan.ts";
import { checkConfig } from "../config/check.ts";
import { readMeterKeys } from "../runtime/dlms-keys.ts";
import { exportMeters } from "./simulate-dlms-export.ts";

const dirs: string[] = [];
afterEach(() => {
  for (const dir of dirs.splice(0)) rmSync(dir, { recursive: true });
});

it.each([
  ["tcp", "high-gmac", 3, 0],
  ["udp", "high-ecdsa", 3, 1],
  ["hdlc", "high-sha256", 1, 2],
  ["udp", "lowest", 0, 0],
] as const)("meters over %s with %s, policy %i, suite %i are a configuration with keys that fit", (...kind) => {
  const [carrier, mechanism, policy, suite] = kind;
  const dir = mkdtempSync(join(tmpdir(), "busbar-export-"));
  dirs.push(dir);
  const plan: FleetPlan = {
    seed: "export",
    count: 2,
    profile: "smr-5.5",
    phases: 3,
    mbus: ["gas"],
    carrier,
    addressing: "ports",
    host: "127.0.0.1",
    basePort: 4_059,
    mechanism,
    policy,
    suite,
    ...(carrier === "hdlc" ? { referencing: "short-name" as const } : {}),
  };
  const file = join(dir, "meters.yaml");
  const folder = exportMeters(file, plan, planFleet(plan));
  const head = `gateway: /test/gw
agents: { a: { host: 127.0.0.1 } }
redis: { url: redis://127.0.0.1 }
dlms: { keyFolder: meter-keys }
`;
  const { config, issues } = checkConfig("busbar.yaml", head + readFileSync(file, "utf8"), dir, {
    filesMustExist: false,
  });
  expect(issues.filter(({ severity }) => severity === "error")).toEqual([]);
  expect(config?.devices).toMatchObject([
    { port: 4_059, udp: carrier === "udp", suite, referencing: carrier === "hdlc" ? "short-name" : "logical-name" },
    { port: 4_060, udp: carrier === "udp", suite },
  ]);
  for (const name of readdirSync(folder)) {
    const { keys } = readMeterKeys({ kind: "file", path: join(folder, name) }, name, suite, new CipherKeys());
    expect([keys.signing !== undefined, keys.serverAgreement !== undefined]).toEqual([suite > 0, suite > 0]);
  }
});
