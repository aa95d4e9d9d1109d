import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Association } from "../../adapters/iec61850/association/association.ts";
import type { AssociationOutcome } from "../../adapters/iec61850/association/exchange.ts";
import { presetParameters } from "../../adapters/iec61850/association/parameters.ts";
import type { MmsRequest } from "../../adapters/iec61850/mms/pdu.ts";
import { command, ied, Pair, plan } from "../../adapters/iec61850/pair.testing.ts";
import type { Step } from "../../adapters/kit/step.ts";
import { toInstant } from "../../adapters/kit/time.ts";
import type { Behaviour } from "./behaviour.ts";
import type { SimulatedIed } from "./ied.ts";
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

/** Keeps what goes over the associations of an IED, both ways. */
function keep(simulated: SimulatedIed, capture: Capture): void {
  const accept = simulated.accept.bind(simulated);
  simulated.accept = (peer) => {
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
}

/** Our client and our server, both directions, with what both have. */
function conversation(): { readonly file: Uint8Array; readonly refused: readonly string[] } {
  const capture = new Capture();
  const pair = new Pair({
    device: ied({ reports: [plan("BAY1LD0/LLN0.brcbPositions"), plan("BAY1LD0/LLN0.urcbMeasurements")] }),
  });
  keep(pair.ied, capture);
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

const STATUS: MmsRequest = { service: "status", extendedDerivation: false };

/**
 * What only the association itself asks for: status, and cancel of a request that waits for its answer, of one that has had
 * it by then, and of one nobody ever sent.
 */
function cancelling(): { readonly file: Uint8Array; readonly ends: readonly string[] } {
  const capture = new Capture();
  let isSlow = false;
  const slow: Behaviour = {
    name: "slow",
    alters: (_ied, reply) => (isSlow && reply.kind === "answer" ? { ...reply, afterMs: 1_000 } : reply),
  };
  const { ied: simulated } = new Pair({ behaviours: [slow] });
  keep(simulated, capture);
  const client = new Association(presetParameters("libiec61850"), {
    ...{ associateMs: 10_000, requestMs: 5_000, releaseMs: 2_000 },
  });
  const server = simulated.accept("192.0.2.1:4001");
  const now = toInstant(0);
  const ends: string[] = [];
  const carry = (step: Step<AssociationOutcome>): void => {
    for (const outcome of step.outcomes) {
      if (outcome.kind === "answered") ends.push(outcome.response.service);
      if (outcome.kind === "failed") ends.push(outcome.fault.code);
    }
    for (const bytes of step.send)
      for (const answer of server.receive(bytes, now).send) carry(client.receive(answer, now));
  };
  server.open(now);
  carry(client.open(now));
  carry(client.request(STATUS, now).step);
  isSlow = true;
  const waiting = client.request(STATUS, now);
  carry(waiting.step);
  carry(client.cancel(waiting.ticket));
  isSlow = false;
  const crossing = client.request(STATUS, now);
  // The answer is on its way when the cancel leaves.
  const cancel = client.cancel(crossing.ticket);
  carry(crossing.step);
  carry(cancel);
  carry(client.release(now));
  return { file: capture.file, ends };
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

const CANCELS: readonly string[] = ["mms.cancel_RequestPDU", "mms.cancel_ResponsePDU", "mms.cancel_ErrorPDU_element"];

const PDUS: readonly string[] = [
  "mms.initiate_RequestPDU_element",
  "mms.initiate_ResponsePDU_element",
  "mms.confirmed_RequestPDU_element",
  "mms.confirmed_ResponsePDU_element",
  "mms.unconfirmed_PDU_element",
  "mms.conclude_RequestPDU_element",
];

/** Field by field what Wireshark makes of each packet of a capture. */
function dissect(bytes: Uint8Array, fields: readonly string[]): readonly (readonly string[])[] {
  const file = join(folder, "mms.pcap");
  writeFileSync(file, bytes);
  const columns = fields.flatMap((field) => ["-e", field]);
  const said = execFileSync("tshark", ["-r", file, "-T", "fields", "-E", "separator=;", ...columns], {
    ...{ encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] },
  });
  const packets = said.split("\n").filter((line) => line !== "");
  return packets.map((line) => line.split(";"));
}

describe.skipIf(!isInstalled)("our client and our server (skipped where tshark is not installed)", () => {
  it("are understood by Wireshark down to MMS, without a malformed frame", () => {
    const { file, refused } = conversation();
    expect(refused).toEqual([]);
    const fields = ["frame.protocols", "_ws.malformed", "mms.confirmedServiceRequest", ...PDUS];
    const packets = dissect(file, fields);
    const count = (field: string): number => packets.filter((one) => (one[fields.indexOf(field)] ?? "") !== "").length;
    expect(packets.filter((one) => one[1] !== "")).toEqual([]);
    expect(packets.filter((one) => one[0]?.includes(":mms")).length).toBeGreaterThan(60);
    for (const pdu of PDUS) expect(count(pdu), pdu).toBeGreaterThan(0);
    expect(count("mms.unconfirmed_PDU_element")).toBeGreaterThan(3);
    const services = packets.map((one) => one[fields.indexOf("mms.confirmedServiceRequest")] ?? "");
    expect(SENT.filter((tag) => !services.includes(`${tag}`))).toEqual([]);
  }, 60_000);

  it("are understood where they ask for the status and where they cancel", () => {
    const { file, ends } = cancelling();
    expect(ends).toEqual(["status", "mms.service.cancelled", "status"]);
    const packets = dissect(file, ["_ws.malformed", "mms.confirmedServiceRequest", ...CANCELS]);
    expect(packets.filter((one) => one[0] !== "")).toEqual([]);
    expect(packets.filter((one) => one[1] === "0")).toHaveLength(3);
    const told = CANCELS.map((_, at) => packets.filter((one) => (one[at + 2] ?? "") !== "").length);
    expect(told).toEqual([2, 1, 1]);
  }, 60_000);
});
