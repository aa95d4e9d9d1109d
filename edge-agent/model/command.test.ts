import { describe, expect, it } from "vitest";
import { COMMAND_STATES, isCommandState, isTerminal } from "./command-state.ts";
import { commandJobId, decodeCommand, queuePriority } from "./command.ts";
import { COMMAND_EXAMPLE } from "./examples.ts";
import { ModelFault } from "./model-fault.ts";

const REQUEST = {
  uid: "c-1",
  device: "dev_1",
  action: "set-light",
  deadline: "2026-11-21T00:20:00Z",
  issuedBy: "core",
};

describe("decodeCommand", () => {
  it("fills in the most careful values", () => {
    expect(decodeCommand(REQUEST)).toEqual({
      ...REQUEST,
      mode: "direct",
      priority: "normal",
      maxAttempts: 1,
      idempotent: false,
      role: "operator",
    });
    expect(decodeCommand(COMMAND_EXAMPLE)).toEqual(COMMAND_EXAMPLE);
  });

  it.each([
    ["uid with a colon", { uid: "a:b" }],
    ["uid of digits", { uid: "123" }],
    ["uid of 65", { uid: "u".repeat(65) }],
    ["no deadline", { deadline: undefined }],
    ["local deadline", { deadline: "2026-11-21T00:20:00+01:00" }],
    ["notBefore after the deadline", { notBefore: "2026-11-21T00:21:00Z" }],
    ["no attempts", { maxAttempts: 0 }],
    ["eleven attempts", { maxAttempts: 11 }],
    ["unknown mode", { mode: "maybe" }],
    ["idempotent by word", { idempotent: "yes" }],
    ["value without end", { value: Array.from({ length: 2_001 }, () => 0) }],
    ["function as value", { value: () => 1 }],
  ])("refuses %s", (_what, wrong) => {
    expect(() => decodeCommand({ ...REQUEST, ...wrong })).toThrow(ModelFault);
  });

  it("takes the longest uid and the most attempts", () => {
    expect(decodeCommand({ ...REQUEST, uid: "u".repeat(64), maxAttempts: 10 }).maxAttempts).toBe(10);
  });

  it("says where it is wrong and never what was there", () => {
    try {
      decodeCommand({ ...REQUEST, target: { scheme: "secret-scheme", value: "x" } });
      expect.unreachable();
    } catch (fault) {
      expect(fault).toBeInstanceOf(ModelFault);
      expect(JSON.stringify(fault)).toContain("target.scheme");
      expect(JSON.stringify(fault)).not.toContain("secret-scheme");
    }
  });
});

describe("command states", () => {
  it("end in exactly the six terminal ones", () => {
    expect(COMMAND_STATES.filter(isTerminal)).toEqual([
      "rejected",
      "succeeded",
      "failed",
      "expired",
      "cancelled",
      "unknown",
    ]);
    expect(isCommandState("sent")).toBe(true);
    expect(isCommandState("done")).toBe(false);
  });

  it("make the job id and its place in the queue", () => {
    expect(commandJobId("c-1")).toBe("cmd-c-1");
    expect(queuePriority("urgent")).toBeLessThan(queuePriority("normal"));
    expect(queuePriority("normal")).toBeLessThan(queuePriority("bulk"));
  });
});
