import { describe, expect, it } from "vitest";
import { conformance, SN_CONFORMANCE } from "../../adapters/dlms/apdu/conformance.ts";
import { decodeApdu } from "../../adapters/dlms/apdu/decode-apdu.ts";
import { action, get, getList, set } from "../../adapters/dlms/association/services.ts";
import { readObjectList } from "../../adapters/dlms/cosem/object-list.ts";
import { number } from "../../adapters/dlms/data/data.ts";
import { toObis } from "../../adapters/dlms/obis.ts";
import { decodeWrapperPdu, encodeWrapperPdu } from "../../adapters/dlms/transport/wrapper.ts";
import { fromHex, toHex } from "../../adapters/kit/bytes.ts";
import { baseNamesOf } from "./objects/base-names.ts";
import { type Bond, dlmsErrorOf, Pair } from "./pair.testing.ts";

const ENERGY = { classId: 3, instance: toObis("1.0.1.8.0.255"), attribute: 2 };
const ZONE = { classId: 8, instance: toObis("0.0.1.0.0.255"), attribute: 3 };
const SN: Bond = { mechanism: "high-gmac", policy: 3, meter: { referencing: "short-name" } };

function opened(bond: Bond = SN): Pair {
  return new Pair(bond).open();
}

describe("a meter of short names", () => {
  it("lists the same objects as one of logical names, but for the association, with the same rights", () => {
    const others = (pair: Pair) => pair.run(readObjectList()).filter(({ instance }) => instance !== "0.0.40.0.0.255");
    const [named, logical] = [opened(), opened({ ...SN, meter: {} })].map(others);
    const rights = (list: typeof named) =>
      list?.map(({ classId, version, instance, attributes }) => ({
        classId,
        version,
        instance,
        attributes: attributes.map(({ index, mode }) => `${index}:${mode}`).join(" "),
      }));
    expect(rights(named)).toEqual(rights(logical));
    expect(named?.length).toBeGreaterThan(200);
  });

  it("gives each attribute and method a name of its own", () => {
    const { objects } = opened().meter.state;
    const names = baseNamesOf(objects);
    const seen = new Set<string>();
    for (let name = 0; name < 0x1_0000; name += 8) {
      const part = names.part(name);
      if (part === undefined) continue;
      const { classId, name: instance } = part.object;
      seen.add(`${classId} ${instance} ${part.part} ${part.index}`);
    }
    // Had two the same name, one of them would be missing here.
    const attributes = objects.all.flatMap((one) =>
      [1, ...Object.keys(one.attributes)].map((index) => `${one.classId} ${one.name} attribute ${index}`),
    );
    expect(attributes.filter((one) => !seen.has(one))).toEqual([]);
    const methods = objects.all
      .filter(({ classId }) => [3, 7, 8, 9, 12, 18, 20, 40, 70, 72].includes(classId))
      .flatMap((one) => Object.keys(one.methods).map((index) => `${one.classId} ${one.name} method ${index}`));
    expect(methods.length).toBeGreaterThan(20);
    expect(methods.filter((one) => !seen.has(one))).toEqual([]);
  });

  it("is not spoken to by logical names, nor one of those by short names", () => {
    for (const [meter, client] of [
      ["short-name", "logical-name"],
      ["logical-name", "short-name"],
    ] as const) {
      const pair = opened({ meter: { referencing: meter }, client: { referencing: client } });
      expect(pair.isAssociated).toBe(false);
      expect(pair.ended).toMatchObject({ code: "dlms.association.rejected", native: 2 });
    }
  });

  it("says what it has not, and what it may not", () => {
    const pair = opened();
    const refused = (act: () => unknown) => dlmsErrorOf(act).native;
    expect(refused(() => pair.run(get({ ...ENERGY, instance: toObis("1.0.9.9.9.255") })))).toBe(4);
    expect(refused(() => pair.run(get({ ...ENERGY, classId: 1 })))).toBe(9);
    expect(refused(() => pair.run(set(ENERGY, number("unsigned", 1))))).toBe(3);
    expect(refused(() => pair.run(action({ classId: 64, instance: toObis("0.0.43.0.0.255"), method: 5 })))).toBe(4);
    // The public client sees little, and writes nothing.
    const open = opened({ ...SN, sap: 16 });
    expect(open.run(readObjectList()).length).toBeLessThan(20);
    expect(refused(() => open.run(get(ENERGY)))).toBe(4);
  });

  it.each([
    ["without lists", conformance("multiple-references")],
    ["without confirmed writes", conformance("write")],
    [
      "without blocks of its services",
      conformance("block-transfer-with-get-or-read", "block-transfer-with-set-or-write"),
    ],
    ["without general blocks", conformance("general-block-transfer")],
  ])("%s is read and written", (_what, missing) => {
    const pair = opened({
      ...SN,
      client: { maxReceivePduSize: 300 },
      meter: { referencing: "short-name", conformance: SN_CONFORMANCE & ~missing, pduMax: 300 },
    });
    const list = pair.run(getList([ENERGY, ZONE]));
    expect(list.map(({ kind }) => kind)).toEqual(["data", "data"]);
    pair.run(set(ZONE, number("long", -60)));
    expect(pair.run(get(ZONE))).toEqual(number("long", -60));
    expect(pair.release().ended).toBe("done");
  });

  it("answers another request by another kind of answer only: the association ends", () => {
    const behaviours = [
      {
        name: "mixes-up",
        begins: () => ({ alters: () => ({ kind: "answer", apdu: { kind: "write-response", results: [] } }) as const }),
      },
    ];
    const pair = new Pair(SN);
    pair.open();
    for (const behaviour of behaviours) pair.meter.adopt(behaviour);
    expect(dlmsErrorOf(() => pair.run(get(ENERGY))).code).toBe("dlms.association.unexpected-apdu");
  });
});

