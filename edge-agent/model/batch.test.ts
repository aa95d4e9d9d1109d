import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  batchable,
  batchId,
  decodeBatch,
  decodeMessage,
  encodeBatch,
  encodeMessage,
  readBatch,
  readMessage,
} from "./batch.ts";
import type { MessageDraft } from "./draft.ts";
import { EXAMPLES } from "./examples.ts";
import { isId } from "./fields.ts";
import { BATCH_BYTES, MESSAGE_BYTES } from "./limits.ts";
import type { Message } from "./message.ts";
import { ModelFault } from "./model-fault.ts";
import { SHARED_NAMES } from "./shared-attributes.ts";
import { stamp } from "./stamp.ts";

const examples = Object.values(EXAMPLES);

/** An event message whose JSON has exactly that many bytes. */
function sized(id: string, bytes: number): Message {
  const make = (text: string): Message => ({
    ...EXAMPLES["busbar.state.v1"],
    id,
    type: "busbar.gateway-event.v1",
    data: { code: "dropped", severity: "info", text: "", facts: { a: text } },
  });
  return make("x".repeat(bytes - encodeMessage(make("")).bytes));
}

function codeOf(run: () => unknown): string {
  try {
    run();
  } catch (fault) {
    if (fault instanceof ModelFault) return fault.code;
    throw fault;
  }
  return "none";
}

describe("a batch", () => {
  it("comes back as it went", () => {
    const batch = encodeBatch(examples.map(encodeMessage));
    expect(decodeBatch(batch.json)).toEqual({ v: 1, messages: JSON.parse(JSON.stringify(examples)) });
    expect(batch.bytes).toBe(new TextEncoder().encode(batch.json).length);
    expect(batch.count).toBe(examples.length);
  });

  it("keeps attributes a newer agent added", () => {
    const json = encodeBatch([encodeMessage({ ...examples[0], colour: "blue" } as unknown as Message)]).json;
    expect(decodeBatch(json).messages[0]).toHaveProperty("colour", "blue");
  });

  it("has an id made of the messages' ids and order", () => {
    const ids = fc.uniqueArray(fc.stringMatching(/^[a-z][A-Za-z0-9_.~-]{0,20}$/), { minLength: 2, maxLength: 20 });
    fc.assert(
      fc.property(ids, (some) => {
        const list = some.map((id) => ({ id }));
        expect(batchId(list)).toBe(batchId(some.map((id) => ({ id, json: "other" }))));
        expect(isId(batchId(list))).toBe(true);
        expect(batchId([...list].reverse())).not.toBe(batchId(list));
        expect(batchId(list.slice(1))).not.toBe(batchId(list));
      }),
    );
  });

  it("holds 100 messages and no more", () => {
    const hundred = Array.from({ length: 101 }, (_, i) => encodeMessage(sized(`m-${i}`, 600)));
    expect(batchable(hundred)).toBe(100);
    expect(encodeBatch(hundred.slice(0, 100)).count).toBe(100);
    expect(codeOf(() => encodeBatch(hundred))).toBe("model.batch.overfull");
    expect(codeOf(() => encodeBatch([]))).toBe("model.batch.overfull");
    expect(batchable([])).toBe(0);
    const plain = `{"v":1,"messages":[${hundred.map((one) => JSON.stringify(decodeMessage(one))).join(",")}]}`;
    const sharing = `{"v":2,"shared":[${hundred[0]?.shared.json}],"messages":[${hundred.map((one) => one.own).join(",")}]}`;
    for (const json of [plain, sharing]) {
      expect(codeOf(() => decodeBatch(json))).toBe("model.batch.invalid");
      expect(codeOf(() => decodeBatch(json, { validate: false }))).toBe("model.batch.invalid");
    }
  });

  it("holds 64 KiB, and reads not a byte more", () => {
    const first = encodeMessage(sized("m-1", 16_000 * 2));
    const second = (bytes: number) => encodeMessage(sized("m-2", bytes));
    let fits = BATCH_BYTES - first.bytes;
    while (batchable([first, second(fits)]) < 2) fits -= 1;
    while (batchable([first, second(fits + 1)]) === 2) fits += 1;
    const whole = encodeBatch([first, second(fits)]);
    expect(whole.bytes).toBeLessThanOrEqual(BATCH_BYTES);
    // What may lie around a message is counted for the longest it can be.
    expect(whole.bytes).toBeGreaterThan(BATCH_BYTES - 50);
    expect(decodeBatch(whole.json, { validate: false }).messages).toHaveLength(2);
    expect(codeOf(() => encodeBatch([first, second(fits + 1)]))).toBe("model.batch.overfull");
    const filled = whole.json + " ".repeat(BATCH_BYTES - whole.bytes);
    expect(decodeBatch(filled, { validate: false }).messages).toHaveLength(2);
    expect(codeOf(() => decodeBatch(`${filled} `))).toBe("model.batch.overfull");
  });

  it("counts bytes, not characters", () => {
    expect(codeOf(() => decodeBatch(`"${"ä".repeat(BATCH_BYTES / 2)}"`))).toBe("model.batch.overfull");
  });
});

