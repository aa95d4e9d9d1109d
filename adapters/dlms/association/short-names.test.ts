import { describe, expect, it } from "vitest";
import { ByteReader } from "../../kit/byte-reader.ts";
import { fromHex, toHex } from "../../kit/bytes.ts";
import { CipherKeys } from "../../io/node/cipher-keys.ts";
import { SeededRandom } from "../../kit/random.ts";
import { toInstant } from "../../kit/time.ts";
import { decodeWrapperPdu, encodeWrapperPdu, WrapperLink } from "../transport/wrapper.ts";
import { EdgeError } from "../../kit/edge-error.ts";
import type { Apdu } from "../apdu/apdu.ts";
import { type ConformanceBit, conformance, SN_CONFORMANCE } from "../apdu/conformance.ts";
import { decodeApdu } from "../apdu/decode-apdu.ts";
import { encodeApdu } from "../apdu/encode-apdu.ts";
import { attributeOffset, methodOffset } from "../cosem/short-name-offsets.ts";
import { array, type DlmsData, number, octetString } from "../data/data.ts";
import { readData } from "../data/decode-data.ts";
import { encodeData } from "../data/encode-data.ts";
import { toObis } from "../obis.ts";
import type { Exchange, ExchangeContext, Outgoing } from "./exchange.ts";
import { ClientAssociation } from "./client-association.ts";
import { readExchange } from "./read-exchange.ts";
import { get } from "./services.ts";
import { ASSOCIATION_DEFAULTS, associationSettings } from "./settings.ts";
import { actByShortNames, getByShortNames, setByShortNames } from "./short-name-exchange.ts";
import { namedObjects, ShortNames } from "./short-names.ts";

function bytes(hex: string): Uint8Array {
  const octets = fromHex(hex.replaceAll(" ", ""));
  if (octets === undefined) throw new Error(`not hex: ${hex}`);
  return octets;
}

/** Entries of the object list of a Landis+Gyr meter, as its owner published what it answered to `05 01 02 FA 08`. */
const PUBLISHED = [
  "0204 100010 122716 1103 09060000F00D00FF",
  "0204 100410 120003 1100 09060000616100FF",
  "0204 102BC0 120008 1100 09060000010000FF",
  "0204 10C738 120014 1100 090600000D0000FF",
];
const LIST = readData(new ByteReader(bytes(`01 04 ${PUBLISHED.join("")}`), "dlms.data.truncated"), {
  depth: 8,
  elements: 100,
} as never);
const REGISTER = { classId: 3, instance: toObis("0.0.97.97.0.255") };
const CLOCK = { classId: 8, instance: toObis("0.0.1.0.0.255") };
const CALENDAR = { classId: 20, instance: toObis("0.0.13.0.0.255") };

function contextWith(over: Partial<ExchangeContext> = {}): ExchangeContext {
  return {
    conformance: SN_CONFORMANCE,
    shortNames: new ShortNames(),
    apduOctetsMax: 1_000,
    listItemsMax: 10,
    preferGeneralBlockTransfer: false,
    limits: ASSOCIATION_DEFAULTS.limits,
    nextInvoke: () => 0,
    nextLongInvoke: () => 0,
    ...over,
  };
}

/** Runs an exchange against answers in hex; gives its result and what it asked, in hex. */
function run<Result>(exchange: Exchange<Result>, answers: readonly (string | Apdu)[]) {
  const asked: string[] = [];
  const left = [...answers];
  let next: IteratorResult<Outgoing, Result> = exchange.next();
  while (next.done !== true) {
    asked.push(toHex(next.value.octets));
    const answer = next.value.isUnconfirmed === true ? next.value.apdu : left.shift();
    if (answer === undefined) throw new Error(`nothing answers ${asked.at(-1)}`);
    next = exchange.next(typeof answer === "string" ? decodeApdu(bytes(answer)) : answer);
  }
  expect(left).toEqual([]);
  return { asked, result: next.value };
}

function codeOf(act: () => unknown): string {
  try {
    act();
  } catch (thrown) {
    if (thrown instanceof EdgeError) return thrown.code;
    throw thrown;
  }
  return "nothing was thrown";
}

const without = (...bits: readonly ConformanceBit[]): number => SN_CONFORMANCE & ~conformance(...bits);
const data = (value: DlmsData): Apdu => ({ kind: "read-response", results: [{ kind: "data", data: value }] });
const attribute = (of: { classId: number; instance: ReturnType<typeof toObis> }, index: number) => ({
  ...of,
  attribute: index,
  selection: undefined,
});

