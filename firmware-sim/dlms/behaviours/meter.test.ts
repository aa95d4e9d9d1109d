import { describe, expect, it } from "vitest";
import { access, action, get, set } from "../../../adapters/dlms/association/services.ts";
import type { AttributeReference } from "../../../adapters/dlms/apdu/descriptor.ts";
import { decodeApdu } from "../../../adapters/dlms/apdu/decode-apdu.ts";
import {
  array,
  type DlmsData,
  elementsOf,
  enumerated,
  NULL_DATA,
  number,
  numberOf,
  octetsOf,
  octetString,
  structure,
} from "../../../adapters/dlms/data/data.ts";
import { obisOctets, toObis } from "../../../adapters/dlms/obis.ts";
import { decodeWrapperPdu } from "../../../adapters/dlms/transport/wrapper.ts";
import { toHex, utf8 } from "../../../adapters/kit/bytes.ts";
import { DAY_MS, MINUTE_MS, toWall } from "../../../adapters/kit/time.ts";
import { dlmsErrorOf, Pair, WALL } from "../pair.testing.ts";

/** What a complete meter does, asked by the product's client. */

const at = (classId: number, obis: string, attribute: number = 2) => ({ classId, instance: toObis(obis), attribute });
const method = (classId: number, obis: string, id: number) => ({ classId, instance: toObis(obis), method: id });
const CLOCK = at(8, "0.0.1.0.0.255");
const LOAD = at(7, "1.0.99.1.0.255");
const ZERO = number("integer", 0);

function byRange(pair: Pair, from: number, to: number, columns: readonly DlmsData[] = []): AttributeReference {
  const { clock } = pair.meter.state;
  const restricting = structure(
    number("long-unsigned", 8),
    octetString(obisOctets(CLOCK.instance)),
    number("integer", 2),
    number("long-unsigned", 0),
  );
  return {
    ...LOAD,
    selection: {
      selector: 1,
      parameters: structure(
        restricting,
        octetString(clock.write(toWall(from))),
        octetString(clock.write(toWall(to))),
        array(columns),
      ),
    },
  };
}

function byEntry(from: number, to: number, fromColumn: number, toColumn: number): AttributeReference {
  const parameters = structure(
    number("double-long-unsigned", from),
    number("double-long-unsigned", to),
    number("long-unsigned", fromColumn),
    number("long-unsigned", toColumn),
  );
  return { ...LOAD, selection: { selector: 2, parameters } };
}

const rowsOf = (data: DlmsData): (readonly DlmsData[])[] =>
  (elementsOf(data) ?? []).map((row) => elementsOf(row) ?? []);

