import { describe, expect, it } from "vitest";
import { mmsBoolean, mmsUnsigned } from "../../../adapters/iec61850/mms/data.ts";
import { Bench, type RawClient, textOf } from "../client.testing.ts";
import { mixFor, readIngredient } from "../behaviour-mix.ts";
import { BEHAVIOURS } from "./roster.ts";

const SETTINGS = { everyMs: 1_000, eventEveryMs: 60_000 };
const YES = mmsBoolean(true);
const BRCB = "BAY1LD0/LLN0$BR$brcbPositions01";

/** An IED with that habit alone. */
function having(name: string): Bench {
  const behaviour = BEHAVIOURS[name]?.make(SETTINGS);
  if (behaviour === undefined) throw new Error(`no behaviour ${name}`);
  return new Bench({ behaviours: [behaviour] });
}

function stir(bench: Bench, times: number = 1): void {
  for (let n = 0; n < times; n++) {
    const leaf = bench.ied.find("BAY1CTRL", "GGIO1$ST$Ind1$stVal");
    const is = leaf?.value.type === "boolean" && leaf.value.value;
    if (leaf !== undefined) bench.ied.set([[leaf, mmsBoolean(!is)]], "test");
  }
}

function enabled(bench: Bench, localDetail: number = 65_000): RawClient {
  const client = bench.client({ localDetail });
  client.write(`${BRCB}$RptEna`, YES);
  return client;
}

describe("faulty answers", () => {
  it("answers-slowly: the deed is done at once, and said after 8 s", () => {
    const bench = having("answers-slowly");
    const client = bench.client();
    client.request({ service: "identify" });
    bench.pass(7_999);
    expect(client.take()).toEqual([]);
    bench.pass(1);
    expect(client.take()).toMatchObject([{ kind: "confirmed-response", invokeId: 1 }]);
  });

  it("answers-slowly: a request can be cancelled, and more than were agreed are rejected", () => {
    const bench = having("answers-slowly");
    const client = bench.client();
    for (let n = 0; n < 11; n++) client.request({ service: "identify" });
    expect(client.take()).toMatchObject([{ kind: "reject", invokeId: 11, reason: 6 }]);
    bench.pass(8_000);
    expect(client.take()).toHaveLength(10);
  });

  it("falls-silent, misnumbers-answers, hangs-up and lacks-services are what they say", () => {
    const silent = having("falls-silent").client();
    expect([silent.answerTo({ service: "identify" }), silent.ended]).toEqual([undefined, undefined]);
    const wrong = having("misnumbers-answers").client();
    for (let n = 0; n < 10; n++) wrong.request({ service: "identify" });
    expect(wrong.take().map((pdu) => "invokeId" in pdu && pdu.invokeId)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 1_010]);
    const gone = having("hangs-up").client();
    for (let n = 0; n < 20; n++) gone.request({ service: "identify" });
    expect([gone.take().length, gone.ended]).toEqual([19, "done"]);
    const bare = having("lacks-services").client();
    expect(bare.answerTo({ service: "identify" })).toBeUndefined();
    expect(typeof bare.read("BAY1CTRL/CSWI1$ST$Pos")).toBe("object");
  });

  it("refuses-associations says so, drops-associations does not", () => {
    expect(having("refuses-associations").client().below).toEqual(["connect-confirm", "refuse", "aare 1/1"]);
    const dropped = having("drops-associations").client();
    expect([dropped.below, dropped.ended]).toEqual([["connect-confirm"], "done"]);
  });
});

