import { describe, expect, it } from "vitest";
import { toInstant, toWall } from "../../adapters/kit/time.ts";
import { RoleBook } from "./role-book.ts";

function setUp() {
  let now = 100_000;
  const book = new RoleBook("a", { now: () => toInstant(now), wall: () => toWall(now) });
  return {
    book,
    pass: (ms: number) => {
      now += ms;
      return now;
    },
  };
}

const takeover = { kind: "active", epoch: 7, reason: "silence", detectedAfterMs: 300 } as const;

describe("RoleBook", () => {
  it("measures a takeover from the last sign of the former holder to the first device served", () => {
    const { book, pass } = setUp();
    book.sees("main", "b");
    book.note("main", takeover);
    pass(40);
    book.serving("main");
    expect(book.last("main", undefined)?.tookMs).toBeUndefined();
    const heardAt = pass(60);
    expect(book.last("main", heardAt)).toMatchObject({ from: "b", to: "a", epoch: 7, reason: "silence", tookMs: 400 });
    expect(book.takeoverMs.count).toBe(1);
    pass(60_000);
    expect(book.last("main", heardAt)?.tookMs).toBe(400);
    expect(book.takeoverMs.count).toBe(1);
  });

  it("counts the open sockets where no device was waiting", () => {
    const { book, pass } = setUp();
    book.note("main", takeover);
    pass(50);
    book.serving("main");
    pass(9_999);
    expect(book.last("main", undefined)?.tookMs).toBeUndefined();
    pass(2);
    expect(book.last("main", undefined)?.tookMs).toBe(350);
  });

  it("takes a device that speaks a quarter of an hour later for one that was not waiting", () => {
    const { book, pass } = setUp();
    book.note("main", takeover);
    book.serving("main");
    expect(book.last("main", pass(900_000))?.tookMs).toBe(300);
  });

  it("tells what was somebody's failure from what was asked for, per group", () => {
    const { book } = setUp();
    book.note("main", { ...takeover, reason: "first" });
    book.note("main", takeover);
    book.note("main", { ...takeover, reason: "handover" });
    book.note("main", { kind: "stepping-down", epoch: 7, reason: "handover", drainUntil: toInstant(0) });
    book.note("east", takeover);
    expect(book.counts("main")).toEqual({ takeovers: 1, handovers: 1, stepDowns: 1 });
    expect(book.counts("east")).toEqual({ takeovers: 1, handovers: 0, stepDowns: 0 });
  });

  it("never takes over from itself", () => {
    const { book } = setUp();
    book.sees("main", "a");
    book.note("main", takeover);
    expect(book.last("main", undefined)?.from).toBeUndefined();
  });
});
