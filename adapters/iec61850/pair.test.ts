import { describe, expect, it } from "vitest";
import {
  blocksControls,
  getsStuck,
  lacksSynchronism,
  refusesReached,
} from "../../firmware-sim/iec61850/behaviours/faults-of-controls.ts";
import { command, ied, Pair, plan } from "./pair.testing.ts";

const target = (value: string) => ({ scheme: "iec61850", value }) as const;
const BREAKER = target("BAY1CTRL/CSWI1.Pos");

describe("our session and a simulated IED", () => {
  it("associate, and are released after the one command", () => {
    const pair = new Pair().open("command");
    expect(pair.run(command("device.identify"))).toMatchObject({ end: "succeeded" });
    expect(pair.ended).toBe("done");
  });

  it("discover the whole model, and ask nothing twice", () => {
    const pair = new Pair().open();
    const before = pair.sent;
    const { result } = pair.run(command("model.get"));
    expect(Object.keys(result).sort()).toEqual(["BAY1CTRL", "BAY1LD0", "BAY1MEAS", "BAY1PROT"]);
    expect(result["BAY1MEAS"]).toMatchObject({ nodes: expect.stringContaining("MMXU1") });
    // One for the devices, three lists of each of four, fourteen nodes, three data sets.
    expect(pair.sent - before).toBe(1 + 12 + 14 + 3);
    const node = pair.run(command("model.get", { target: target("BAY1CTRL/CSWI1") })).result;
    expect(node["Pos[ST]"]).toContain("stVal:BITS(2)");
  });

  it("read values with quality, time and unit", () => {
    const pair = new Pair().open();
    const end = pair.run(command("read", { target: target("BAY1MEAS/MMXU1.TotW.mag[MX]") }));
    expect(end).toMatchObject({ end: "succeeded", result: { values: { "BAY1MEAS/MMXU1.TotW.mag[MX]": { f: 0 } } } });
    pair.run(command("read", { target: target("BAY1CTRL/XCBR1.Pos[ST]") }));
    const [power, position] = pair.messages("busbar.reading.v1");
    expect(power?.data.points).toEqual([
      { ref: target("BAY1MEAS/MMXU1.TotW.mag.f[MX]"), type: "f32", value: 0, unit: "W" },
    ]);
    expect(position?.data.points).toContainEqual(
      expect.objectContaining({ type: "enum", value: "on", q: { validity: "good" } }),
    );
  });

  it("say why a value is not there", () => {
    const pair = new Pair().open();
    const end = pair.run(command("read", { target: target("BAY1MEAS/MMXU1.Nope[MX]") }));
    expect(end).toMatchObject({ end: "failed", fault: { code: "mms.data.refused" } });
    expect(pair.run(command("read", { target: target("nonsense") })).end).toBe("rejected");
    expect(pair.run(command("fly")).fault?.code).toBe("iec61850.command.unknown-action");
  });

  it("write what may be written, in the device's own type", () => {
    const pair = new Pair().open();
    const ref = "BAY1CTRL/CSWI1.NamPlt.vendor[DC]";
    const written = pair.run(command("write", { target: target(ref), value: "acme" }));
    const wrong = pair.run(command("write", { target: target(ref), value: true }));
    expect(wrong).toMatchObject({ end: "rejected", fault: { code: "iec61850.command.invalid" } });
    expect(["succeeded", "failed"]).toContain(written.end);
  });
});

