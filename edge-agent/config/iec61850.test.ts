import { describe, expect, it } from "vitest";
import { checkConfig } from "./check.ts";
import { iec61850Settings, type Iec61850Device, libraryOf, MMS_PORT, MMS_TLS_PORT } from "./iec61850.ts";

const device = (given: object): Iec61850Device => iec61850Settings.device.parse({ uid: "bay-1", ...given });
const section = (given: object) => iec61850Settings.section.parse(given);
const isRefused = (given: object): boolean => !iec61850Settings.device.safeParse({ uid: "bay-1", ...given }).success;

describe("the iec61850 section", () => {
  it("needs nothing", () => {
    expect(section({})).toMatchObject({
      listen: [],
      keepAliveMs: 30_000,
      reconnect: { firstMs: 1_000, maxMs: 60_000 },
      originator: { category: "remote-control", identification: "busbar" },
      reports: [],
    });
  });

  it("warns where a registration could not be dialled, and refuses an IED nobody can find", () => {
    const listening = section({ listen: [{ port: 50_000 }] });
    const complaints = (devices: readonly Iec61850Device[], of = listening) =>
      iec61850Settings.complaints(of, devices, { agents: {} }).map((one) => one.severity);
    expect(complaints([])).toEqual(["warning"]);
    expect(complaints([device({})], section({}))).toEqual(["error"]);
    expect(complaints([device({ profile: "swdevice-010805" })], section({}))).toEqual(["warning"]);
    expect(complaints([device({ address: "10.0.0.1" })], section({}))).toEqual([]);
  });
});

describe("the backend", () => {
  it("is ours where nothing is said, another for all or for one, and is given no certificates", () => {
    expect(section({})).toMatchObject({ backend: "builtin", library: undefined });
    expect(libraryOf(section({ library: "./lib/libiec61850.so" }))).toBe("./lib/libiec61850.so");
    expect(section({ library: "libiec61850.so" }).library).toBe("libiec61850.so");
    const native = section({ backend: "libiec61850", library: "/opt/lib/libiec61850.so" });
    const secure = { address: "10.0.0.1", tls: {} };
    const complaints = (given: object) => iec61850Settings.complaints(native, [device(given)], { agents: {} });
    expect(complaints(secure)).toMatchObject([{ severity: "error", path: ["devices", "bay-1", "tls"] }]);
    expect(complaints({ ...secure, backend: "builtin" })).toEqual([]);
    expect(isRefused({ address: "10.0.0.1", backend: "another" })).toBe(true);
  });
});

describe("files an IED is spoken to with", () => {
  const text = (device: string): string =>
    `gateway: /a/b\nagents: { a: { host: 127.0.0.1 } }\nredis: { url: redis://127.0.0.1 }\niec61850: {}\ndevices:\n  - { uid: bay-1, protocol: iec61850, address: 10.0.0.1, ${device} }\n`;
  const check = (device: string, filesMustExist: boolean) =>
    checkConfig("busbar.yaml", text(device), "/nowhere/busbar", { filesMustExist });

  it("are beside the configuration that names them, wherever it is read from", () => {
    const { config } = check("tls: { ca: ca.crt }, password: { file: bay.password }", false);
    expect(config?.devices).toMatchObject([
      {
        tls: { identity: { ca: { path: "/nowhere/busbar/ca.crt" } } },
        password: { path: "/nowhere/busbar/bay.password" },
      },
    ]);
  });

  it("are looked for", () => {
    const { issues } = check("tls: { ca: ca.crt }, password: { file: bay.password }", true);
    const missing = issues.filter(({ code }) => code === "config.file.missing").map(({ path }) => path);
    expect(missing).toEqual(["devices[0].tls.ca", "devices[0].password.file"]);
  });
});

describe("an IED", () => {
  it("is known by its uid where it has no other name, at the port of what it speaks", () => {
    expect(device({ address: "10.0.0.1" })).toMatchObject({ identification: "bay-1", port: MMS_PORT });
    expect(device({ address: "10.0.0.1", tls: {} }).port).toBe(MMS_TLS_PORT);
    expect(device({ address: "10.0.0.1", tls: {}, port: 4_000 }).port).toBe(4_000);
  });

  it("of a profile has that device's stack", () => {
    expect(device({}).stack).toBe("libiec61850");
    expect(device({ profile: "flexovl-540" }).stack).toBe("abb-rtu560");
    expect(device({ profile: "flexovl-540", stack: "iec61850bean" }).stack).toBe("iec61850bean");
  });

  it("names reports by a pattern, in a list, in full, or as a CSV has them", () => {
    const short = device({ reports: ["BAY1LD0/LLN0.brcb*", "BAY1LD0/LLN0.urcb[RP]"] }).reports;
    expect(short?.map((one) => one.pattern.text)).toEqual(["BAY1LD0/LLN0.brcb*", "BAY1LD0/LLN0.urcb[RP]"]);
    expect(short?.[0]).toMatchObject({ interrogate: true, asConfigured: false, withoutEntryId: "replay" });
    expect(device({ reports: "BAY1LD0/LLN0.a BAY1LD0/LLN0.b" }).reports).toHaveLength(2);
    const full = { rcb: "BAY1LD0/LLN0.a", integrity: "5min", triggers: ["dataChange"], reserve: "1min" };
    expect(device({ reports: [full] }).reports?.[0]).toMatchObject({
      integrityMs: 300_000,
      triggers: ["dataChange"],
      reserveSeconds: 60,
    });
  });

  it.each([
    ["a report without its place", { reports: ["brcbEvents"] }],
    ["an unknown trigger", { reports: [{ rcb: "L/LLN0.a", triggers: ["often"] }] }],
    ["a selector that is not hex", { remote: { transport: "00zz" } }],
    ["an AP title that is none", { remote: { apTitle: "3.x" } }],
    ["a password in the file", { password: "secret" }],
    ["a relay there is not", { relays: [{ internal: 5, index: 1, kind: "light" }] }],
    ["an unknown key", { iedName: "BAY1" }],
  ])("with %s is refused", (_what, given) => {
    expect(isRefused(given)).toBe(true);
  });
});
