import { describe, expect, it } from "vitest";
import { Begins } from "./begins.ts";

describe("the commands that began under a reign", () => {
  it("are told apart by device and uid", () => {
    const begins = new Begins();
    expect(begins.byOthers("lamp-1", "a")).toBe(false);
    begins.note("lamp-1", "a");
    begins.note("lamp-1", "a");
    expect(begins.byOthers("lamp-1", "a")).toBe(false);
    expect(begins.byOthers("lamp-1", "b")).toBe(true);
    expect(begins.byOthers("lamp-2", "b")).toBe(false);
    begins.note("lamp-1", "b");
    expect(begins.byOthers("lamp-1", "a")).toBe(true);
    expect(begins.byOthers("lamp-1", "b")).toBe(true);
  });
});
