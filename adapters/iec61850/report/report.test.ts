import { describe, expect, it } from "vitest";
import { decodeFrame, decodeTsdu } from "../layers.ts";
import { type AccessResult, mmsBits, mmsBoolean, mmsUnsigned, mmsVisible } from "../mms/data.ts";
import type { InformationReport } from "../mms/pdu.ts";
import { ied, plan } from "../pair.testing.ts";
import { toReference } from "../model/reference.ts";
import { faultOf, frame } from "../vectors.testing.ts";
import { toWall } from "../../kit/time.ts";
import type { EnabledReport } from "./enable.ts";
import { matches, reportPattern } from "./plan.ts";
import { ReportReceiver } from "./receiver.ts";
import { readReport } from "./report.ts";

function observed(name: string): InformationReport {
  const cotp = decodeFrame(frame(name));
  const mms = cotp.kind === "data" ? decodeTsdu(cotp.payload).mms : undefined;
  if (mms?.kind !== "information-report") throw new Error(`${name} is no report`);
  return mms.report;
}

function report(...results: readonly AccessResult[]): InformationReport {
  return { specification: { kind: "list", list: { scope: "vmd", item: "RPT" } }, results };
}

const WALL = toWall(1_795_219_200_000);
const ENABLED: EnabledReport = {
  control: { ld: "IED1LD0", ln: "LLN0", fc: "BR", name: "brcb01", attributes: [] },
  plan: plan("IED1LD0/LLN0.brcb"),
  rptId: "R",
  dataSet: "IED1LD0/LLN0$Set",
  members: ["a", "b", "c"].map((name) => ({
    reference: toReference(`IED1LD0/GGIO1.${name}.stVal[ST]`),
    type: { type: "boolean" },
    units: new Map(),
  })),
  confRev: 1,
  bufferedUntil: undefined,
  isResynchronized: false,
};

/** A report with SqNum, and with segmentation where it is given. */
function numbered(
  sqNum: number,
  inclusion: string,
  segment?: { readonly number: number; readonly more: boolean },
): InformationReport {
  const values = [...inclusion].filter((bit) => bit === "1").map(() => mmsBoolean(true));
  const fields = segment === undefined ? "0100000000" : "0100000001";
  const part = segment === undefined ? [] : [mmsUnsigned(segment.number), mmsBoolean(segment.more)];
  return report(mmsVisible("R"), mmsBits(fields), mmsUnsigned(sqNum), ...part, mmsBits(inclusion), ...values);
}

function receiver(enabled: EnabledReport = ENABLED): ReportReceiver {
  const made = new ReportReceiver(ied());
  made.add(enabled);
  return made;
}

describe("a report", () => {
  it("is read by the optional fields in itself", () => {
    const read = readReport(observed("brcb/26-operate-to-cause-dchg-ind"));
    expect(read).toMatchObject({ rptId: "Events2", sqNum: 2, bufferOverflow: false, confRev: 1, segment: undefined });
    expect(read.entryId).toEqual(Uint8Array.from([0, 0, 1, 0xa1, 0xfb, 0x7c, 0x61, 0x33]));
    expect(read.entries).toEqual([
      {
        member: 0,
        reference: "simpleIOGenericIO/GGIO1$ST$SPCSO1$stVal",
        value: { type: "boolean", value: true },
        reasons: ["dataChange"],
      },
    ]);
  });

  it.each([
    ["too few values", report(mmsVisible("R"), mmsBits("0000000000"), mmsBits("11"), mmsBoolean(true))],
    ["too many", report(mmsVisible("R"), mmsBits("0000000000"), mmsBits("1"), mmsBoolean(true), mmsBoolean(true))],
    ["another type", report(mmsVisible("R"), mmsBits("0100000000"), mmsVisible("x"), mmsBits("0"))],
    ["no OptFlds", report(mmsVisible("R"))],
    ["nothing", report()],
  ])("with %s is refused", (_what, wrong) => {
    expect(faultOf(() => readReport(wrong))).toBe("iec61850.report.malformed");
  });

  it("in segments is put together, and one with a hole is none", () => {
    const one = receiver();
    expect(one.take(numbered(1, "100", { number: 0, more: true }), WALL).received).toBeUndefined();
    const whole = one.take(numbered(1, "011", { number: 1, more: false }), WALL).received;
    expect(whole?.report.entries.map((entry) => entry.member)).toEqual([0, 1, 2]);
    one.take(numbered(2, "100", { number: 0, more: true }), WALL);
    const torn = one.take(numbered(2, "001", { number: 2, more: false }), WALL);
    expect(torn.received).toBeUndefined();
    expect(torn.faults.map((fault) => fault.code)).toEqual(["iec61850.report.malformed"]);
    expect(one.take(numbered(3, "111"), WALL).received).toBeDefined();
  });

  it("that was left out is noticed, and a number that starts over is not", () => {
    const one = receiver();
    const codes = [65_534, 65_535, 0, 1, 5].flatMap((sqNum) =>
      one.take(numbered(sqNum, "100"), WALL).events.map((event) => ("code" in event.data ? event.data.code : "")),
    );
    expect(codes).toEqual(["report.sequence-gap"]);
  });

  it("says that the buffer overflowed, and that we begin anew", () => {
    const overflowed = report(
      mmsVisible("R"),
      mmsBits("0000001000"),
      mmsBoolean(true),
      mmsBits("100"),
      mmsBoolean(true),
    );
    const events = receiver({ ...ENABLED, isResynchronized: true }).take(overflowed, WALL).events;
    expect(events.map((event) => ("code" in event.data ? event.data.code : ""))).toEqual([
      "report.resynchronized",
      "report.buffer-overflow",
    ]);
  });

  it("nobody has asked for is told of once", () => {
    const stranger = report(mmsVisible("other"), mmsBits("0000000000"), mmsBits("1"), mmsBoolean(true));
    const one = receiver();
    expect(one.take(stranger, WALL).faults.map((fault) => fault.code)).toEqual(["iec61850.report.unknown"]);
    expect(one.take(stranger, WALL).faults).toEqual([]);
  });
});

describe("a pattern", () => {
  it("names blocks, with wildcards", () => {
    expect(reportPattern("*LD0/LLN0.brcb?[BR]")).toMatchObject({ ld: "*LD0", ln: "LLN0", name: "brcb?", fc: "BR" });
    expect(matches("brcb*", "brcbEvents01")).toBe(true);
    expect(matches("brcb?", "brcbAB")).toBe(false);
    expect(faultOf(() => reportPattern("brcb"))).toBe("iec61850.model.reference");
  });
});
