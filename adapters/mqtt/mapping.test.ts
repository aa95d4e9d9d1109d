import { gunzipSync, gzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { EdgeError } from "../kit/edge-error.ts";
import { stamp } from "../../edge-agent/model/stamp.ts";
import { messageSchema } from "../../edge-agent/model/message.ts";
import type { ReadingData } from "../../edge-agent/model/data.ts";
import type { Point } from "../../edge-agent/model/point.ts";
import type { MessageDraft } from "../../edge-agent/model/draft.ts";
import { deadLetter } from "./dead-letter.ts";
import type { MappingRule, PayloadForm, PointRule } from "./mapping-rule.ts";
import { mapPublish, matchRule } from "./mapping.ts";
import type { Publish } from "./publish.ts";
import { TopicTemplate } from "./topic-template.ts";

const device = { uid: "dev-1", identification: "TST-01" };
const seams = {
  gunzip: (bytes: Uint8Array, maxBytes: number) => gunzipSync(bytes, { maxOutputLength: maxBytes }),
  nonce: () => "n1",
};

const rule = (over: Partial<MappingRule> & { form?: PayloadForm } = {}): MappingRule => ({
  topic: new TopicTemplate("{device}/measurement"),
  payload: over.form ?? { kind: "json", each: undefined },
  compression: "auto",
  kind: { type: "reading" },
  points: [],
  time: undefined,
  id: undefined,
  cause: "periodic",
  ...over,
});

const point = (over: Partial<PointRule>): PointRule => ({
  name: undefined,
  at: { kind: "whole" },
  type: "f64",
  unit: undefined,
  scaler: undefined,
  optional: false,
  ...over,
});

const publish = (payload: string | Uint8Array, topic = "TST-01/measurement"): Publish => ({
  topic,
  payload: typeof payload === "string" ? new TextEncoder().encode(payload) : payload,
  qos: 1,
  retain: false,
  by: "TST-01",
});

function mapped(one: MappingRule, of: Publish): readonly MessageDraft[] {
  const match = matchRule({ name: "m", rules: [one] }, of.topic);
  if (match === undefined) throw new Error("no rule matches");
  const drafts = mapPublish(match, device, of, seams);
  for (const draft of drafts) validate(draft);
  return drafts;
}

function pointsOf(draft: MessageDraft | undefined): readonly Point[] {
  return (draft?.data as ReadingData | undefined)?.points ?? [];
}

function validate(draft: MessageDraft): void {
  const recordedtime = "2026-11-21T10:00:00.000Z";
  messageSchema.parse(
    JSON.parse(JSON.stringify(stamp(draft, { source: "/s/g", agent: "a", epoch: 1, sequence: 1, recordedtime }))),
  );
}

const code = (act: () => unknown): string => {
  try {
    act();
  } catch (thrown) {
    if (thrown instanceof EdgeError) return thrown.code;
  }
  return "nothing was thrown";
};

describe("mapping JSON", () => {
  const volt = point({
    name: "voltage.l1",
    at: { kind: "pointer", pointer: "/u/0" },
    unit: "V",
    type: "i32",
    scaler: -1,
  });
  const timed = rule({ points: [volt], time: { at: { kind: "pointer", pointer: "/ts" }, form: "unix-ms" } });

  it("takes values by pointer, with unit, scale and the device's time", () => {
    const [draft] = mapped(timed, publish('{"ts":1763719200123,"u":[2301]}'));
    expect(draft).toMatchObject({
      subject: "dev-1",
      time: "2025-11-21T10:00:00.123Z",
      timesource: "device",
      data: {
        points: [
          {
            name: "voltage.l1",
            value: 230.1,
            raw: { value: 2301, scaler: -1 },
            unit: "V",
            ref: { scheme: "mqtt", value: "TST-01/measurement", pointer: "/u/0" },
          },
        ],
      },
    });
  });

  it("gives a repeated message the same id, and another one another", () => {
    const [one] = mapped(timed, publish('{"ts":1763719200123,"u":[2301]}'));
    const [again] = mapped(timed, publish('{"ts":1763719200123,"u":[2301]}'));
    const [next] = mapped(timed, publish('{"ts":1763719200124,"u":[2301]}'));
    expect(again?.id).toBe(one?.id);
    expect(next?.id).not.toBe(one?.id);
  });

  it("knows a message by the publisher's own id", () => {
    const named = rule({ points: [volt], id: { kind: "pointer", pointer: "/id" } });
    const [one] = mapped(named, publish('{"id":"m-1","u":[1]}'));
    const [other] = mapped(named, publish('{"id":"m-1","u":[2]}'));
    expect(other?.id).toBe(one?.id);
  });

  it("makes a message of every element of an array", () => {
    const each = rule({
      form: { kind: "json", each: "/rows" },
      points: [point({ at: { kind: "pointer", pointer: "/v" } })],
      time: { at: { kind: "pointer", pointer: "/t" }, form: "unix-s" },
    });
    const drafts = mapped(each, publish('{"rows":[{"t":1763719200,"v":1},{"t":1763719200,"v":2}]}'));
    expect(drafts.map((draft) => pointsOf(draft)[0]?.value)).toEqual([1, 2]);
    expect(new Set(drafts.map((draft) => draft.id)).size).toBe(2);
    expect(drafts[1]).toMatchObject({ data: { points: [{ ref: { pointer: "/rows/1/v" } }] } });
  });

  it("keeps 64-bit counters to the last digit, scaled too", () => {
    const wide = rule({ points: [point({ type: "u64", scaler: -3, at: { kind: "pointer", pointer: "/e" } })] });
    expect(mapped(wide, publish('{"e":"18446744073709551615"}'))).toMatchObject([
      { data: { points: [{ value: "18446744073709551.615", raw: { value: "18446744073709551615" } }] } },
    ]);
    expect(code(() => mapped(wide, publish('{"e":18446744073709551615}')))).toBe("mqtt.point.type");
  });

  it("takes a null for a missing value and an absent one for a fault", () => {
    const two = rule({ points: [volt, point({ at: { kind: "pointer", pointer: "/x" }, optional: true })] });
    expect(mapped(two, publish('{"u":[null]}'))).toMatchObject([
      { data: { points: [{ value: null, q: { validity: "invalid" } }] } },
    ]);
    expect(code(() => mapped(two, publish('{"x":1}')))).toBe("mqtt.point.missing");
    expect(
      code(() =>
        mapped(rule({ points: [point({ at: { kind: "pointer", pointer: "/constructor" } })] }), publish("{}")),
      ),
    ).toBe("mqtt.point.missing");
  });

  it.each([
    ["{", "mqtt.payload.not-json"],
    ["", "mqtt.payload.empty"],
    [`${"[".repeat(40)}${"]".repeat(40)}`, "mqtt.payload.overfull"],
    ['{"ts":"yesterday","u":[1]}', "mqtt.time.unreadable"],
    ['{"ts":1,"u":["many"]}', "mqtt.point.type"],
    ['{"ts":1,"u":[2.5]}', "mqtt.point.type"],
  ])("says why %j cannot be a reading", (payload, expected) => {
    expect(code(() => mapped(timed, publish(payload)))).toBe(expected);
  });

  it("never throws anything but a fault, whatever the payload", () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.uint8Array({ maxLength: 200 }),
          fc.json().map((text) => new TextEncoder().encode(text)),
        ),
        (payload) => {
          expect(code(() => mapped(timed, publish(payload)))).toMatch(/^mqtt\.|^nothing/);
        },
      ),
    );
  });

  it("makes an event of an alarm topic", () => {
    const alarm = rule({
      topic: new TopicTemplate("{device}/alarm"),
      kind: {
        type: "event",
        code: "tamper.opened",
        category: "tamper",
        severity: "alarm",
        text: { kind: "pointer", pointer: "/text" },
      },
    });
    expect(mapped(alarm, publish('{"text":"cover open"}', "TST-01/alarm"))).toMatchObject([
      { type: "busbar.event.v1", data: { code: "tamper.opened", text: "cover open" } },
    ]);
  });
});

