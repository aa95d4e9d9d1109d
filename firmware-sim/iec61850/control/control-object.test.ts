import { describe, expect, it } from "vitest";
import {
  type MmsData,
  mmsBits,
  mmsBoolean,
  mmsFloat,
  mmsInteger,
  mmsOctets,
  mmsStructure,
  mmsUnsigned,
} from "../../../adapters/iec61850/mms/data.ts";
import { toWall } from "../../../adapters/kit/time.ts";
import { BEHAVIOURS } from "../behaviours/roster.ts";
import { Bench, behaviourOf, type RawClient, textOf, WALL_START } from "../client.testing.ts";
import { utcTime } from "../times.ts";

const ON = mmsBoolean(true);
const SETTINGS = { everyMs: 1_000, eventEveryMs: 60_000 };

interface Options {
  readonly orCat?: number;
  readonly ctlNum?: number;
  readonly test?: boolean;
  readonly check?: string;
  readonly operTm?: MmsData;
  readonly withoutCheck?: boolean;
}

function oper(
  ctlVal: MmsData,
  { orCat = 2, ctlNum = 1, test = false, check = "00", operTm, withoutCheck }: Options = {},
): MmsData {
  const origin = mmsStructure(mmsInteger(orCat), mmsOctets(Uint8Array.of(0x62)));
  const head = operTm === undefined ? [ctlVal] : [ctlVal, operTm];
  const tail = [origin, mmsUnsigned(ctlNum), utcTime(toWall(WALL_START)), mmsBoolean(test)];
  return mmsStructure(...head, ...tail, ...(withoutCheck === true ? [] : [mmsBits(check)]));
}

const at = (object: string, part: string): string => `BAY1CTRL/${object.replace(".", "$CO$")}$${part}`;
const status = (client: RawClient, object: string): string =>
  textOf(client.read(`BAY1CTRL/${object.replace(".", "$ST$")}$stVal`) as MmsData);

/** What came unasked, as text: `LastApplError` and terminations. */
function unasked(client: RawClient): string[] {
  return client.reports().map(({ specification, results }) => {
    const names = specification.kind === "variables" ? specification.variables.map(({ name }) => name.item) : [];
    return `${names.join("+")} ${textOf(results[0] ?? ON)}`;
  });
}

describe("direct control", () => {
  it("with normal security is carried out, and that is the end of it", () => {
    const bench = new Bench();
    const client = bench.client();
    expect(client.write(at("GGIO1.SPCSO1", "Oper"), oper(ON))).toBe(0);
    expect(status(client, "GGIO1.SPCSO1")).toBe("true");
    expect(unasked(client)).toEqual([]);
    expect(bench.lines("control").map(({ action, addCause }) => [action, addCause])).toEqual([
      ["operate", 0],
      ["terminate", 0],
    ]);
    // What was written can be read back.
    expect(textOf(client.read(at("GGIO1.SPCSO1", "Oper$ctlNum")) as MmsData)).toBe("1");
  });

  it("with enhanced security ends with a termination after the answer", () => {
    const client = new Bench().client();
    expect(client.write(at("GGIO1.SPCSO3", "Oper"), oper(ON, { ctlNum: 7 }))).toBe(0);
    expect(unasked(client)).toEqual(["GGIO1$CO$SPCSO3$Oper {true,{2,x62},7,t,false,00}"]);
  });

  it("of integers, analogue values and steps puts them where they are read", () => {
    const client = new Bench().client();
    expect(client.write(at("GGIO1.ISCSO1", "Oper"), oper(mmsInteger(42)))).toBe(0);
    expect(status(client, "GGIO1.ISCSO1")).toBe("42");
    expect(client.write(at("GGIO1.AnOut1", "Oper"), oper(mmsStructure(mmsFloat(2.5))))).toBe(0);
    expect(textOf(client.read("BAY1CTRL/GGIO1$MX$AnOut1$mxVal") as MmsData)).toBe("{2.5}");
    for (const tcmd of ["10", "10", "01"]) client.write(at("ATCC1.TapChg", "Oper"), oper(mmsBits(tcmd)));
    expect(textOf(client.read("BAY1CTRL/ATCC1$ST$TapChg$valWTr$posVal") as MmsData)).toBe("1");
  });

  it("refuses a part of Oper, another type, and what is status-only or unknown", () => {
    const client = new Bench().client();
    expect(client.write(at("GGIO1.SPCSO1", "Oper$ctlVal"), ON)).toBe(3);
    expect(client.write(at("GGIO1.SPCSO1", "Oper"), oper(mmsInteger(1)))).toBe(7);
    expect(client.write(at("GGIO1.SPCSO6", "Oper"), oper(ON))).toBe(10);
    expect(client.write(at("GGIO1.SPCSO9", "Oper"), oper(ON))).toBe(10);
  });
});

