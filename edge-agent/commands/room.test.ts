import { describe, expect, it } from "vitest";
import { Room } from "./room.ts";

function told(waited: Promise<void>): { yet: boolean } {
  const seen = { yet: false };
  void waited.then(() => {
    seen.yet = true;
  });
  return seen;
}

describe("Room", () => {
  it("asks for a quarter of the window at least", async () => {
    const room = new Room({ window: 8, atOnce: 8, perCall: 100 }, () => 0);
    expect(room.wanted).toBe(8);
    for (let i = 0; i < 8; i++) room.hold();
    const seen = told(room.wait());
    room.letGo(1);
    await Promise.resolve();
    expect([room.wanted, seen.yet]).toEqual([0, false]);
    room.letGo(1);
    await Promise.resolve();
    expect([room.wanted, room.held, seen.yet]).toEqual([2, 6, true]);
  });

  it("asks for none as long as enough stand in line", async () => {
    let inLine = 500;
    const room = new Room({ window: 4_096, atOnce: 1_000, perCall: 100 }, () => inLine);
    expect(room.wanted).toBe(0);
    const seen = told(room.wait());
    room.look();
    await Promise.resolve();
    expect(seen.yet).toBe(false);
    inLine = 499;
    room.look();
    await Promise.resolve();
    expect([room.wanted, seen.yet]).toEqual([100, true]);
  });

  it("is left by who is woken, whatever there is", async () => {
    const room = new Room({ window: 1, atOnce: 1, perCall: 1 }, () => 1_000);
    const waited = room.wait();
    room.wake();
    await expect(waited).resolves.toBeUndefined();
  });
});
