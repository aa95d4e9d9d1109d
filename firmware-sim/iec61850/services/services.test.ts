import { describe, expect, it } from "vitest";
import {
  type MmsData,
  mmsBoolean,
  mmsFloat,
  mmsInteger,
  mmsUnsigned,
  mmsVisible,
} from "../../../adapters/iec61850/mms/data.ts";
import type { VariableAccess } from "../../../adapters/iec61850/mms/names.ts";
import type { MmsResponse } from "../../../adapters/iec61850/mms/pdu.ts";
import { fromUtf8, utf8 } from "../../../adapters/kit/bytes.ts";
import { encodeMms } from "../../../adapters/iec61850/mms/encode.ts";
import { Bench, nameOf, type RawClient, textOf } from "../client.testing.ts";
import { entryTime } from "../times.ts";
import { toWall } from "../../../adapters/kit/time.ts";

const variable = (name: string, access?: VariableAccess["access"]): VariableAccess =>
  access === undefined ? { name: nameOf(name) } : { name: nameOf(name), access };

const list = (client: RawClient, objectClass: number, domain?: string, continueAfter?: string) =>
  client.ask({
    service: "get-name-list",
    objectClass,
    scope: domain === undefined ? { scope: "vmd" } : { scope: "domain", domain },
    ...(continueAfter === undefined ? {} : { continueAfter }),
  });

describe("names", () => {
  it("of domains, variables, data sets and logs are there, sorted without regard to case", () => {
    const client = new Bench().client();
    expect(list(client, 9).names).toEqual(["BAY1CTRL", "BAY1LD0", "BAY1MEAS", "BAY1PROT"]);
    const { names } = list(client, 0, "BAY1CTRL");
    expect(names.slice(0, 2)).toEqual(["ATCC1", "ATCC1$CF"]);
    expect([...names].sort((a, b) => (a.toLowerCase() < b.toLowerCase() ? -1 : 1))).toEqual(names);
    expect(names).toContain("CSWI1$CO$Pos$Oper$origin$orIdent");
    expect(list(client, 2, "BAY1LD0").names).toEqual(["LLN0$Energy", "LLN0$Measurements", "LLN0$Positions"]);
    expect(list(client, 8, "BAY1LD0").names).toEqual(["LLN0$Events"]);
    expect(list(client, 2).names).toEqual([]);
  });

  it("come in pages of the PDU's size that make the whole together", () => {
    const bench = new Bench();
    const whole = list(bench.client(), 0, "BAY1CTRL").names;
    const client = bench.client({ localDetail: 1_000 });
    const paged: string[] = [];
    let pages = 0;
    for (let more = true; more; pages++) {
      const page = list(client, 0, "BAY1CTRL", paged.at(-1));
      paged.push(...page.names);
      more = page.moreFollows;
    }
    expect(paged).toEqual(whole);
    expect(pages).toBeGreaterThan(5);
    const unknown = client.answerTo({
      service: "get-name-list",
      objectClass: 0,
      scope: { scope: "domain", domain: "No" },
    });
    expect(unknown).toMatchObject({ kind: "confirmed-error", error: { errorClass: "access", code: 2 } });
  });
});

