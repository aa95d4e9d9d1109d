import { describe, expect, it } from "vitest";
import { LEDGER_RESULT_BYTES } from "../model/ledger.ts";
import { TEXT_LENGTH } from "../model/limits.ts";
import { command } from "./command.testing.ts";
import { answered, refused } from "./endings.ts";
import { readCommand } from "./intake-job.ts";
import { readTime, timeOf } from "./times.ts";

const succeeded = (result: Record<string, unknown>) => answered({ end: "succeeded", fault: undefined, result });

describe("answered", () => {
  it("keeps a result up to the bound and says what it left out above it", () => {
    const fits = { bytes: [0, 1, 2, 3].map(() => "x".repeat((LEDGER_RESULT_BYTES - 24) / 4)) };
    expect(JSON.stringify(fits).length).toBeLessThanOrEqual(LEDGER_RESULT_BYTES);
    expect(succeeded(fits).result).toEqual(fits);
    const over = { bytes: [...fits.bytes, "xxxxxxxx"] };
    expect(succeeded(over)).toMatchObject({ state: "succeeded", result: undefined });
    expect(succeeded(over).text).toMatch(/left out: \d+ bytes/);
    // Bytes, not characters.
    expect(succeeded({ text: ["é", "é"].map((one) => one.repeat(16_000)) }).result).toBeUndefined();
  });

  it("keeps no result that is not JSON", () => {
    expect(succeeded({ at: 5n })).toMatchObject({ state: "succeeded", result: undefined });
    expect(succeeded({})).toMatchObject({ result: undefined, text: undefined });
  });

  it("cuts texts to what a message holds", () => {
    expect(refused("model.command.invalid", "x".repeat(5_000)).text?.length).toBe(TEXT_LENGTH);
  });
});

describe("readCommand", () => {
  it("never throws, whatever is in the queue", () => {
    for (const data of ["", "null", "7", "[]", '{"uid":5}', '{"uid":"a:b"}', '{"__proto__":{"uid":"x"}}', "{"]) {
      expect(readCommand(data)).toMatchObject({ kind: "refused", uid: undefined });
    }
    expect(readCommand('{"uid":"c1","device":"dev_1"}')).toMatchObject({ uid: "c1", device: "dev_1" });
    expect(readCommand(JSON.stringify(command()))).toEqual({ kind: "command", command: command() });
  });

  it("refuses times that do not exist", () => {
    const never = { ...command(), deadline: "2026-02-30T00:00:00Z" };
    expect(readCommand(JSON.stringify(never))).toMatchObject({ kind: "refused", uid: "c1" });
  });
});

describe("readTime", () => {
  it("reads RFC 3339 to the millisecond", () => {
    expect(readTime("2026-11-21T00:00:00.123456789Z")).toBe(Date.UTC(2026, 10, 21, 0, 0, 0, 123));
    expect(readTime("2026-11-21T00:00:00.5Z")).toBe(Date.UTC(2026, 10, 21, 0, 0, 0, 500));
    expect(readTime("2016-12-31T23:59:60Z")).toBe(Date.UTC(2016, 11, 31, 23, 59, 59, 999));
    expect(readTime("2026-02-29T00:00:00Z")).toBeUndefined();
    expect(timeOf("soon")).toBe(0);
  });
});
