import { describe, expect, it } from "vitest";
import { type CommandRequest, decodeCommand } from "./command.ts";
import { commandDigest, commandKey, isEnded, parseLedgerRecord } from "./ledger.ts";

const REQUEST: CommandRequest = {
  uid: "c1",
  device: "dev_1",
  action: "set-light",
  value: { index: 2, on: true },
  deadline: "2026-11-21T00:01:00Z",
  issuedBy: "operator",
};
const SENT = { state: "sent", attempt: "2", turn: "3", holder: "a", epoch: "7", doubt: "1", sentAt: "1795219200000" };

describe("parseLedgerRecord", () => {
  it("reads what is there and has nothing for an empty hash", () => {
    expect(parseLedgerRecord("c1", {})).toBeUndefined();
    expect(parseLedgerRecord("c1", SENT)).toMatchObject({ state: "sent", attempt: 2, turn: 3, epoch: 7, doubt: true });
    const ended = parseLedgerRecord("c1", { ...SENT, state: "failed", endedAt: "5", result: '{"a":[1]}' });
    expect(ended).toMatchObject({ endedAt: 5, result: { a: [1] } });
    expect(ended !== undefined && isEnded(ended)).toBe(true);
  });

  it.each([
    ["no state", { attempt: "1" }],
    ["a state that is none of a record", { ...SENT, state: "selected" }],
    ["a count that is none", { ...SENT, attempt: "-1" }],
    ["a count too large to be exact", { ...SENT, sentAt: "9999999999999999" }],
    ["a flag that is none", { ...SENT, doubt: "yes" }],
    ["sent by nobody", { state: "sent", attempt: "1" }],
    ["an end without a time", { ...SENT, state: "failed" }],
    ["a result that is not JSON", { ...SENT, state: "failed", endedAt: "5", result: "{" }],
    ["a result that is no object", { ...SENT, state: "failed", endedAt: "5", result: "[1]" }],
  ])("refuses %s", (_what, hash) => {
    expect(() => parseLedgerRecord("c1", hash)).toThrow(expect.objectContaining({ code: "model.ledger.invalid" }));
  });
});

describe("commandDigest", () => {
  it("is the same for the same command, however its JSON is ordered, and another for any other", () => {
    const digest = (more: Partial<CommandRequest> = {}): string =>
      commandDigest(decodeCommand({ ...REQUEST, ...more }));
    expect(digest({ value: { on: true, index: 2 } })).toBe(digest());
    const others: Partial<CommandRequest>[] = [
      { value: { index: 3, on: true } },
      { value: undefined },
      { device: "dev_2" },
      { action: "set-lights" },
      { deadline: "2026-11-21T00:01:01Z" },
      { idempotent: true },
      { mode: "sbo" },
      { maxAttempts: 2 },
    ];
    expect(new Set([digest(), ...others.map(digest)]).size).toBe(others.length + 1);
  });
});

describe("commandKey", () => {
  it("carries the hash tag of its group", () => {
    expect(commandKey("north", "c1")).toBe("{busbar:north}:cmd:c1");
  });
});
