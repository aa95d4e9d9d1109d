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
function conversation(): Uint8Array {
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
  pair.pass(5_000);
  return capture.file;
}

const PDUS: readonly string[] = [
  "mms.initiate_RequestPDU_element",
  "mms.initiate_ResponsePDU_element",
  "mms.confirmed_RequestPDU_element",
  "mms.confirmed_ResponsePDU_element",
  "mms.unconfirmed_PDU_element",
];

describe.skipIf(!isInstalled)("our client and our server (skipped where tshark is not installed)", () => {
  it("are understood by Wireshark down to MMS, without a malformed frame", () => {
    const file = join(folder, "mms.pcap");
    writeFileSync(file, conversation());
    const fields = ["frame.protocols", "_ws.malformed", ...PDUS];
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
  }, 60_000);
});