describe("the base names of a meter", () => {
  it("are those of its object list, of which the upper half is below zero", () => {
    expect(namedObjects(LIST)).toEqual([
      { baseName: 0x0010, classId: 0x2716, version: 3, instance: "0.0.240.13.0.255" },
      { baseName: 0x0410, classId: 3, version: 0, instance: "0.0.97.97.0.255" },
      { baseName: 0x2bc0, classId: 8, version: 0, instance: "0.0.1.0.0.255" },
      { baseName: 0xc738, classId: 20, version: 0, instance: "0.0.13.0.0.255" },
    ]);
    expect(namedObjects(number("long", 1))).toBeUndefined();
    expect(namedObjects(array([number("long", 1)]))).toEqual([]);
  });

  it("give attributes by rule and methods by class", () => {
    const names = new ShortNames();
    names.learn(namedObjects(LIST) ?? []);
    expect(names.attribute({ ...CLOCK, attribute: 2 })).toEqual({ kind: "name", name: 0x2bc8 });
    expect(names.method({ ...CLOCK, method: 6 })).toEqual({ kind: "name", name: 0x2bc0 + 0x88 });
    expect(names.method({ ...REGISTER, method: 1 })).toEqual({ kind: "name", name: 0x0410 + 0x28 });
    expect(names.method({ ...CALENDAR, method: 1 })).toEqual({ kind: "name", name: 0xc738 + 0x50 });
    // Another class than the one of that name, a class whose methods nobody knows, an object that is not there.
    expect(names.attribute({ ...CLOCK, classId: 3, attribute: 2 })).toEqual({ kind: "missing", result: 9 });
    expect(names.method({ classId: 0x2716, instance: toObis("0.0.240.13.0.255"), method: 1 })).toEqual({
      kind: "missing",
      result: 4,
    });
    expect(names.attribute({ ...CLOCK, instance: toObis("0.0.9.9.9.9"), attribute: 2 })).toEqual({
      kind: "missing",
      result: 4,
    });
    expect(names.attribute({ ...CALENDAR, attribute: -1 })).toEqual({ kind: "missing", result: 4 });
    // What a class has not is not named: behind its last attribute there are methods, behind them other objects.
    expect(names.attribute({ ...REGISTER, attribute: 3 })).toEqual({ kind: "name", name: 0x0420 });
    expect(names.attribute({ ...REGISTER, attribute: 6 })).toEqual({ kind: "missing", result: 4 });
    expect(names.method({ ...REGISTER, method: 2 })).toEqual({ kind: "missing", result: 4 });
    expect(attributeOffset(72, 0, 13)).toBeUndefined();
    expect(attributeOffset(72, 1, 13)).toBe(methodOffset(72, 0, 1));
    expect(attributeOffset(0x2716, 3, 40)).toBe(8 * 39);
  });

  it("of the association itself are known at once, and past the last name there is none", () => {
    const names = new ShortNames();
    const own = toObis("0.0.40.0.0.255");
    expect(names.attribute({ classId: 12, instance: own, attribute: 2 })).toEqual({ kind: "name", name: 0xfa08 });
    expect(names.method({ classId: 12, instance: own, method: 8 })).toEqual({ kind: "name", name: 0xfa58 });
    expect(names.attribute({ classId: 15, instance: own, attribute: 2 })).toEqual({ kind: "missing", result: 9 });
    names.learn([{ ...CLOCK, baseName: 0xfff8, version: 0 }]);
    expect(names.attribute({ ...CLOCK, attribute: 2 })).toEqual({ kind: "missing", result: 4 });
  });
});

