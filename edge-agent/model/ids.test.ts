import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isId } from "./fields.ts";
import {
  bufferedReportId,
  commandReadingId,
  commandResultId,
  dlmsProfileId,
  dlmsPushId,
  gatewayEventId,
  mqttMessageId,
  oslpEventId,
  slotReadId,
  stateId,
  unbufferedReportId,
} from "./ids.ts";
import { ModelFault } from "./model-fault.ts";

const OSLP_EVENT = {
  device: "dev_3KD",
  code: 2000,
  index: 1,
  timestamp: "20261121001459",
  description: "Light is on",
  sequenceNumber: 41,
};

describe("ids of OSLP events", () => {
  it("are the same when a device with a clock repeats itself under another sequence number", () => {
    expect(oslpEventId({ ...OSLP_EVENT, sequenceNumber: 42, position: 3 })).toBe(oslpEventId(OSLP_EVENT));
  });

  it("tell events of a device without a clock apart by sequence number and position", () => {
    const clockless = { ...OSLP_EVENT, timestamp: undefined };
    const ids = [
      oslpEventId(clockless),
      oslpEventId({ ...clockless, sequenceNumber: 42 }),
      oslpEventId({ ...clockless, position: 1 }),
      oslpEventId(OSLP_EVENT),
    ];
    expect(new Set(ids).size).toBe(4);
  });

  it("depend on every other fact", () => {
    const ids = [
      OSLP_EVENT,
      { ...OSLP_EVENT, device: "dev_3KE" },
      { ...OSLP_EVENT, code: 2001 },
      { ...OSLP_EVENT, index: 2 },
      { ...OSLP_EVENT, timestamp: "20261121001500" },
      { ...OSLP_EVENT, description: "" },
    ].map(oslpEventId);
    expect(new Set(ids).size).toBe(6);
  });
});

describe("ids of the other protocols", () => {
  it("tell a buffered report from the same EntryID after an IED's restart", () => {
    const report = { device: "ied1", rptId: "LLN0$BR$a", entryId: new Uint8Array([0, 0, 0, 9]), segment: 0 };
    const before = bufferedReportId({ ...report, timeOfEntry: "2026-11-21T00:00:00Z" });
    expect(bufferedReportId({ ...report, timeOfEntry: "2026-11-22T00:00:00Z" })).not.toBe(before);
    expect(bufferedReportId({ ...report, timeOfEntry: "2026-11-21T00:00:00Z", segment: 1 })).not.toBe(before);
    expect(
      unbufferedReportId({ device: "ied1", rptId: "LLN0$BR$a", sqNum: 9, timestamp: undefined, segment: 0 }),
    ).not.toBe(before);
  });

  it("give a corrected read of a slot its own id", () => {
    const read = { protocol: "dlms", device: "m1", ref: "1-0:1.8.0*255", slot: "2026-11-21T00:15:00Z" } as const;
    expect(slotReadId({ ...read, value: "17" })).not.toBe(slotReadId(read));
    expect(slotReadId({ ...read, protocol: "mqtt" })).not.toBe(slotReadId(read));
  });

  it("name profile rows so that a person can read it", () => {
    const row = { device: "dev_7Q2", obis: "1-0:99.1.0*255", from: "2026-11-21T00:15:00Z", to: "2026-11-21T00:15:00Z" };
    expect(dlmsProfileId(row)).toBe("dlms-dev_7Q2-1.0.99.1.0.255-20261121T001500Z");
    expect(dlmsProfileId({ ...row, to: "2026-11-21T00:30:00.000Z" })).toBe(
      "dlms-dev_7Q2-1.0.99.1.0.255-20261121T001500Z-20261121T003000Z",
    );
  });

  it("fall back to a digest where a readable id would be too long", () => {
    const id = dlmsProfileId({ device: "d".repeat(64), obis: "9".repeat(60), from: "2026-11-21T00:15:00Z", to: "x" });
    expect(id.length).toBeLessThanOrEqual(128);
    expect(isId(id)).toBe(true);
  });

  it("know a ciphered push by its counter and a plain one by bytes and minute", () => {
    const pdu = new Uint8Array([0x0f, 1, 2]);
    const plain = (receivedAt: string) => dlmsPushId({ device: "m1", by: { kind: "plain", pdu, receivedAt } });
    expect(plain("2026-11-21T00:15:01Z")).toBe(plain("2026-11-21T00:15:59Z"));
    expect(plain("2026-11-21T00:15:01Z")).not.toBe(plain("2026-11-21T00:16:00Z"));
    const systemTitle = new Uint8Array(8);
    const ciphered = (invocationCounter: number) =>
      dlmsPushId({ device: "m1", by: { kind: "ciphered", systemTitle, invocationCounter } });
    expect(ciphered(1)).not.toBe(ciphered(2));
  });

  it("let an MQTT publisher's own id win over topic and payload", () => {
    const named = (topic: string) => mqttMessageId({ device: "s1", topic, by: { kind: "named", id: "42" } });
    expect(named("a")).toBe(named("b"));
  });

  it("keep equal MQTT payloads without a time apart, and with the same time together", () => {
    const payload = new Uint8Array([0x31]);
    const arrival = (nonce: string) =>
      mqttMessageId({ device: "s1", topic: "t", by: { kind: "arrival", payload, nonce } });
    expect(arrival("1")).not.toBe(arrival("2"));
    const timed = () => mqttMessageId({ device: "s1", topic: "t", by: { kind: "timed", payload, time: "1" } });
    expect(timed()).toBe(timed());
  });
});

describe("every id", () => {
  const device = fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_.~-]{0,63}$/);
  const text = fc.string({ unit: "binary", maxLength: 80 });

  it("is deterministic, within its charset and length, and a valid BullMQ job id", () => {
    fc.assert(
      fc.property(device, text, fc.nat(), fc.uint8Array({ maxLength: 40 }), (uid, free, n, bytes) => {
        const make = () => [
          oslpEventId({ device: uid, code: n, index: 0, timestamp: free, description: free, sequenceNumber: n }),
          bufferedReportId({ device: uid, rptId: free, entryId: bytes, timeOfEntry: n, segment: n }),
          unbufferedReportId({ device: uid, rptId: free, sqNum: n, timestamp: free, segment: 0 }),
          slotReadId({ protocol: "oslp", device: uid, ref: free, slot: free }),
          dlmsProfileId({ device: uid, obis: free, from: free, to: free }),
          dlmsPushId({ device: uid, by: { kind: "plain", pdu: bytes, receivedAt: free } }),
          mqttMessageId({ device: uid, topic: free, by: { kind: "named", id: free } }),
          stateId({ device: uid, state: "online", since: free, epoch: n }),
          gatewayEventId(uid, "dropped", [free, n]),
          commandResultId({ uid, state: "acknowledged", attempt: 10 }),
          commandReadingId({ uid, attempt: 1 }),
        ];
        const ids = make();
        expect(make()).toEqual(ids);
        for (const id of ids) {
          expect(id).toMatch(/^[A-Za-z0-9_.~-]{1,128}$/);
          expect(id).not.toMatch(/^\d+$/);
        }
        expect(new Set(ids).size).toBe(ids.length);
      }),
    );
  });

  it("refuses a device uid that is none, at the edge of its length", () => {
    const read = (uid: string) => slotReadId({ protocol: "oslp", device: uid, ref: "r", slot: "s" });
    expect(isId(read("d".repeat(64)))).toBe(true);
    for (const uid of ["", "d".repeat(65), "a:b", "12345", "a b", "ä"]) expect(() => read(uid)).toThrow(ModelFault);
  });
});
