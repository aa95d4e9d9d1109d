import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { command, ied, Pair, plan } from "../../adapters/iec61850/pair.testing.ts";
import { Capture } from "./pcap.testing.ts";

const isInstalled = spawnSync("tshark", ["--version"]).status === 0;
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "busbar-mms-"));
});

afterAll(() => {
  rmSync(folder, { recursive: true });
});

const target = (value: string) => ({ scheme: "iec61850", value }) as const;

/** Our client and our server, both directions, with what both have. */
function conversation(): { readonly file: Uint8Array; readonly refused: readonly string[] } {
  const capture = new Capture();
  const pair = new Pair({
    device: ied({ reports: [plan("BAY1LD0/LLN0.brcbPositions"), plan("BAY1LD0/LLN0.urcbMeasurements")] }),
  });
  const accept = pair.ied.accept.bind(pair.ied);
  pair.ied.accept = (peer) => {
    const association = accept(peer);
    const receive = association.receive.bind(association);
    association.receive = (chunk, now) => {
      capture.segment("client", chunk);
      const step = receive(chunk, now);
      for (const bytes of step.send) capture.segment("server", bytes);
      return step;
    };
    const wake = association.wake.bind(association);
    association.wake = (now) => {
      const step = wake(now);
      for (const bytes of step.send) capture.segment("server", bytes);
      return step;
    };
    return association;
  };
  pair.open().pass(1_000);
  pair.run(command("operate", { target: target("BAY1CTRL/CSWI1.Pos"), value: false }));
  pair.run(command("operate", { target: target("BAY1CTRL/GGIO1.SPCSO2"), value: true }));
  pair.run(command("model.get"));
  const said = SERVICES.map(([action, rest]) => pair.run(command(action, { uid: action, ...rest })));
  const refused = said.filter(({ end }) => end !== "succeeded").map(({ uid, fault }) => `${uid}: ${fault?.message}`);
  pair.pass(5_000);
  pair.release();
  return { file: capture.file, refused };
}

const LD = "BAY1LD0";
const DATA_SET = `${LD}/LLN0.Dissected`;
const CONTENT = Buffer.from("a file of ours").toString("base64");

/** Every service we send, once at least. */
const SERVICES: readonly (readonly [action: string, rest: Parameters<typeof command>[1]])[] = [
  ["device.identify", {}],
  ["read", { value: { refs: ["BAY1MEAS/MMXU1.TotW[MX]", "BAY1MEAS/MHAI1.HA.phsAHar(3)[MX]"] } }],
  ["dataset.create", { value: { dataSet: DATA_SET, members: ["BAY1MEAS/MMXU1.TotW[MX]"] } }],
  ["dataset.get", { value: { dataSet: DATA_SET } }],
  ["dataset.read", { value: { dataSet: DATA_SET } }],
  ["dataset.delete", { value: { dataSet: DATA_SET } }],
  ["setting-group.get", { value: { ld: "BAY1PROT" } }],
  ["setting-group.edit", { value: { ld: "BAY1PROT", group: 2, values: { "BAY1PROT/PTOC1.StrVal.setMag.f": 550 } } }],
  ["log.read", { target: target(`${LD}/LLN0.Events`) }],
  ["log.initialize", { target: target(`${LD}/LLN0.Events`), value: { until: "2026-11-21T00:00:00Z" } }],
  ["file.list", {}],
  ["file.write", { value: { name: "up.bin", content: CONTENT } }],
  ["file.read", { value: { name: "up.bin" } }],
  ["file.rename", { value: { from: "up.bin", to: "down.bin" } }],
  ["file.delete", { value: { name: "down.bin" } }],
];
/** ConfirmedServiceRequest of ISO 9506-2, by their tags. */
const SENT = [1, 2, 4, 5, 6, 11, 12, 13, 46, 65, 67, 72, 73, 74, 75, 76, 77];

const PDUS: readonly string[] = [
  "mms.initiate_RequestPDU_element",
  "mms.initiate_ResponsePDU_element",
  "mms.confirmed_RequestPDU_element",
  "mms.confirmed_ResponsePDU_element",
  "mms.unconfirmed_PDU_element",
  "mms.conclude_RequestPDU_element",
];

describe.skipIf(!isInstalled)("our client and our server (skipped where tshark is not installed)", () => {
  it("are understood by Wireshark down to MMS, without a malformed frame", () => {
    const file = join(folder, "mms.pcap");
    const { file: bytes, refused } = conversation();
    expect(refused).toEqual([]);
    writeFileSync(file, bytes);
    const fields = ["frame.protocols", "_ws.malformed", "mms.confirmedServiceRequest", ...PDUS];
    const columns = fields.flatMap((field) => ["-e", field]);
    const said = execFileSync("tshark", ["-r", file, "-T", "fields", "-E", "separator=;", ...columns], {
      ...{ encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] },
    });
    const packets = said.split("\n").filter((line) => line !== "");
    const count = (field: string): number =>
      packets.filter((line) => (line.split(";")[fields.indexOf(field)] ?? "") !== "").length;
    expect(packets.filter((line) => line.split(";")[1] !== "")).toEqual([]);
    expect(packets.filter((line) => line.includes(":mms")).length).toBeGreaterThan(60);
    for (const pdu of PDUS) expect(count(pdu), pdu).toBeGreaterThan(0);
    expect(count("mms.unconfirmed_PDU_element")).toBeGreaterThan(3);
    const services = packets.map((line) => line.split(";")[fields.indexOf("mms.confirmedServiceRequest")] ?? "");
    expect(SENT.filter((tag) => !services.includes(`${tag}`))).toEqual([]);
  }, 60_000);
});