describe("variables", () => {
  it("are read one by one, in lists, as structures, as a data set, and parts of arrays", () => {
    const client = new Bench().client();
    const read = (...variables: readonly VariableAccess[]): string[] =>
      client.ask({ service: "read", specification: { kind: "variables", variables } }).results.map(textOf);
    expect(
      read(variable("BAY1CTRL/CSWI1$ST$Pos"), variable("BAY1CTRL/None"), variable("BAY1CTRL/XCBR1$ST$Pos$stVal")),
    ).toEqual(["{10,0000000000000,t,false}", "!10", "10"]);
    expect(read(variable("BAY1MEAS/MHAI1$MX$HA$har", [{ select: "index", index: 3 }]))).toEqual(["{0}"]);
    expect(read(variable("BAY1MEAS/MHAI1$MX$HA$har", [{ select: "range", low: 2, count: 3 }]))).toEqual([
      "{{0},{0},{0}}",
    ]);
    const f: VariableAccess["access"] = [{ select: "index", index: 0, inside: [{ select: "component", name: "f" }] }];
    expect(read(variable("BAY1MEAS/MHAI1$MX$HA$har", f))).toEqual(["0"]);
    expect(read(variable("BAY1MEAS/MHAI1$MX$HA$har", [{ select: "index", index: 16 }]))).toEqual(["!10"]);
    const set = client.ask({
      service: "read",
      specificationWithResult: true,
      specification: { kind: "list", list: nameOf("BAY1LD0/LLN0$Energy") },
    });
    expect(set.specification).toMatchObject({ kind: "list" });
    expect(set.results).toHaveLength(1);
  });

  it("are described by their types, and too large for the PDU is a service error", () => {
    const bench = new Bench();
    const describeIt = (client: RawClient) =>
      client.answerTo({ service: "get-variable-access-attributes", name: nameOf("BAY1CTRL/GGIO1") });
    expect(describeIt(bench.client())).toMatchObject({ kind: "confirmed-response" });
    expect(describeIt(bench.client({ localDetail: 500 }))).toMatchObject({
      kind: "confirmed-error",
      error: { errorClass: "service", code: 0 },
    });
  });

  it("are written by their functional constraint and type: all of a structure or nothing", () => {
    const bench = new Bench();
    const client = bench.client();
    const write = (name: string, data: MmsData): number => client.write(name, data);
    expect(write("BAY1CTRL/CSWI1$ST$Pos$stVal", mmsBoolean(true))).toBe(3);
    expect(write("BAY1MEAS/MMXU1$MX$Hz$mag$f", mmsFloat(1))).toBe(3);
    expect(write("BAY1MEAS/MMXU1$CF$Hz$db", mmsUnsigned(100))).toBe(0);
    expect(write("BAY1MEAS/MMXU1$CF$Hz$db", mmsInteger(100))).toBe(7);
    expect(write("BAY1MEAS/MMXU1$DC$Hz$d", mmsVisible("x".repeat(256)))).toBe(11);
    expect(write("BAY1PROT/PTOC1$SP$RsDlTmms$setVal", mmsInteger(20))).toBe(0);
    expect(write("BAY1CTRL/Nothing$CF$x", mmsInteger(20))).toBe(10);
    expect(bench.lines("written").map(({ name }) => name)).toEqual([
      "BAY1MEAS/MMXU1$CF$Hz$db",
      "BAY1PROT/PTOC1$SP$RsDlTmms$setVal",
    ]);
  });
});

