import { generateKeyPairSync } from "node:crypto";
import { describe, expect, it } from "vitest";
import { checkConfig } from "./check.ts";
import { checkDevicesFile } from "./devices.ts";
import type { Machine } from "./files.ts";
import { printIssues } from "./issue.ts";

const { publicKey } = generateKeyPairSync("ec", { namedCurve: "prime256v1" });
const PEM = publicKey.export({ format: "pem", type: "spki" }).toString();
const DER = publicKey.export({ format: "der", type: "spki" });
const BASE64 = DER.toString("base64");

function machineWith(files: Readonly<Record<string, string | Uint8Array>>): Machine {
  return {
    read: (path) => {
      const found = files[path];
      if (found === undefined) throw Object.assign(new Error(path), { code: "ENOENT" });
      return typeof found === "string" ? new TextEncoder().encode(found) : found;
    },
    unreadable: (path) => (path in files ? undefined : "ENOENT"),
    mode: (path) => (path in files ? 0o600 : undefined),
    env: () => undefined,
  };
}

function check(text: string, name: string = "lamps.csv", files: Readonly<Record<string, string | Uint8Array>> = {}) {
  return checkDevicesFile(name, new TextEncoder().encode(text), machineWith(files), "/etc/busbar");
}

const HEADER = "uid,protocol,identification,version,publicKey,address,port,expectEvery";
const ROW = `lamp-1,oslp,SSLD-1,0.6.1,${BASE64},10.1.0.1,12122,15min`;
const DEVICE = {
  uid: "lamp-1",
  protocol: "oslp",
  group: "main",
  identification: "SSLD-1",
  version: "0.6.1",
  publicKey: BASE64,
  address: "10.1.0.1",
  port: 12_122,
  expectEveryMs: 900_000,
};

