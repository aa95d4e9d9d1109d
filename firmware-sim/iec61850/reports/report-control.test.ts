import { describe, expect, it } from "vitest";
import { mmsBits, mmsBoolean, mmsOctets, mmsUnsigned, mmsVisible } from "../../../adapters/iec61850/mms/data.ts";
import type { InformationReport } from "../../../adapters/iec61850/mms/pdu.ts";
import { Bench, behaviourOf, type RawClient, textOf } from "../client.testing.ts";

const YES = mmsBoolean(true);
const NO = mmsBoolean(false);
const BRCB = "BAY1LD0/LLN0$BR$brcbPositions01";
const ENERGY = "BAY1LD0/LLN0$BR$brcbEnergy01";
const URCB = "BAY1LD0/LLN0$RP$urcbMeasurements01";

const text = ({ results }: InformationReport): string => results.map(textOf).join(" ");

/** Something that is reported happens. */
function stir(bench: Bench, item: string = "CILO1$ST$EnaOpn$stVal", value = NO): void {
  const leaf = bench.ied.find("BAY1CTRL", item);
  if (leaf === undefined) throw new Error(item);
  bench.ied.set([[leaf, value]], "test");
}

function alternate(bench: Bench, times: number): void {
  for (let n = 0; n < times; n++) {
    const now = bench.ied.find("BAY1CTRL", "GGIO1$ST$Ind1$stVal")?.value;
    stir(bench, "GGIO1$ST$Ind1$stVal", mmsBoolean(!(now?.type === "boolean" && now.value)));
  }
}

/** Indexes of entries in the order their reports came: EntryID is the fifth field of a buffered report with all options. */
function entriesOf(client: RawClient): string[] {
  return client.reports().map(({ results }) => {
    const entry = results[6];
    return entry === undefined ? "" : textOf(entry).slice(-2);
  });
}

describe("an unbuffered report control block", () => {
  it("reports what changed, with the fields its OptFlds ask for, in the order of the standard", () => {
    const bench = new Bench();
    const client = bench.client();
    expect(client.write(`${URCB}$BufTm`, mmsUnsigned(0))).toBe(0);
    expect(client.write(`${URCB}$OptFlds`, mmsBits("0111111110"))).toBe(0);
    // Neither buffer overflow nor EntryID: they are masked off.
    expect(textOf(client.read(`${URCB}$OptFlds`) as never)).toBe("0111110010");
    expect(client.write(`${URCB}$RptEna`, YES)).toBe(0);
    const hz = bench.ied.find("BAY1MEAS", "MMXU1$MX$Hz$mag$f");
    if (hz === undefined) throw new Error("no frequency");
    bench.ied.set([[hz, { type: "float", value: 50.5, width: 32 }]], "test");
    const [report] = client.reports();
    expect(report && text(report)).toBe(
      "BAY1LD0/LLN0$RP$urcbMeasurements01 0111110010 0 b BAY1LD0/LLN0$Measurements 1 001000000 " +
        "BAY1MEAS/MMXU1$MX$Hz {{0},{50.5},0000000000000,t} 010000",
    );
  });

  it("gathers changes for BufTm, and does not wait when a value changes again", () => {
    const bench = new Bench();
    const client = bench.client();
    client.write(`${URCB}$RptEna`, YES);
    const set = (value: number): void => {
      const leaf = bench.ied.find("BAY1MEAS", "MMXU1$MX$Hz$mag$f");
      if (leaf !== undefined) bench.ied.set([[leaf, { type: "float", value, width: 32 }]], "test");
    };
    set(50.1);
    bench.pass(150);
    expect(client.reports()).toEqual([]);
    set(50.2);
    expect(client.reports().map((one) => textOf(one.results[8] ?? NO))).toEqual([expect.stringContaining("{50.09")]);
    bench.pass(199);
    expect(client.reports()).toHaveLength(0);
    bench.pass(1);
    expect(client.reports()).toHaveLength(1);
  });

  it("tells everything on a general interrogation after the answer, and periodically for integrity", () => {
    const bench = new Bench();
    const client = bench.client();
    client.write(`${URCB}$IntgPd`, mmsUnsigned(1_000));
    client.write(`${URCB}$RptEna`, YES);
    const invokeId = client.request({
      service: "write",
      specification: {
        kind: "variables",
        variables: [{ name: { scope: "domain", domain: "BAY1LD0", item: "LLN0$RP$urcbMeasurements01$GI" } }],
      },
      data: [YES],
    });
    const came = client.take();
    expect(came.map(({ kind }) => kind)).toEqual(["confirmed-response", "information-report"]);
    expect(came[0]).toMatchObject({ invokeId });
    expect(came[1]?.kind === "information-report" && text(came[1].report)).toMatch(/ 111111111 .*000001$/);
    bench.pass(2_500);
    const integrity = client.reports();
    expect(integrity.map((one) => textOf(one.results.at(-1) ?? NO))).toEqual(["000010", "000010"]);
    expect(textOf(client.read(`${URCB}$SqNum`) as never)).toBe("3");
  });

  it("belongs to whoever reserved it until the association ends, and is not changed while it is enabled", () => {
    const bench = new Bench();
    const [one, other] = [bench.client(), bench.client()];
    expect(one.write(`${URCB}$Resv`, YES)).toBe(0);
    expect(other.write(`${URCB}$RptEna`, YES)).toBe(2);
    expect(one.write(`${URCB}$RptEna`, YES)).toBe(0);
    expect(one.write(`${URCB}$IntgPd`, mmsUnsigned(5))).toBe(2);
    expect(one.write(`${URCB}$ConfRev`, mmsUnsigned(5))).toBe(3);
    one.close();
    expect(other.read(`${URCB}$Resv`)).toEqual(NO);
    expect(other.write(`${URCB}$RptEna`, YES)).toBe(0);
  });

  it("takes a data set a client defined, also one of its association, and refuses one there is not", () => {
    const bench = new Bench();
    const client = bench.client();
    const variables = [{ name: { scope: "domain", domain: "BAY1CTRL", item: "GGIO1$ST$Ind1" } }] as const;
    client.ask({ service: "define-named-variable-list", name: { scope: "association", item: "mine" }, variables });
    expect(client.write(`${URCB}$DatSet`, mmsVisible("BAY1LD0/LLN0$None"))).toBe(11);
    expect(client.write(`${URCB}$DatSet`, mmsVisible("@mine"))).toBe(0);
    expect(textOf(client.read(`${URCB}$ConfRev`) as never)).toBe("2");
    client.write(`${URCB}$BufTm`, mmsUnsigned(0));
    expect(client.write(`${URCB}$RptEna`, YES)).toBe(0);
    alternate(bench, 1);
    const [report] = client.reports();
    expect(report && text(report)).toContain("@mine 2 1 BAY1CTRL/GGIO1$ST$Ind1 {true,");
  });
});