describe("faulty reports", () => {
  it("blocks-taken: the first instance is somebody else's, the second is free", () => {
    const client = having("blocks-taken").client();
    expect(client.write(`${BRCB}$RptEna`, YES)).toBe(2);
    expect(client.write(BRCB.replace("01", "02").concat("$RptEna"), YES)).toBe(0);
  });

  it("aborts-mid-report: half of the tenth arrives, and the connection is gone", () => {
    const bench = having("aborts-mid-report");
    const client = enabled(bench);
    stir(bench, 12);
    expect([client.reports().length, client.ended]).toEqual([9, "done"]);
    // The judge: what was sent and what came to be is all written down.
    expect(bench.lines("entry").filter(({ rcb }) => rcb === BRCB)).toHaveLength(12);
    expect(bench.lines("misbehaved")).toHaveLength(1);
  });

  it("loses-segments: the numbers of the segments have a gap", () => {
    const bench = having("loses-segments");
    const client = enabled(bench, 200);
    client.write(`${BRCB}$GI`, YES);
    const numbers = client.reports().map(({ results }) => textOf(results[8] ?? YES));
    expect(numbers.slice(0, 2)).toEqual(["0", "2"]);
  });

  it("sends-garbage: what follows the ninth report is no TPKT", () => {
    const bench = having("sends-garbage");
    const client = enabled(bench);
    stir(bench, 10);
    expect([client.reports().length, client.faults[0]]).toEqual([9, "iec61850.tpkt.malformed"]);
  });

  it("stops-reporting: takes everything and tells nothing", () => {
    const bench = having("stops-reporting");
    const client = enabled(bench);
    stir(bench, 3);
    expect([client.reports(), client.ended]).toEqual([[], undefined]);
  });

  it("replays-storm: what is long known comes again", () => {
    const bench = having("replays-storm");
    const client = enabled(bench);
    stir(bench, 5);
    const last = client.reports().at(-1)?.results[6];
    client.write(`${BRCB}$RptEna`, mmsBoolean(false));
    client.write(`${BRCB}$EntryID`, last as never);
    client.write(`${BRCB}$RptEna`, YES);
    expect(client.reports()).toHaveLength(5);
  });

  it("restarts and aborts-associations happen in time, again and again", () => {
    const restarting = having("restarts");
    const first = restarting.client();
    restarting.pass(60_000);
    expect(first.ended).toBe("done");
    restarting.pass(120_000);
    expect(restarting.lines("started")).toHaveLength(4);
    const aborting = having("aborts-associations");
    const client = aborting.client();
    aborting.pass(20_000);
    expect([client.below.at(-1), client.ended]).toEqual(["abort", "done"]);
  });
});

describe("values that move", () => {
  it("are the same for the same seed, and measured values are near what is usual", () => {
    const walk = (): string[] => {
      const bench = having("moves-measurements");
      const client = bench.client();
      client.write("BAY1LD0/LLN0$RP$urcbMeasurements01$BufTm", mmsUnsigned(0));
      client.write("BAY1LD0/LLN0$RP$urcbMeasurements01$RptEna", YES);
      bench.pass(3_500);
      return client.reports().map(({ results }) => results.map(textOf).join(" "));
    };
    const reports = walk();
    expect(reports).toEqual(walk());
    expect(reports).toHaveLength(3);
    const [, hz] = /\{\{(49\.9\d*|50(?:\.0\d*)?)\},/.exec(reports[0] ?? "") ?? [];
    expect(Math.abs(Number(hz) - 50)).toBeLessThan(0.1);
  });

  it("trip now and then: start, operate, open, reset, close", () => {
    const bench = having("trips");
    const client = enabled(bench);
    bench.pass(95_000);
    const told = client.reports().map(({ results }) => textOf(results[8] ?? YES).replace("1", ""));
    expect(told.length).toBeGreaterThanOrEqual(5);
    expect(textOf(client.read("BAY1CTRL/XCBR1$ST$Pos$stVal") as never)).toBe("10");
  });
});

describe("a mix of behaviours", () => {
  it("puts odd and faulty ones in front of a complete device, for a share of the devices", () => {
    expect(readIngredient("falls-silent=25%")).toEqual({ name: "falls-silent", percent: 25 });
    expect([readIngredient("falls-asleep"), readIngredient("falls-silent=101%")]).toEqual([undefined, undefined]);
    const silent = [0, 1, 2, 3].map((index) =>
      mixFor(index, [{ name: "falls-silent", percent: 25 }], SETTINGS).some(({ name }) => name === "falls-silent"),
    );
    expect(silent).toEqual([false, false, false, true]);
    const only = mixFor(0, [{ name: "trips", percent: 100 }], SETTINGS).map(({ name }) => name);
    expect(only).toEqual(["trips"]);
  });
});