describe("a file of devices", () => {
  it.each([
    ["commas", `${HEADER}\n${ROW}\n`],
    ["semicolons", `${HEADER}\n${ROW}`.replaceAll(",", ";")],
    ["tabs", `${HEADER}\n${ROW}`.replaceAll(",", "\t")],
    ["Windows line ends and a byte order mark", `\ufeff${HEADER}\r\n${ROW}\r\n`],
    [
      "quotes",
      `${HEADER}\n${ROW.split(",")
        .map((cell) => `"${cell}"`)
        .join(",")}\n`,
    ],
    ["comments and empty lines", `# lamps\n${HEADER}\n\n# north\n${ROW}\n\n`],
    [
      "columns in another order, some empty",
      `port,group,${HEADER.replace(",port", "")},location.latitude\n12122,,${ROW.replace(",12122", "")},\n`,
    ],
  ])("is read with %s", (_name, text) => {
    const { devices, issues } = check(text);
    expect(printIssues(issues)).toBe("");
    expect(devices).toEqual([DEVICE]);
  });

  it("makes nested values of columns with a dot, and numbers of digits", () => {
    const { devices, issues } = check(
      `uid,protocol,identification,publicKey.file,location.latitude,location.longitude\nl0012,oslp,7,l.pem,52.1,-5.25\n`,
      "d.csv",
      {
        "/etc/busbar/l.pem": PEM,
      },
    );
    expect(printIssues(issues)).toBe("");
    expect(devices[0]).toMatchObject({
      uid: "l0012",
      identification: "7",
      publicKey: BASE64,
      location: { latitude: 52.1, longitude: -5.25, timeOffset: 0 },
    });
  });

  it("takes a public key as PEM or DER", () => {
    const yaml =
      "- { uid: a, protocol: oslp, identification: A, publicKey: { file: a.pem } }\n- { uid: b, protocol: oslp, identification: B, publicKey: { file: b.der } }\n";
    const { devices } = check(yaml, "d.yaml", { "/etc/busbar/a.pem": PEM, "/etc/busbar/b.der": new Uint8Array(DER) });
    expect(devices).toMatchObject([{ publicKey: BASE64 }, { publicKey: BASE64 }]);
  });

  it("refuses a private key where a public one is wanted, and does not show it", () => {
    const secret = generateKeyPairSync("ec", { namedCurve: "prime256v1" })
      .privateKey.export({ format: "pem", type: "pkcs8" })
      .toString();
    const { issues } = check("- { uid: a, protocol: oslp, identification: A, publicKey: { file: a.pem } }", "d.yaml", {
      "/etc/busbar/a.pem": secret,
    });
    expect(printIssues(issues)).toContain("expected a P-256 public key");
    expect(printIssues(issues)).not.toContain(secret.split("\n")[1]);
  });

  it.each([
    [
      "a wrong cell",
      `${HEADER}\n${ROW.replace("12122", "122122")}\n`,
      `lamps.csv:2:160: error: [0].port: expected a port from 1 to 65535, got "122122"`,
    ],
    [
      "a column nobody knows",
      `${HEADER.replace("port", "prot")}\n${ROW}\n`,
      "lamps.csv:2:160: error: [0].prot: unknown key",
    ],
    ["a short row", `${HEADER}\nlamp-1,oslp\n`, "lamps.csv:2:1: error: the row has 2 fields, the header 8"],
    ["a column twice", "uid,uid\na,b\n", "lamps.csv:1:5: error: the column uid is there twice"],
    ["a column without a name", "uid,,x\na,b,c\n", "lamps.csv:1:5: error: a column without a name"],
    ["an open quote", `uid,protocol\n"a,oslp\n`, "lamps.csv:2:1: error: the quote is never closed"],
    ["text after a quote", `uid,protocol\n"a"b,oslp\n`, "lamps.csv:2:4: error: text follows a closing quote"],
    ["nothing", "", "lamps.csv:1:1: error: the file is empty; the first line names the columns"],
    ["a mapping", "a: 1", "lamps.yaml:1:1: error: expected a list of devices, got a mapping"],
  ])("says what is wrong with %s", (_name, text, expected) => {
    const { issues } = check(text, expected.split(":")[0]);
    expect(printIssues(issues)).toContain(expected);
  });

  it("are read from a section of their own, as a simulator exports it", () => {
    const list = "- { uid: s1, protocol: mqtt }\n- { uid: s2, protocol: mqtt, clientId: a b }";
    const found = check(`devices:\n${list}\n`, "sensors.yaml");
    expect(found.devices.map(({ uid }) => uid)).toEqual(["s1"]);
    expect(printIssues(found.issues)).toContain("sensors.yaml:3:");
    expect(printIssues(check("devices: 7", "sensors.yaml").issues)).toContain("expected a list of devices, got 7");
    expect(printIssues(check(`devices: []\nmqtt: {}`, "sensors.yaml").issues)).toContain("got a mapping");
  });

  it("stops after five hundred complaints", () => {
    const { issues } = check(`uid,protocol\n${"a b,olsp\n".repeat(10_000)}`);
    expect(issues.length).toBe(501);
    expect(issues.at(-1)?.message).toContain("are not checked");
  });

  it("reads twenty thousand devices", () => {
    const rows = Array.from({ length: 20_000 }, (_, i) => `l${i},oslp,S${i},0.6.1,${BASE64},,,`);
    const { devices, issues } = check(`${HEADER}\n${rows.join("\n")}\n`);
    expect(issues).toEqual([]);
    expect(devices).toHaveLength(20_000);
  });

  it("is named by the configuration, and duplicates are found in it", () => {
    const text =
      "gateway: /a/b\nagents: { a: { host: 10.0.0.1 }, b: { host: 10.0.0.2 } }\npair: { secret: { file: p } }\nredis: { url: redis://r }\noslp: { platformKey: { file: k } }\ndevices: { file: lists/lamps.csv }\n";
    const files = { "/etc/busbar/lists/lamps.csv": `${HEADER},group\n${ROW},main\n${ROW},north\n` };
    const { config, issues } = checkConfig("busbar.yaml", text, "/etc/busbar", {
      filesMustExist: false,
      machine: machineWith(files),
    });
    expect(config).toBeUndefined();
    expect(issues.map((issue) => `${issue.file}:${issue.line} ${issue.path} ${issue.message}`)).toEqual([
      'lists/lamps.csv:3 [1].uid "lamp-1" is already the uid of the device at line 2',
      'lists/lamps.csv:3 [1].identification "SSLD-1" is already the identification of the device at line 2',
      "lists/lamps.csv:3 [1].group there is no group north",
    ]);
  });
});