describe("a control", () => {
  it("is selected, operated and terminated where the device asks for it", () => {
    const pair = new Pair().open();
    const end = pair.run(command("operate", { target: BREAKER, value: false }));
    expect(end).toMatchObject({ end: "succeeded", result: { model: "sbo-enhanced", end: "terminated", ctlNum: 1 } });
    const after = pair.run(command("read", { target: target("BAY1CTRL/XCBR1.Pos.stVal[ST]") }));
    expect(after.result).toMatchObject({ values: { "BAY1CTRL/XCBR1.Pos.stVal[ST]": "off" } });
    const next = pair.run(command("operate", { uid: "again", target: BREAKER, value: "on", mode: "sbo-enhanced" }));
    expect(next).toMatchObject({ end: "succeeded", result: { ctlNum: 2 } });
  });

  it.each([
    ["SPCSO1", "direct", "answered"],
    ["SPCSO2", "sbo", "answered"],
    ["SPCSO3", "direct-enhanced", "terminated"],
    ["SPCSO4", "sbo-enhanced", "terminated"],
  ])("%s is %s and ends %s", (name, model, end) => {
    const pair = new Pair().open();
    const done = pair.run(command("operate", { target: target(`BAY1CTRL/GGIO1.${name}`), value: true }));
    expect(done).toMatchObject({ end: "succeeded", result: { model, end } });
  });

  it("that is selected alone is operated with the same number", () => {
    const pair = new Pair().open();
    const object = target("BAY1CTRL/GGIO1.SPCSO4");
    const selected = pair.run(command("select", { target: object, value: true }));
    expect(selected.result).toMatchObject({ end: "selected", ctlNum: 1 });
    expect(pair.run(command("operate", { target: object, value: true })).result).toMatchObject({ ctlNum: 1 });
  });

  it.each([
    ["refuses-reached", refusesReached, "position-reached"],
    ["blocks-controls", blocksControls, "blocked-by-process"],
  ])("ends with the reason of a device that %s", (_name, behaviour, native) => {
    const pair = new Pair({ behaviours: [behaviour()] }).open();
    const end = pair.run(command("operate", { target: BREAKER, value: true }));
    expect(end).toMatchObject({ end: "failed", result: { native } });
    expect(end.fault?.code).toMatch(/^iec61850\.control\.(?:refused|failed)$/);
  });

  it("checks what it was told to check", () => {
    const pair = new Pair({ behaviours: [lacksSynchronism()] }).open();
    const value = { value: false, check: ["synchrocheck"], originator: "station-control" };
    expect(pair.run(command("operate", { target: BREAKER, value }))).toMatchObject({
      end: "failed",
      result: { native: "blocked-by-synchrocheck" },
    });
    expect(pair.run(command("operate", { target: BREAKER, value: { value: false } })).end).toBe("succeeded");
  });

  it("that never terminates ends as unanswered", () => {
    const pair = new Pair({ behaviours: [getsStuck()], timeouts: { terminationMs: 2_000 } }).open();
    const end = pair.run(command("operate", { target: BREAKER, value: false }));
    expect(end.end).not.toBe("succeeded");
  });

  it("is refused where it is not what was insisted on, and where nothing can be controlled", () => {
    const pair = new Pair().open();
    const direct = target("BAY1CTRL/GGIO1.SPCSO1");
    expect(pair.run(command("operate", { target: direct, value: true, mode: "sbo" }))).toMatchObject({
      end: "rejected",
      fault: { code: "iec61850.command.invalid" },
    });
    const status = pair.run(command("operate", { target: target("BAY1CTRL/XCBR1.Pos"), value: true }));
    expect(status).toMatchObject({ end: "rejected", fault: { code: "iec61850.control.status-only" } });
  });

  it("that is not answered is unanswered, because it may have happened", () => {
    const pair = new Pair().open();
    pair.submit(command("operate", { target: BREAKER, value: false }));
    pair.cut();
    expect(pair.conclusions).toMatchObject([{ end: "unanswered" }]);
  });
});

