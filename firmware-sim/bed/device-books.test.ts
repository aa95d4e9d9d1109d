import { describe, expect, it, vi } from "vitest";
import { DeviceBooks } from "./device-books.ts";

/** Books in which acknowledgements came at the given instants. */
function acknowledgedAt(...instants: readonly number[]): DeviceBooks {
  const books = new DeviceBooks();
  const log = books.logOf("lamp");
  const clock = vi.spyOn(performance, "now");
  for (const at of instants) {
    clock.mockReturnValueOnce(at);
    log.acknowledged({ description: `L #${at}`, timestamp: undefined });
  }
  clock.mockRestore();
  return books;
}

describe("the longest silence", () => {
  it("is the widest gap after the fault, the one that begins with it included", () => {
    const books = acknowledgedAt(10, 20, 30, 130, 140, 200);
    expect(books.longestSilence(20, 210)).toEqual({ ms: 100, endedAt: 130 });
    expect(books.longestSilence(135, 210)).toEqual({ ms: 60, endedAt: 200 });
    expect(books.longestSilence(30, 210)).toEqual({ ms: 100, endedAt: 130 });
  });

  it("has no end where nothing came any more", () => {
    const books = acknowledgedAt(10, 20);
    expect(books.longestSilence(20, 500)).toEqual({ ms: 480, endedAt: Number.POSITIVE_INFINITY });
    expect(acknowledgedAt().longestSilence(0, 50)).toEqual({ ms: 50, endedAt: Number.POSITIVE_INFINITY });
  });

  it("counts a silence whole that begins within the window, and none that begins after it", () => {
    expect(acknowledgedAt(10, 20, 900).longestSilence(10, 100).ms).toBe(880);
    expect(acknowledgedAt(10, 20, 30).acknowledgedSince(20)).toBe(1);
  });
});

describe("what a device executed", () => {
  it("tells the bed's commands apart and leaves out the rest", () => {
    const books = new DeviceBooks();
    const log = books.logOf("lamp");
    const light = { values: [{ index: Uint8Array.of(2), on: true, dimValue: Uint8Array.of(7) }] };
    log.executed({ member: "setLightRequest", sequenceNumber: 1, body: light });
    log.executed({ member: "setTransitionRequest", sequenceNumber: 2, body: { transitionType: 1, time: "000102" } });
    log.executed({ member: "getStatusRequest", sequenceNumber: 3, body: {} });
    expect(books.bookOf("lamp").executed.map((one) => one.deed)).toEqual(["light 2:true:7", "transition 000102"]);
  });
});
