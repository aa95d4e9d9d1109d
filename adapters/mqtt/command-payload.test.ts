import { describe, expect, it } from "vitest";
import type { Command } from "../../edge-agent/model/command.ts";
import { decodeReply, encodeCommand } from "./command-payload.ts";
import { TopicTemplate } from "./topic-template.ts";

const command: Command = {
  uid: "c-1",
  device: "dev-1",
  action: "set-limit",
  value: { watts: 4_200 },
  mode: "direct",
  priority: "normal",
  deadline: "2026-11-21T10:00:00.000Z",
  maxAttempts: 1,
  idempotent: false,
  issuedBy: "core",
  role: "operator",
};
const form = {
  topic: new TopicTemplate("{device}/command/{action}"),
  reply: new TopicTemplate("{device}/reply"),
  qos: 1,
  payload: "envelope",
} as const;
const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
const bytes = (value: string) => new TextEncoder().encode(value);

describe("a command to a device", () => {
  it("carries its uid and where to answer", () => {
    const sent = encodeCommand(command, "TST-01", form);
    expect(sent).toMatchObject({ topic: "TST-01/command/set-limit", qos: 1, responseTopic: "TST-01/reply" });
    expect(JSON.parse(text(sent.payload))).toEqual({
      id: "c-1",
      action: "set-limit",
      value: { watts: 4_200 },
      deadline: command.deadline,
      replyTo: "TST-01/reply",
    });
  });

  it("may be its value alone", () => {
    expect(text(encodeCommand({ ...command, value: "ON" }, "d", { ...form, payload: "value" }).payload)).toBe("ON");
    expect(text(encodeCommand({ ...command, value: 7 }, "d", { ...form, payload: "value" }).payload)).toBe("7");
  });

  it("refuses an action that would be another topic", () => {
    expect(() => encodeCommand({ ...command, action: "a/b" }, "d", form)).toThrowError(
      expect.objectContaining({ code: "mqtt.command.invalid" }),
    );
    expect(() => encodeCommand({ ...command, action: "+" }, "d", form)).toThrowError(
      expect.objectContaining({ code: "mqtt.command.invalid" }),
    );
  });
});

describe("an answer", () => {
  it("says whose it is and how it ended", () => {
    expect(decodeReply(bytes('{"id":"c-1","status":"succeeded","result":{"w":1}}'))).toEqual({
      uid: "c-1",
      succeeded: true,
      reason: undefined,
      result: { w: 1 },
    });
    expect(decodeReply(bytes('{"status":"failed","reason":"busy"}'), "c-2")).toMatchObject({
      uid: "c-2",
      succeeded: false,
      reason: "busy",
    });
  });

  it.each([
    "[]",
    "{}",
    '{"id":"c"}',
    '{"id":7,"status":"succeeded"}',
    '{"id":"c","status":"done"}',
    '{"id":"c","status":"failed","result":[1]}',
    "x",
  ])("%s is none", (payload) => {
    expect(() => decodeReply(bytes(payload))).toThrowError(
      expect.objectContaining({ code: expect.stringMatching(/^mqtt\./) }),
    );
  });
});