describe("data sets", () => {
  it("are defined, described, read and deleted; what is configured or used stays", () => {
    const bench = new Bench();
    const client = bench.client();
    const name = nameOf("BAY1CTRL/GGIO1$mine");
    const variables = [variable("BAY1CTRL/GGIO1$ST$Ind1"), variable("BAY1CTRL/GGIO1$ST$IntIn1$stVal")];
    client.ask({ service: "define-named-variable-list", name, variables });
    const again = client.answerTo({ service: "define-named-variable-list", name, variables });
    expect(again).toMatchObject({ error: { errorClass: "definition", code: 5 } });
    const lost = {
      service: "define-named-variable-list",
      name: nameOf("BAY1CTRL/GGIO1$lost"),
      variables: [variable("BAY1CTRL/No")],
    } as const;
    expect(client.answerTo(lost)).toMatchObject({ error: { errorClass: "definition", code: 1 } });
    expect(client.ask({ service: "get-named-variable-list-attributes", name })).toMatchObject({
      deletable: true,
      variables,
    });
    const configured = client.ask({
      service: "get-named-variable-list-attributes",
      name: nameOf("BAY1LD0/LLN0$Energy"),
    });
    expect(configured).toMatchObject({ deletable: false, variables: [{ name: { item: "MMTR1$ST$TotWh" } }] });
    const remove = (one: string) => client.ask({ service: "delete-named-variable-list", names: [nameOf(one)] });
    expect(remove("BAY1LD0/LLN0$Energy")).toMatchObject({ matched: 1, deleted: 0 });
    const urcb = "BAY1LD0/LLN0$RP$urcbMeasurements01$DatSet";
    expect(client.write(urcb, mmsVisible("BAY1CTRL/GGIO1$mine"))).toBe(0);
    expect(remove("BAY1CTRL/GGIO1$mine")).toMatchObject({ matched: 1, deleted: 0 });
    client.write(urcb, mmsVisible(""));
    expect(remove("BAY1CTRL/GGIO1$mine")).toMatchObject({ matched: 1, deleted: 1 });
    expect(bench.lines("executed").map(({ service, about }) => `${service} ${about}`)).toEqual([
      "define-named-variable-list BAY1CTRL/GGIO1$mine",
      "delete-named-variable-list BAY1LD0/LLN0$Energy",
      "delete-named-variable-list BAY1CTRL/GGIO1$mine",
      "delete-named-variable-list BAY1CTRL/GGIO1$mine",
    ]);
    for (let n = 0; n < 10; n++)
      client.ask({ service: "define-named-variable-list", name: { scope: "association", item: `s${n}` }, variables });
    expect(
      client.answerTo({
        service: "define-named-variable-list",
        name: { scope: "association", item: "s10" },
        variables,
      }),
    ).toMatchObject({ error: { errorClass: "resource" } });
    expect(
      bench.client().ask({ service: "get-name-list", objectClass: 2, scope: { scope: "association" } }).names,
    ).toEqual([]);
  });
});

describe("setting groups", () => {
  const SGCB = "BAY1PROT/LLN0$SP$SGCB";
  const VALUE = "PTOC1$SG$StrVal$setMag$f";

  it("change what is read when another one becomes active", () => {
    const client = new Bench().client();
    expect(textOf(client.read(`BAY1PROT/${VALUE}`) as MmsData)).toBe("600");
    expect(client.write(`${SGCB}$ActSG`, mmsUnsigned(2))).toBe(0);
    expect(textOf(client.read(`BAY1PROT/${VALUE}`) as MmsData)).toBe("400");
    expect(client.write(`${SGCB}$ActSG`, mmsUnsigned(3))).toBe(11);
    expect(client.write(`${SGCB}$NumOfSG`, mmsUnsigned(3))).toBe(3);
  });

  it("are edited aside, take effect when confirmed, and belong to one editor", () => {
    const bench = new Bench();
    const [client, other] = [bench.client(), bench.client()];
    const edited = "BAY1PROT/PTOC1$SE$StrVal$setMag$f";
    expect(client.write(edited, mmsFloat(1))).toBe(3);
    expect(client.read(edited)).toBe(3);
    expect(client.write(`${SGCB}$EditSG`, mmsUnsigned(1))).toBe(0);
    expect(other.write(`${SGCB}$EditSG`, mmsUnsigned(2))).toBe(2);
    expect(other.write(edited, mmsFloat(1))).toBe(3);
    expect(client.write(edited, mmsFloat(750))).toBe(0);
    expect(textOf(client.read(`BAY1PROT/${VALUE}`) as MmsData)).toBe("600");
    expect(client.write(`${SGCB}$CnfEdit`, mmsBoolean(true))).toBe(0);
    expect(textOf(client.read(`BAY1PROT/${VALUE}`) as MmsData)).toBe("750");
    client.write(`${SGCB}$EditSG`, mmsUnsigned(2));
    client.close();
    expect(other.write(`${SGCB}$EditSG`, mmsUnsigned(2))).toBe(0);
    expect(textOf(other.read(edited) as MmsData)).toBe("400");
  });
});