describe("what messages share", () => {
  const optional = (arbitrary: fc.Arbitrary<string>) => fc.option(arbitrary, { nil: undefined });
  const word = fc.string({ maxLength: 8, unit: "grapheme" });
  const message = fc
    .record({
      of: fc.constantFrom(...examples),
      source: fc.constantFrom("/a/gw", "/b/gw"),
      epoch: fc.constantFrom("0000000001", "0000000002"),
      agent: fc.oneof(fc.constant("a"), word),
      devicetype: optional(fc.oneof(fc.constant("ssld"), word)),
      partitionkey: fc.option(fc.constantFrom("d-1", "d-2"), { nil: undefined }),
      more: fc.dictionary(fc.stringMatching(/^[a-z]{9,12}$/), fc.jsonValue(), { maxKeys: 2 }),
      late: fc.option(fc.boolean(), { nil: undefined }),
    })
    .map(({ of, partitionkey, more, ...rest }): Message => {
      const changed = { ...of, ...rest, ...more };
      return (partitionkey === undefined ? changed : { ...changed, partitionkey }) as Message;
    });
  const stamped = fc.constantFrom(...examples).map((one) => {
    const { source, agent, recordedtime, epoch, sequence } = one;
    const draft = { ...one, time: one.time, timesource: one.timesource } as MessageDraft;
    return stamp(draft, { source, agent, recordedtime, epoch: Number(epoch), sequence: Number(sequence) });
  });

  it("is said once, and every message comes back as JSON would have given it", () => {
    const some = fc.array(fc.oneof(message, stamped), { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(some, (messages) => {
        const encoded = messages.map(encodeMessage);
        const batch = encodeBatch(encoded);
        const plain = JSON.parse(JSON.stringify(messages));
        expect(batch.bytes).toBe(new TextEncoder().encode(batch.json).length);
        expect(decodeBatch(batch.json, { validate: false }).messages).toEqual(plain);
        expect(encoded.map(decodeMessage)).toEqual(plain);
        const data = JSON.parse(batch.json);
        readBatch(data, { validate: false });
        expect(readBatch(data, { validate: false }).messages).toEqual(plain);
      }),
    );
  });

  it("is checked as the schema checks it, wherever it is wrong", () => {
    const names = fc.constantFrom(...SHARED_NAMES, "subject", "partitionkey", "late", "data", "id", "recordedtime");
    fc.assert(
      fc.property(
        fc.array(stamped, { minLength: 1, maxLength: 4 }),
        names,
        fc.jsonValue(),
        fc.nat(),
        (all, name, value, at) => {
          const { shared, of, messages } = JSON.parse(encodeBatch(all.map(encodeMessage)).json);
          const places = [...shared, ...messages];
          places[at % places.length][name] = value;
          const data = { v: 2, shared, of, messages };
          const sharing = codeOf(() => readBatch(data));
          expect(sharing).toBe(codeOf(() => readBatch({ v: 1, messages })));
        },
      ),
    );
  });

  it.each([
    ["nobody's", { v: 2, shared: [], messages: [{}] }],
    ["of a stranger", { v: 2, shared: [{}], of: [1], messages: [{}] }],
    ["of too few", { v: 2, shared: [{}], of: [0], messages: [{}, {}] }],
    ["no index", { v: 2, shared: [{}], of: ["constructor"], messages: [{}] }],
    ["not an object", { v: 2, shared: [[]], messages: [{}] }],
    ["shared by texts", { v: 2, shared: [{}], messages: ["a"] }],
    ["missing", { v: 2, messages: [{}] }],
  ])("%s is refused", (_what, data) => {
    for (const validate of [true, false]) {
      expect(codeOf(() => readBatch(structuredClone(data), { validate }))).toBe("model.batch.invalid");
    }
  });
});

describe("a message", () => {
  it("always fits a batch at its limit", () => {
    const largest = encodeMessage(sized("m-1", MESSAGE_BYTES));
    expect(encodeBatch([largest]).bytes).toBeLessThanOrEqual(BATCH_BYTES);
    expect(codeOf(() => encodeMessage(sized("m-1", MESSAGE_BYTES + 1)))).toBe("model.message.overfull");
  });
});

describe("hostile input", () => {
  const good = JSON.parse(JSON.stringify(EXAMPLES["busbar.reading.v1"]));

  it.each([
    ["not JSON", "{"],
    ["nothing", ""],
    ["deep arrays", "[".repeat(30_000) + "]".repeat(30_000)],
    ["deep objects", '{"v":'.repeat(10_000)],
    ["a number", "1e999"],
    ["null", "null"],
    ["no messages", '{"v":1,"messages":[]}'],
    ["messages as object", '{"v":1,"messages":{"length":1,"0":{}}}'],
    ["another version", `{"v":3,"messages":[${JSON.stringify(good)}]}`],
    ["prototype as data", '{"v":1,"messages":[{"__proto__":{"type":"busbar.state.v1"}}]}'],
    ["deep facts", `{"v":1,"messages":[{"a":${"[".repeat(5_000)}${"]".repeat(5_000)}}]}`],
  ])("%s is refused with a fault of ours", (_what, json) => {
    expect(codeOf(() => decodeBatch(json))).toMatch(/^model\.batch\.(unreadable|invalid)$/);
    expect(codeOf(() => decodeBatch(json, { validate: false }))).not.toBe("model.batch.overfull");
  });

  it.each([
    ["specversion", "0.3"],
    ["id", "1234"],
    ["id", "a:b"],
    ["id", "x".repeat(129)],
    ["source", "no-slash"],
    ["type", "busbar.reading.v2"],
    ["type", "__proto__"],
    ["time", "2026-13-01T00:00:00Z"],
    ["time", "2026-11-21T00:00:00"],
    ["sequence", "1"],
    ["sequence", 1],
    ["epoch", "00000000001"],
    ["partitionkey", ""],
    ["traceparent", "00-x"],
    ["late", "yes"],
    ["data", null],
    ["data", { ...good.data, points: [] }],
    ["data", { ...good.data, cause: "because" }],
    ["data", { ...good.data, interval: "P" }],
    ["data", { ...good.data, points: [{ ...good.data.points[0], unit: "kW" }] }],
    ["data", { ...good.data, points: [{ ...good.data.points[0], unit: "constructor" }] }],
    ["data", { ...good.data, points: [{ ...good.data.points[0], value: 2 ** 60, raw: { value: 1, scaler: 0 } }] }],
    ["data", { ...good.data, points: Array.from({ length: 1_001 }, () => good.data.points[0]) }],
  ])("wrong %s (%j) is refused with the way to it", (key, value) => {
    try {
      readBatch({ v: 1, messages: [good, { ...good, [key]: value }] });
      expect.unreachable();
    } catch (fault) {
      if (!(fault instanceof ModelFault)) throw fault;
      expect(fault.code).toBe("model.batch.invalid");
      expect(fault.issues[0]?.path).toMatch(new RegExp(`^messages\\.1\\.${key}`));
      expect(fault.issues.length).toBeLessThanOrEqual(20);
    }
  });

  it("never throws anything but ModelFault", () => {
    fc.assert(
      fc.property(fc.oneof(fc.jsonValue(), fc.anything()), (value) => {
        expect(codeOf(() => readBatch(value))).toBe("model.batch.invalid");
        expect(codeOf(() => readMessage(value))).toBe("model.message.invalid");
      }),
    );
  });

  it("survives any one field replaced by anything", () => {
    const keys = fc.constantFrom(...Object.keys(good), ...Object.keys(good.data).map((key) => `data.${key}`));
    fc.assert(
      fc.property(keys, fc.jsonValue({ maxDepth: 3 }), (key, value) => {
        const [outer = "", inner] = key.split(".");
        const changed =
          inner === undefined ? { ...good, [outer]: value } : { ...good, data: { ...good.data, [inner]: value } };
        expect(["none", "model.message.invalid"]).toContain(codeOf(() => readMessage(changed)));
      }),
    );
  });
});