describe("select before operate", () => {
  it("with normal security is selected by reading SBO, and operated once", () => {
    const bench = new Bench();
    const client = bench.client();
    expect(client.write(at("GGIO1.SPCSO2", "Oper"), oper(ON))).toBe(3);
    expect(unasked(client)).toEqual(["LastApplError {BAY1CTRL/GGIO1$CO$SPCSO2$Oper,1,{2,x62},1,18}"]);
    expect(client.read(at("GGIO1.SPCSO2", "SBO"))).toEqual({
      type: "visible-string",
      value: "BAY1CTRL/GGIO1$CO$SPCSO2",
    });
    expect(textOf(client.read("BAY1CTRL/GGIO1$ST$SPCSO2$stSeld") as MmsData)).toBe("true");
    expect(client.write(at("GGIO1.SPCSO2", "Oper"), oper(ON))).toBe(0);
    expect(client.write(at("GGIO1.SPCSO2", "Oper"), oper(ON))).toBe(3);
  });

  it("is the one client's: another one's selection is an empty text, and its operate is locked out", () => {
    const bench = new Bench();
    const [one, other] = [bench.client(), bench.client()];
    one.read(at("GGIO1.SPCSO2", "SBO"));
    expect(other.read(at("GGIO1.SPCSO2", "SBO"))).toEqual({ type: "visible-string", value: "" });
    expect(other.write(at("GGIO1.SPCSO2", "Oper"), oper(ON))).toBe(3);
    expect(unasked(other)[0]).toMatch(/,27}$/);
    one.close();
    expect(other.read(at("GGIO1.SPCSO2", "SBO"))).not.toEqual({ type: "visible-string", value: "" });
  });

  it("is forgotten after its time", () => {
    const bench = new Bench();
    const client = bench.client();
    client.read(at("GGIO1.SPCSO2", "SBO"));
    bench.pass(30_000);
    expect(client.write(at("GGIO1.SPCSO2", "Oper"), oper(ON))).toBe(3);
    expect(bench.lines("control").map(({ action }) => action)).toContain("release");
  });

  it("with enhanced security moves the breaker over its travel, and terminates when it is there", () => {
    const bench = new Bench();
    const client = bench.client();
    const open = mmsBoolean(false);
    expect(client.write(at("CSWI1.Pos", "SBOw"), oper(open, { ctlNum: 5 }))).toBe(0);
    expect(client.write(at("CSWI1.Pos", "Oper"), oper(open, { ctlNum: 5 }))).toBe(0);
    expect([status(client, "CSWI1.Pos"), status(client, "XCBR1.Pos")]).toEqual(["00", "00"]);
    expect(unasked(client)).toEqual([]);
    bench.pass(80);
    expect([status(client, "CSWI1.Pos"), status(client, "XCBR1.Pos")]).toEqual(["01", "01"]);
    expect(unasked(client)).toEqual(["CSWI1$CO$Pos$Oper {false,{2,x62},5,t,false,00}"]);
    expect(textOf(client.read("BAY1CTRL/XCBR1$ST$OpCnt$stVal") as MmsData)).toBe("1");
  });

  it("wants operate to repeat what was selected, and can be cancelled", () => {
    const bench = new Bench();
    const client = bench.client();
    client.write(at("GGIO1.SPCSO4", "SBOw"), oper(ON, { ctlNum: 1 }));
    expect(client.write(at("GGIO1.SPCSO4", "Oper"), oper(ON, { ctlNum: 2 }))).toBe(3);
    expect(unasked(client)[0]).toMatch(/,26}$/);
    client.write(at("GGIO1.SPCSO4", "SBOw"), oper(ON));
    expect(client.write(at("GGIO1.SPCSO4", "Cancel"), oper(ON, { withoutCheck: true }))).toBe(0);
    expect(client.write(at("GGIO1.SPCSO4", "Oper"), oper(ON))).toBe(3);
    expect(unasked(client)[0]).toMatch(/,18}$/);
  });

  it("is aborted while it moves, and terminates by cancel", () => {
    const bench = new Bench();
    const client = bench.client();
    const open = mmsBoolean(false);
    client.write(at("CSWI1.Pos", "SBOw"), oper(open));
    client.write(at("CSWI1.Pos", "Oper"), oper(open));
    expect(client.write(at("CSWI1.Pos", "Cancel"), oper(open, { withoutCheck: true }))).toBe(0);
    expect(unasked(client)[0]).toMatch(/^LastApplError\+CSWI1\$CO\$Pos\$Oper .*,15}$/);
  });
});