describe("a buffered report control block", () => {
  it("collects before anybody asks, and tells it in order to whoever enables it", () => {
    const bench = new Bench();
    alternate(bench, 3);
    const client = bench.client();
    expect(client.write(`${BRCB}$RptEna`, YES)).toBe(0);
    const reports = client.reports();
    expect(reports.map((one) => textOf(one.results[2] ?? NO))).toEqual(["0", "1", "2"]);
    expect(reports[0] && text(reports[0])).toMatch(
      /^Positions 0111101110 0 b BAY1LD0\/LLN0\$Positions false x[0-9a-f]{16} 1 00000000001 \{true,/,
    );
    expect(bench.lines("entry").filter(({ rcb }) => rcb === BRCB)).toHaveLength(3);
    expect(bench.lines("entry-sent")).toHaveLength(3);
  });

  it("goes on after the EntryID it is given, after an abort as if nothing had been", () => {
    const bench = new Bench();
    const first = bench.client();
    first.write(`${BRCB}$RptEna`, YES);
    alternate(bench, 4);
    const seen = first.reports().map((one) => one.results[6]);
    first.abort();
    alternate(bench, 2);
    const second = bench.client();
    const last = seen[1];
    expect(second.write(`${BRCB}$EntryID`, last as never)).toBe(0);
    expect(second.write(`${BRCB}$RptEna`, YES)).toBe(0);
    const rest = second.reports();
    expect(rest.map((one) => textOf(one.results[2] ?? NO))).toEqual(["0", "1", "2", "3"]);
    expect(rest.slice(0, 2).map((one) => textOf(one.results[6] ?? NO))).toEqual(
      seen.slice(2).map((one) => textOf(one ?? NO)),
    );
    expect(bench.lines("resumed")).toMatchObject([{ rcb: BRCB, entryId: textOf(last ?? NO).slice(1) }]);
    expect(bench.lines("ended")).toMatchObject([{ how: "aborted" }]);
  });

  it("goes on after what was sent where no EntryID is written, replays all for zero, refuses what it does not know", () => {
    const bench = new Bench();
    const client = bench.client();
    client.write(`${BRCB}$RptEna`, YES);
    alternate(bench, 2);
    client.write(`${BRCB}$RptEna`, NO);
    client.reports();
    alternate(bench, 1);
    client.write(`${BRCB}$RptEna`, YES);
    expect(entriesOf(client)).toHaveLength(1);
    client.write(`${BRCB}$RptEna`, NO);
    expect(client.write(`${BRCB}$EntryID`, mmsOctets(Uint8Array.of(9, 9, 9, 9, 9, 9, 9, 9)))).toBe(11);
    expect(client.write(`${BRCB}$EntryID`, mmsOctets(new Uint8Array(8)))).toBe(0);
    client.write(`${BRCB}$RptEna`, YES);
    expect(entriesOf(client)).toHaveLength(3);
  });

  it("loses the oldest when it is full, and says so in the next report once", () => {
    const bench = new Bench({ behaviours: [behaviourOf("small", { bufferEntries: 5 })] });
    alternate(bench, 7);
    const client = bench.client();
    client.write(`${BRCB}$RptEna`, YES);
    const reports = client.reports();
    expect(reports.map((one) => textOf(one.results[5] ?? NO))).toEqual(["true", "false", "false", "false", "false"]);
    expect(bench.lines("overflowed").filter(({ rcb }) => rcb === BRCB)).toMatchObject([
      { wasSent: false },
      { wasSent: false },
    ]);
    // What was sent may go: nobody lost anything.
    alternate(bench, 8);
    expect(client.reports().map((one) => textOf(one.results[5] ?? NO))).not.toContain("true");
  });

  it("is emptied by PurgeBuf, and by a change that makes its entries meaningless", () => {
    const bench = new Bench();
    const client = bench.client();
    alternate(bench, 3);
    client.write(`${BRCB}$PurgeBuf`, YES);
    client.write(`${BRCB}$RptEna`, YES);
    expect(client.reports()).toEqual([]);
    client.write(`${BRCB}$RptEna`, NO);
    alternate(bench, 3);
    client.write(`${BRCB}$TrgOps`, mmsBits("011001"));
    client.write(`${BRCB}$OptFlds`, mmsBits("0111101110"));
    client.write(`${BRCB}$RptEna`, YES);
    expect(client.reports()).toHaveLength(3);
    client.write(`${BRCB}$RptEna`, NO);
    alternate(bench, 2);
    client.write(`${BRCB}$TrgOps`, mmsBits("010001"));
    client.write(`${BRCB}$RptEna`, YES);
    expect(client.reports()).toEqual([]);
    expect(bench.lines("purged").map(({ entries }) => entries)).toEqual([3, 5]);
  });

  it("stays reserved for ResvTms after the association, for the same client", () => {
    const bench = new Bench();
    const one = bench.client();
    expect(one.write(`${ENERGY}$ResvTms`, { type: "integer", value: 10 })).toBe(0);
    one.close();
    const other = bench.client({}, "192.0.2.99:5000");
    expect(other.write(`${ENERGY}$RptEna`, YES)).toBe(2);
    const same = bench.client();
    expect(same.write(`${ENERGY}$RptEna`, YES)).toBe(0);
    same.close();
    bench.pass(10_000);
    expect(other.write(`${ENERGY}$RptEna`, YES)).toBe(0);
  });

  it("cuts a report to the size of the PDU, each part with its own members", () => {
    const bench = new Bench();
    const client = bench.client({ localDetail: 200 });
    client.write(`${BRCB}$RptEna`, YES);
    client.write(`${BRCB}$GI`, YES);
    const parts = client.reports();
    expect(parts.length).toBeGreaterThan(1);
    const field = (index: number) => parts.map((one) => textOf(one.results[index] ?? NO));
    expect(new Set(field(1))).toEqual(new Set(["0111101111"]));
    expect(new Set(field(2))).toEqual(new Set(["0"]));
    expect(field(8)).toEqual(parts.map((_, index) => String(index)));
    expect(field(9)).toEqual(parts.map((_, index) => String(index < parts.length - 1)));
    const included = Array.from({ length: 11 }, (_, index) => field(10).filter((bits) => bits[index] === "1").length);
    expect(included).toEqual(Array.from({ length: 11 }, () => 1));
  });

  it("begins with other EntryIDs after a restart, and has nothing of before", () => {
    const bench = new Bench();
    const before = bench.client();
    before.write(`${BRCB}$RptEna`, YES);
    alternate(bench, 1);
    const [report] = before.reports();
    bench.ied.restart();
    expect(before.ended).toBe("done");
    const after = bench.client();
    expect(after.write(`${BRCB}$EntryID`, report?.results[6] as never)).toBe(11);
    after.write(`${BRCB}$RptEna`, YES);
    expect(after.reports()).toEqual([]);
    expect(new Set(bench.lines("started").map(({ bootId }) => bootId)).size).toBe(2);
  });
});