describe("mapping text", () => {
  it("takes fields of CSV, quoted ones too", () => {
    const csv = rule({
      form: { kind: "csv", separator: ";", skipLines: 1 },
      points: [point({ at: { kind: "field", field: 1 } }), point({ at: { kind: "field", field: 2 }, type: "string" })],
    });
    const [draft] = mapped(csv, publish('name;u;note\nx; 230.1 ;"a;b"\n'));
    expect(draft).toMatchObject({ data: { points: [{ value: 230.1, ref: { pointer: "/1" } }, { value: "a;b" }] } });
  });

  it("takes a plain value, named by its topic", () => {
    const plain = rule({
      topic: new TopicTemplate("{device}/{point}"),
      form: { kind: "plain" },
      points: [point({ name: "raw.{point}" })],
    });
    expect(mapped(plain, publish("49.98", "TST-01/frequency"))).toMatchObject([
      { timesource: "ingest", data: { points: [{ name: "raw.frequency", value: 49.98 }] } },
    ]);
    expect(code(() => mapped(plain, publish(new Uint8Array([0xff]), "TST-01/frequency")))).toBe(
      "mqtt.payload.not-text",
    );
  });
});

describe("GXF measurements", () => {
  const msr = rule({ topic: new TopicTemplate("msr/{device}/data"), form: { kind: "gxf-msr" } });
  const topic = "msr/TST-01/data";

  it("takes the text form", () => {
    const [draft] = mapped(msr, publish("TST-01; 220.1; 220.2; 5", topic));
    expect(draft).toMatchObject({
      data: { points: [{ value: 220.1, ref: { pointer: "/1" } }, { value: 220.2 }, { value: 5 }] },
    });
  });

  const element = {
    gisnr: "TST-01",
    versie: "1",
    feeder: "3",
    D: "d",
    uts: "1763719200",
    data: Array.from({ length: 49 }, (_, i) => i + 0.5),
  };

  it("takes the JSON array, gzip too", () => {
    for (const bytes of [new TextEncoder().encode(JSON.stringify([element])), gzipSync(JSON.stringify([element]))]) {
      const [draft] = mapped(msr, publish(bytes, topic));
      const points = pointsOf(draft);
      expect(draft?.time).toBe("2025-11-21T10:00:00.000Z");
      expect(points).toHaveLength(52);
      expect(points[3]).toMatchObject({ ref: { pointer: "/0/data/0" }, value: 0.5 });
    }
  });

  it("refuses what names another device, and a bomb", () => {
    expect(code(() => mapped(msr, publish(JSON.stringify([{ ...element, gisnr: "TST-02" }]), topic)))).toBe(
      "mqtt.device.foreign",
    );
    expect(code(() => mapped(msr, publish(gzipSync(new Uint8Array(2_000_000)), topic)))).toBe("mqtt.payload.inflate");
  });
});

describe("a dead letter", () => {
  it("keeps the reason and the beginning of the payload", () => {
    const fault = new EdgeError({
      code: "mqtt.topic.unmapped",
      blame: "device",
      retry: "never",
      message: "no rule matches",
    });
    const draft = deadLetter("gateway-main", publish(new Uint8Array(5_000).fill(1), "other/topic"), fault, "n");
    validate(draft);
    expect(draft.data).toMatchObject({
      code: "mqtt.dead-letter",
      nativeCode: "mqtt.topic.unmapped",
      text: "no rule matches (904 bytes of the payload are not kept)",
    });
    expect(draft.data.points?.[0]?.value).toHaveLength(8_192);
  });
});