describe("what may be against it", () => {
  const refusedWith = (bench: Bench, options: Options, value: MmsData = mmsBoolean(false)): string | undefined => {
    const client = bench.client();
    client.write(at("CSWI1.Pos", "SBOw"), oper(value, options));
    return /,(\d+)}$/.exec(unasked(client)[0] ?? "")?.[1];
  };
  const set = (bench: Bench, domain: string, item: string, value: MmsData): void => {
    const leaf = bench.ied.find(domain, item);
    if (leaf !== undefined) bench.ied.set([[leaf, value]], "test");
  };

  it("interlocking, where the check is asked for", () => {
    const bench = new Bench();
    set(bench, "BAY1CTRL", "CILO1$ST$EnaOpn$stVal", mmsBoolean(false));
    expect(refusedWith(bench, { check: "01" })).toBe("10");
    expect(refusedWith(bench, { check: "00" })).toBeUndefined();
  });

  it("the switching hierarchy, the mode, and synchronism", () => {
    const local = new Bench();
    set(local, "BAY1CTRL", "CSWI1$ST$Loc$stVal", mmsBoolean(true));
    expect(refusedWith(local, { orCat: 3 })).toBe("2");
    expect(refusedWith(local, { orCat: 1 })).toBeUndefined();
    expect(refusedWith(new Bench(), { test: true })).toBe("8");
    const testing = new Bench();
    set(testing, "BAY1CTRL", "CSWI1$ST$Beh$stVal", mmsInteger(3));
    expect(refusedWith(testing, { test: false })).toBe("8");
    const island = new Bench({ behaviours: [BEHAVIOURS["lacks-synchronism"]?.make(SETTINGS) ?? behaviourOf("", {})] });
    expect(refusedWith(island, { check: "10" })).toBe("11");
  });

  it("a test in test mode succeeds and moves nothing", () => {
    const bench = new Bench();
    const client = bench.client();
    set(bench, "BAY1CTRL", "GGIO1$ST$Beh$stVal", mmsInteger(3));
    expect(client.write(at("GGIO1.SPCSO3", "Oper"), oper(ON, { test: true }))).toBe(0);
    expect(unasked(client)).toHaveLength(1);
    expect(status(client, "GGIO1.SPCSO3")).toBe("false");
  });

  it("the position it has, and a switch that gets stuck: the time is over", () => {
    const reached = new Bench({ behaviours: [BEHAVIOURS["refuses-reached"]?.make(SETTINGS) ?? behaviourOf("", {})] });
    expect(refusedWith(reached, {}, ON)).toBe("5");
    const stuck = new Bench({ behaviours: [BEHAVIOURS["gets-stuck"]?.make(SETTINGS) ?? behaviourOf("", {})] });
    const client = stuck.client();
    client.write(at("CSWI1.Pos", "SBOw"), oper(ON));
    client.write(at("CSWI1.Pos", "Oper"), oper(ON));
    stuck.pass(9_999);
    expect(unasked(client)).toEqual([]);
    stuck.pass(1);
    expect(unasked(client)[0]).toMatch(/,16}$/);
  });
});

describe("a command for later", () => {
  const inSeconds = (seconds: number): MmsData => utcTime(toWall(WALL_START + seconds * 1_000));

  it("is carried out then, and terminates then", () => {
    const bench = new Bench();
    const client = bench.client();
    expect(client.write(at("GGIO1.SPCSO5", "Oper"), oper(ON, { operTm: inSeconds(5) }))).toBe(0);
    bench.pass(4_999);
    expect([status(client, "GGIO1.SPCSO5"), unasked(client).length]).toEqual(["false", 0]);
    bench.pass(1);
    expect([status(client, "GGIO1.SPCSO5"), unasked(client).length]).toEqual(["true", 1]);
  });

  it("can be cancelled before, and is refused when its time is over; zero is now", () => {
    const bench = new Bench();
    const client = bench.client();
    client.write(at("GGIO1.SPCSO5", "Oper"), oper(ON, { operTm: inSeconds(5) }));
    expect(client.write(at("GGIO1.SPCSO5", "Oper"), oper(ON, { operTm: inSeconds(6) }))).toBe(3);
    expect(unasked(client)[0]).toMatch(/,12}$/);
    expect(client.write(at("GGIO1.SPCSO5", "Cancel"), oper(ON, { operTm: inSeconds(5), withoutCheck: true }))).toBe(0);
    bench.pass(6_000);
    expect(status(client, "GGIO1.SPCSO5")).toBe("false");
    expect(client.write(at("GGIO1.SPCSO5", "Oper"), oper(ON, { operTm: inSeconds(5) }))).toBe(3);
    expect(unasked(client)[0]).toMatch(/,16}$/);
    const none: MmsData = { type: "utc-time", seconds: 0, fraction: 0, quality: 0 };
    expect(client.write(at("GGIO1.SPCSO5", "Oper"), oper(ON, { operTm: none }))).toBe(0);
    expect(status(client, "GGIO1.SPCSO5")).toBe("true");
  });
});