describe("an association of short names", () => {
  /** What that meter answered an AARQ with, octet by octet; its lengths are one short. */
  const AARE = "6128A109060760857405080102A203020100A305A103020100BE0F040D0800065F1F04001802200960FA00";
  const OLD_AARE = AARE.replace("5F1F", "5F");
  const open = (aare: string) => {
    const settings = associationSettings({ referencing: "short-name" });
    const link = new WrapperLink({ clientWport: 16, serverWport: 1, carrier: "stream" });
    const client = new ClientAssociation({ settings, link, ciphers: new CipherKeys(), random: new SeededRandom(1) });
    const sent = client.open(toInstant(0)).send.map((one) => toHex(decodeWrapperPdu(one).apdu));
    const pdu = encodeWrapperPdu({ source: 1, destination: 16, apdu: bytes(aare) });
    return { client, sent, step: client.receive(pdu, toInstant(0)) };
  };

  it.each([AARE, OLD_AARE])("is made with what a meter in the field answers: %s", (aare) => {
    const { client, sent, step } = open(aare);
    expect(sent).toEqual(["601da109060760857405080102be10040e01000000065f1f0400" + "7c1ba0ffff"]);
    expect(step.outcomes.filter(({ kind }) => kind === "associated")).toHaveLength(1);
    expect(client.facts).toMatchObject({ conformance: 0x180220, maxSendPduSize: 0x0960 });
  });

  it("is not made with a server that names its association otherwise", () => {
    expect(open(AARE.replace("FA00", "0007")).step.ended).toMatchObject({ code: "dlms.association.incompatible" });
  });

  it("tells what the server reports by itself, and drops an answer that nothing asked for", () => {
    const { client } = open(AARE);
    const say = (hex: string) =>
      client.receive(encodeWrapperPdu({ source: 1, destination: 16, apdu: bytes(hex) }), toInstant(1));
    expect(say("18 00 01 02 0418 01 1105").outcomes).toMatchObject([
      { kind: "notified", notification: { kind: "information-report", values: [{ value: 5 }] } },
    ]);
    expect(say("0c01 00 1105").ended).toMatchObject({ code: "dlms.association.unexpected-apdu" });
  });

  it("ends a read whose answer cannot be read, and goes on", () => {
    const { client } = open(AARE);
    const say = (hex: string) =>
      client.receive(encodeWrapperPdu({ source: 1, destination: 16, apdu: bytes(hex) }), toInstant(1));
    client.run(get({ classId: 12, instance: toObis("0.0.40.0.0.255"), attribute: 2 }), toInstant(1));
    const step = say("0c01 00 63");
    expect([step.ended, step.outcomes]).toMatchObject([undefined, [{ kind: "failed" }]]);
  });
});

describe("services by short names", () => {
  it("read the object list first, once, and then the variables in one request", () => {
    const context = contextWith();
    const wanted = [attribute(REGISTER, 2), attribute({ ...REGISTER, classId: 4 }, 2), attribute(CLOCK, 3)];
    const { asked, result } = run(getByShortNames(context, wanted), [data(LIST), "0c02 00 1105 01 02"]);
    expect(asked).toEqual(["050102fa08", "050202041802" + "2bd0"]);
    expect(result).toEqual([
      { kind: "data", data: { kind: "unsigned", value: 5 } },
      { kind: "error", result: 9 },
      { kind: "error", result: 2 },
    ]);
    expect(run(getByShortNames(context, wanted.slice(0, 1)), ["0c01 00 1106"]).asked).toEqual(["0501020418"]);
  });

  it("take the names along from a list that was read for itself", () => {
    const context = contextWith();
    const list = { classId: 12, instance: toObis("0.0.40.0.0.255"), attribute: 2, selection: undefined };
    expect(run(getByShortNames(context, [list]), [data(LIST)]).asked).toEqual(["050102fa08"]);
    expect(run(getByShortNames(context, [attribute(CLOCK, 2)]), ["0c01 00 00"]).asked).toEqual(["0501022bc8"]);
  });

  it("select with parameterized access, where it was agreed", () => {
    const selection = { selector: 2, parameters: number("unsigned", 7) };
    const wanted = [{ ...attribute(REGISTER, 2), selection }];
    const { asked } = run(getByShortNames(contextWith(), wanted), [data(LIST), "0c01 00 00"]);
    expect(asked[1]).toBe("0501040418" + "02" + "1107");
    const limited = contextWith({ conformance: without("parameterized-access") });
    expect(codeOf(() => run(getByShortNames(limited, wanted), [data(LIST)]))).toBe("dlms.service.not-negotiated");
  });

  it("write attributes and methods alike, and read methods that give something back", () => {
    const context = contextWith();
    const write = { reference: attribute(CLOCK, 3), data: number("long", 60) };
    expect(run(setByShortNames(context, [write]), [data(LIST), "0d01 00"])).toMatchObject({
      asked: ["050102fa08", "0601022bd0" + "0110003c"],
      result: [0],
    });
    const calls = [
      { method: { ...CLOCK, method: 3 }, parameters: number("integer", 0) },
      { method: { ...REGISTER, method: 9, classId: 0x2716 }, parameters: undefined },
      { method: { classId: 12, instance: toObis("0.0.40.0.0.255"), method: 8 }, parameters: octetString(bytes("aa")) },
    ];
    expect(run(actByShortNames(context, calls), ["0d01 01 03", "0c01 00 0901bb"])).toEqual({
      asked: ["0601022c30" + "010f00", "050104fa58" + "00" + "0901aa"],
      result: [
        { result: 3, returned: undefined },
        { result: 9, returned: undefined },
        { result: 0, returned: { kind: "data", data: octetString(bytes("bb")) } },
      ],
    });
  });

  it("read back what nothing confirms, and invoke nothing then", () => {
    const context = contextWith({ conformance: without("write") });
    const write = { reference: attribute(CLOCK, 3), data: number("long", 60) };
    const done = run(setByShortNames(context, [write]), [data(LIST), "0c01 00 10003c"]);
    expect(done).toMatchObject({ asked: ["050102fa08", "1601022bd0" + "0110003c", "0501022bd0"], result: [0] });
    expect(run(setByShortNames(context, [write]), ["0c01 00 100000"]).result).toEqual([250]);
    expect(run(setByShortNames(context, [write]), ["0c01 01 03"]).result).toEqual([3]);
    const call = { method: { ...CLOCK, method: 3 }, parameters: undefined };
    expect(codeOf(() => run(actByShortNames(context, [call]), []))).toBe("dlms.service.not-negotiated");
    const mute = contextWith({ conformance: without("write", "unconfirmed-write") });
    expect(codeOf(() => run(setByShortNames(mute, [write]), [data(LIST)]))).toBe("dlms.service.not-negotiated");
  });

  it("go one by one where a list is refused or answered in part", () => {
    const wanted = [0x10, 0x18].map((name) => ({ kind: "variable-name", name }) as const);
    const one = ["0c01 00 1101", "0c01 00 1102"];
    const { asked, result } = run(readExchange(contextWith(), wanted), ["0c01 00 1101", ...one]);
    expect(asked).toEqual(["0502020010020018", "0501020010", "0501020018"]);
    expect(result).toHaveLength(2);
    const single = contextWith({ conformance: without("multiple-references") });
    expect(run(readExchange(single, wanted), one).asked).toEqual(["0501020010", "0501020018"]);
  });
});