describe("registers and profiles", () => {
  it("move with the load curve, and never run backwards", () => {
    const pair = new Pair({}).open();
    const values: number[] = [];
    for (let i = 0; i < 24; i++) {
      values.push(numberOf(pair.run(get(at(3, "1.0.1.8.0.255")))) ?? -1);
      pair.pass(2 * MINUTE_MS);
    }
    expect(values.every((value, i) => i === 0 || value >= (values[i - 1] ?? 0))).toBe(true);
    expect(values.at(-1)).toBeGreaterThan(values[0] ?? 0);
  });

  it("sum up to the total over both tariffs", () => {
    const pair = new Pair({}).open();
    const [total, low, high] = ["1.0.1.8.0.255", "1.0.1.8.1.255", "1.0.1.8.2.255"].map(
      (obis) => numberOf(pair.run(get(at(3, obis)))) ?? 0,
    );
    expect((low ?? 0) + (high ?? 0)).toBe(total);
  });

  it("give a range of their rows, both ends included, and the columns that were asked for", () => {
    const pair = new Pair({}).open();
    const to = Math.floor(pair.meter.state.clock.now() / 900_000) * 900_000;
    const rows = rowsOf(pair.run(get(byRange(pair, to - 4 * 900_000, to))));
    expect(rows.map((row) => row.length)).toEqual([4, 4, 4, 4, 4]);
    const energy = structure(
      number("long-unsigned", 3),
      octetString(obisOctets(toObis("1.0.1.8.0.255"))),
      number("integer", 2),
      number("long-unsigned", 0),
    );
    const narrow = rowsOf(pair.run(get(byRange(pair, to - 900_000, to, [energy]))));
    expect(narrow).toEqual(rows.slice(-2).map((row) => [row[2]]));
    expect(rowsOf(pair.run(get(byRange(pair, to + DAY_MS, to + 2 * DAY_MS))))).toEqual([]);
  });

  it("give rows by their numbers, and columns too", () => {
    const pair = new Pair({}).open();
    const all = rowsOf(pair.run(get(LOAD)));
    expect(rowsOf(pair.run(get(byEntry(1, 2, 1, 0))))).toEqual(all.slice(0, 2));
    expect(rowsOf(pair.run(get(byEntry(959, 0, 2, 3))))).toEqual(all.slice(-2).map((row) => row.slice(1, 3)));
  });

  it("have one row a day and a month, at midnight by the meter's clock", () => {
    const pair = new Pair({}).open();
    const days = rowsOf(pair.run(get(at(7, "1.0.99.2.0.255"))));
    const months = rowsOf(pair.run(get(at(7, "1.0.98.1.0.255"))));
    expect([days.length, months.length]).toEqual([40, 13]);
    const hours = [...days, ...months].map(([time]) =>
      toHex((octetsOf(time ?? NULL_DATA) ?? new Uint8Array(12)).subarray(5, 9)),
    );
    expect(new Set(hours)).toEqual(new Set(["00000000"]));
  });

  it("leave out what is as before where the meter saves octets", () => {
    const pair = new Pair({ behaviours: ["leaves-out-repeats"] }).open();
    const rows = rowsOf(pair.run(get(byEntry(1, 4, 1, 0))));
    expect(rows[0]?.[0]?.kind).toBe("octet-string");
    expect(rows.slice(1).map(([time]) => time?.kind)).toEqual(["null-data", "null-data", "null-data"]);
  });

  it("are captured anew after a client has set the columns", () => {
    const pair = new Pair({}).open();
    const profile = at(7, "1.0.99.1.1.255");
    const column = (classId: number, obis: string): DlmsData =>
      structure(
        number("long-unsigned", classId),
        octetString(obisOctets(toObis(obis))),
        number("integer", 2),
        number("long-unsigned", 0),
      );
    const columns = array([column(8, "0.0.1.0.0.255"), column(3, "1.0.21.4.0.255")]);
    pair.run(set({ ...profile, attribute: 3 }, columns));
    expect(rowsOf(pair.run(get(profile)))).toEqual([]);
    pair.pass(31 * MINUTE_MS);
    pair.reconnect().open();
    expect(rowsOf(pair.run(get(profile))).map((row) => row.length)).toEqual([2, 2]);
    const notThere = array([column(3, "1.0.99.99.0.255")]);
    expect(dlmsErrorOf(() => pair.run(set({ ...profile, attribute: 3 }, notThere))).native).toBe(250);
  });
});

describe("the clock", () => {
  it.each([
    ["in winter", Date.UTC(2026, 0, 15, 12), "07ea010f040d000000ffc400"],
    ["in summer", Date.UTC(2026, 6, 15, 12), "07ea070f030e000000ff8880"],
    ["at the last second of winter", Date.UTC(2026, 2, 29, 0, 59, 59), "07ea031d07013b3b00ffc400"],
    ["at the first of summer", Date.UTC(2026, 2, 29, 1), "07ea031d070300000 0ff8880".replace(" ", "")],
    ["at the last second of summer", Date.UTC(2026, 9, 25, 0, 59, 59), "07ea0a1907023b3b00ff8880"],
    ["and of the hour that comes twice", Date.UTC(2026, 9, 25, 1), "07ea0a190702000000ffc400"],
  ])("writes local time %s", (_when, instant, octets) => {
    const { meter } = new Pair({});
    const { clock } = meter.state;
    expect(toHex(clock.write(toWall(instant)))).toBe(octets);
    expect(clock.read(clock.write(toWall(instant)))).toBe(instant);
  });

  it("is set, says by how much, and logs both times", () => {
    const pair = new Pair({}).open();
    const later = toWall(WALL + 3_600_000);
    pair.run(set(CLOCK, octetString(pair.meter.state.clock.write(later))));
    const set_ = pair.notices.find(({ kind }) => kind === "clock-set");
    expect(set_).toMatchObject({ byMs: later - (WALL + pair.now) });
    expect(rowsOf(pair.run(get(at(7, "0.0.99.98.0.255")))).map(([, code]) => numberOf(code ?? NULL_DATA))).toEqual([
      4, 5,
    ]);
    expect(dlmsErrorOf(() => pair.run(set(CLOCK, octetString(new Uint8Array(3))))).native).toBe(12);
  });
});

