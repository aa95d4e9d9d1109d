import { describe, expect, it } from "vitest";
import { encodeAnswer } from "./command-answer.ts";
import { decodeCommandRequest, targetOf } from "./command-request.ts";

const bytes = (text: string) => new TextEncoder().encode(text);
const read = (text: string) => decodeCommandRequest(bytes(text), "envelope");

describe("the payload of a command from a control centre", () => {
  it("is a command in the words of the message model, with the centre's id and where to answer", () => {
    const said = { action: "limit", target: "a", value: { w: 1 }, mode: "direct", priority: "urgent", maxAttempts: 3 };
    const times = { notBefore: "2026-11-21T10:00:00Z", deadline: "2026-11-21T10:01:00Z" };
    expect(read(JSON.stringify({ id: "c-1", replyTo: "x/y", ...said, ...times, idempotent: true }))).toEqual({
      id: "c-1",
      replyTo: "x/y",
      says: { ...said, ...times, idempotent: true },
    });
  });

  it("is the value where it is no object: JSON where it is JSON, else text", () => {
    expect(read("7").says).toEqual({ value: 7 });
    expect(read('["a",1]').says).toEqual({ value: ["a", 1] });
    expect(read("null").says).toEqual({ value: null });
    expect(read("now").says).toEqual({ value: "now" });
    expect(read("").says).toEqual({});
    expect(read("{}").says).toEqual({});
  });

  it("is the value as text where devices get the value alone", () => {
    expect(decodeCommandRequest(bytes('{"id":"x"}'), "value")).toMatchObject({
      id: undefined,
      says: { value: '{"id":"x"}' },
    });
    expect(decodeCommandRequest(bytes("7.0"), "value").says).toEqual({ value: "7.0" });
  });

  it("may not say who asks, in which role or of which device, nor what is no word of a command", () => {
    for (const key of ["role", "issuedBy", "device", "uid", "reply", "vlaue", "__proto__"])
      expect(() => read(`{"${key}":"x"}`), key).toThrow(`"${key}" is no word of a command`);
  });

  it("is refused where it cannot be read", () => {
    expect(() => read('{"value":')).toThrow("not JSON");
    expect(() => read('{"id":7}')).toThrow("id of a command is a text");
    expect(() => read('{"replyTo":[]}')).toThrow("replyTo of a command is a text");
    expect(() => decodeCommandRequest(new Uint8Array([0xff, 0xfe]), "value")).toThrow("not UTF-8");
    expect(() => read("[".repeat(12) + "]".repeat(12))).toThrow("nested deeper");
  });

  it("names what it acts on as a reference, or of an MQTT device as a text", () => {
    expect(targetOf("Limit")).toEqual({ scheme: "mqtt", value: "Limit" });
    expect(targetOf({ scheme: "obis", value: "1.2.3" })).toEqual({ scheme: "obis", value: "1.2.3" });
  });
});

describe("the answer", () => {
  it("says what is known and nothing else", () => {
    const unknown = { reason: undefined, nativeCode: undefined, text: undefined, result: undefined, time: undefined };
    const answer = { id: "c-1", device: "d", action: "a", status: "succeeded", attempt: 1, ...unknown } as const;
    expect(JSON.parse(new TextDecoder().decode(encodeAnswer(answer)))).toEqual({
      id: "c-1",
      device: "d",
      action: "a",
      status: "succeeded",
      attempt: 1,
    });
  });
});