describe("blocks of short names", () => {
  const wanted = [{ kind: "variable-name", name: 0x10 }] as const;
  const value = octetString(Uint8Array.from({ length: 60 }, (_, at) => at));
  const cut = (octets: Uint8Array): Apdu[] =>
    [0, 30, 60].flatMap((at, i) =>
      at >= octets.length
        ? []
        : [
            {
              kind: "read-response",
              results: [
                {
                  kind: "data-block-result",
                  last: at + 30 >= octets.length,
                  blockNumber: i + 1,
                  rawData: octets.subarray(at, at + 30),
                },
              ],
            },
          ],
    );

  it.each([
    [
      "the list of results",
      encodeApdu({ kind: "read-response", results: [{ kind: "data", data: value }] }).subarray(1),
    ],
    ["the bare value", encodeData(value)],
  ])("of an answer carry %s", (_what, octets) => {
    const { asked, result } = run(readExchange(contextWith(), wanted), cut(octets));
    expect(asked).toEqual(["0501020010", "0501050001", "0501050002"]);
    expect(result).toEqual([{ kind: "data", data: value }]);
  });

  it("of an answer that are out of order, or without end, are a fault", () => {
    const [first, second] = cut(encodeData(value));
    if (first === undefined || second === undefined) throw new Error("a long value has two blocks");
    expect(codeOf(() => run(readExchange(contextWith(), wanted), [first, first]))).toBe("dlms.block.out-of-order");
    const limits = { ...ASSOCIATION_DEFAULTS.limits, transferOctets: 40 };
    expect(codeOf(() => run(readExchange(contextWith({ limits }), wanted), [first, second]))).toBe(
      "dlms.block.too-long",
    );
  });

  it("of a request that is too long are confirmed one by one", () => {
    const context = contextWith({ apduOctetsMax: 40 });
    context.shortNames?.learn(namedObjects(LIST) ?? []);
    const write = { reference: attribute(CALENDAR, 6), data: value };
    const { asked, result } = run(setByShortNames(context, [write]), ["0d01 02 0001", "0d01 02 0002", "0d01 00"]);
    expect(result).toEqual([0]);
    const carried = asked.map((hex) => {
      const apdu = decodeApdu(bytes(hex));
      const only = apdu.kind === "write-request" ? apdu.values[0] : undefined;
      return only?.kind === "octet-string" ? toHex(only.octets) : "";
    });
    expect(`06${carried.join("")}`).toBe(
      toHex(
        encodeApdu({
          kind: "write-request",
          variables: [{ kind: "variable-name", name: 0xc760 }],
          values: [value],
        }),
      ),
    );
    expect(Math.max(...asked.map((hex) => hex.length / 2))).toBeLessThanOrEqual(40);
    expect(codeOf(() => run(setByShortNames(context, [write]), ["0d01 02 0007"]))).toBe("dlms.block.out-of-order");
    const parameters = octetString(new Uint8Array(50));
    const long = { ...attribute(CALENDAR, 6), selection: { selector: 1, parameters } };
    const reading = run(getByShortNames(context, [long]), ["0c01 03 0001", "0c01 00 1105"]);
    expect(reading.result).toEqual([{ kind: "data", data: { kind: "unsigned", value: 5 } }]);
    expect(reading.asked[0]?.slice(0, 12)).toBe("050106000001");
  });
});