describe("events and alarms", () => {
  it("are logged, set their bit, are pushed, and are cleared", () => {
    const pair = new Pair({ meter: { pushTo: "platform:9598" } }).open();
    pair.meter.raise("fraud", 40, pair.now);
    const register = at(1, "0.0.97.98.0.255");
    expect(pair.run(get(register))).toEqual(number("double-long-unsigned", 1 << 13));
    const pushes = Array.from({ length: pair.meter.state.pushes.length }, () => pair.meter.state.pushes.shift());
    // At its start it told that it is there.
    expect(pushes.map((push) => [push?.setup, push?.destination])).toEqual([
      ["0.2.25.9.0.255", "platform:9598"],
      ["0.1.25.9.0.255", "platform:9598"],
    ]);
    const apdu = decodeApdu(decodeWrapperPdu(pushes[1]?.units[0] ?? new Uint8Array(0)).apdu);
    expect(apdu.kind === "data-notification" ? elementsOf(apdu.body)?.slice(2) : undefined).toEqual([
      number("double-long-unsigned", 1 << 13),
      number("double-long-unsigned", 0),
    ]);
    pair.run(set(register, number("double-long-unsigned", 0)));
    expect(pair.run(get(register))).toEqual(number("double-long-unsigned", 0));
    pair.run(set(at(1, "0.0.97.98.10.255"), number("double-long-unsigned", 0)));
    pair.meter.raise("fraud", 40, pair.now);
    expect([pair.run(get(register)), pair.meter.state.pushes.length]).toEqual([number("double-long-unsigned", 0), 0]);
    expect(rowsOf(pair.run(get(at(7, "0.0.99.98.1.255"))))).toHaveLength(2);
  });

  it("are pushed in the form of DSMR 4 by a meter of that standard", () => {
    const identity = { ...new Pair({}).meter.state.identity, profile: "dsmr-4.2.2" } as const;
    const pair = new Pair({ meter: { identity, pushTo: "platform:9598" } });
    pair.meter.state.pushes.shift();
    pair.meter.raise("standard", 6, pair.now);
    expect(toHex(pair.meter.state.pushes.shift()?.units[0] ?? new Uint8Array(0))).toBe(
      `${toHex(utf8("EBUS0000000000007,"))}00000001`,
    );
  });

  it("are pushed in the form of the MX382 by a meter that is one", () => {
    const pair = new Pair({ behaviours: ["pushes-as-mx382"], meter: { pushTo: "platform:9598" } });
    const octets = toHex(pair.meter.state.pushes.shift()?.units[0] ?? new Uint8Array(0));
    expect(octets).toMatch(/^000100670066002bc2090c[0-9a-f]{24}00018080808080000209 ?11/);
    expect(octets.endsWith(toHex(utf8("EBUS0000000000007")))).toBe(true);
  });

  it("are pushed ciphered where the meter protects them", () => {
    const pair = new Pair({ policy: 3, mechanism: "high-gmac", meter: { pushTo: "platform:1", protectsPushes: true } });
    const apdu = decodeApdu(decodeWrapperPdu(pair.meter.state.pushes.shift()?.units[0] ?? new Uint8Array(0)).apdu);
    expect(apdu.kind).toBe("general-glo-ciphering");
  });

  it("of a log that was cleared are gone, but that", () => {
    const pair = new Pair({}).open();
    pair.meter.raise("fraud", 40, pair.now);
    pair.run(action(method(7, "0.0.99.98.1.255", 1), ZERO));
    expect(rowsOf(pair.run(get(at(7, "0.0.99.98.1.255")))).map(([, code]) => numberOf(code ?? NULL_DATA))).toEqual([
      255,
    ]);
  });
});