/** Octets that other clients sent to meters of Landis+Gyr, published by their owners. */
describe("a client of somebody else", () => {
  function meter(bond: Bond) {
    const pair = new Pair({ ...bond, meter: { referencing: "short-name", ...bond.meter } });
    pair.conversation.open(pair.now);
    return (hex: string): string => {
      const apdu = fromHex(hex);
      if (apdu === undefined) throw new Error(`not hex: ${hex}`);
      const pdu = encodeWrapperPdu({ source: 1, destination: 1, apdu });
      const { send } = pair.conversation.receive(pdu, pair.now);
      return send
        .map((octets) => toHex(decodeWrapperPdu(octets).apdu))
        .join(" ")
        .toUpperCase();
    };
  }

  it("without authentication is accepted as that meter did, and given the object list", () => {
    const say = meter({ meter: { conformance: 0x180220, pduMax: 0x0960 } });
    // The meter itself counts one octet less, everywhere around the tag of the conformance block.
    expect(say("601DA109060760857405080102BE10040E01000000065F1F04001C0320FFFF")).toBe(
      "6129A109060760857405080102A203020100A305A103020100BE10040E0800065F1F04001802200960FA00",
    );
    const answer = decodeApdu(fromHex(say("050102FA08")) ?? new Uint8Array());
    expect(answer).toMatchObject({ kind: "read-response", results: [{ kind: "data", data: { kind: "array" } }] });
  });

  it("of an old protocol version, with a password and the old tag of the conformance block, is understood", () => {
    const secret = new TextEncoder().encode("00000000");
    const keys = { ...new Pair({}).meter.state.keys, secret };
    const say = meter({ mechanism: "low", meter: { keys } });
    const aare = say(
      "603980020780A1090607608574050801028A0207808B0760857405080201AC0A80083030303030303030BE0F040D01000000065F04001C13200000",
    );
    expect(decodeApdu(fromHex(aare) ?? new Uint8Array())).toMatchObject({ kind: "aare", result: 0 });
    expect(decodeApdu(fromHex(say("050202FD0802FA08")) ?? new Uint8Array())).toMatchObject({
      results: [{ kind: "data", data: { kind: "octet-string" } }, { kind: "data" }],
    });
  });
});