describe("logs", () => {
  it("hold what changed, by time and after an entry", () => {
    const bench = new Bench();
    const leaf = bench.ied.find("BAY1CTRL", "GGIO1$ST$Ind1$stVal");
    if (leaf === undefined) throw new Error("no input");
    for (const value of [true, false, true]) {
      bench.pass(1_000);
      bench.ied.set([[leaf, mmsBoolean(value)]], "test");
    }
    const client = bench.client();
    const name = nameOf("BAY1LD0/LLN0$Events");
    const all = client.ask({
      service: "read-journal",
      name,
      start: { from: "time", time: entryTime(toWall(0 + 1_795_219_200_000)) },
    });
    expect(all.entries.map(({ variables }) => variables.map(({ tag, value }) => `${tag}=${textOf(value)}`))).toEqual(
      ["true", "false", "true"].map((value) => [`GGIO1$ST$Ind1$stVal=${value}`, "ReasonCode=010000"]),
    );
    const [first] = all.entries;
    if (first === undefined) throw new Error("no entry");
    const after = client.ask({ service: "read-journal", name, after: { time: first.occurred, entry: first.entry } });
    expect(after.entries).toHaveLength(2);
    const one = client.ask({ service: "read-journal", name, stop: { to: "count", count: 1 } });
    expect([one.entries.length, one.moreFollows]).toEqual([1, true]);
    expect(client.read("BAY1LD0/LLN0$LG$Events$OldEntr")).toEqual({ type: "octet-string", value: first.entry });
  });
});

describe("files", () => {
  it("are listed, read in parts, deleted and renamed", () => {
    const client = new Bench().client({ localDetail: 2_000 });
    const names = (under?: string) =>
      client
        .ask({ service: "file-directory", ...(under === undefined ? {} : { name: [under] }) })
        .entries.map(({ name }) => name.join());
    expect(names()).toEqual(["COMTRADE/fault_0001.cfg", "COMTRADE/fault_0001.dat", "readme.txt"]);
    expect(names("COMTRADE")).toHaveLength(2);
    const { file, attributes } = client.ask({ service: "file-open", name: ["/COMTRADE/fault_0001.dat"], position: 0 });
    let bytes = 0;
    let parts = 0;
    for (let more = true; more; parts++) {
      const part = client.ask({ service: "file-read", file });
      bytes += part.data.length;
      more = part.moreFollows;
    }
    expect([bytes, parts > 10]).toEqual([attributes.size, true]);
    expect(client.answerTo({ service: "file-delete", name: ["COMTRADE/fault_0001.dat"] })).toMatchObject({
      error: { code: 2 },
    });
    client.ask({ service: "file-close", file });
    client.ask({ service: "file-delete", name: ["COMTRADE/fault_0001.dat"] });
    expect(client.answerTo({ service: "file-open", name: ["COMTRADE/fault_0001.dat"], position: 0 })).toMatchObject({
      error: { errorClass: "file", code: 7 },
    });
    client.ask({ service: "file-rename", from: ["readme.txt"], to: ["a/b.txt"] });
    expect(names("a")).toEqual(["a/b.txt"]);
  });

  it("are fetched from the client when it asks for that", () => {
    const bench = new Bench();
    const client = bench.client();
    const invokeId = client.request({ service: "obtain-file", source: ["mine.txt"], destination: ["theirs.txt"] });
    const answerNext = (response: MmsResponse): void => {
      const [asked] = client.take();
      if (asked?.kind !== "confirmed-request") throw new Error("nothing was asked");
      client.mms(encodeMms({ kind: "confirmed-response", invokeId: asked.invokeId, response }));
    };
    answerNext({ service: "file-open", file: 4, attributes: { size: 8 } });
    answerNext({ service: "file-read", data: utf8("half "), moreFollows: true });
    answerNext({ service: "file-read", data: utf8("and half"), moreFollows: false });
    answerNext({ service: "file-close" });
    expect(client.take()).toMatchObject([
      { kind: "confirmed-response", invokeId, response: { service: "obtain-file" } },
    ]);
    const stored = bench.ied.files.get("theirs.txt");
    expect(stored && fromUtf8(stored.bytes)).toBe("half and half");
  });
});
