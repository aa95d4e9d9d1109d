import { describe, expect, it } from "vitest";
import { ask, type Dialogue } from "./dialogue.ts";
import { EdgeError, toEdgeError } from "./edge-error.ts";
import { invariant, InvariantBroken, unreachable } from "./invariant.ts";
import { ended, idle, StepBuilder } from "./step.ts";
import { toInstant } from "./time.ts";

const fault = new EdgeError({
  ...{
    code: "dlms.association.rejected",
    blame: "device",
    retry: "backoff",
    message: "the meter said no",
    offset: 7,
    native: 13,
  },
  cause: new Error("secret bytes 0badc0de"),
});

describe("a fault", () => {
  it("has its facts apart from its sentence", () => {
    expect(fault).toMatchObject({
      name: "EdgeError",
      layer: "dlms",
      code: "dlms.association.rejected",
      offset: 7,
      native: 13,
    });
    expect(fault).toBeInstanceOf(Error);
  });

  it("is written without its cause, and without what it does not know", () => {
    expect(JSON.parse(JSON.stringify(fault))).toEqual({
      ...{
        code: "dlms.association.rejected",
        blame: "device",
        retry: "backoff",
        message: "the meter said no",
        offset: 7,
        native: 13,
      },
    });
    const bare = new EdgeError({ code: "disk.full", blame: "operator", retry: "backoff", message: "full" });
    expect(Object.keys(bare.toJSON())).toEqual(["code", "blame", "retry", "message"]);
    expect("cause" in bare).toBe(false);
  });

  it("stays itself when it is wrapped; anything else thrown becomes ours", () => {
    expect(toEdgeError(fault, "transport.failed")).toBe(fault);
    const thrown = new TypeError("oops");
    expect(toEdgeError(thrown, "transport.failed")).toMatchObject({
      code: "transport.failed",
      blame: "us",
      retry: "backoff",
      message: "oops",
      cause: thrown,
    });
    expect(toEdgeError("text", "queue.unavailable").message).toBe("text");
  });
});

describe("an invariant", () => {
  it("is silent while it holds, and says its sentence when it does not", () => {
    invariant(true, "never shown");
    expect(() => invariant(false, "what we know")).toThrow(new InvariantBroken("what we know"));
    expect(() => invariant(false, "what we know")).not.toThrow(EdgeError);
  });

  it("covers the member of a union that nobody handles", () => {
    const kinds: readonly { readonly kind: "known" }[] = JSON.parse('[{"kind":"unknown"}]');
    const handle = (one: { readonly kind: "known" }): string => {
      switch (one.kind) {
        case "known":
          return one.kind;
        default:
          return unreachable(one.kind);
      }
    };
    expect(() => kinds.map(handle)).toThrow('nobody handles: "unknown"');
  });
});

describe("a step", () => {
  it("wakes nobody after the end", () => {
    const step = new StepBuilder<string>();
    step.send.push(Uint8Array.of(1));
    step.outcomes.push("one");
    step.wakeAt = toInstant(5);
    expect(step.build()).toEqual({ send: [Uint8Array.of(1)], outcomes: ["one"], wakeAt: 5, ended: undefined });
    step.ended = fault;
    expect(step.build()).toMatchObject({ wakeAt: undefined, ended: fault });
  });

  it("may be nothing at all", () => {
    expect(idle()).toEqual({ send: [], outcomes: [], wakeAt: undefined, ended: undefined });
    expect(idle(toInstant(3)).wakeAt).toBe(3);
    expect(ended("done")).toEqual({ send: [], outcomes: [], wakeAt: undefined, ended: "done" });
  });
});

describe("a dialogue", () => {
  function* readTwice(): Dialogue<string, number, number> {
    const first = yield* ask("first");
    try {
      return first + (yield* ask("second"));
    } catch (refused) {
      return refused instanceof EdgeError ? -first : 0;
    }
  }

  it("asks, is resumed with the answer, and gets refusals thrown in", () => {
    const well = readTwice();
    expect(well.next()).toEqual({ done: false, value: "first" });
    expect(well.next(4)).toEqual({ done: false, value: "second" });
    expect(well.next(3)).toEqual({ done: true, value: 7 });
    const badly = readTwice();
    badly.next();
    badly.next(4);
    expect(badly.throw(fault)).toEqual({ done: true, value: -4 });
  });
});