describe("an image transfer", () => {
  const IMAGE = "0.0.44.0.0.255";
  const image = Uint8Array.from({ length: 1_000 }, (_, i) => (i * 7) & 0xff);
  const blocks = (octets: Uint8Array): Uint8Array[] =>
    Array.from({ length: Math.ceil(octets.length / 216) }, (_, i) => octets.slice(i * 216, (i + 1) * 216));
  const status = (pair: Pair): number | undefined => numberOf(pair.run(get(at(18, IMAGE, 6))));
  const initiate = (pair: Pair, name: string): void =>
    void pair.run(
      action(method(18, IMAGE, 1), structure(octetString(utf8(name)), number("double-long-unsigned", image.length))),
    );
  const put = (pair: Pair, i: number): void =>
    void pair.run(
      action(
        method(18, IMAGE, 2),
        structure(number("double-long-unsigned", i), octetString(blocks(image)[i] ?? new Uint8Array(0))),
      ),
    );

  it("goes from block to block, is verified, activated, and is the firmware then", () => {
    const pair = new Pair({}).open();
    initiate(pair, "FW-2.0");
    for (const i of [0, 1, 3, 4]) put(pair, i);
    expect(numberOf(pair.run(get(at(18, IMAGE, 4))))).toBe(2);
    put(pair, 2);
    expect(pair.run(get(at(18, IMAGE, 3)))).toMatchObject({ length: 5, octets: Uint8Array.of(0b1111_1000) });
    expect(dlmsErrorOf(() => pair.run(action(method(18, IMAGE, 3), ZERO))).native).toBe(2);
    expect(status(pair)).toBe(2);
    pair.pass(2_000);
    expect(status(pair)).toBe(3);
    expect(elementsOf(elementsOf(pair.run(get(at(18, IMAGE, 7))))?.[0] ?? NULL_DATA)?.[0]).toEqual(
      number("double-long-unsigned", 1_000),
    );
    expect(dlmsErrorOf(() => pair.run(action(method(18, IMAGE, 4), ZERO))).native).toBe(2);
    pair.pass(5_000);
    expect([status(pair), pair.run(get(at(1, "1.0.0.2.0.255")))]).toEqual([6, octetString(utf8("FW-2.0"))]);
  });

  it.each([
    ["with a block missing", "FW", [0, 1, 2, 3]],
    ["that says it is corrupt", "FW.corrupt", [0, 1, 2, 3, 4]],
  ] as const)("%s does not verify, and is not activated", (_what, name, sent) => {
    const pair = new Pair({}).open();
    initiate(pair, name);
    for (const i of sent) put(pair, i);
    dlmsErrorOf(() => pair.run(action(method(18, IMAGE, 3), ZERO)));
    pair.pass(2_000);
    expect(status(pair)).toBe(4);
    expect(dlmsErrorOf(() => pair.run(action(method(18, IMAGE, 4), ZERO))).native).toBe(250);
  });
});

describe("keys", () => {
  const SETUP = "0.0.43.0.0.255";
  const transfer = (pair: Pair, id: number, key: Uint8Array): DlmsData => {
    const wrapped = pair.ciphers.wrapKey(pair.meter.state.keys.master, key);
    return array([structure(enumerated(id), octetString(wrapped))]);
  };

  it("are replaced behind the answer, which still has the old ones, and the counters begin anew", () => {
    const pair = new Pair({ mechanism: "high-gmac", policy: 3 }).open();
    const key = new Uint8Array(16).fill(0x77);
    pair.run(get(at(3, "1.0.1.8.0.255")));
    pair.run(action(method(64, SETUP, 2), transfer(pair, 0, key)));
    expect([pair.meter.state.keys.encryption, pair.meter.state.security.clientCounter]).toEqual([key, 1]);
    expect(pair.notices.filter(({ kind }) => kind === "key-replaced")).toEqual([
      { kind: "key-replaced", key: "encryption" },
    ]);
    expect(dlmsErrorOf(() => pair.run(get(at(3, "1.0.1.8.0.255")))).code).toMatch(/^dlms\./);
  });

  it("that were not wrapped with the master key are refused, all of them", () => {
    const pair = new Pair({ mechanism: "high-gmac", policy: 3 }).open();
    const before = pair.meter.state.keys.encryption;
    const bad = array([structure(enumerated(0), octetString(new Uint8Array(24)))]);
    expect(dlmsErrorOf(() => pair.run(action(method(64, SETUP, 2), bad))).native).toBe(250);
    expect(pair.meter.state.keys.encryption).toEqual(before);
  });

  it("make a policy stricter and never weaker", () => {
    const pair = new Pair({ mechanism: "high-gmac", policy: 3 }).open();
    expect(dlmsErrorOf(() => pair.run(action(method(64, SETUP, 1), enumerated(1)))).native).toBe(3);
    const loose = new Pair({ mechanism: "high-gmac", policy: 1 }).open();
    loose.run(action(method(64, SETUP, 1), enumerated(3)));
    expect(loose.meter.state.security.policy).toBe(3);
  });
});

