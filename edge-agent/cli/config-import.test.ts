import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { proposals } from "../../adapters/iec61850/scl/proposal.ts";
import { readScl } from "../../adapters/iec61850/scl/read.ts";
import { utf8 } from "../../adapters/kit/bytes.ts";
import { planFleet } from "../../firmware-sim/iec61850/fleet/fleet.ts";
import { MODELS } from "../../firmware-sim/iec61850/models/roster.ts";
import { readConfig } from "../config/check.ts";
import { devicesSection } from "./config-import.ts";
import { exportIeds } from "./simulate-iec61850-export.ts";

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "busbar-import-"));
});

afterAll(() => {
  rmSync(folder, { recursive: true });
});

const HEAD = [
  "gateway: /lab/gw",
  "agents: { a: { host: 127.0.0.1, link: 7411, ops: 127.0.0.1:7421, state: . } }",
  'redis: { url: "redis://127.0.0.1:6379" }',
  "iec61850: {}",
];

function checked(devices: string) {
  const file = join(folder, "busbar.yaml");
  writeFileSync(file, `${HEAD.join("\n")}\n${devices}`);
  const { config, issues } = readConfig(file, { filesMustExist: false });
  expect(issues.filter(({ severity }) => severity === "error")).toEqual([]);
  return config?.devices ?? [];
}

describe("devices of an SCL file", () => {
  it.each(Object.entries(MODELS))("(%s) are a configuration's as they are proposed", (_name, { icd }) => {
    const document = readScl(utf8(icd()), "a.icd");
    const [device] = checked(devicesSection(proposals(document), "main"));
    expect(device).toMatchObject({ protocol: "iec61850", address: "127.0.0.1", remote: { transport: "0001" } });
  });
});

describe("simulated IEDs", () => {
  it.each(Object.keys(MODELS))("(%s) are exported as a configuration takes them, with their reports", (model) => {
    const document = readScl(utf8(MODELS[model]?.icd() ?? ""), "a.icd");
    const iedName = document.ieds[0]?.name ?? "";
    const isNumbered = model === "bay";
    const members = planFleet({ seed: "s", count: 3, basePort: 10_102, iedName, isNumbered });
    const file = join(folder, "devices.yaml");
    exportIeds(file, { members, document, iedName, model });
    const exported = checked(readFileSync(file, "utf8"));
    expect(exported).toHaveLength(3);
    expect(exported[2]).toMatchObject({ uid: "ied-00003", port: 10_104 });
    const csv = join(folder, "devices.csv");
    exportIeds(csv, { members, document, iedName, model });
    expect(checked(`devices: { file: ${csv} }\n`)).toEqual(exported);
  });
});