describe("reports", () => {
  const device = ied({ reports: [plan("BAY1LD0/LLN0.brcbPositions"), plan("BAY1LD0/LLN0.urcbMeasurements")] });

  it("of buffered and unbuffered blocks become readings", () => {
    const pair = new Pair({ device }).open().pass(1_000);
    expect(pair.refusals).toEqual([]);
    const before = pair.messages("busbar.reading.v1").length;
    expect(before).toBeGreaterThan(0);
    pair.run(command("operate", { target: BREAKER, value: false }));
    pair.pass(1_000);
    const [reading] = pair.messages("busbar.reading.v1").slice(before);
    expect(reading?.data).toMatchObject({ cause: "spontaneous", historical: false });
    expect(reading?.data.points[0]).toMatchObject({ ref: { value: expect.stringContaining("Pos") } });
    expect(reading?.timesource).toBe("device");
  });

  it("remember the EntryID with the messages it belongs to, and go on from it", () => {
    const pair = new Pair({ device }).open().pass(1_000);
    const entry = (): unknown => pair.registry.memories.get("ied_1")?.["entry:BAY1LD0/LLN0$BR$brcbPositions01"];
    const first = entry();
    expect(first).toMatch(/^[0-9a-f]{16}$/);
    // The agent dies with a report it has not stored.
    pair.holdStores = true;
    pair.run(command("operate", { target: BREAKER, value: false }));
    expect(entry()).toBe(first);
    pair.cut();
    pair.holdStores = false;
    const stored = pair.drafts.length;
    pair.open().pass(5_000);
    const replayed = pair.messages("busbar.reading.v1").slice(stored);
    const positions = replayed.flatMap((one) => one.data.points).filter((one) => one.ref.value.includes("XCBR1.Pos"));
    expect(positions.map((one) => one.value)).toContain("off");
    const ids = pair.drafts.map((one) => one.id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(pair.ended).toBeUndefined();
  });

  it("are had from the next instance where the first is another client's", () => {
    const pair = new Pair({ device }).open().pass(1_000);
    const first = pair.session;
    expect(first.isAssociated).toBe(true);
    const blocks = pair.run(command("report.status")).result["reports"];
    expect(Object.keys(Object(blocks))).toEqual([
      "BAY1LD0/LLN0$BR$brcbPositions01",
      "BAY1LD0/LLN0$RP$urcbMeasurements01",
    ]);
  });

  it("are asked for by an interrogation", () => {
    const pair = new Pair({ device }).open().pass(1_000);
    const before = pair.messages("busbar.reading.v1").length;
    expect(pair.run(command("report.interrogate")).end).toBe("succeeded");
    pair.pass(500);
    const causes = pair
      .messages("busbar.reading.v1")
      .slice(before)
      .map((one) => one.data.cause);
    expect(causes).toEqual(["interrogation", "interrogation"]);
  });

  it("that a device does not have are said to be missing", () => {
    const pair = new Pair({ device: ied({ reports: [plan("BAY1LD0/LLN0.nope")] }) }).open().pass(1_000);
    expect(pair.refusals.map((one) => one.code)).toEqual(["iec61850.report.unknown"]);
  });
});

describe("everything else of an IED", () => {
  it("is its data sets, also those made by us", () => {
    const pair = new Pair().open();
    const members = ["BAY1CTRL/GGIO1.SPCSO1[ST]", "BAY1MEAS/MMXU1.TotW.mag.f[MX]"];
    const dataSet = "BAY1LD0/LLN0.dyn1";
    expect(pair.run(command("dataset.create", { value: { dataSet, members } })).end).toBe("succeeded");
    expect(pair.run(command("dataset.get", { value: { dataSet } })).result).toEqual({ deletable: true, members });
    expect(pair.run(command("dataset.read", { value: { dataSet } })).end).toBe("succeeded");
    expect(pair.run(command("dataset.delete", { value: { dataSet } })).end).toBe("succeeded");
    const fixed = pair.run(command("dataset.delete", { value: { dataSet: "BAY1LD0/LLN0.Positions" } }));
    expect(fixed.end).toBe("failed");
  });

  it("is its files, in both directions", () => {
    const pair = new Pair().open();
    const content = [12_000, 8_000].map((length) => Buffer.from("x".repeat(length)).toString("base64"));
    expect(pair.run(command("file.write", { value: { name: "up.bin", content } })).end).toBe("succeeded");
    const read = pair.run(command("file.read", { value: { name: "up.bin" } })).result;
    expect(read).toMatchObject({ size: 20_000, more: true });
    const listed = pair.run(command("file.list")).result;
    expect(JSON.stringify(listed)).toContain("up.bin");
    expect(pair.run(command("file.delete", { value: { name: "up.bin" } })).end).toBe("succeeded");
    expect(pair.run(command("file.read", { uid: "gone", value: { name: "up.bin" } }))).toMatchObject({
      end: "failed",
      result: { native: "file/file-non-existent" },
    });
  });

  it("is its setting groups", () => {
    const pair = new Pair().open();
    const ld = "BAY1PROT";
    expect(pair.run(command("setting-group.get", { value: { ld } })).result).toMatchObject({ count: 2, active: 1 });
    const values = { "BAY1PROT/PTOC1.StrVal.setMag.f": 550 };
    expect(pair.run(command("setting-group.edit", { value: { ld, group: 2, values } })).end).toBe("succeeded");
    expect(pair.run(command("setting-group.activate", { value: { ld, group: 2 } })).end).toBe("succeeded");
    const active = pair.run(command("read", { target: target("BAY1PROT/PTOC1.StrVal.setMag.f[SG]") })).result;
    expect(active).toEqual({ values: { "BAY1PROT/PTOC1.StrVal.setMag.f[SG]": 550 } });
  });

  it("is its log", () => {
    const pair = new Pair().open();
    pair.run(command("operate", { target: BREAKER, value: false }));
    const { result } = pair.run(command("log.read", { target: target("BAY1LD0/LLN0.Events") }));
    expect(JSON.stringify(result["entries"])).toContain('{"ref":"XCBR1$ST$Pos$stVal","value":"off"}');
    const log = target("BAY1LD0/LLN0.Events");
    const early = pair.run(command("log.initialize", { target: log, value: { until: "2026-11-20T00:00:00Z" } }));
    expect(early.result).toEqual({ deleted: 0 });
    expect(pair.run(command("log.initialize", { target: log })).result["deleted"]).toBeGreaterThan(0);
    expect(pair.run(command("log.read", { uid: "again", target: log })).result).toMatchObject({ entries: [] });
  });

  it("is asked whether it stands when it is silent, and given up when it does not answer", () => {
    const pair = new Pair({ timeouts: { keepAliveMs: 1_000, requestMs: 500 } }).open().pass(100);
    const before = pair.sent;
    pair.pass(3_000);
    expect(pair.sent - before).toBeGreaterThanOrEqual(2);
    pair.ied.behave({ name: "silent", answers: () => ({ kind: "silence" }) });
    pair.pass(3_000);
    expect(pair.ended).toMatchObject({ code: "mms.service.unanswered" });
  });
});