describe("the rest of it", () => {
  it("opens and closes the breaker as its mode has it", () => {
    const pair = new Pair({}).open();
    const control = (id: number) => pair.run(action(method(70, "0.0.96.3.10.255", id), ZERO));
    control(1);
    expect(pair.run(get(at(70, "0.0.96.3.10.255", 3)))).toEqual(enumerated(0));
    pair.run(set(at(70, "0.0.96.3.10.255", 4), enumerated(1)));
    control(2);
    expect(pair.run(get(at(70, "0.0.96.3.10.255", 3)))).toEqual(enumerated(2));
    pair.run(set(at(70, "0.0.96.3.10.255", 4), enumerated(0)));
    expect(dlmsErrorOf(() => control(1)).native).toBe(250);
    expect(pair.notices.filter(({ kind }) => kind === "switched")).toEqual([{ kind: "switched", output: false }]);
  });

  it("activates its passive calendar", () => {
    const pair = new Pair({}).open();
    pair.run(set(at(20, "0.0.13.0.0.255", 6), octetString(utf8("B"))));
    expect(pair.run(get(at(20, "0.0.13.0.0.255", 2)))).toEqual(octetString(utf8("A")));
    pair.run(action(method(20, "0.0.13.0.0.255", 1), ZERO));
    expect(pair.run(get(at(20, "0.0.13.0.0.255", 2)))).toEqual(octetString(utf8("B")));
  });

  it("knows its M-Bus devices, and forgets one that is decoupled", () => {
    const pair = new Pair({}).open();
    expect(pair.run(get(at(72, "0.1.24.1.0.255", 6)))).toEqual(number("double-long-unsigned", 12_345_678));
    expect(numberOf(pair.run(get(at(4, "0.1.24.2.2.255"))))).toBeGreaterThan(0);
    pair.run(action(method(72, "0.1.24.1.0.255", 2), ZERO));
    expect(pair.run(get(at(72, "0.1.24.1.0.255", 6)))).toEqual(number("double-long-unsigned", 0));
    expect(numberOf(pair.run(get(at(72, "0.3.24.1.0.255", 9))))).toBe(0);
  });

  it("serves an ACCESS of everything, and stops at the first refusal where asked to", () => {
    const pair = new Pair({}).open();
    const entries = [
      { specification: { kind: "get", attribute: CLOCK }, data: NULL_DATA },
      { specification: { kind: "get", attribute: at(3, "9.9.9.9.9.9") }, data: NULL_DATA },
      { specification: { kind: "action", method: method(70, "0.0.96.3.10.255", 1) }, data: ZERO },
    ] as const;
    const results = pair.run(access(entries)).map(({ result }) => result);
    expect(results).toEqual([
      { kind: "get", result: 0 },
      { kind: "get", result: 4 },
      { kind: "action", result: 0 },
    ]);
    expect(pair.run(access(entries, { breakOnError: true })).map(({ result }) => result.result)).toEqual([0, 4, 250]);
  });

  it("reboots with its connection, and comes back", () => {
    const pair = new Pair({}).open();
    pair.meter.reboot(pair.now, 5_000);
    expect(dlmsErrorOf(() => pair.run(get(CLOCK)))).toBeDefined();
    pair.pass(5_001);
    pair.reconnect().open();
    expect(pair.run(get(CLOCK)).kind).toBe("octet-string");
    expect(pair.meter.state.startups).toBe(2);
  });
});
